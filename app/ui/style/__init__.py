"""How the window looks: its colours, light and dark, and its icons."""
