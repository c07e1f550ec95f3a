"""Who spoke: what is known of a connection after it is gone."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Protocol

from attrs import frozen

Address = tuple[str, int]
"""An IP address and a port."""


@frozen
class ConnectionInfo:
    """One connection of a listener, or of the console."""

    listener: str
    """The name of the listener, the last one that it had, or what the console tab was called."""

    peer: str
    """The peer's address as people read it."""

    peer_address: Address | None = None
    """`None` for what has no IP address, such as a Unix socket."""

    local_address: Address | None = None
    """Where the peer came in."""

    is_datagram: bool = False
    """Whether each chunk was a datagram of its own, over UDP."""

    began_here: bool = False
    """Whether it is a session of the console: we connected to the peer, not the peer to us."""

    def __str__(self) -> str:
        return f"{self.listener} · {self.peer}"


class ConnectionDirectory(Protocol):
    """Knows who spoke, by the number of the connection."""

    @property
    def listeners(self) -> tuple[str, ...]:
        """The names of all listeners that had a connection, in the order of their first."""
        ...

    def party(self, number: int) -> ConnectionInfo | None:
        """What is known of the connection of that number; `None` for one long gone."""
        ...


def name_of(number: int, parties: ConnectionDirectory) -> str:
    """What a connection is called: `Echo · 127.0.0.1:50122`, or `#7` for one long gone."""
    party = parties.party(number)
    return f"#{number}" if party is None else str(party)


# MERGED tap: How every chunk that crosses a socket is told to whoever keeps a record of them.

RECEIVED = False
SENT = True

Tap = Callable[[float, int, bool, bytes], None]
"""Takes one chunk: unix seconds, number of the connection or session, direction, bytes."""

# MERGED traffic/endings: When connections ended, in columns beside the chunks: 25 bytes for each.

ENDING_BYTES = 32
"""What one may cost, with the room that an array grows into."""


class CloseKind(IntEnum):
    """Who ended a connection, and whether what was under way could still arrive."""

    CLOSED_BY_PEER = 0
    CLOSED_HERE = 1
    RESET_BY_PEER = 2
    RESET_HERE = 3
    CLOSED = 4
    """By whom was not told."""


@frozen
class ConnectionEnd:
    """The end of one connection."""

    at: int
    """The number of the first chunk that crossed after it, on whatever connection."""

    time: float
    """Unix seconds."""

    connection: int
    how: CloseKind


class ConnectionEnds:
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

    def __iter__(self) -> Iterator[ConnectionEnd]:
        return (self[position] for position in range(self.first, self.end))

    def __getitem__(self, position: int) -> ConnectionEnd:
        """The ending at `position`, which must be in `range(first, end)`."""
        index = position - self.first
        at, time = self._at[index], self._times[index]
        return ConnectionEnd(at, time, self._connections[index], CloseKind(self._hows[index]))

    def position(self, at: int) -> int:
        """The position of the first one at that chunk number or later; `end` if none is."""
        return self.first + bisect_left(self._at, at)

    def append(self, at: int, time: float, connection: int, how: CloseKind) -> None:
        """Another one, at the number that the next chunk will have."""
        self._at.append(at)
        self._times.append(time)
        self._connections.append(connection)
        self._hows.append(how)

    def drop(self, count: int) -> None:
        """Forget the `count` oldest."""
        self.first += min(count, len(self._at))
        del self._at[:count], self._times[:count], self._connections[:count], self._hows[:count]
