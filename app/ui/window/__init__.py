"""The main window with its menus, status bar, log pane and dialogs."""
