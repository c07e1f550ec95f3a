"""What crossed the sockets: kept within bounds, read back by number, shown as text and hex."""
