"""Reading from and writing to what other programs gave us, on threads that may wait.

A descriptor that came with the start, such as standard output, may be non-blocking: whoever shares
it can make it so at any time, for all. What it refuses for the moment is waited for here.
"""

from __future__ import annotations

import os
import select


def read(descriptor: int, size: int) -> bytes:
    """At most `size` bytes, once there are some; none at the end. Raises `OSError`."""
    while True:
        try:
            return os.read(descriptor, size)
        except BlockingIOError:
            select.select([descriptor], [], [])


def write(descriptor: int, data: memoryview, seconds: float | None = None) -> int:
    """Write some of `data`, once there is room; gives how many bytes. Raises `OSError`.

    Where the descriptor is non-blocking, 0 after `seconds` without room.
    """
    while True:
        try:
            return os.write(descriptor, data)
        except BlockingIOError:
            if not select.select([], [descriptor], [], seconds)[1]:
                return 0
