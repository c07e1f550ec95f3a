"""The traffic pane: each chunk that a socket received or sent, as text and as hex."""
