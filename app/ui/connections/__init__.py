"""The connections pane: a table of the live and the recently closed connections."""
