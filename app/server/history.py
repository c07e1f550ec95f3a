"""The connections that are over: what is left of each, and the newest of them.

A window keeps them for those who look a moment too late. What it keeps is plain values: the socket
and the protocol of a connection go when it does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from attrs import frozen
from twisted.internet.interfaces import IAddress

from app.server.connection import Connection
from app.server.handshake import TlsFacts

if TYPE_CHECKING:
    from app.server.factory import ListenerFactory

MOST_KEPT: Final = 1_000


@frozen(eq=False)
class Ended:
    """A connection that is over. It reads like the `Connection` that it was."""

    number: int
    factory: ListenerFactory
    peer: str
    peer_address: IAddress | None
    local: str
    opened_at: float
    active_at: float
    closed_at: float
    bytes_in: int
    bytes_out: int
    reason: str
    tls: TlsFacts | None

    connected: bool = False
    disconnecting: bool = True
    bytes_unsent: int = 0
    rate: float = 0.0

    @classmethod
    def of(cls, connection: Connection) -> Ended:
        """What is left of `connection`, which has just ended."""
        return cls(
            number=connection.number,
            factory=connection.factory,
            peer=connection.peer,
            peer_address=connection.peer_address,
            local=connection.local,
            opened_at=connection.opened_at,
            active_at=connection.active_at,
            closed_at=connection.closed_at,
            bytes_in=connection.bytes_in,
            bytes_out=connection.bytes_out,
            reason=connection.reason,
            tls=connection.tls,
        )


class History:
    """Keeps the `most` that ended last, in the order in which they did."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._ended: deque[Ended] = deque()

    def __len__(self) -> int:
        return len(self._ended)

    def __iter__(self) -> Iterator[Ended]:
        return iter(self._ended)

    def add(self, closed: Sequence[Connection]) -> tuple[list[Ended], list[Ended]]:
        """Remember the newest of what closed. Gives what came, and what had to go for it."""
        came = [Ended.of(each) for each in closed[-self._most :]]
        self._ended.extend(came)
        went = [self._ended.popleft() for _ in range(len(self._ended) - self._most)]
        return came, went

    def clear(self) -> None:
        """Forget all of them."""
        self._ended.clear()
