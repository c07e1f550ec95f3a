"""A WebSocket as a session's wire, against the strict server of `websockets`."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.client.staged import Desk, StagedDial
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import SessionState as PeerState
from websockets.server import ServerProtocol

from app.client.session import Session, SessionState
from app.client.target import Options, Target, Transport
from app.client.transcript import EntryKind
from app.client.transport import StreamWire, WireObserver
from app.client.websocket_transport import WebSocketWireFactory
from tests.client.transports import StagedTransport

Begin = Callable[..., "Talk"]

TARGET = Target("127.0.0.1", 8028, Transport.WS, resource="/chat?x=1")


class WebSocketDial(StagedDial):
    """Connects as `reach` does towards a WebSocket, when a test says so."""

    def __call__(
        self, reactor: object, target: Target, options: Options, observer: WireObserver
    ) -> Deferred[object]:
        made = super().__call__(reactor, target, options, observer)
        self.factory = WebSocketWireFactory(observer, target, StreamWire)  # type: ignore[assignment]
        return made


class Talk:
    """A session, and the server at the other end of its transport."""

    def __init__(self, *, deflate: bool = True, is_accepted: bool = True) -> None:
        self.desk = Desk()
        self.desk.session = Session(
            self.desk.clock,
            wake=self.desk.wake,
            dial=WebSocketDial(),
        )
        self.session = self.desk.session
        self.transport = StagedTransport()
        extensions = [ServerPerMessageDeflateFactory()] if deflate else None
        self.server = ServerProtocol(extensions=extensions, max_size=None)
        self.session.connect(TARGET)
        self.session._dial.open(self.transport)  # type: ignore[attr-defined]
        if is_accepted:
            self.request = self.accept()

    def flush(self) -> bytes:
        """All that the session sent."""
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
        """Carry bytes both ways until neither has any."""
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

    def heard(self) -> list[tuple[Opcode, bytes]]:
        """What the server got."""
        self.pump()
        frames = [each for each in self.server.events_received() if isinstance(each, Frame)]
        return [(each.opcode, bytes(each.data)) for each in frames]

    def end(self) -> None:
        """The server closes the connection itself."""
        self.pump()
        self.transport.lose(ConnectionDone())


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Begins a talk, of which nothing is left open."""
    talks: list[Talk] = []

    def begin(*, deflate: bool = True, is_accepted: bool = True) -> Talk:
        talks.append(Talk(deflate=deflate, is_accepted=is_accepted))
        return talks[-1]

    yield begin
    for talk in talks:
        talk.transport.handle.close()
        talk.transport.far.close()


def test_the_request_names_host_and_path(begin: Begin) -> None:
    talk = begin()
    assert talk.request.path == "/chat?x=1"
    assert talk.request.headers["Host"] == "127.0.0.1:8028"
    assert talk.session.state is SessionState.CONNECTED
    assert not talk.session.can_half_close


def test_one_send_is_one_message_and_text_where_it_can_be(begin: Begin) -> None:
    talk = begin()
    talk.session.send("grüß\n".encode())
    talk.session.send(b"\xff\x00")
    talk.session.send(b"x" * 200_000)
    assert talk.heard() == [
        (Opcode.TEXT, "grüß\n".encode()),
        (Opcode.BINARY, b"\xff\x00"),
        (Opcode.TEXT, b"x" * 200_000),
    ]


def test_a_file_is_sent_as_binary_messages(begin: Begin, tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "file").write_bytes(content)
    talk = begin()
    talk.session.send_file(tmp_path / "file")
    heard = talk.heard()
    assert {opcode for opcode, _ in heard} == {Opcode.BINARY}
    assert b"".join(data for _, data in heard) == content
    assert talk.session.file is None


@pytest.mark.parametrize("deflate", [False, True])
def test_one_message_is_one_chunk_also_in_fragments(begin: Begin, deflate: bool) -> None:
    talk = begin(deflate=deflate)
    talk.server.send_text("grü".encode(), fin=False)
    talk.server.send_ping(b"are you there?")
    talk.server.send_continuation("ß".encode(), fin=True)
    talk.server.send_binary(b"\xff" * 100_000)
    talk.server.send_text(b"")
    assert (Opcode.PONG, b"are you there?") in talk.heard()
    received = b"".join(data for kind, data in talk.desk.said if isinstance(data, bytes))
    assert received == "grüß".encode() + b"\xff" * 100_000
    assert talk.desk.said[0] == (EntryKind.RECEIVED, "grüß".encode())
    assert "Received an empty message." in talk.desk.events


