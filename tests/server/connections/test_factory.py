"""The connections of one listener: limits, totals and the idle time-out."""

from __future__ import annotations

import logging
import socket
import sys
from contextlib import suppress
from typing import Any

import pytest
from attrs import evolve
from twisted.internet.address import IPv4Address, UNIXAddress
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import Protocol
from twisted.protocols.haproxy import proxyEndpoint
from zope.interface import implementer

from app.protocols.echo import Echo
from app.server.connections.closing import RefusalProtocol
from app.server.connections.connection import Connection
from tests.server.conftest import Bench
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record

SOMEBODY = IPv4Address("TCP", "192.0.2.7", 4711)


def test_live_connections_are_listed_oldest_first(bench: Bench, record: Record) -> None:
    factory = bench.factory(Echo)
    clients = [bench.join(factory) for _ in range(3)]
    assert [each.number for each in factory.connections] == [1, 2, 3]
    clients[1].close()
    clients[0].until(lambda: len(record.live) == 2)
    assert [each.number for each in factory.connections] == [1, 3]


def test_a_peer_over_the_limit_is_refused_and_is_no_connection(
    bench: Bench, record: Record
) -> None:
    factory = bench.factory(Echo, limit=2)
    for _ in range(2):
        bench.join(factory)
    assert isinstance(factory.buildProtocol(SOMEBODY), RefusalProtocol)
    assert (factory.accepted, factory.refused) == (2, 1)
    assert record.events[-1] == ("refused", "192.0.2.7", "too many connections")
    assert len(factory.connections) == 2


def test_a_slot_is_free_as_soon_as_a_connection_closes(bench: Bench, record: Record) -> None:
    factory = bench.factory(Echo, limit=1)
    first = bench.join(factory)
    first.close()
    first.until(lambda: not record.live)
    second = bench.join(factory)
    second.send(b"hello")
    assert second.read_all(5) == b"hello"
    assert factory.refused == 0


def test_a_changed_limit_applies_to_the_next_peer(bench: Bench) -> None:
    factory = bench.factory(Echo, limit=1)
    bench.join(factory)
    factory.change(evolve(factory.spec, max_connections=2))
    assert isinstance(factory.buildProtocol(SOMEBODY), Connection)
    factory.change(evolve(factory.spec, max_connections=1))
    assert isinstance(factory.buildProtocol(SOMEBODY), RefusalProtocol)
    assert len(factory.connections) == 1, "those who are there may stay"


def test_a_factory_may_refuse_a_peer(bench: Bench, record: Record) -> None:
    factory = bench.factory(lambda: None)
    assert factory.buildProtocol(SOMEBODY) is None
    assert record.events == [("refused", "192.0.2.7", "refused by the protocol's factory")]
    assert factory.refused == 1


