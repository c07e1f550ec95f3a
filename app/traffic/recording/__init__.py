"""Recordings: traffic in a file, written while it happens, and read later in any size.

A recording is an SQLite database, so any SQLite tool can read it. `schema.py` has its tables.
"""
