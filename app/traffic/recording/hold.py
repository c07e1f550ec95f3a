"""Marks a file as one that is recorded to, so that no other window puts its own in its place.

The mark is a lock on the file itself: it leaves nothing behind, ends with its process, and is none
of SQLite's, so that a recording can be read while it grows. A file system that has no such locks
goes without.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def hold(descriptor: int) -> bool:
    """Mark the file until `descriptor` is closed. False if somebody else has done so."""
    if sys.platform == "win32":
        return True  # where a file that is open cannot be replaced anyhow
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def is_held(path: Path) -> bool:
    """Whether somebody records to what is at `path`."""
    try:
        # What is there may be anything; only a pipe would wait for somebody here.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        return not hold(descriptor)
    finally:
        os.close(descriptor)
