"""The listeners pane: one row with a switch for each listener, and the form to make or edit one."""
