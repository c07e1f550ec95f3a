"""The messages that a forwarding listener holds: to be edited, released or dropped."""
