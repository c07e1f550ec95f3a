"""Listening sockets, and what the operating system says about them."""
