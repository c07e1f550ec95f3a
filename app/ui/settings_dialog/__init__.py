"""The settings dialog, and the appearance that it changes."""
