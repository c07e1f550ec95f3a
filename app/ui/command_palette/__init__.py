"""The command palette: everything in the window that can be chosen or done, found by typing."""
