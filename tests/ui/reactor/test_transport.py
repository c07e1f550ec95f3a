"""The data that the peer of a connection gets, and when."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from twisted.internet.interfaces import IAddress, IHalfCloseableProtocol
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from app.ui.reactor.reactor import DeckReactor
from app.ui.reactor.transport import PromptServer

LARGE = bytes(range(256)) * 40_000
PATIENCE_MILLISECONDS = 30_000


@implementer(IHalfCloseableProtocol)
class Served(Protocol):
    """A protocol whose callbacks are set by the test."""

    transport: PromptServer

    def __init__(self) -> None:
        self.received = b""
        self.events: list[str] = []
        self.reason: Failure | None = None
        self.answer: Callable[[bytes], object] = lambda data: None

    def dataReceived(self, data: bytes) -> None:
        self.received += data
        self.answer(data)

    def readConnectionLost(self) -> None:
        self.events.append("peer closed its side")

    def writeConnectionLost(self) -> None:
        self.events.append("closed our side")

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.reason = reason


class Accepting(Factory[Served]):
    """A factory that keeps the protocols of its connections."""

    def __init__(self) -> None:
        self.accepted: list[Served] = []

    def buildProtocol(self, addr: IAddress | None) -> Served:
        self.accepted.append(Served())
        return self.accepted[-1]


class Line:
    """A connection: its protocol and the socket of its peer."""

    def __init__(self, reactor: DeckReactor, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        accepting = Accepting()
        self._port = reactor.listenTCP(0, accepting, interface="127.0.0.1")
        self.peer = socket.create_connection(("127.0.0.1", self._port.getHost().port))
        self.peer.setblocking(False)
        self.until(lambda: accepting.accepted)
        self.served = accepting.accepted[0]
        self.got = b""
        self.ended = False

    @property
    def transport(self) -> PromptServer:
        return self.served.transport

    def until(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MILLISECONDS)

    def read(self) -> bytes:
        """The data that has arrived so far."""
        while not self.ended:
            try:
                data = self.peer.recv(1_000_000)
            except BlockingIOError:
                break
            self.got += data
            self.ended = not data
        return self.got

    def hears(self, data: bytes) -> bool:
        return self.read() == data

    def has_received_more_than(self, size: int) -> bool:
        return len(self.served.received) > size

    def hears_the_end(self) -> bool:
        self.read()
        return self.ended

    def close(self) -> None:
        self._port.stopListening()
        self.peer.close()
        if self.served.reason is None and hasattr(self.transport, "socket"):
            self.transport.abortConnection()
        self.until(lambda: self.served.reason is not None)


@pytest.fixture
def line(reactor: DeckReactor, qtbot: QtBot) -> Iterator[Line]:
    line = Line(reactor, qtbot)
    yield line
    line.close()


class Producer:
    """A producer that records the calls of its consumer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.when_resumed: Callable[[], object] = lambda: None

    def pauseProducing(self) -> None:
        self.asked.append("pause")

    def resumeProducing(self) -> None:
        self.asked.append("resume")
        self.when_resumed()

    def stopProducing(self) -> None:
        self.asked.append("stop")


def test_an_answer_is_sent(line: Line) -> None:
    line.served.answer = line.transport.write
    line.peer.send(b"hello")
    line.until(lambda: line.hears(b"hello"))
    assert line.transport not in line.transport.reactor.getWriters()


def test_an_answer_is_sent_before_the_next_connection_is_served(
    reactor: DeckReactor, line: Line
) -> None:
    """It is sent after the callback, not at the end of the turn."""
    seen: list[tuple[int, bool]] = []
    transport = line.transport
    answer = transport._answer

    def answer_and_note() -> None:
        answer()
        seen.append((transport._tempDataLen, transport in reactor.getWriters()))

    transport._answer = answer_and_note  # type: ignore[method-assign]
    line.served.answer = transport.write
    line.peer.send(b"hello")
    line.until(lambda: bool(seen))
    assert seen == [(0, False)]


