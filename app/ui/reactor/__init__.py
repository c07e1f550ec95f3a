"""The Twisted reactor that Qt drives."""
