"""What the connections of one listener share."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from attrs import evolve
from twisted.internet.address import IPv4Address, UNIXAddress
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.protocols.haproxy import proxyEndpoint

from app.protocols.echo import Echo
from app.server.connection import Connection
from app.server.refusal import Refusal
from tests.server.conftest import Bench
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record

SOMEBODY = IPv4Address("TCP", "192.0.2.7", 4711)


def test_it_knows_who_is_connected_oldest_first(bench: Bench, record: Record) -> None:
    factory = bench.factory(Echo)
    clients = [bench.join(factory) for _ in range(3)]
    assert [each.number for each in factory.connections] == [1, 2, 3]
    clients[1].close()
    clients[0].until(lambda: len(record.live) == 2)
    assert [each.number for each in factory.connections] == [1, 3]


def test_one_too_many_is_refused_and_counts_as_no_connection(bench: Bench, record: Record) -> None:
    factory = bench.factory(Echo, limit=2)
    for _ in range(2):
        bench.join(factory)
    assert isinstance(factory.buildProtocol(SOMEBODY), Refusal)
    assert (factory.accepted, factory.refused) == (2, 1)
    assert record.events[-1] == ("refused", "192.0.2.7", "too many connections")
    assert len(factory.connections) == 2


def test_a_slot_is_free_as_soon_as_one_leaves(bench: Bench, record: Record) -> None:
    factory = bench.factory(Echo, limit=1)
    first = bench.join(factory)
    first.close()
    first.until(lambda: not record.live)
    second = bench.join(factory)
    second.send(b"hello")
    assert second.read_all(5) == b"hello"
    assert factory.refused == 0


def test_a_changed_limit_counts_for_the_next_peer(bench: Bench) -> None:
    factory = bench.factory(Echo, limit=1)
    bench.join(factory)
    factory.change(evolve(factory.spec, max_connections=2))
    assert isinstance(factory.buildProtocol(SOMEBODY), Connection)
    factory.change(evolve(factory.spec, max_connections=1))
    assert isinstance(factory.buildProtocol(SOMEBODY), Refusal)
    assert len(factory.connections) == 1, "those who are there may stay"


def test_a_factory_may_turn_a_peer_away(bench: Bench, record: Record) -> None:
    factory = bench.factory(lambda: None)
    assert factory.buildProtocol(SOMEBODY) is None
    assert record.events == [("refused", "192.0.2.7", "refused by the protocol's factory")]
    assert factory.refused == 1


def test_a_factory_that_fails_turns_one_peer_away_and_says_why(
    bench: Bench, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    builds = 0

    def build() -> Echo:
        nonlocal builds
        builds += 1
        if builds == 1:
            raise ValueError("boom")
        return Echo()

    factory = bench.factory(build)
    assert factory.buildProtocol(SOMEBODY) is None
    assert record.events == [("refused", "192.0.2.7", "ValueError: boom")]
    (logged,) = caplog.records
    assert (logged.levelno, logged.getMessage()) == (
        logging.ERROR,
        "Test: the protocol could not be made.",
    )
    assert "ValueError: boom" in caplog.text
    client = bench.join(factory)
    client.send(b"fine")
    assert client.read_all(4) == b"fine"


def test_totals_outlive_the_connections(bench: Bench, record: Record) -> None:
    factory = bench.factory(Echo)
    for text in (b"one", b"three"):
        client = bench.join(factory)
        client.send(text)
        client.read_all(len(text))
        client.close()
        client.until(lambda: not record.live)
    assert (factory.accepted, factory.bytes_in, factory.bytes_out) == (2, 8, 8)


def test_an_empty_factory_is_emptied_at_once(bench: Bench) -> None:
    assert bench.factory(Echo).emptied().called


def test_whoever_waits_for_it_to_be_empty_is_told_when_the_last_one_leaves(
    bench: Bench, record: Record
) -> None:
    factory = bench.factory(Echo)
    first, second = bench.join(factory), bench.join(factory)
    waiting = [factory.emptied(), factory.emptied()]
    first.close()
    first.until(lambda: len(record.live) == 1)
    assert not any(each.called for each in waiting)
    second.close()
    second.until(lambda: not record.live)
    assert all(each.called for each in waiting)


# Limits per address

HERE = IPv4Address("TCP", "127.0.0.1", 4711)
ONE_TOO_MANY = b"Too many connections from your address, close one first"


def test_one_address_may_not_have_more_than_its_share(bench: Bench, record: Record) -> None:
    factory = bench.factory(Echo, max_connections_per_address=2)
    for _ in range(2):
        bench.join(factory, HERE)
    refused = bench.join(factory, HERE)
    assert refused.read_to_end() == ONE_TOO_MANY
    assert record.events[-1][-1] == "too many connections from one address"
    assert isinstance(factory.buildProtocol(SOMEBODY), Connection), "others have their own share"
    assert (factory.accepted, factory.refused) == (2, 1)


def test_the_share_of_an_address_is_free_again_as_soon_as_one_leaves(
    bench: Bench, record: Record
) -> None:
    factory = bench.factory(Echo, max_connections_per_address=1)
    for _ in range(3):
        client = bench.join(factory, HERE)
        assert isinstance(client.protocol, Connection)
        client.close()
        client.until(lambda: not record.live)
    assert factory.refused == 0


def test_the_share_of_a_proxy_is_free_again_whoever_it_spoke_for(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    """Its address is what is known when a peer is let in; a PROXY header names another one."""
    factory = bench.factory(Echo, max_connections_per_address=2)
    proxyEndpoint(TCP4ServerEndpoint(hand, 8007)).listen(factory)
    proxied: Any = hand.tcpServers[-1][1]
    for number in range(4):
        client = Client(hand, proxied.buildProtocol(HERE))
        client.send(b"PROXY TCP4 192.0.2.%d 192.0.2.99 5000 80\r\nhello" % number)
        assert client.read_all(5) == b"hello"
        assert [each.peer for each in record.live] == [f"192.0.2.{number}:5000"]
        client.close()
        client.until(lambda: not record.live)
    assert factory.refused == 0


def test_those_without_an_address_are_not_told_apart(bench: Bench) -> None:
    factory = bench.factory(Echo, max_connections_per_address=1)
    for address in (None, UNIXAddress(b"x"), UNIXAddress(None)):
        assert isinstance(factory.buildProtocol(address), Connection)


def test_a_share_counts_who_was_there_before_it_was_set(bench: Bench) -> None:
    factory = bench.factory(Echo)
    bench.join(factory, HERE)
    factory.change(evolve(factory.spec, max_connections_per_address=1))
    assert isinstance(factory.buildProtocol(HERE), Refusal)


def test_refusals_are_counted_by_reason(bench: Bench) -> None:
    factory = bench.factory(Echo, limit=1)
    bench.join(factory, HERE)
    for _ in range(2):
        factory.buildProtocol(HERE)
    factory.change(evolve(factory.spec, max_connections=2, max_connections_per_address=1))
    factory.buildProtocol(HERE)
    assert factory.refused == 3
    assert factory.refusals.by_reason() == [
        ("too many connections", 2),
        ("too many connections from one address", 1),
    ]
