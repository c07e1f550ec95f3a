"""Saying something to connections past their protocols."""

from __future__ import annotations

from twisted.internet.protocol import Protocol

from app.server.broadcast import Recipients
from tests.server.conftest import Bench


def test_it_reaches_each_and_counts_and_is_in_the_traffic(bench: Bench) -> None:
    factory = bench.factory(Protocol)
    tapped: list[tuple[int, bool, bytes]] = []
    factory.tap = lambda _, number, direction, data: tapped.append((number, direction, data))
    clients = [bench.join(factory) for _ in range(2)]
    connections = list(factory.connections)
    outcome = Recipients(connections).send(b"news")
    assert (outcome.size, outcome.reached, outcome.gone) == (4, 2, 0)
    assert [client.read_all(4) for client in clients] == [b"news", b"news"]
    assert [each.bytes_out for each in connections] == [4, 4]
    assert tapped == [(each.number, True, b"news") for each in connections]


def test_who_is_over_or_closing_is_told_and_not_written_to(bench: Bench) -> None:
    factory = bench.factory(Protocol)
    clients = [bench.join(factory) for _ in range(3)]
    over, closing, there = factory.connections
    clients[0].close()
    clients[0].until(lambda: not over.connected)
    closing.loseConnection()
    audience = Recipients([over, closing, there])
    assert audience.live == [there]
    outcome = audience.send(b"news")
    assert (outcome.reached, outcome.gone) == (1, 2)
    assert closing.bytes_out == over.bytes_out == 0
    assert clients[2].read_all(4) == b"news"
