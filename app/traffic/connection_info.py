"""The connections behind the recorded traffic: their names, their addresses, how they ended.

The chunk log stores a number for each connection. The traffic view, exports and recordings look up
the rest here, also after the connection is closed.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Protocol

from attrs import frozen

Address = tuple[str, int]
"""An IP address and a port."""

RECEIVED = False
SENT = True
"""The two directions of a chunk: received from the peer, or sent to it."""

Tap = Callable[[float, int, bool, bytes], None]
"""Called for each chunk: unix seconds, number of the connection or session, direction, bytes."""

_LINK = re.compile(r"#(\d+) → ")

BYTES_PER_END = 32
"""Memory for one end of a connection: 25 bytes, and the spare room that an array allocates."""


@frozen
class ConnectionInfo:
    """One connection of a listener, or to the target of one, or one session of the console."""

    listener: str
    """The latest name of the listener, or the title of the console tab."""

    peer: str
    """The peer's address as text."""

    peer_address: Address | None = None
    """`None` if the peer has no IP address, as with a Unix socket."""

    local_address: Address | None = None
    """Our end of the connection."""

    is_datagram: bool = False
    """Whether this is UDP: each chunk is one datagram."""

    began_here: bool = False
    """Whether we connected to the peer, not the peer to us: a session of the console, or the
    connection to the target of a client that is forwarded."""

    @property
    def forwards(self) -> int:
        """The number of the client's connection, if this one goes to its target; 0 if not.

        It is read from `peer`, so that a recording has it too; see `TargetLink.name`.
        """
        found = _LINK.match(self.peer) if self.began_here else None
        return int(found[1]) if found else 0

    def __str__(self) -> str:
        return f"{self.listener} · {self.peer}"


class ConnectionDirectory(Protocol):
    """Finds the `ConnectionInfo` of a connection by its number."""

    @property
    def listeners(self) -> tuple[str, ...]:
        """The names of all listeners that had a connection, in the order of their first."""
        ...

    def info(self, number: int) -> ConnectionInfo | None:
        """The connection with that number. `None` if it was forgotten or never existed."""
        ...


def connection_name(number: int, directory: ConnectionDirectory) -> str:
    """The name of a connection: `Echo · 127.0.0.1:50122`, or `#7` if the directory forgot it."""
    info = directory.info(number)
    return f"#{number}" if info is None else str(info)


class CloseKind(IntEnum):
    """Which side ended a connection. After a reset, data that was still under way is lost."""

    CLOSED_BY_PEER = 0
    CLOSED_HERE = 1
    RESET_BY_PEER = 2
    RESET_HERE = 3
    CLOSED = 4
    """The side is not known."""


@frozen
class ConnectionEnd:
    """The end of one connection."""

    next_chunk: int
    """The number of the first chunk, of any connection, that was logged after this end."""

    time: float
    """Unix seconds."""

    connection: int
    kind: CloseKind


class ConnectionEnds:
    """The ends of connections in the order of time, stored in columns to save memory.

    Positions count from 0 and never change. Those in `range(first, end)` are kept.
    """

    def __init__(self) -> None:
        self.first = 0
        self._next_chunks = array("Q")
        self._times = array("d")
        self._connections = array("Q")
        self._kinds = bytearray()

    def __len__(self) -> int:
        return len(self._next_chunks)

    @property
    def end(self) -> int:
        """The position that the next one will have."""
        return self.first + len(self._next_chunks)

    @property
    def cost(self) -> int:
        """Bytes of memory."""
        return BYTES_PER_END * len(self._next_chunks)

    def __iter__(self) -> Iterator[ConnectionEnd]:
        return (self[position] for position in range(self.first, self.end))

    def __getitem__(self, position: int) -> ConnectionEnd:
        """The end at `position`, which must be in `range(first, end)`."""
        index = position - self.first
        return ConnectionEnd(
            self._next_chunks[index],
            self._times[index],
            self._connections[index],
            CloseKind(self._kinds[index]),
        )

    def position(self, chunk: int) -> int:
        """The position of the first one whose `next_chunk` is `chunk` or more; `end` if none is."""
        return self.first + bisect_left(self._next_chunks, chunk)

    def append(self, next_chunk: int, time: float, connection: int, kind: CloseKind) -> None:
        """Add one. `next_chunk` must not be less than that of the one before."""
        self._next_chunks.append(next_chunk)
        self._times.append(time)
        self._connections.append(connection)
        self._kinds.append(kind)

    def drop(self, count: int) -> None:
        """Forget the `count` oldest."""
        self.first += min(count, len(self._next_chunks))
        del self._next_chunks[:count], self._times[:count]
        del self._connections[:count], self._kinds[:count]
