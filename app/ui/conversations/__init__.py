"""Conversations that were recorded: open a capture, make rules of one, play and compare them."""
