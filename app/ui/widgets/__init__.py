"""Small widgets and dialogs that every pane uses."""
