"""Text for people: readable bytes, typed bytes, hex."""
