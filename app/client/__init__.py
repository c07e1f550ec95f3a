"""The client side: sessions that a user opens to a listener. It works without a window."""
