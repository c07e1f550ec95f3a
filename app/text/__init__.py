"""Bytes as people read and type them: text, escapes and hex."""
