"""The connections pane: every live connection as the factories know it."""
