"""Says something to connections as the server itself, past their protocols."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from app.server.connections.connection import Connection
from app.server.listener import Listener


@frozen
class SendResult:
    """What became of one send."""

    size: int
    """Bytes, as each of those reached was sent."""

    reached: int
    gone: int
    """How many of those who were meant were over or closing."""


class Recipients:
    """Connections that were chosen. Those that end meanwhile stay in it, and are told as gone."""

    def __init__(self, chosen: Sequence[Connection]) -> None:
        self._chosen = tuple(chosen)

    @property
    def members(self) -> Sequence[Connection]:
        """All who are meant, also those that are over."""
        return self._chosen

    @property
    def live(self) -> list[Connection]:
        """Those who can be sent something now."""
        return [each for each in self.members if each.connected and not each.disconnecting]

    def send(self, data: bytes) -> SendResult:
        """Write `data` to each. It counts as sent by the connection, and is in the traffic."""
        members, live = self.members, self.live
        for connection in live:
            connection.write(data)
        return SendResult(len(data), len(live), len(members) - len(live))


class AllConnections(Recipients):
    """Whoever is connected to a listener when something is sent."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(())
        self._listener = listener

    @property
    def members(self) -> Sequence[Connection]:
        factory = self._listener.factory
        return () if factory is None else tuple(factory.connections)
