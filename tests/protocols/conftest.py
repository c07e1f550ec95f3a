"""Clients on real sockets for the protocols under test, on a reactor turned by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IProtocolFactory

from tests.server.reactors import Client, HandReactor

Join = Callable[[IProtocolFactory], Client]

ADDRESS = IPv4Address("TCP", "127.0.0.1", 50_000)


@pytest.fixture
def join() -> Iterator[Join]:
    """Connects a new client to a protocol of the given factory."""
    hand = HandReactor()
    clients: list[Client] = []

    def join(factory: IProtocolFactory) -> Client:
        protocol = factory.buildProtocol(ADDRESS)
        assert protocol is not None
        clients.append(Client(hand, protocol))
        return clients[-1]

    yield join
    for client in clients:
        client.close()
    hand.drop_all()
    assert not hand.getReaders()
    assert not hand.getWriters()
