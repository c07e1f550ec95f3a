"""Other profiles than the one of this window: open them, import from them, export to them."""
