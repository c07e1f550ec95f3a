from __future__ import annotations

import pytest
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from app.client.transport import PIECE_BYTES, StreamWire, Wire, WireFactory
from tests.client.transports import StagedTransport


class RecordingObserver:
    """Records the calls of a wire."""

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
def observer() -> RecordingObserver:
    return RecordingObserver()


@pytest.fixture
def wire(observer: RecordingObserver, transport: StagedTransport) -> StreamWire:
    wire = WireFactory(observer).buildProtocol(None)
    transport.connect(wire)
    return wire


def test_bytes_arrive_as_the_chunks_they_were(
    wire: StreamWire, observer: RecordingObserver, transport: StagedTransport
) -> None:
    wire.dataReceived(b"one")
    wire.dataReceived(b"two")
    assert observer.events == ["opened", b"one", b"two"]


def test_bytes_count_as_unsent_until_the_system_takes_them(
    wire: StreamWire, observer: RecordingObserver, transport: StagedTransport
) -> None:
    wire.send(b"hello")
    assert wire.bytes_unsent == 5
    assert transport.flush() == b"hello"
    assert wire.bytes_unsent == 0
    assert observer.events == ["opened", 5]


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
    wire: StreamWire, observer: RecordingObserver, transport: StagedTransport
) -> None:
    wire.send(b"x" * (PIECE_BYTES + 1))
    wire.finish()
    assert not transport.half_closing
    transport.flush_all()
    assert len(transport.taken) == PIECE_BYTES + 1
    assert transport.half_closed
    wire.dataReceived(b"a late answer")
    transport.end()
    assert observer.events[-3:] == [b"a late answer", "peer finished", ConnectionDone]


def test_a_peer_that_finishes_gets_the_rest_before_the_connection_closes(
    wire: StreamWire, observer: RecordingObserver, transport: StagedTransport
) -> None:
    wire.send(b"rest")
    transport.end()
    assert not transport.disconnecting
    assert transport.flush() == b"rest"
    assert transport.disconnecting
    transport.flush()
    assert observer.events == ["opened", "peer finished", 4, ConnectionDone]


def test_close_or_abort_closes_a_flushed_connection(
    wire: StreamWire, observer: RecordingObserver, transport: StagedTransport
) -> None:
    wire.finish()
    transport.flush()
    wire.close_or_abort()
    assert not transport.aborted
    assert observer.events[-1] is ConnectionDone


def test_close_or_abort_aborts_if_data_is_unsent(
    wire: StreamWire, transport: StagedTransport
) -> None:
    wire.send(b"rest")
    wire.finish()
    wire.close_or_abort()
    assert transport.aborted


def test_the_last_data_of_a_resetting_peer_is_read_before_the_loss(
    wire: StreamWire, observer: RecordingObserver, transport: StagedTransport
) -> None:
    wire.send(b"too much")
    answer = b"go away" * 20_000
    transport.far.setblocking(False)
    sent = transport.far.send(answer)
    transport.lose()
    *chunks, reason = observer.events[1:]
    assert b"".join(chunk for chunk in chunks if isinstance(chunk, bytes)) == answer[:sent]
    assert reason is ConnectionLost


def test_the_last_data_is_also_read_after_our_side_is_closed(
    wire: StreamWire, observer: RecordingObserver, transport: StagedTransport
) -> None:
    wire.finish()
    transport.flush()
    transport.far.send(b"bye")
    transport.far.close()
    transport.lose()
    assert observer.events == ["opened", b"bye", ConnectionLost]


def test_aborting_reads_nothing_more(
    wire: StreamWire, observer: RecordingObserver, transport: StagedTransport
) -> None:
    transport.far.send(b"unheard")
    wire.abort()
    transport.lose(ConnectionAborted())
    assert observer.events == ["opened", ConnectionAborted]
