"""One connection between Twisted's own transport and a protocol, without a running reactor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IAddress, IHalfCloseableProtocol, ITCPTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.tcp import Port
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer

from app.protocols.echo import Echo
from app.server.connections.backpressure import FULL_BYTES
from app.server.connections.closing import LINGER_SECONDS, LONGEST_REASON, describe_error
from app.server.connections.connection import Connection
from app.traffic.connection_info import CloseKind
from tests.server.conftest import Bench
from tests.server.reactors import HandReactor
from tests.server.record import Record

LAST_WORDS = b"Nice to meet you, goodbye.\r\n"
LOTS = bytes(range(256)) * 40_000  # 10 MB, more than any buffer takes


class Recorder(Protocol):
    """Records the calls of its transport."""

    transport: Any

    def __init__(self) -> None:
        self.received = b""
        self.lost: list[type[BaseException]] = []

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        assert reason.type is not None
        self.lost.append(reason.type)


class LastWords(Recorder):
    """Writes and closes as soon as it is connected."""

    def connectionMade(self) -> None:
        self.transport.write(LAST_WORDS)
        self.transport.loseConnection()


@implementer(IHalfCloseableProtocol)
class HalfCloseRecorder(Recorder):
    """A `Recorder` that supports half-closed connections."""

    def __init__(self) -> None:
        super().__init__()
        self.halves: list[str] = []

    def readConnectionLost(self) -> None:
        self.halves.append("read")

    def writeConnectionLost(self) -> None:
        self.halves.append("write")


class Raising(Recorder):
    """Raises in the callbacks that the test names."""

    def __init__(self, where: str, error: Exception) -> None:
        super().__init__()

        def fail(*arguments: object) -> None:
            raise error

        setattr(self, where, fail)


class RaisingHalf(Raising, HalfCloseRecorder):
    """Raises in the callbacks that the test names, also in those for half-closed connections."""


def is_lost(record: Record) -> Callable[[], bool]:
    return lambda: not record.live


class BoundPort(Port):
    """A listening port that has an address, but no socket."""

    def __init__(self, host: str) -> None:
        self._host = host

    def getHost(self) -> IPv4Address:
        return IPv4Address("TCP", self._host, 8007)


class AcceptedTransport(StringTransport):
    """A transport that a port has accepted. It counts how often it is asked for its address."""

    def __init__(self, server: Port) -> None:
        super().__init__(hostAddress=IPv4Address("TCP", "127.0.0.1", 8007))
        self.server = server
        self.asked = 0

    def getHost(self) -> IAddress:
        self.asked += 1
        host: IAddress = super().getHost()
        return host


@pytest.mark.parametrize(("host", "asked"), [("127.0.0.1", [1, 0]), ("0.0.0.0", [1, 1])])
def test_the_address_of_a_port_is_that_of_its_connections_unless_it_has_all(
    bench: Bench, host: str, asked: list[int]
) -> None:
    factory, port = bench.factory(Echo), BoundPort(host)
    transports = [AcceptedTransport(port) for _ in asked]
    for transport in transports:
        connection = factory.buildProtocol(None)
        bench.leave(connection)
        connection.makeConnection(transport)
        assert connection.local == "127.0.0.1:8007"
    assert [each.asked for each in transports] == asked


# Bytes and counters


def test_what_an_idle_connection_does_not_need_is_not_made(bench: Bench) -> None:
    connection, client = bench.connect(Echo())
    assert not connection.awaits_peer
    assert not connection.has_producer
    assert connection._backpressure is None
    for size in (1, FULL_BYTES):  # so little cannot fill a buffer, and so much may
        assert connection._backpressure is None
        client.send(bytes(size))
        client.read_all(size)
    assert connection._backpressure is connection.backpressure


def test_bytes_pass_both_ways_and_are_counted(bench: Bench) -> None:
    connection, client = bench.connect(Echo())
    client.send(b"hello")
    assert client.read_all(5) == b"hello"
    assert (connection.bytes_in, connection.bytes_out) == (5, 5)
    assert (connection.factory.bytes_in, connection.factory.bytes_out) == (5, 5)


def test_activity_is_reported_once_until_it_is_marked_quiet(bench: Bench, record: Record) -> None:
    connection, client = bench.connect(Echo())
    client.send(b"one")
    client.read_all(3)
    client.send(b"two")
    client.read_all(6)
    assert record.events == [("opened", 1), ("active", 1)]
    connection.mark_quiet()
    client.send(b"three")
    client.read_all(11)
    assert record.events == [("opened", 1), ("active", 1), ("active", 1)]


def test_the_tap_gets_every_chunk_in_order(bench: Bench, hand: HandReactor) -> None:
    factory = bench.factory(Echo)
    chunks: list[tuple[float, int, bool, bytes]] = []
    factory.tap = lambda *chunk: chunks.append(chunk)
    client = bench.join(factory)
    hand.advance(3)
    client.send(b"a")
    client.read_all(1)
    hand.advance(2)
    client.send(b"b")
    client.read_all(2)
    assert chunks == [
        (3, 1, False, b"a"),
        (3, 1, True, b"a"),
        (5, 1, False, b"b"),
        (5, 1, True, b"b"),
    ]


def test_it_has_the_times_of_opening_and_of_the_last_byte(bench: Bench, hand: HandReactor) -> None:
    hand.advance(10)
    connection, client = bench.connect(Echo())
    assert (connection.opened_at, connection.active_at) == (10, 10)
    hand.advance(7)
    client.send(b"a")
    client.read_all(1)
    assert (connection.opened_at, connection.active_at) == (10, 17)


def test_a_system_clock_that_is_set_back_leaves_the_chunks_of_a_connection_in_order(
    bench: Bench, hand: HandReactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_by = [5000.0]
    monkeypatch.setattr(hand, "unix_seconds", lambda: hand.seconds() + set_by[0], raising=False)
    factory = bench.factory(Echo)
    times: list[float] = []
    factory.tap = lambda time, *_: times.append(time)
    client = bench.join(factory)
    connection = client.protocol
    assert isinstance(connection, Connection)
    for change in (0.0, -3600.0, 3700.0):
        hand.advance(1)
        set_by[0] += change
        connection.mark_quiet()
        client.send(b"a")
        client.read_all(1)
        client.received = b""
    assert times == [5001, 5001, 5002, 5002, 5103, 5103]
    set_by[0] -= 3600
    hand.advance(1)
    client.close()
    client.until(lambda: not connection.connected)
    assert connection.unix_seconds(connection.opened_at) == 5100
    assert connection.unix_seconds(connection.closed_at) == 5104
    assert connection.closed_at - connection.opened_at == 4


def test_a_connection_whose_peer_leaves_is_closed_in_the_same_turn(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    connection, client = bench.connect(Recorder())
    client.close()
    client.until(lambda: not connection.connected)
    assert record.events[-1] == ("closed", 1, "closed by the peer")
    assert connection.close_kind is CloseKind.CLOSED_BY_PEER
    assert not hand.getDelayedCalls()
    assert not hand.getWriters()


def test_a_sequence_is_one_chunk(bench: Bench) -> None:
    recorder = Recorder()
    connection, client = bench.connect(recorder)
    chunks: list[bytes] = []
    connection.factory.tap = lambda *chunk: chunks.append(chunk[3])
    recorder.transport.writeSequence([b"one", b"two"])
    assert client.read_all(6) == b"onetwo"
    assert chunks == [b"onetwo"]
    assert connection.bytes_out == 6


def test_a_write_that_is_not_bytes_is_not_counted(bench: Bench) -> None:
    recorder = Recorder()
    connection, _ = bench.connect(recorder)
    with pytest.raises(TypeError):
        recorder.transport.write("text")
    assert connection.bytes_out == 0


def test_a_write_after_closing_is_not_counted(bench: Bench, record: Record) -> None:
    recorder = Recorder()
    connection, client = bench.connect(recorder)
    client.close()
    client.until(is_lost(record))
    recorder.transport.write(b"too late")
    recorder.transport.loseConnection()
    recorder.transport.abortConnection()
    assert connection.bytes_out == 0
    assert record.events == [("opened", 1), ("closed", 1, "closed by the peer")]


def test_the_protocol_gets_the_interfaces_of_the_real_transport(bench: Bench) -> None:
    recorder = Recorder()
    connection, client = bench.connect(recorder)
    assert ITCPTransport.providedBy(recorder.transport)
    recorder.transport.setTcpNoDelay(True)
    assert recorder.transport.getTcpNoDelay()
    host, port = client.socket.getsockname()
    assert (recorder.transport.getPeer().host, recorder.transport.getPeer().port) == (host, port)
    assert connection.peer == f"{host}:{port}"
    assert repr(connection) == f"<Connection 1 of Test: {host}:{port}>"


def test_it_has_a_text_before_it_is_connected(bench: Bench) -> None:
    connection = bench.factory(Echo).buildProtocol(None)
    assert repr(connection) == "<Connection 1 of Test: >"


# The peer leaves


def test_a_close_by_the_peer_is_reported_to_protocol_and_observer(
    bench: Bench, record: Record
) -> None:
    recorder = Recorder()
    connection, client = bench.connect(recorder)
    client.send(b"bye")
    client.close()
    client.until(is_lost(record))
    assert recorder.received == b"bye"
    assert recorder.lost == [ConnectionDone]
    assert record.events[-1] == ("closed", 1, "closed by the peer")
    assert not connection.connected


def test_the_address_of_a_peer_is_made_once_after_it_left(bench: Bench, record: Record) -> None:
    connection, client = bench.connect(Recorder())
    address = connection.peer_address
    client.close()
    client.until(is_lost(record))
    assert connection.peer_address == address
    assert connection.peer_address is connection.peer_address


def test_a_reset_by_the_peer_has_its_own_reason(bench: Bench, record: Record) -> None:
    recorder = Recorder()
    _, client = bench.connect(recorder)
    client.reset()
    client.until(is_lost(record))
    assert recorder.lost == [ConnectionLost]
    assert record.events[-1] == ("closed", 1, "reset by the peer")


def test_a_peer_that_closes_its_side_still_gets_the_buffered_bytes(
    bench: Bench, record: Record
) -> None:
    connection, client = bench.connect(Echo())
    sent = 0

    def is_sent() -> bool:
        nonlocal sent
        sent += client.offer(LOTS[sent:])
        client.read()
        return sent == len(LOTS)

    client.until(is_sent)
    client.half_close()
    assert client.read_to_end() == LOTS
    assert record.events[-1] == ("closed", 1, "closed by the peer")
    assert (connection.bytes_in, connection.bytes_out) == (len(LOTS), len(LOTS))


def test_a_reset_after_a_half_close_is_reported_as_a_reset(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    recorder = Recorder()
    connection, client = bench.connect(recorder)
    recorder.transport.write(b"not sent yet")
    client.half_close()
    hand.read()
    assert connection.reason == "closed by the peer"
    client.reset()
    client.until(is_lost(record))
    assert record.events[-1] == ("closed", 1, "reset by the peer")


def test_the_protocol_gets_no_data_after_it_closed(bench: Bench) -> None:
    recorder = Recorder()
    connection, client = bench.connect(recorder)
    recorder.transport.loseConnection()
    client.send(b"are you there?")
    client.until(lambda: connection.bytes_in == 14)
    assert recorder.received == b""


# The protocol closes


def test_closing_sends_everything_without_a_reset_whatever_the_peer_sent(
    bench: Bench, record: Record
) -> None:
    connection, client = bench.connect(LastWords())
    client.send(LOTS)
    client.half_close()
    assert client.read_to_end() == LAST_WORDS
    assert not client.was_reset
    client.until(is_lost(record))
    assert record.events[-1] == ("closed", 1, "closed by the listener")
    assert (connection.bytes_in, connection.bytes_out) == (len(LOTS), len(LAST_WORDS))


def test_closing_waits_a_moment_for_a_peer_that_keeps_its_side_open(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    _, client = bench.connect(LastWords())
    assert client.read_to_end() == LAST_WORDS
    assert record.live
    hand.advance(LINGER_SECONDS)
    assert not record.live
    assert record.events[-1] == ("closed", 1, "closed by the listener")


def test_the_linger_time_begins_when_everything_is_sent(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    recorder = Recorder()
    connection, client = bench.connect(recorder)
    recorder.transport.write(LOTS)
    recorder.transport.loseConnection()
    for _ in range(3):
        hand.turn()
        hand.advance(LINGER_SECONDS)
    assert record.live
    client.send(b"I am a slow reader")
    assert client.read_to_end() == LOTS
    assert connection.bytes_in == 18, "what is left unread is answered with a reset"
    hand.advance(LINGER_SECONDS)
    assert not record.live


def test_closing_twice_has_the_effect_of_closing_once(bench: Bench, record: Record) -> None:
    connection, client = bench.connect(LastWords())
    connection.loseConnection()
    connection.loseConnection()
    client.half_close()
    client.until(is_lost(record))
    assert [event[0] for event in record.events] == ["opened", "active", "closed"]


def test_a_protocol_that_closes_in_dataReceived_is_closed_after_its_answer(
    bench: Bench, record: Record
) -> None:
    class Quote(Recorder):
        def dataReceived(self, data: bytes) -> None:
            self.transport.write(b"one answer")
            self.transport.loseConnection()
            super().dataReceived(data)

    quote = Quote()
    _, client = bench.connect(quote)
    client.send(b"question")
    client.half_close()
    assert client.read_to_end() == b"one answer"
    assert quote.received == b"question"
    client.until(is_lost(record))


def test_a_reset_before_the_last_bytes_arrived_is_not_a_close_by_the_listener(
    bench: Bench, record: Record
) -> None:
    recorder = Recorder()
    connection, client = bench.connect(recorder)
    recorder.transport.write(LOTS)
    recorder.transport.loseConnection()
    assert connection.reason == "closed by the listener"
    client.reset()
    client.until(is_lost(record))
    assert record.events[-1] == ("closed", 1, "reset by the peer")


def test_a_reset_after_the_last_bytes_arrived_is_a_close_by_the_listener(
    bench: Bench, record: Record
) -> None:
    _, client = bench.connect(LastWords())
    client.read_to_end()
    client.reset()
    client.until(is_lost(record))
    assert record.events[-1] == ("closed", 1, "closed by the listener")


@pytest.mark.parametrize("end", ["stopProducing", "stopConsuming"])
def test_each_method_that_closes_a_transport_closes_it(
    bench: Bench, record: Record, end: str
) -> None:
    recorder = Recorder()
    connection, client = bench.connect(recorder)
    getattr(recorder.transport, end)()
    assert recorder.transport.disconnecting
    client.half_close()
    client.until(is_lost(record))
    assert connection.reason == "closed by the listener"


def test_aborting_resets_and_drops_what_is_buffered(bench: Bench, record: Record) -> None:
    recorder = Recorder()
    _, client = bench.connect(recorder)
    recorder.transport.write(LOTS)
    recorder.transport.abortConnection()
    client.read_to_end()
    assert client.was_reset
    assert len(client.received) < len(LOTS)
    assert recorder.lost == [ConnectionAborted]
    assert record.events[-1] == ("closed", 1, "aborted by the listener")


def test_an_abort_during_a_close_is_reported_as_an_abort(bench: Bench, record: Record) -> None:
    recorder = Recorder()
    connection, client = bench.connect(recorder)
    recorder.transport.write(LOTS)
    recorder.transport.loseConnection()
    client.reactor.turn()
    connection.abortConnection()
    client.until(is_lost(record))
    assert record.events[-1] == ("closed", 1, "aborted by the listener")


# Half-closed connections


def test_a_half_closeable_protocol_is_told_of_each_half(bench: Bench, record: Record) -> None:
    recorder = HalfCloseRecorder()
    connection, client = bench.connect(recorder)
    client.half_close()
    client.until(lambda: recorder.halves)
    recorder.transport.write(b"still here")
    assert client.read_all(10) == b"still here"
    recorder.transport.loseWriteConnection()
    client.read_to_end()
    assert recorder.halves == ["read", "write"]
    assert connection.connected
    recorder.transport.loseConnection()
    client.until(is_lost(record))
    assert recorder.lost == [ConnectionDone]


def test_the_peers_half_close_is_reported_once(bench: Bench) -> None:
    recorder = HalfCloseRecorder()
    _, client = bench.connect(recorder)
    client.half_close()
    client.until(lambda: recorder.halves)
    recorder.transport.write(LOTS)
    assert client.read_all(len(LOTS)) == LOTS
    for _ in range(3):
        client.reactor.turn()
    assert recorder.halves == ["read"]


def test_a_protocol_closes_its_side_even_behind_a_full_buffer(bench: Bench) -> None:
    recorder = HalfCloseRecorder()
    connection, client = bench.connect(recorder)
    recorder.transport.write(LOTS)
    recorder.transport.loseWriteConnection()
    assert client.read_to_end() == LOTS
    recorder.transport.write(b"nobody can get this")
    assert connection.bytes_out == len(LOTS)
    client.send(b"and still it reads")
    client.until(lambda: recorder.received == b"and still it reads")


def test_closing_after_the_peers_half_close_does_not_linger(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    recorder = HalfCloseRecorder()
    _, client = bench.connect(recorder)
    client.half_close()
    client.until(lambda: recorder.halves)
    recorder.transport.loseConnection()
    client.until(is_lost(record))
    assert hand.seconds() == 0


# Slow readers


def test_a_peer_that_never_reads_is_not_read_from(bench: Bench, hand: HandReactor) -> None:
    connection, client = bench.connect(Echo())
    transport = connection.transport
    turns = 2000
    for _ in range(turns):
        client.offer(LOTS)
        hand.turn()
        waiting = len(transport.dataBuffer) + transport._tempDataLen
        assert waiting <= transport.SEND_LIMIT + 2 * transport.bufferSize
    # The rest is in the buffers of the system, whose size varies.
    assert connection.bytes_in < turns * transport.bufferSize / 2


def test_a_peer_that_starts_to_read_late_gets_everything(bench: Bench) -> None:
    connection, client = bench.connect(Echo())
    sent = 0

    def is_paused() -> bool:
        nonlocal sent
        sent += client.offer(LOTS[sent:])
        return connection.transport not in client.reactor.getReaders()

    client.until(is_paused)
    assert client.read_all(sent) == LOTS[:sent]
    client.send(b"and on it goes")
    assert client.read_all(sent + 14)[sent:] == b"and on it goes"


def test_an_emptied_buffer_does_not_resume_a_paused_protocol(bench: Bench) -> None:
    recorder = Recorder()
    _, client = bench.connect(recorder)
    recorder.transport.write(LOTS)
    recorder.transport.pauseProducing()
    client.send(b"later")
    client.read_all(len(LOTS))
    client.reactor.turn()
    assert recorder.received == b""
    recorder.transport.resumeProducing()
    client.until(lambda: recorder.received == b"later")


def test_a_resumed_protocol_still_waits_for_a_full_buffer(bench: Bench) -> None:
    recorder = Recorder()
    connection, client = bench.connect(recorder)
    recorder.transport.pauseProducing()
    recorder.transport.write(LOTS)
    recorder.transport.resumeProducing()
    client.reactor.turn()
    assert connection.transport not in client.reactor.getReaders()
    client.read_all(len(LOTS))
    client.send(b"now")
    client.until(lambda: recorder.received == b"now")


def test_a_paused_protocol_can_close(bench: Bench, record: Record) -> None:
    recorder = Recorder()
    _, client = bench.connect(recorder)
    recorder.transport.pauseProducing()
    recorder.transport.loseConnection()
    recorder.transport.pauseProducing()
    client.half_close()
    client.until(is_lost(record))
    recorder.transport.resumeProducing()
    assert record.events[-1] == ("closed", 1, "closed by the listener")


# Protocols that fail

BOOM = ValueError("boom")


@pytest.mark.parametrize("where", ["connectionMade", "dataReceived"])
def test_an_exception_closes_only_its_connection_and_is_logged(
    bench: Bench, record: Record, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    protocols = [Raising(where, BOOM), Echo()]
    factory = bench.factory(lambda: protocols.pop(0))
    failing, other = bench.join(factory), bench.join(factory)
    host, port = failing.socket.getsockname()
    failing.offer(b"x")
    failing.until(lambda: len(record.live) == 1)
    assert ("closed", 1, "ValueError: boom") in record.events
    (logged,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert logged.getMessage() == (
        f"Test: the protocol failed on the connection from {host}:{port}, which is closed now."
    )
    assert logged.exc_info is not None
    assert logged.exc_info[1] is BOOM
    assert "in fail" in caplog.text, "the traceback says where"
    other.send(b"fine")
    assert other.read_all(4) == b"fine"


def test_an_exception_in_connectionLost_does_not_change_the_reason(
    bench: Bench, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    _, client = bench.connect(Raising("connectionLost", BOOM))
    client.close()
    client.until(is_lost(record))
    assert record.events[-1] == ("closed", 1, "closed by the peer")
    assert "ValueError: boom" in caplog.text


@pytest.mark.parametrize("where", ["readConnectionLost", "writeConnectionLost"])
def test_an_exception_in_a_half_close_callback_closes_the_connection(
    bench: Bench, record: Record, where: str
) -> None:
    recorder = RaisingHalf(where, BOOM)
    _, client = bench.connect(recorder)
    if where == "readConnectionLost":
        client.half_close()
    else:
        recorder.transport.loseWriteConnection()
    client.until(is_lost(record))
    assert record.events[-1] == ("closed", 1, "ValueError: boom")


def test_the_observer_is_told_of_the_close_after_the_protocol(bench: Bench, record: Record) -> None:
    class Last(Recorder):
        def connectionLost(self, reason: Failure = connectionDone) -> None:
            super().connectionLost(reason)
            assert record.live, "the observer was told before"

    last = Last()
    _, client = bench.connect(last)
    client.close()
    client.until(is_lost(record))
    assert last.lost == [ConnectionDone]
    assert record.events[-1] == ("closed", 1, "closed by the peer")


def test_an_abort_does_not_hide_the_exception_before_it(bench: Bench, record: Record) -> None:
    connection, client = bench.connect(Raising("dataReceived", BOOM))
    client.send(b"x")
    client.until(lambda: connection.disconnecting)
    connection.abortConnection()
    client.until(is_lost(record))
    assert record.events[-1] == ("closed", 1, "ValueError: boom")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("boom"), "ValueError: boom"),
        (ValueError(), "ValueError"),
        (ValueError("two\nlines"), "ValueError: two lines"),
        (KeyError("x"), "KeyError: 'x'"),
    ],
)
def test_an_exception_is_described_on_one_line(error: Exception, words: str) -> None:
    assert describe_error(error) == words


def test_a_long_exception_text_is_shortened() -> None:
    assert len(describe_error(ValueError("word " * 1000))) <= LONGEST_REASON


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (ConnectionDone(), CloseKind.CLOSED_BY_PEER, "closed by the peer"),
        (ConnectionLost(), CloseKind.RESET_BY_PEER, "reset by the peer"),
        (ConnectionAborted(), CloseKind.RESET_HERE, "aborted by the listener"),
        (ValueError("boom"), CloseKind.CLOSED, "ValueError: boom"),
        (
            OSError([("SSL routines", "", "http request")]),
            CloseKind.CLOSED_HERE,
            "TLS failed: the peer spoke plain HTTP",
        ),
    ],
)
def test_each_way_a_transport_closes_has_a_kind_and_a_reason(
    bench: Bench, error: Exception, kind: CloseKind, reason: str
) -> None:
    connection, _ = bench.connect(Recorder())
    connection.transport.connectionLost(Failure(error))
    assert (connection.close_kind, connection.reason) == (kind, reason)


def test_an_idle_peer_is_closed_without_a_reset(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    client = bench.join(bench.factory(Echo, idle_timeout=1))
    client.send(b"hello")
    assert client.read_all(5) == b"hello"
    connection = client.protocol
    assert isinstance(connection, Connection)
    hand.advance(1)
    client.read_to_end()
    client.close()
    client.until(lambda: not record.live)
    assert (connection.reason, connection.close_kind) == ("idle for 1 s", CloseKind.CLOSED_HERE)
    assert not client.was_reset


@pytest.mark.parametrize("is_closed_here", [True, False])
def test_a_tls_hello_to_a_plain_port_does_not_change_how_the_connection_closes(
    bench: Bench, record: Record, is_closed_here: bool
) -> None:
    connection, client = bench.connect(Recorder())
    client.send(b"\x16\x03\x01\x00\x05\x01hello")
    client.until(lambda: connection.bytes_in > 0)
    if is_closed_here:
        connection.loseConnection()
        client.read_to_end()
    client.close()
    client.until(lambda: not record.live)
    kind = CloseKind.CLOSED_HERE if is_closed_here else CloseKind.CLOSED_BY_PEER
    assert connection.close_kind is kind
    assert connection.reason.endswith("; the peer spoke TLS to a port without it")


def test_each_close_of_the_listener_has_its_kind(bench: Bench, record: Record) -> None:
    class Failing(Recorder):
        def dataReceived(self, data: bytes) -> None:
            raise ValueError("boom")

    aborted, _ = bench.connect(Recorder())
    aborted.abortConnection()
    failed, client = bench.connect(Failing())
    client.send(b"x")
    client.until(lambda: not record.live)
    assert (aborted.close_kind, failed.close_kind) == (CloseKind.RESET_HERE, CloseKind.RESET_HERE)
