"""What the engine tells, and to whom: the one way up from the server layers.

A call per event costs a fifth of a microsecond, so nothing here is queued or filtered. Bytes are
not told at all: a connection says once that it became active, and whoever shows it reads its
counters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twisted.internet.interfaces import IAddress

if TYPE_CHECKING:
    from app.server.connection import Connection
    from app.server.factory import ListenerFactory
    from app.server.listener import Listener


class Observer(Protocol):
    """Someone who is told what happens on a deck. Calls come on the reactor's thread."""

    def listener_moved(self, listener: Listener) -> None:
        """The listener's state, reason, address or spec is another one now."""

    def opened(self, connection: Connection) -> None:
        """A peer was accepted."""

    def active(self, connection: Connection) -> None:
        """Bytes crossed for the first time since `Connection.rest` was called."""

    def closed(self, connection: Connection) -> None:
        """The connection is gone; its counters and its `reason` are final."""

    def refused(self, factory: ListenerFactory, peer: IAddress | None, reason: str) -> None:
        """A peer was turned away, for a reason in a few words."""
