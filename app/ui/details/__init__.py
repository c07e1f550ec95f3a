"""What there is to know about listeners and connections: the panel of details, and the overview."""
