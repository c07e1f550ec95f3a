"""Faults in the window: a panel for each listener and connection, the marks, and the way out."""
