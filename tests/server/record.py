"""An observer that records its events in order."""

from __future__ import annotations

from twisted.internet.interfaces import IAddress

from app.server.connections.connection import Connection
from app.server.connections.owner import ConnectionOwner
from app.server.listener import Listener
from app.server.sockets.addresses import format_address


class Record:
    """Records events as tuples: the name of the event, its subject, and details."""

    def __init__(self) -> None:
        self.events: list[tuple[object, ...]] = []
        self.live: set[Connection] = set()

    @property
    def states(self) -> list[str]:
        """The states of all listeners, in the order of the changes."""
        return [str(event[2]) for event in self.events if event[0] == "moved"]

    def listener_changed(self, listener: Listener) -> None:
        self.events.append(("moved", listener.spec.name, listener.state.value))

    def opened(self, connection: Connection) -> None:
        self.live.add(connection)
        self.events.append(("opened", connection.number))

    def active(self, connection: Connection) -> None:
        self.events.append(("active", connection.number))

    def forwarded(self, connection: Connection) -> None:
        self.events.append(("forwarded", connection.number))

    def closed(self, connection: Connection) -> None:
        self.live.remove(connection)
        self.events.append(("closed", connection.number, connection.reason))

    def refused(self, factory: ConnectionOwner, peer: IAddress | None, reason: str) -> None:
        self.events.append(("refused", format_address(peer).partition(":")[0], reason))
