"""The main window, and what belongs to no single pane."""
