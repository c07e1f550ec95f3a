"""The factory of one listener on a reactor turned by hand, and clients that connect to it."""

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
    """Serves protocols under test, connects clients to them, and knows what is left of both."""

    def __init__(self, hand: HandReactor, record: Record) -> None:
        self.hand = hand
        self.record = record
        self.clients: list[Client] = []
        self._left: list[Connection] = []
        self._numbers = itertools.count(1)

    def factory(
        self, build: Callable[[], IProtocol | None], limit: int = 100, **limits: Any
    ) -> ListenerFactory:
        """A listener's factory, each of whose connections gets what `build` makes."""
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
        """A client that `factory` serves, or refuses."""
        client = Client(self.hand, factory.buildProtocol(address))
        self.clients.append(client)
        return client

    def leave(self, connection: Connection) -> None:
        """A connection that has no client: end it with the test."""
        self._left.append(connection)

    def end_the_rest(self) -> None:
        """End the connections that have no client."""
        for connection in self._left:
            connection.connectionLost()

    def connect(self, protocol: IProtocol) -> tuple[Connection, Client]:
        """One client of `protocol`, and the connection between them."""
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
    assert not hand.getDelayedCalls(), "something of a connection outlived it"
    assert not record.live, "a connection ended and nobody was told"