def test_a_factory_that_fails_refuses_one_peer_and_logs_why(
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


def test_when_empty_fires_immediately_without_connections(bench: Bench) -> None:
    assert bench.factory(Echo).when_empty().called


def test_when_empty_fires_when_the_last_connection_closes(bench: Bench, record: Record) -> None:
    factory = bench.factory(Echo)
    first, second = bench.join(factory), bench.join(factory)
    waiting = [factory.when_empty(), factory.when_empty()]
    first.close()
    first.until(lambda: len(record.live) == 1)
    assert not any(each.called for each in waiting)
    second.close()
    second.until(lambda: not record.live)
    assert all(each.called for each in waiting)


# Limits per address

HERE = IPv4Address("TCP", "127.0.0.1", 4711)
ONE_TOO_MANY = b"Too many connections from your address, close one first"


def test_a_peer_over_the_limit_per_address_is_refused(bench: Bench, record: Record) -> None:
    factory = bench.factory(Echo, max_connections_per_address=2)
    for _ in range(2):
        bench.join(factory, HERE)
    refused = bench.join(factory, HERE)
    assert refused.read_to_end() == ONE_TOO_MANY
    assert record.events[-1][-1] == "too many connections from one address"
    assert isinstance(factory.buildProtocol(SOMEBODY), Connection), "others have their own share"
    assert (factory.accepted, factory.refused) == (2, 1)


def test_a_slot_of_an_address_is_free_as_soon_as_a_connection_closes(
    bench: Bench, record: Record
) -> None:
    factory = bench.factory(Echo, max_connections_per_address=1)
    for _ in range(3):
        client = bench.join(factory, HERE)
        assert isinstance(client.protocol, Connection)
        client.close()
        client.until(lambda: not record.live)
    assert factory.refused == 0


def test_a_slot_of_a_proxy_is_free_whatever_address_it_announced(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    """The proxy's address is counted at the accept; a PROXY header later names another one."""
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


def test_peers_without_an_address_have_no_limit_per_address(bench: Bench) -> None:
    factory = bench.factory(Echo, max_connections_per_address=1)
    for address in (None, UNIXAddress(b"x"), UNIXAddress(None)):
        assert isinstance(factory.buildProtocol(address), Connection)


def test_a_new_limit_per_address_counts_existing_connections(bench: Bench) -> None:
    factory = bench.factory(Echo)
    bench.join(factory, HERE)
    factory.change(evolve(factory.spec, max_connections_per_address=1))
    assert isinstance(factory.buildProtocol(HERE), RefusalProtocol)


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


# Idle time-out


def test_an_idle_connection_is_closed_after_the_timeout(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    factory = bench.factory(Echo, idle_timeout=30)
    client = bench.join(factory)
    hand.advance(29.9)
    assert record.live
    hand.advance(0.1)
    client.half_close()
    assert client.read_to_end() == b""
    client.until(lambda: not record.live)
    assert record.events[-1] == ("closed", 1, "idle for 30 s")
    assert factory.closed_by_limit.by_reason() == [("idle", 1)]


@pytest.mark.parametrize("set_by", [-3600.0, 3600.0])
def test_setting_the_system_clock_changes_no_idle_timeout(
    bench: Bench,
    hand: HandReactor,
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
    set_by: float,
) -> None:
    unix = [5000.0]
    monkeypatch.setattr(hand, "unix_seconds", lambda: unix[0], raising=False)
    client = bench.join(bench.factory(Echo, idle_timeout=30))
    unix[0] += set_by
    hand.advance(29.9)
    assert record.live
    hand.advance(0.1)
    client.half_close()
    client.until(lambda: not record.live)
    assert record.events[-1] == ("closed", 1, "idle for 30 s")


def test_every_byte_in_either_direction_restarts_the_timeout(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    factory = bench.factory(Echo, idle_timeout=30)
    silent, busy = bench.join(factory), bench.join(factory)
    for _ in range(4):
        hand.advance(20)
        busy.send(b"x")
        busy.read_all(1)
        busy.received = b""
        hand.turn()
    silent.half_close()
    silent.read_to_end()
    silent.until(lambda: len(record.live) == 1)
    hand.advance(29)
    assert [each.number for each in record.live] == [2]
    hand.advance(3)
    assert busy.read_to_end() == b""


def test_an_idle_peer_that_does_not_close_is_reset(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    class Silent(Protocol):
        """Writes a large amount once."""

        def connectionMade(self) -> None:
            assert self.transport is not None
            self.transport.write(bytes(10_000_000))

    client = bench.join(bench.factory(Silent, idle_timeout=5))
    hand.turn()
    hand.advance(5)
    assert [each.reason for each in record.live] == [""], (
        "the first check cannot know yet whether the peer reads"
    )
    hand.advance(5)
    assert [each.reason for each in record.live] == ["idle for 5 s"]
    hand.advance(1)
    hand.turn()
    assert record.events[-1] == ("closed", 1, "idle for 5 s")
    client.read_to_end()
    assert client.was_reset


@pytest.mark.parametrize("seconds", [0, 60])
def test_all_connections_share_one_timer(bench: Bench, hand: HandReactor, seconds: int) -> None:
    factory = bench.factory(Echo, idle_timeout=seconds)
    assert not hand.getDelayedCalls()
    clients = [bench.join(factory) for _ in range(20)]
    assert len(hand.getDelayedCalls()) == bool(seconds)
    for client in clients:
        client.close()
    clients[0].until(lambda: not factory.connections)
    assert not hand.getDelayedCalls()


def test_a_changed_timeout_applies_immediately(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    factory = bench.factory(Echo)
    bench.join(factory)
    hand.advance(100)
    factory.change(evolve(factory.spec, idle_timeout=200))
    hand.advance(99)
    assert [each.reason for each in record.live] == [""]
    factory.change(evolve(factory.spec, idle_timeout=0))
    assert not hand.getDelayedCalls()
    hand.advance(1000)
    assert [each.reason for each in record.live] == [""]
    factory.change(evolve(factory.spec, idle_timeout=10))
    assert [each.reason for each in record.live] == ["idle for 10 s"]


def test_connections_due_within_the_tolerance_are_checked_together(
    bench: Bench, hand: HandReactor
) -> None:
    factory = bench.factory(Echo, idle_timeout=1000)
    for _ in range(50):
        bench.join(factory)
        hand.advance(0.01)
    looks = 0
    for _ in range(200):
        before = {id(each) for each in hand.getDelayedCalls()}
        hand.advance(10)
        looks += bool({id(each) for each in hand.getDelayedCalls()} - before)
        if not factory.connections:
            break
    assert looks < 10


class Writer(Protocol):
    """Writes a large amount once."""

    closes = False

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(bytes(MUCH))
        if self.closes:
            self.transport.loseConnection()


class ClosingWriter(Writer):
    """Writes a large amount and closes."""

    closes = True


MUCH = 10_000_000  # more than any system takes in one write


def fill(hand: HandReactor) -> None:
    """Turn the reactor until the buffers of the system are full."""
    for _ in range(100):
        hand.turn()


def join_slowly(bench: Bench, protocol: type[Protocol]) -> Client:
    """Connect a client with a small receive buffer, so that bytes queue at the listener."""
    client = bench.join(bench.factory(protocol, idle_timeout=5))
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    fill(client.reactor)
    return client


def sip(client: Client) -> None:
    """Let the client read a little."""
    taken: list[bytes] = []

    def take() -> bool:
        with suppress(BlockingIOError):
            taken.append(client.socket.recv(MUCH // 100))
        return bool(taken)

    client.until(take)
    assert taken[0], f"the rest after {len(client.received):,} bytes is lost"
    client.received += taken[0]
    fill(client.reactor)


@pytest.mark.parametrize("protocol", [Writer, ClosingWriter])
def test_a_slow_reader_gets_everything(
    bench: Bench, hand: HandReactor, protocol: type[Protocol]
) -> None:
    client = join_slowly(bench, protocol)
    while len(client.received) < MUCH:
        hand.advance(4)
        sip(client)
    for _ in range(10):
        hand.advance(1)
    client.read_to_end()
    assert len(client.received) == MUCH


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what waits in it")
def test_a_connection_is_not_idle_while_the_peer_reads_queued_bytes(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    client = join_slowly(bench, Writer)
    (connection,) = record.live
    while connection.bytes_unsent:
        sip(client)
    for _ in range(10):
        hand.advance(4)
        sip(client)
    assert connection.reason == ""
    for _ in range(10):
        hand.advance(1)
    assert connection.reason == "idle for 5 s"


def test_a_closing_connection_whose_peer_does_not_read_ends_within_a_minute(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    factory = bench.factory(ClosingWriter)
    bench.join(factory)
    fill(hand)
    hand.advance(30)
    hand.advance(29)
    assert len(record.live) == 1
    hand.advance(1)
    hand.turn()
    assert record.events[-1] == ("closed", 1, "did not read for 30 s")
    assert factory.closed_by_limit.by_reason() == [("did not read", 1)]


def test_a_closing_protocol_may_write_for_as_long_as_it_needs(
    bench: Bench, hand: HandReactor
) -> None:
    """The producer decides when everything is written. Until then the peer is not waited for."""

    @implementer(IPushProducer)
    class Patient(Protocol):
        def connectionMade(self) -> None:
            transport: Any = self.transport
            transport.registerProducer(self, True)
            transport.loseConnection()

        def pauseProducing(self) -> None: ...
        def resumeProducing(self) -> None: ...
        def stopProducing(self) -> None: ...

    protocol: Any = Patient()
    client = bench.join(bench.factory(lambda: protocol))
    hand.advance(3600)
    protocol.transport.write(b"at last")
    protocol.transport.unregisterProducer()
    assert client.read_to_end() == b"at last"
