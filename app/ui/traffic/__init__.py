"""The traffic pane: every chunk as it crossed a listener's sockets, readable and as hex."""
