"""The process around the program: its log, its output, its resources, and the one window on a profile."""
