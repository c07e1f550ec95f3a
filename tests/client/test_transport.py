from __future__ import annotations

import pytest
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from app.client.transport import PIECE_BYTES, StreamWire, Wire, WireFactory
from tests.client.transports import StagedTransport


class Diary:
    """Writes down what a wire tells."""

    def __init__(self) -> None:
        self.events: list[object] = []

    def wire_handshaking(self, wire: Wire) -> None:
        self.events.append("handshaking")

    def wire_refused(self, wire: Wire, reason: Exception) -> None:
        self.events.append(type(reason))

    def wire_opened(self, wire: Wire) -> None:
        self.events.append("opened")

    def wire_received(self, wire: Wire, data: bytes) -> None:
        self.events.append(data)

    def wire_flushed(self, wire: Wire, count: int) -> None:
        self.events.append(count)

    def wire_peer_finished(self, wire: Wire) -> None:
        self.events.append("peer finished")

    def wire_lost(self, wire: Wire, reason: Failure) -> None:
        self.events.append(type(reason.value))


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def wire(diary: Diary, transport: StagedTransport) -> StreamWire:
    wire = WireFactory(diary).buildProtocol(None)
    transport.connect(wire)
    return wire


def test_bytes_arrive_as_the_chunks_they_were(
    wire: StreamWire, diary: Diary, transport: StagedTransport
) -> None:
    wire.dataReceived(b"one")
    wire.dataReceived(b"two")
    assert diary.events == ["opened", b"one", b"two"]


def test_bytes_count_as_unsent_until_the_system_takes_them(
    wire: StreamWire, diary: Diary, transport: StagedTransport
) -> None:
    wire.send(b"hello")
    assert wire.bytes_unsent == 5
    assert transport.flush() == b"hello"
    assert wire.bytes_unsent == 0
    assert diary.events == ["opened", 5]


def test_a_long_send_goes_out_in_pieces_and_in_order(
    wire: StreamWire, transport: StagedTransport
) -> None:
    data = bytes(range(256)) * 1000
    wire.send(data)
    wire.send(b"end")
    assert transport.value() == data[:PIECE_BYTES]
    transport.flush_all()
    assert transport.taken == data + b"end"
    assert wire.bytes_unsent == 0


def test_finishing_flushes_then_closes_our_side_then_waits_for_the_peer(
    wire: StreamWire, diary: Diary, transport: StagedTransport
) -> None:
    wire.send(b"x" * (PIECE_BYTES + 1))
    wire.finish()
    assert not transport.half_closing
    transport.flush_all()
    assert len(transport.taken) == PIECE_BYTES + 1
    assert transport.half_closed
    wire.dataReceived(b"a late answer")
    transport.end()
    assert diary.events[-3:] == [b"a late answer", "peer finished", ConnectionDone]


def test_a_peer_that_finishes_gets_the_rest_before_the_connection_closes(
    wire: StreamWire, diary: Diary, transport: StagedTransport
) -> None:
    wire.send(b"rest")
    transport.end()
    assert not transport.disconnecting
    assert transport.flush() == b"rest"
    assert transport.disconnecting
    transport.flush()
    assert diary.events == ["opened", "peer finished", 4, ConnectionDone]


def test_hanging_up_closes_what_is_flushed(
    wire: StreamWire, diary: Diary, transport: StagedTransport
) -> None:
    wire.finish()
    transport.flush()
    wire.hang_up()
    assert not transport.aborted
    assert diary.events[-1] is ConnectionDone


def test_hanging_up_aborts_what_the_peer_does_not_take(
    wire: StreamWire, transport: StagedTransport
) -> None:
    wire.send(b"rest")
    wire.finish()
    wire.hang_up()
    assert transport.aborted


def test_what_a_resetting_peer_said_last_is_read_before_the_loss_is_told(
    wire: StreamWire, diary: Diary, transport: StagedTransport
) -> None:
    wire.send(b"too much")
    answer = b"go away" * 20_000
    transport.far.setblocking(False)
    sent = transport.far.send(answer)
    transport.lose()
    *chunks, reason = diary.events[1:]
    assert b"".join(chunk for chunk in chunks if isinstance(chunk, bytes)) == answer[:sent]
    assert reason is ConnectionLost


def test_the_last_words_are_read_after_our_side_is_closed_too(
    wire: StreamWire, diary: Diary, transport: StagedTransport
) -> None:
    wire.finish()
    transport.flush()
    transport.far.send(b"bye")
    transport.far.close()
    transport.lose()
    assert diary.events == ["opened", b"bye", ConnectionLost]


def test_aborting_reads_nothing_more(
    wire: StreamWire, diary: Diary, transport: StagedTransport
) -> None:
    transport.far.send(b"unheard")
    wire.abort()
    transport.lose(ConnectionAborted())
    assert diary.events == ["opened", ConnectionAborted]
