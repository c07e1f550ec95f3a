"""When connections ended, in columns beside the chunks: 25 bytes for each."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from enum import IntEnum

from attrs import frozen

ENDING_BYTES = 32
"""What one may cost, with the room that an array grows into."""


class How(IntEnum):
    """Who ended a connection, and whether what was under way could still arrive."""

    CLOSED_BY_PEER = 0
    CLOSED_HERE = 1
    RESET_BY_PEER = 2
    RESET_HERE = 3
    CLOSED = 4
    """By whom was not told."""


@frozen
class Ending:
    """The end of one connection."""

    at: int
    """The number of the first chunk that crossed after it, on whatever connection."""

    time: float
    """Unix seconds."""

    connection: int
    how: How


class Endings:
    """The endings of connections, in order. Positions count from 0 and never change."""

    def __init__(self) -> None:
        self.first = 0
        self._at = array("Q")
        self._times = array("d")
        self._connections = array("Q")
        self._hows = bytearray()

    def __len__(self) -> int:
        return len(self._at)

    @property
    def end(self) -> int:
        """The position that the next one will have."""
        return self.first + len(self._at)

    @property
    def cost(self) -> int:
        """Bytes of memory."""
        return ENDING_BYTES * len(self._at)

    def __iter__(self) -> Iterator[Ending]:
        return (self[position] for position in range(self.first, self.end))

    def __getitem__(self, position: int) -> Ending:
        """The ending at `position`, which must be in `range(first, end)`."""
        index = position - self.first
        at, time = self._at[index], self._times[index]
        return Ending(at, time, self._connections[index], How(self._hows[index]))

    def position(self, at: int) -> int:
        """The position of the first one at that chunk number or later; `end` if none is."""
        return self.first + bisect_left(self._at, at)

    def append(self, at: int, time: float, connection: int, how: How) -> None:
        """Another one, at the number that the next chunk will have."""
        self._at.append(at)
        self._times.append(time)
        self._connections.append(connection)
        self._hows.append(how)

    def drop(self, count: int) -> None:
        """Forget the `count` oldest."""
        self.first += min(count, len(self._at))
        del self._at[:count], self._times[:count], self._connections[:count], self._hows[:count]
