"""Locks between processes: one saves in a folder at a time, one records to a file at a time.

A lock is an advisory `flock` on the folder or the file itself. It leaves no lock file behind, and
the system releases it when the process ends. File systems without such locks, and Windows, do
without.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.text.sentence import Sentence

PATIENCE_SECONDS: Final = 2.0
"""The longest wait for another process. A save takes milliseconds, and the window waits for it."""

_RETRY_SECONDS: Final = 0.005


@contextmanager
def folder_lock(folder: Path, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the lock of `folder` inside the `with` block.

    Raises `TimeoutError` if another process holds it for more than `patience` seconds.
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
            raise TimeoutError(
                errno.ETIMEDOUT, Sentence("saving-elsewhere", "another program is saving there")
            ) from None
        except OSError:
            os.close(descriptor)
            return None
        return descriptor


def lock_recording(descriptor: int) -> bool:
    """Lock the file of a recording until `descriptor` is closed. False if another process holds it.

    SQLite does not use this lock, so others can read the recording while it grows.
    """
    if sys.platform == "win32":
        return True  # there, an open file cannot be replaced
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def recording_is_locked(path: Path) -> bool:
    """Whether a process records to the file at `path`."""
    try:
        # Opening a pipe would wait for its other end.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        return not lock_recording(descriptor)
    finally:
        os.close(descriptor)
