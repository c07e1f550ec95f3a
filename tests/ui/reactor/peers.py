"""Connections without sockets: they have a test clock, and transports that only record."""

from __future__ import annotations

import itertools

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from app.profile import ListenerSpec
from app.protocols.echo import Echo
from app.server.connections.connection import Connection
from app.server.connections.factory import ListenerFactory
from app.server.monitor import Changes

LOCAL = IPv4Address("TCP", "127.0.0.1", 8007)


class Peers:
    """Makes connections for a few factories, which report them to `changes`, as in a deck."""

    def __init__(self, *names: str) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000)
        self.changes = Changes(lambda: None)
        numbers = itertools.count(1)
        self.factories = [
            ListenerFactory(
                Factory.forProtocol(Echo),
                spec=ListenerSpec(name=name, protocol="echo", endpoint="tcp:0"),
                clock=self.clock,
                observer=self.changes,
                numbers=numbers,
            )
            for name in names or ("Echo",)
        ]
        self._ports = itertools.count(50_001)

    @property
    def live(self) -> list[Connection]:
        return [each for factory in self.factories for each in factory.connections]

    def open(self, factory: int = 0, address: IAddress | None = None) -> Connection:
        address = address or IPv4Address("TCP", "127.0.0.1", next(self._ports))
        connection = self.factories[factory].buildProtocol(address)
        assert isinstance(connection, Connection)
        connection.makeConnection(StringTransport(hostAddress=LOCAL, peerAddress=address))
        return connection

    @staticmethod
    def close(connection: Connection) -> None:
        connection.connectionLost(Failure(ConnectionDone()))