def test_several_writes_of_a_callback_leave_in_one_piece(line: Line) -> None:
    sent: list[bytes] = []

    class Counting:
        def __init__(self, inner: socket.socket) -> None:
            self._inner = inner

        def send(self, data: bytes) -> int:
            sent.append(bytes(data))
            return self._inner.send(data)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

    def answer(data: bytes) -> None:
        line.transport.write(b"one ")
        line.transport.writeSequence([b"two ", b"three "])
        line.transport.write(b"four")

    line.transport.socket = Counting(line.transport.socket)  # type: ignore[assignment]
    line.served.answer = answer
    line.peer.send(b"x")
    line.until(lambda: line.hears(b"one two three four"))
    assert sent == [b"one two three four"]


def test_a_large_answer_arrives_whole_and_in_order(line: Line) -> None:
    def answer(data: bytes) -> None:
        line.transport.write(LARGE)
        line.transport.write(b"the end")

    line.served.answer = answer
    line.peer.send(b"x")
    line.until(lambda: line.hears(LARGE + b"the end"))


def test_data_that_the_socket_did_not_accept_is_sent_before_later_data(line: Line) -> None:
    chunk = LARGE[: PromptServer.SEND_LIMIT]
    chunks = [bytes([index]) + chunk[1:] for index in range(100)]
    left = iter(chunks)
    line.served.answer = lambda data: line.transport.write(next(left))
    for _ in chunks:
        before = len(line.served.received)
        line.peer.send(b"x")
        line.until(partial(line.has_received_more_than, before))
    assert line.transport.dataBuffer, "the socket is full"
    line.read()
    line.served.answer = lambda data: line.transport.write(b"the end")
    line.peer.send(b"x")  # read when there is room again
    line.until(lambda: line.hears(b"".join(chunks) + b"the end"))


def test_writes_outside_of_a_callback_arrive_in_order_with_those_inside(
    reactor: DeckReactor, line: Line
) -> None:
    line.transport.write(b"before ")
    line.served.answer = lambda data: line.transport.write(b"inside ")
    line.peer.send(b"x")
    line.until(lambda: line.served.received)
    line.transport.write(b"after")
    line.until(lambda: line.hears(b"before inside after"))


def test_only_bytes_can_be_written(line: Line) -> None:
    raised: list[type] = []

    def answer(data: bytes) -> None:
        for wrong in ("text", bytearray(b"x"), None):
            try:
                line.transport.write(wrong)  # type: ignore[arg-type]
            except TypeError:
                raised.append(type(wrong))
        line.transport.write(b"done")

    line.served.answer = answer
    line.peer.send(b"x")
    line.until(lambda: line.hears(b"done"))
    assert raised == [str, bytearray, type(None)]


def test_writing_nothing_sends_nothing(line: Line) -> None:
    line.served.answer = lambda data: line.transport.write(b"")
    line.peer.send(b"x")
    line.until(lambda: line.served.received)
    line.transport.write(b"something")
    line.until(lambda: line.hears(b"something"))


def test_a_callback_that_raises_closes_the_connection(line: Line, caplog: Any) -> None:
    def fail(data: bytes) -> None:
        line.transport.write(b"never sent")
        raise ZeroDivisionError

    line.served.answer = fail
    line.peer.send(b"x")
    line.until(lambda: line.served.reason is not None)
    assert line.served.reason is not None
    assert line.served.reason.check(ZeroDivisionError)


# The end


def test_closing_in_a_callback_sends_what_was_written_before(line: Line) -> None:
    def answer(data: bytes) -> None:
        line.transport.write(LARGE)
        line.transport.loseConnection()

    line.served.answer = answer
    line.peer.send(b"x")
    line.until(line.hears_the_end)
    assert line.got == LARGE


def test_what_is_written_after_closing_is_dropped(line: Line) -> None:
    def answer(data: bytes) -> None:
        line.transport.write(b"last words")
        line.transport.loseConnection()

    line.served.answer = answer
    line.peer.send(b"x")
    line.until(lambda: line.served.reason is not None)
    line.transport.write(b"too late")
    line.until(line.hears_the_end)
    assert line.got == b"last words"


def test_aborting_in_a_callback_drops_what_was_written(line: Line) -> None:
    def answer(data: bytes) -> None:
        line.transport.write(b"before")
        line.transport.abortConnection()
        line.transport.write(b"after")

    line.served.answer = answer
    line.peer.send(b"x")
    line.until(lambda: line.served.reason is not None)
    with pytest.raises(ConnectionResetError):
        line.peer.recv(100)


