"""Files written safely: whole or not at all, and by one process at a time."""
