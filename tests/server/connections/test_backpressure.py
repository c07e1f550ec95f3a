"""Backpressure with producers of the protocol, and the count of unsent bytes."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from twisted.internet.interfaces import IPullProducer, IPushProducer
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import CertificateOptions
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface import implementer

from app.server.connections.backpressure import Backpressure, unsent_bytes
from app.server.connections.factory import ListenerFactory
from tests.server.conftest import Bench
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record

PIECE = b"0123456789abcdef" * 4096  # 64 KiB: two of them are more than a transport buffers


@implementer(IPushProducer)
class PushSource:
    """A push producer that writes `pieces` pieces, then unregisters."""

    def __init__(self, consumer: Any, pieces: int) -> None:
        self.consumer = consumer
        self.left = pieces
        self.flowing = False
        self.calls: list[str] = []

    def flow(self) -> None:
        self.flowing = True
        while self.flowing and self.left:
            self.left -= 1
            self.consumer.write(PIECE)
        if not self.left:
            self.flowing = False
            self.consumer.unregisterProducer()

    def pauseProducing(self) -> None:
        self.calls.append("pause")
        self.flowing = False

    def resumeProducing(self) -> None:
        self.calls.append("resume")
        self.flow()

    def stopProducing(self) -> None:
        self.calls.append("stop")
        self.flowing = False


@implementer(IPullProducer)
class PullSource:
    """A pull producer that writes one of `pieces` pieces per call, then unregisters."""

    def __init__(self, consumer: Any, pieces: int) -> None:
        self.consumer = consumer
        self.left = pieces
        self.stopped = False

    def resumeProducing(self) -> None:
        if not self.left:
            self.consumer.unregisterProducer()
            return
        self.left -= 1
        self.consumer.write(PIECE)

    def stopProducing(self) -> None:
        self.stopped = True


class Quiet(Protocol):
    """Writes nothing. The test writes to its transport."""

    transport: Any
    received = b""

    def dataReceived(self, data: bytes) -> None:
        self.received += data


class Mirror(Quiet):
    """Sends back what it receives."""

    def dataReceived(self, data: bytes) -> None:
        self.transport.write(data)


def close_after(client: Client, record: Record) -> None:
    client.half_close()
    client.until(lambda: not record.live)


def test_a_push_producer_is_paused_while_the_peer_does_not_read(
    bench: Bench, record: Record
) -> None:
    quiet = Quiet()
    connection, client = bench.connect(quiet)
    push = PushSource(quiet.transport, pieces=200)
    quiet.transport.registerProducer(push, True)
    push.flow()
    assert push.calls == ["pause"]
    assert push.left > 190
    assert client.read_all(200 * len(PIECE)) == PIECE * 200
    assert push.left == 0
    assert connection.bytes_out == 200 * len(PIECE)
    close_after(client, record)
    assert "stop" not in push.calls


def test_a_pull_producer_writes_as_the_peer_reads(bench: Bench, record: Record) -> None:
    quiet = Quiet()
    _, client = bench.connect(quiet)
    pull = PullSource(quiet.transport, pieces=200)
    quiet.transport.registerProducer(pull, False)
    for _ in range(300):
        client.reactor.turn()
    assert pull.left > 0, "the peer did not read"
    assert client.read_all(200 * len(PIECE)) == PIECE * 200
    close_after(client, record)
    assert not pull.stopped


def test_reading_is_bounded_again_after_a_pull_producer(bench: Bench) -> None:
    quiet = Quiet()
    connection, client = bench.connect(quiet)
    quiet.transport.registerProducer(PullSource(quiet.transport, pieces=1), False)
    client.read_all(len(PIECE))
    client.until(lambda: connection.transport.producer is not None)
    quiet.transport.write(PIECE * 200)
    client.reactor.turn()
    assert connection.transport not in client.reactor.getReaders()


def test_reading_pauses_beside_a_pull_producer_while_the_peer_does_not_read(bench: Bench) -> None:
    echo = Mirror()
    connection, client = bench.connect(echo)
    pull = PullSource(echo.transport, pieces=100)
    echo.transport.registerProducer(pull, False)
    offered = 0
    for _ in range(500):
        offered += client.offer(PIECE)
        client.reactor.turn()
    assert connection.bytes_unsent < 8 * len(PIECE)
    assert connection.transport not in client.reactor.getReaders()
    size = offered + 100 * len(PIECE)
    assert len(client.read_all(size)) == size, "then it goes on"


def test_reading_goes_on_when_a_pull_producer_leaves_before_a_full_buffer(bench: Bench) -> None:
    echo = Mirror()
    connection, client = bench.connect(echo)
    echo.transport.registerProducer(PullSource(echo.transport, pieces=1), False)
    for _ in range(2):
        echo.transport.write(PIECE * 2)
    assert connection.transport not in client.reactor.getReaders()
    echo.transport.unregisterProducer()
    assert connection.transport in client.reactor.getReaders()
    client.send(b"hello")
    assert client.read_all(5 * len(PIECE) + 5).endswith(b"hello")


def test_a_producer_registered_behind_a_full_buffer_is_paused_immediately(bench: Bench) -> None:
    quiet = Quiet()
    _, client = bench.connect(quiet)
    quiet.transport.write(PIECE * 200)
    push = PushSource(quiet.transport, pieces=1)
    quiet.transport.registerProducer(push, True)
    assert push.calls == ["pause"]
    assert client.read_all(201 * len(PIECE)) == PIECE * 201
    assert push.calls == ["pause", "resume"]


@pytest.mark.parametrize("streaming", [True, False])
def test_a_second_producer_is_refused(bench: Bench, streaming: bool) -> None:
    quiet = Quiet()
    bench.connect(quiet)
    first = PushSource(quiet.transport, 99) if streaming else PullSource(quiet.transport, 99)
    quiet.transport.registerProducer(first, streaming)
    with pytest.raises(RuntimeError, match="unregister it"):
        quiet.transport.registerProducer(PushSource(quiet.transport, 1), True)


@pytest.mark.parametrize("producer", [PushSource, PullSource])
def test_closing_waits_for_the_producer(
    bench: Bench, record: Record, producer: type[PushSource] | type[PullSource]
) -> None:
    quiet = Quiet()
    connection, client = bench.connect(quiet)
    source = producer(quiet.transport, pieces=50)
    quiet.transport.registerProducer(source, producer is PushSource)
    if isinstance(source, PushSource):
        source.flow()
    quiet.transport.loseConnection()
    assert client.read_to_end() == PIECE * 50
    assert record.events[-1] == ("closed", 1, "closed by the listener")
    assert connection.bytes_out == 50 * len(PIECE)


@pytest.mark.parametrize("producer", [PushSource, PullSource])
def test_a_producer_finishes_for_a_peer_that_closed_its_side(
    bench: Bench, record: Record, producer: type[PushSource] | type[PullSource]
) -> None:
    quiet = Quiet()
    _, client = bench.connect(quiet)
    source = producer(quiet.transport, pieces=50)
    quiet.transport.registerProducer(source, producer is PushSource)
    client.half_close()
    client.reactor.turn()
    if isinstance(source, PushSource):
        source.flow()
    assert client.read_to_end() == PIECE * 50
    assert record.events[-1] == ("closed", 1, "closed by the peer")


@pytest.mark.parametrize("streaming", [True, False])
def test_a_producer_is_stopped_when_the_connection_is_gone(
    bench: Bench, record: Record, streaming: bool
) -> None:
    quiet = Quiet()
    _, client = bench.connect(quiet)
    source: PushSource | PullSource
    source = PushSource(quiet.transport, 99) if streaming else PullSource(quiet.transport, 99)
    quiet.transport.registerProducer(source, streaming)
    client.reset()
    client.until(lambda: not record.live)
    if isinstance(source, PushSource):
        assert source.calls[-1] == "stop"
    else:
        assert source.stopped


def test_a_producer_registered_after_closing_is_stopped_immediately(bench: Bench) -> None:
    quiet = Quiet()
    _, client = bench.connect(quiet)
    quiet.transport.loseConnection()
    push = PushSource(quiet.transport, pieces=1)
    quiet.transport.registerProducer(push, True)
    assert push.calls == ["stop"]
    client.half_close()


def test_a_producer_that_fails_to_stop_does_not_keep_the_connection(
    bench: Bench, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    class Stubborn(PushSource):
        def stopProducing(self) -> None:
            raise ValueError("boom")

    quiet = Quiet()
    connection, client = bench.connect(quiet)
    quiet.transport.registerProducer(Stubborn(quiet.transport, pieces=1), True)
    client.reset()
    client.until(lambda: not record.live)
    assert isinstance(connection.factory, ListenerFactory)
    assert not connection.factory.connections
    assert caplog.records[-1].levelno == logging.ERROR
    assert "ValueError: boom" in caplog.text


def test_a_full_buffer_does_not_stop_a_handshake() -> None:
    """TLS must read from the peer before it can empty its buffer."""
    transport = ReadSwitch()
    backpressure = Backpressure(transport, handshaking=True)
    backpressure.pauseProducing()
    assert transport.reads
    backpressure.end_handshake()
    backpressure.pauseProducing()
    assert not transport.reads


def test_a_handshake_resumes_reading_behind_a_full_buffer() -> None:
    transport = ReadSwitch()
    backpressure = Backpressure(transport)
    backpressure.pauseProducing()
    assert not transport.reads
    backpressure.begin_handshake()
    assert transport.reads


class ReadSwitch:
    """A transport that only knows whether it reads."""

    reads = True

    def registerProducer(self, producer: IPushProducer, streaming: bool) -> None:
        assert streaming

    def pauseProducing(self) -> None:
        self.reads = False

    def resumeProducing(self) -> None:
        self.reads = True


# Unsent bytes

LOTS = bytes(10_000_000)  # more than any system takes in one write


def test_bytes_that_the_system_did_not_take_are_unsent(hand: HandReactor) -> None:
    protocol: Any = Protocol()
    client = Client(hand, protocol)
    assert unsent_bytes(protocol.transport) == 0
    protocol.transport.write(LOTS)
    assert unsent_bytes(protocol.transport) == len(LOTS)
    hand.turn()
    protocol.transport.write(b"more")
    taken = len(LOTS) + 4 - unsent_bytes(protocol.transport)
    assert 0 < taken < len(LOTS)
    assert len(client.read_all(len(LOTS) + 4)) == len(LOTS) + 4
    assert unsent_bytes(protocol.transport) == 0
    client.close()
    hand.drop_all()


def test_bytes_that_wait_for_the_tls_handshake_are_unsent() -> None:
    clock = Clock()
    made: list[Any] = []

    class Speaker(Protocol):
        def connectionMade(self) -> None:
            made.append(self.transport)
            made[0].write(b"gathered")

    factory = TLSMemoryBIOFactory(
        CertificateOptions(), True, Factory.forProtocol(Speaker), clock=clock
    )
    protocol = factory.buildProtocol(None)
    protocol.makeConnection(StringTransport())
    assert unsent_bytes(made[0]) == len(b"gathered")
    clock.advance(0)
    made[0].write(b" and blocked")
    assert unsent_bytes(made[0]) == len(b"gathered and blocked")


def test_an_unknown_transport_has_no_unsent_bytes() -> None:
    transport = StringTransport()
    transport.write(b"hello")
    assert unsent_bytes(transport) == 0
    assert unsent_bytes(object()) == 0
    assert unsent_bytes(None) == 0
