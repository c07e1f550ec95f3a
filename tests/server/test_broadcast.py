"""Sending to connections without their protocols."""

from __future__ import annotations

from twisted.internet.protocol import Protocol

from app.server.broadcast import Recipients
from tests.server.conftest import Bench


def test_a_send_reaches_each_connection_and_is_counted_and_tapped(bench: Bench) -> None:
    factory = bench.factory(Protocol)
    tapped: list[tuple[int, bool, bytes]] = []
    factory.tap = lambda _, number, direction, data: tapped.append((number, direction, data))
    clients = [bench.join(factory) for _ in range(2)]
    connections = list(factory.connections)
    result = Recipients(connections).send(b"news")
    assert (result.size, result.reached, result.gone) == (4, 2, 0)
    assert [client.read_all(4) for client in clients] == [b"news", b"news"]
    assert [each.bytes_out for each in connections] == [4, 4]
    assert tapped == [(each.number, True, b"news") for each in connections]


def test_closed_and_closing_connections_are_not_written_to(bench: Bench) -> None:
    factory = bench.factory(Protocol)
    clients = [bench.join(factory) for _ in range(3)]
    over, closing, there = factory.connections
    clients[0].close()
    clients[0].until(lambda: not over.connected)
    closing.loseConnection()
    recipients = Recipients([over, closing, there])
    assert recipients.live == [there]
    result = recipients.send(b"news")
    assert (result.reached, result.gone) == (1, 2)
    assert closing.bytes_out == over.bytes_out == 0
    assert clients[2].read_all(4) == b"news"
