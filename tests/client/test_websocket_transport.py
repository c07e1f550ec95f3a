"""The WebSocket wire of a session, tested with the strict server of `websockets`."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State as PeerState
from websockets.server import ServerProtocol

from app.client.options import Options
from app.client.session import Session, SessionState
from app.client.transcript import EntryKind
from app.client.transport import StreamWire, WireObserver
from app.client.websocket_transport import WebSocketWireFactory
from app.net.target import Target, Transport
from tests.client.harness import SessionHarness, StagedDial
from tests.client.transports import StagedTransport

Connect = Callable[..., "WebSocketHarness"]

TARGET = Target("127.0.0.1", 8028, Transport.WS, resource="/chat?x=1")


class WebSocketDial(StagedDial):
    """A `StagedDial` for WebSockets."""

    def __call__(
        self, reactor: object, target: Target, options: Options, observer: WireObserver
    ) -> Deferred[object]:
        made = super().__call__(reactor, target, options, observer)
        self.factory = WebSocketWireFactory(observer, target, StreamWire)  # type: ignore[assignment]
        return made


class WebSocketHarness:
    """A session and a WebSocket server at the other end of its transport."""

    def __init__(self, *, deflate: bool = True, is_accepted: bool = True) -> None:
        self.harness = SessionHarness()
        self.harness.session = Session(
            self.harness.clock,
            wake=self.harness.wake,
            dial=WebSocketDial(),
        )
        self.session = self.harness.session
        self.transport = StagedTransport()
        extensions = [ServerPerMessageDeflateFactory()] if deflate else None
        self.server = ServerProtocol(extensions=extensions, max_size=None)
        self.session.connect(TARGET)
        self.session._dial.open(self.transport)  # type: ignore[attr-defined]
        if is_accepted:
            self.request = self.accept()

    def flush(self) -> bytes:
        """Everything that the session has sent."""
        sent = b""
        while data := self.transport.flush():
            sent += data
        return sent

    def accept(self) -> Request:
        self.server.receive_data(self.flush())
        (request,) = self.server.events_received()
        assert isinstance(request, Request)
        self.server.send_response(self.server.accept(request))
        self.pump()
        return request

    def pump(self) -> None:
        """Move bytes in both directions until there are none."""
        while True:
            answer = b"".join(self.server.data_to_send())
            if answer:
                self.receive(answer)
            sent = self.flush()
            if sent:
                self.server.receive_data(sent)
            if not sent and not answer:
                return

    def receive(self, data: bytes) -> None:
        assert self.transport.protocol is not None
        self.transport.protocol.dataReceived(data)

    def received_frames(self) -> list[tuple[Opcode, bytes]]:
        """The frames that the server received."""
        self.pump()
        frames = [each for each in self.server.events_received() if isinstance(each, Frame)]
        return [(each.opcode, bytes(each.data)) for each in frames]

    def end(self) -> None:
        """The server closes the connection itself."""
        self.pump()
        self.transport.lose(ConnectionDone())


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes WebSockets, and closes their sockets after the test."""
    websockets: list[WebSocketHarness] = []

    def connect(*, deflate: bool = True, is_accepted: bool = True) -> WebSocketHarness:
        websockets.append(WebSocketHarness(deflate=deflate, is_accepted=is_accepted))
        return websockets[-1]

    yield connect
    for websocket in websockets:
        websocket.transport.handle.close()
        websocket.transport.far.close()


def test_the_request_names_host_and_path(connect: Connect) -> None:
    websocket = connect()
    assert websocket.request.path == "/chat?x=1"
    assert websocket.request.headers["Host"] == "127.0.0.1:8028"
    assert websocket.session.state is SessionState.CONNECTED
    assert not websocket.session.can_half_close


def test_one_send_is_one_message_and_utf8_is_text(connect: Connect) -> None:
    websocket = connect()
    websocket.session.send("grüß\n".encode())
    websocket.session.send(b"\xff\x00")
    websocket.session.send(b"x" * 200_000)
    assert websocket.received_frames() == [
        (Opcode.TEXT, "grüß\n".encode()),
        (Opcode.BINARY, b"\xff\x00"),
        (Opcode.TEXT, b"x" * 200_000),
    ]


def test_a_file_is_sent_as_binary_messages(connect: Connect, tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "file").write_bytes(content)
    websocket = connect()
    websocket.session.send_file(tmp_path / "file")
    received_frames = websocket.received_frames()
    assert {opcode for opcode, _ in received_frames} == {Opcode.BINARY}
    assert b"".join(data for _, data in received_frames) == content
    assert websocket.session.file is None


@pytest.mark.parametrize("deflate", [False, True])
def test_one_message_is_one_chunk_even_in_fragments(connect: Connect, deflate: bool) -> None:
    websocket = connect(deflate=deflate)
    websocket.server.send_text("grü".encode(), fin=False)
    websocket.server.send_ping(b"are you there?")
    websocket.server.send_continuation("ß".encode(), fin=True)
    websocket.server.send_binary(b"\xff" * 100_000)
    websocket.server.send_text(b"")
    assert (Opcode.PONG, b"are you there?") in websocket.received_frames()
    received = b"".join(data for kind, data in websocket.harness.said if isinstance(data, bytes))
    assert received == "grüß".encode() + b"\xff" * 100_000
    assert websocket.harness.said[0] == (EntryKind.RECEIVED, "grüß".encode())
    assert "Received an empty message." in websocket.harness.events


