"""The listeners pane: one row with a switch for each listener, and the commands on listeners."""
