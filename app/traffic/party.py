"""Who spoke: what is known of a connection after it is gone."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen

Address = tuple[str, int]
"""An IP address and a port."""


@frozen
class Party:
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


class Parties(Protocol):
    """Knows who spoke, by the number of the connection."""

    @property
    def listeners(self) -> tuple[str, ...]:
        """The names of all listeners that had a connection, in the order of their first."""
        ...

    def party(self, number: int) -> Party | None:
        """What is known of the connection of that number; `None` for one long gone."""
        ...


def name_of(number: int, parties: Parties) -> str:
    """What a connection is called: `Echo · 127.0.0.1:50122`, or `#7` for one long gone."""
    party = parties.party(number)
    return f"#{number}" if party is None else str(party)
