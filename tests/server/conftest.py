"""Fixtures: the factory of one listener on a manual reactor, and clients that connect to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twisted.internet.interfaces import IAddress, IProtocol

from app.profile import ListenerSpec
from app.server.connections.connection import Connection
from app.server.connections.factory import ListenerFactory
from tests.server.factories import Wrapped
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record


@pytest.fixture
def hand() -> HandReactor:
    return HandReactor()


@pytest.fixture
def record() -> Record:
    return Record()


class Bench:
    """Serves protocols under test, connects clients to them, and closes both after the test."""

    def __init__(self, hand: HandReactor, record: Record) -> None:
        self.hand = hand
        self.record = record
        self.clients: list[Client] = []
        self._left: list[Connection] = []
        self._numbers = itertools.count(1)

    def factory(
        self, build: Callable[[], IProtocol | None], limit: int = 100, **limits: Any
    ) -> ListenerFactory:
        """The factory of a listener. `build` makes the protocol of each connection."""
        spec = ListenerSpec(
            name="Test", protocol="echo", endpoint="tcp:0", max_connections=limit, **limits
        )
        return ListenerFactory(
            Wrapped(build),
            spec=spec,
            clock=self.hand,
            observer=self.record,
            numbers=self._numbers,
        )

    def join(self, factory: ListenerFactory, address: IAddress | None = None) -> Client:
        """Connect a client to `factory`, which serves or refuses it."""
        client = Client(self.hand, factory.buildProtocol(address))
        self.clients.append(client)
        return client

    def leave(self, connection: Connection) -> None:
        """Close `connection`, which has no client, after the test."""
        self._left.append(connection)

    def end_the_rest(self) -> None:
        """Close the connections that have no client."""
        for connection in self._left:
            connection.connectionLost()

    def connect(self, protocol: IProtocol) -> tuple[Connection, Client]:
        """Connect a client to `protocol`. Returns the connection and the client."""
        client = self.join(self.factory(lambda: protocol))
        assert isinstance(client.protocol, Connection)
        return client.protocol, client


@pytest.fixture
def bench(hand: HandReactor, record: Record) -> Iterator[Bench]:
    bench = Bench(hand, record)
    yield bench
    for client in bench.clients:
        client.close()
    hand.drop_all()
    bench.end_the_rest()
    assert not hand.getDelayedCalls(), "a timer of a connection is still running"
    assert not record.live, "a connection closed and was not reported"