@pytest.mark.parametrize("data", [b"small", LARGE])
def test_closing_the_write_side_sends_pending_data_and_reading_goes_on(
    line: Line, data: bytes
) -> None:
    def answer(_: bytes) -> None:
        if len(line.served.received) == 1:
            line.transport.write(data)
            line.transport.loseWriteConnection()

    line.served.answer = answer
    line.peer.send(b"x")
    line.until(line.hears_the_end)
    assert line.got == data
    line.until(lambda: line.served.events == ["closed our side"])
    line.peer.send(b"y")
    line.until(lambda: line.served.received == b"xy")
    assert line.served.reason is None


def test_a_peer_that_closed_its_side_still_gets_the_answer(line: Line) -> None:
    line.peer.send(b"x")
    line.peer.shutdown(socket.SHUT_WR)
    line.until(lambda: line.served.events == ["peer closed its side"])
    line.transport.write(LARGE)
    line.transport.loseConnection()
    line.until(line.hears_the_end)
    assert line.got == LARGE


# Producers


def test_a_push_producer_is_paused_by_a_full_buffer_and_resumed_when_all_is_sent(
    line: Line,
) -> None:
    producer = Producer()

    def answer(data: bytes) -> None:
        line.transport.registerProducer(producer, True)
        line.transport.write(LARGE)

    line.served.answer = answer
    line.peer.send(b"x")
    line.until(lambda: producer.asked == ["pause"])
    line.until(lambda: line.hears(LARGE))
    line.until(lambda: producer.asked == ["pause", "resume"])
    line.transport.unregisterProducer()


def test_a_push_producer_is_left_alone_by_small_writes(line: Line) -> None:
    producer = Producer()
    line.transport.registerProducer(producer, True)
    line.served.answer = line.transport.write
    line.peer.send(b"hello")
    line.until(lambda: line.hears(b"hello"))
    assert producer.asked == []
    line.transport.unregisterProducer()


def test_a_pull_producer_is_asked_for_more_until_it_has_none(line: Line) -> None:
    producer = Producer()
    left = [LARGE[start : start + 100_000] for start in range(0, len(LARGE), 100_000)]

    def produce() -> None:
        if left:
            line.transport.write(left.pop(0))
        else:
            line.transport.unregisterProducer()

    producer.when_resumed = produce
    line.served.answer = lambda data: line.transport.registerProducer(producer, False)
    line.peer.send(b"x")
    line.until(lambda: line.hears(LARGE))
    line.until(lambda: not left and line.transport.producer is None)


def test_a_producer_is_stopped_when_the_connection_is_lost(line: Line) -> None:
    producer = Producer()
    line.transport.registerProducer(producer, True)
    line.peer.close()
    line.until(lambda: line.served.events)
    line.transport.abortConnection()
    line.until(lambda: line.served.reason is not None)
    assert producer.asked == ["stop"]


def test_a_paused_connection_reads_nothing_until_it_is_resumed(
    reactor: DeckReactor, line: Line
) -> None:
    line.served.answer = lambda data: line.transport.pauseProducing()
    line.peer.send(b"1")
    line.until(lambda: line.served.received == b"1")
    line.peer.send(b"2")
    seen: list[bytes] = []
    reactor.callLater(0.02, lambda: seen.append(line.served.received))
    line.until(lambda: seen)
    assert seen == [b"1"]
    line.transport.resumeProducing()
    line.until(lambda: line.served.received == b"12")


def test_the_names_of_a_connection_are_not_stored(line: Line) -> None:
    transport = line.transport
    port, host = transport.server._realPortNumber, transport.hostname
    number = transport.sessionno
    assert repr(transport) == f"<Served #{number} on {port}>"
    assert transport.logPrefix() == f"Served,{number},{host}"
    assert not {"repstr", "logstr"} & set(vars(transport))
    transport.abortConnection()
    line.until(lambda: line.served.reason is not None)
    assert repr(transport) == f"<PromptServer #{number} on {port}>"


def test_the_clients_of_one_host_share_its_name(line: Line) -> None:
    name = line.transport.getPeer().host
    assert line.transport.hostname is name is sys.intern("127.0.0.1")
