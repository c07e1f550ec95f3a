"""Other profiles than the one of this window: opened beside it, taken from, and written to."""
