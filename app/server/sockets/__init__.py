"""Listening sockets and their addresses, and facts about them from the operating system."""
