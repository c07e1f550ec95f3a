"""Keeps two processes from saving in one folder at once, where each looks before it replaces."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PATIENCE_SECONDS: Final = 2.0
"""How long another may take: a save is a matter of milliseconds, and a window waits for it."""

_RETRY_SECONDS: Final = 0.005


@contextmanager
def folder_lock(folder: Path, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """While it lasts, nobody else is `folder_lock` the folder. Raises `TimeoutError` after `patience`.

    The lock is one on the folder itself: it leaves no file behind, and ends with its process. A
    file system that has no such locks goes without.
    """
    descriptor = _locked(folder, patience)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _locked(folder: Path, patience: float) -> int | None:
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(_RETRY_SECONDS)
                continue
            os.close(descriptor)
            raise TimeoutError(errno.ETIMEDOUT, "another program is saving there") from None
        except OSError:
            os.close(descriptor)
            return None
        return descriptor


# MERGED traffic/recording/hold: Marks a file as one that is recorded to, so that no other window puts its own in its place.
#
# The mark is a lock on the file itself: it leaves nothing behind, ends with its process, and is none
# of SQLite's, so that a recording can be read while it grows. A file system that has no such locks
# goes without.


def lock_recording(descriptor: int) -> bool:
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


def recording_is_locked(path: Path) -> bool:
    """Whether somebody records to what is at `path`."""
    try:
        # What is there may be anything; only a pipe would wait for somebody here.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        return not lock_recording(descriptor)
    finally:
        os.close(descriptor)