def test_disconnecting_says_goodbye_first(begin: Begin) -> None:
    talk = begin()
    talk.session.disconnect()
    talk.pump()
    assert talk.server.state is PeerState.CLOSED or talk.server.close_rcvd is not None
    assert talk.server.close_rcvd is not None
    assert talk.server.close_rcvd.code == 1000
    talk.end()
    assert talk.desk.events[-1] == "Disconnected."


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
    begin: Begin, code: int, sentence: str, is_well: bool
) -> None:
    talk = begin()
    talk.server.send_close(code, "bye.")
    talk.end()
    assert talk.server.close_rcvd is not None
    assert talk.server.close_rcvd.code == code
    last = list(talk.session.transcript.entries)[-1]
    assert (last.data, last.kind is EntryKind.EVENT) == (sentence, is_well)
    assert talk.session.state is SessionState.CLOSED
    assert talk.desk.is_quiet()


def test_an_end_without_a_close_is_told(begin: Begin) -> None:
    talk = begin()
    talk.transport.lose(ConnectionDone())
    assert talk.desk.events[-1] == "The peer left without closing the WebSocket."
    other = begin()
    other.transport.lose(ConnectionLost())
    assert other.desk.events[-1].startswith("The peer reset the connection.")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x83\x00", "Closed with 1002, because the peer sent what is no WebSocket frame."),
        (b"\x81\x81\0\0\0\0x", "Closed with 1002,"),
        (b"\x81\x01\xff", "Closed with 1007,"),
        (b"\x82\x7f" + struct.pack("!Q", 1 << 40) + bytes(17_000_000), "Closed with 1009,"),
    ],
)
def test_what_is_no_message_ends_it_with_the_code(begin: Begin, data: bytes, why: str) -> None:
    talk = begin()
    talk.receive(data)
    talk.flush()
    talk.transport.lose(ConnectionDone())
    assert talk.desk.events[-1].startswith(why)


def test_a_bomb_is_not_inflated(begin: Begin) -> None:
    talk = begin()
    deflater = zlib.compressobj(wbits=-12)
    bomb = deflater.compress(bytes(40_000_000)) + deflater.flush(zlib.Z_SYNC_FLUSH)
    talk.receive(b"\xc2\x7e" + struct.pack("!H", len(bomb) - 4) + bomb[:-4])
    talk.flush()
    talk.transport.lose(ConnectionDone())
    assert talk.desk.events[-1].startswith("Closed with 1009,")


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
def test_whoever_is_no_websocket_server_is_told_of(begin: Begin, answer: bytes, why: str) -> None:
    talk = begin(is_accepted=False)
    talk.flush()
    talk.receive(answer)
    assert talk.transport.aborted
    talk.transport.lose(ConnectionLost())
    assert why in talk.desk.events[-1]
    assert talk.session.state is SessionState.CLOSED
    assert talk.desk.is_quiet()


def test_a_server_that_hangs_up_at_the_upgrade_is_told_of(begin: Begin) -> None:
    talk = begin(is_accepted=False)
    talk.transport.lose(ConnectionDone())
    assert "it closed the connection" in talk.desk.events[-1]


def test_a_server_that_never_answers_is_given_up(begin: Begin) -> None:
    talk = begin(is_accepted=False)
    talk.desk.clock.advance(30)
    assert talk.transport.aborted
    talk.transport.lose(ConnectionLost())
    assert "did not answer in time" in talk.desk.events[-1]


def test_a_server_that_ignores_the_goodbye_is_left(begin: Begin) -> None:
    talk = begin()
    talk.session.disconnect()
    talk.flush()
    talk.desk.clock.advance(3)
    talk.flush()
    talk.desk.clock.advance(3)
    assert talk.transport.aborted
    assert talk.session.state is SessionState.CLOSED
    assert talk.desk.is_quiet()
