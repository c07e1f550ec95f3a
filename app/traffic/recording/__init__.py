"""Traffic kept in a file: written while it goes on, and looked into later without loading it.

A recording is an SQLite database that any tool for those can read; `form.py` has its tables.
"""
