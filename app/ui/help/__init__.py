"""The help: the guide, the keyboard shortcuts, the licences and *About*."""
