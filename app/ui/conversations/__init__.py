"""Traffic that was recorded: open a file of it, make rules of a conversation, play and compare."""
