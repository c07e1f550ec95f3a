"""Who spoke: what is known of a connection after it is gone."""

from __future__ import annotations

from attrs import frozen

Address = tuple[str, int]
"""An IP address and a port."""


@frozen
class Party:
    """One connection of a listener."""

    listener: str
    """The listener's name when the connection was made."""

    peer: str
    """The peer's address as people read it."""

    peer_address: Address | None = None
    """`None` for what has no IP address, such as a Unix socket."""

    local_address: Address | None = None
    """Where the peer came in."""

    def __str__(self) -> str:
        return f"{self.listener} · {self.peer}"