def test_disconnecting_sends_a_close_frame(connect: Connect) -> None:
    websocket = connect()
    websocket.session.disconnect()
    websocket.pump()
    assert websocket.server.state is PeerState.CLOSED or websocket.server.close_rcvd is not None
    assert websocket.server.close_rcvd is not None
    assert websocket.server.close_rcvd.code == 1000
    websocket.end()
    assert websocket.harness.events[-1] == "Disconnected."


@pytest.mark.parametrize(
    ("code", "sentence", "is_well"),
    [
        (1000, "The peer closed with 1000, normal: bye.", True),
        (1001, "The peer closed with 1001, going away: bye.", True),
        (1008, "The peer closed with 1008, policy violation: bye.", False),
        (1011, "The peer closed with 1011, internal error: bye.", False),
        (4321, "The peer closed with 4321: bye.", False),
    ],
)
def test_the_close_code_is_the_reason_of_the_end(
    connect: Connect, code: int, sentence: str, is_well: bool
) -> None:
    websocket = connect()
    websocket.server.send_close(code, "bye.")
    websocket.end()
    assert websocket.server.close_rcvd is not None
    assert websocket.server.close_rcvd.code == code
    last = list(websocket.session.transcript.entries)[-1]
    assert (last.data, last.kind is EntryKind.EVENT) == (sentence, is_well)
    assert websocket.session.state is SessionState.CLOSED
    assert websocket.harness.is_quiet()


def test_an_end_without_a_close_frame_is_reported(connect: Connect) -> None:
    websocket = connect()
    websocket.transport.lose(ConnectionDone())
    assert websocket.harness.events[-1] == "The peer left without closing the WebSocket."
    other = connect()
    other.transport.lose(ConnectionLost())
    assert other.harness.events[-1].startswith("The peer reset the connection.")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x83\x00", "Closed with 1002, because the peer sent what is no WebSocket frame."),
        (b"\x81\x81\0\0\0\0x", "Closed with 1002,"),
        (b"\x81\x01\xff", "Closed with 1007,"),
        (b"\x82\x7f" + struct.pack("!Q", 1 << 40) + bytes(17_000_000), "Closed with 1009,"),
    ],
)
def test_an_invalid_message_closes_with_its_code(connect: Connect, data: bytes, why: str) -> None:
    websocket = connect()
    websocket.receive(data)
    websocket.flush()
    websocket.transport.lose(ConnectionDone())
    assert websocket.harness.events[-1].startswith(why)


def test_a_compression_bomb_is_not_inflated(connect: Connect) -> None:
    websocket = connect()
    deflater = zlib.compressobj(wbits=-12)
    bomb = deflater.compress(bytes(40_000_000)) + deflater.flush(zlib.Z_SYNC_FLUSH)
    websocket.receive(b"\xc2\x7e" + struct.pack("!H", len(bomb) - 4) + bomb[:-4])
    websocket.flush()
    websocket.transport.lose(ConnectionDone())
    assert websocket.harness.events[-1].startswith("Closed with 1009,")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "it answers 404 Not Found"),
        (b"HTTP/1.1 200 OK\r\n\r\nhello", "it answers 200 OK"),
        (b"hello\r\n\r\n", "what it says is no upgrade"),
        (b"\xff" * 100_000, "what it says is no upgrade"),
        (b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "no upgrade"),
        (b"HTTP/1.1 101 x\r\nConnection: \xff\r\n\r\n", "no upgrade"),
    ],
)
def test_a_server_without_websocket_is_reported(connect: Connect, answer: bytes, why: str) -> None:
    websocket = connect(is_accepted=False)
    websocket.flush()
    websocket.receive(answer)
    assert websocket.transport.aborted
    websocket.transport.lose(ConnectionLost())
    assert why in websocket.harness.events[-1]
    assert websocket.session.state is SessionState.CLOSED
    assert websocket.harness.is_quiet()


def test_a_server_that_closes_at_the_upgrade_is_reported(connect: Connect) -> None:
    websocket = connect(is_accepted=False)
    websocket.transport.lose(ConnectionDone())
    assert "it closed the connection" in websocket.harness.events[-1]


def test_a_server_that_never_answers_times_out(connect: Connect) -> None:
    websocket = connect(is_accepted=False)
    websocket.harness.clock.advance(30)
    assert websocket.transport.aborted
    websocket.transport.lose(ConnectionLost())
    assert "did not answer in time" in websocket.harness.events[-1]


def test_a_server_that_ignores_the_close_frame_is_dropped(connect: Connect) -> None:
    websocket = connect()
    websocket.session.disconnect()
    websocket.flush()
    websocket.harness.clock.advance(3)
    websocket.flush()
    websocket.harness.clock.advance(3)
    assert websocket.transport.aborted
    assert websocket.session.state is SessionState.CLOSED
    assert websocket.harness.is_quiet()
