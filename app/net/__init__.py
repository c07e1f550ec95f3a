"""IP addresses and endpoint descriptions, as values."""
