"""Bytes that the user sends to chosen connections. The protocols do not take part in that."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from app.server.connections.connection import Connection
from app.server.listener import Listener


@frozen
class SendResult:
    """The result of one send."""

    size: int
    """How many bytes were sent to each connection."""

    reached: int
    """How many connections they were sent to."""

    gone: int
    """How many of the recipients were closed or closing."""


class Recipients:
    """A fixed selection of connections. A connection that closes stays a member."""

    def __init__(self, chosen: Sequence[Connection]) -> None:
        self._chosen = tuple(chosen)

    @property
    def members(self) -> Sequence[Connection]:
        """All recipients, also closed ones."""
        return self._chosen

    @property
    def live(self) -> list[Connection]:
        """The recipients that can be written to now."""
        return [each for each in self.members if each.connected and not each.disconnecting]

    def send(self, data: bytes) -> SendResult:
        """Write `data` to each live recipient. It counts as sent and appears in the traffic."""
        members, live = self.members, self.live
        for connection in live:
            connection.write(data)
        return SendResult(len(data), len(live), len(members) - len(live))


class AllConnections(Recipients):
    """All connections that a listener has at the time of the send."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(())
        self._listener = listener

    @property
    def members(self) -> Sequence[Connection]:
        factory = self._listener.factory
        return () if factory is None else tuple(factory.connections)
