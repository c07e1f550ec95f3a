"""The client side: sessions that a person opens towards a listener, without any window."""
