"""What is remembered of connections that are over."""

from __future__ import annotations

from app.protocols.echo import Echo
from app.server.connection import Connection
from app.server.history import Ended, History
from tests.server.conftest import Bench
from tests.server.reactors import Client, HandReactor


def hang_up(connection: Connection, client: Client) -> Connection:
    client.close()
    client.until(lambda: not connection.connected)
    return connection


def closed(bench: Bench, count: int) -> list[Connection]:
    """So many connections that are over, with numbers from 1 up."""
    factory = bench.factory(Echo)
    clients = [bench.join(factory) for _ in range(count)]
    return [hang_up(client.protocol, client) for client in clients]  # type: ignore[arg-type]


def numbers(ended: list[Ended]) -> list[int]:
    return [each.number for each in ended]


def test_it_reads_like_the_connection_that_it_was(bench: Bench, hand: HandReactor) -> None:
    hand.advance(10)
    connection, client = bench.connect(Echo())
    peer, local = connection.peer, connection.local
    hand.advance(5)
    client.send(b"hello")
    client.read_all(5)
    hand.advance(5)
    left = Ended.of(hang_up(connection, client))
    assert (left.number, left.factory) == (connection.number, connection.factory)
    assert (left.peer, left.local, left.reason) == (peer, local, "closed by the peer")
    assert (left.opened_at, left.active_at, left.closed_at) == (10, 15, 20)
    assert (left.bytes_in, left.bytes_out, left.bytes_unsent) == (5, 5, 0)
    assert not left.connected


def test_the_oldest_make_room_for_the_newest(bench: Bench) -> None:
    history = History(most=3)
    over = closed(bench, 5)
    came, went = history.add(over[:2])
    assert (numbers(came), went) == ([1, 2], [])
    later, gone = history.add(over[2:])
    assert gone == came
    assert list(history) == later
    assert len(history) == 3


def test_of_more_than_it_keeps_only_the_newest_are_taken(bench: Bench) -> None:
    history = History(most=2)
    came, went = history.add(closed(bench, 4))
    assert (numbers(came), went) == ([3, 4], [])
    history.clear()
    assert len(history) == 0
