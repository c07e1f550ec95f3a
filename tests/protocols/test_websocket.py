"""WebSocket, spoken to by a strict client, and by one that breaks every rule."""

from __future__ import annotations

import logging
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Close, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

from app.protocols.websocket import server as bounds
from app.protocols.websocket.options import Mode, WebSocketOptions
from app.protocols.websocket.server import WebSocketConnection, WebSocketFactory
from tests.protocols.conftest import ADDRESS, Join

UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Server:
    """A listener's factory on a clock that a test moves."""

    def __init__(self, options: WebSocketOptions | None = None) -> None:
        self.clock = Clock()
        self.factory = WebSocketFactory(options or WebSocketOptions(), self.clock)


class Raw:
    """A client that sends what a test says."""

    def __init__(self, server: Server) -> None:
        self.clock = server.clock
        built = server.factory.buildProtocol(ADDRESS)
        assert isinstance(built, WebSocketConnection)
        self.served = built
        self.transport = StringTransport(peerAddress=ADDRESS)
        self.served.makeConnection(self.transport)

    def send(self, data: bytes) -> None:
        self.served.dataReceived(data)

    def take(self) -> bytes:
        data: bytes = self.transport.value()
        self.transport.clear()
        return data

    def lose(self) -> None:
        self.served.connectionLost(Failure(ConnectionDone()))


class Peer(Raw):
    """The strict client of `websockets`, whose handshake is done."""

    def __init__(self, server: Server, path: str = "/", *, deflate: bool = False, **more: Any):
        super().__init__(server)
        extensions = [ClientPerMessageDeflateFactory(**more.pop("window", {}))] if deflate else None
        uri = parse_uri(f"ws://x{path}")
        self.client = ClientProtocol(uri, extensions=extensions, **more)
        self.client.send_request(self.client.connect())
        self.pump()
        self.response, *self.early = self.events()
        assert isinstance(self.response, Response)

    def pump(self) -> None:
        """Carry bytes both ways until neither has any."""
        while True:
            sent = b"".join(self.client.data_to_send())
            if sent:
                self.send(sent)
            answer = self.take()
            if answer:
                self.client.receive_data(answer)
            if not sent and not answer:
                return

    def events(self) -> list[Any]:
        self.pump()
        return list(self.client.events_received())

    def messages(self) -> list[bytes]:
        events, self.early = [*self.early, *self.events()], []
        return [each.data for each in events if each.opcode in (Opcode.TEXT, Opcode.BINARY)]

    def say(self, text: str) -> None:
        self.client.send_text(text.encode())
        self.pump()


def frame(
    opcode: int, data: bytes = b"", *, fin: bool = True, rsv: int = 0, mask: bool = True
) -> bytes:
    """A frame of any kind, also one that nobody may send."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    bit = 0x80 if mask else 0
    if len(data) < 126:
        head += bytes([bit | len(data)])
    elif len(data) < 65536:
        head += bytes([bit | 126]) + struct.pack("!H", len(data))
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", len(data))
    return head + (b"\0\0\0\0" if mask else b"") + data


def opened(options: WebSocketOptions | None = None) -> Raw:
    raw = Raw(Server(options))
    raw.send(UPGRADE)
    assert raw.take().startswith(b"HTTP/1.1 101 ")
    return raw


def close_code(data: bytes) -> int:
    """The code of the close frame that `data` is."""
    assert data[0] == 0x88
    return int.from_bytes(data[2:4], "big")


# The upgrade


def test_the_key_of_the_standard_gets_its_answer() -> None:
    raw = Raw(Server())
    for byte in UPGRADE:
        raw.send(bytes([byte]))
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in raw.take()


def test_frames_right_behind_the_request_are_read() -> None:
    raw = Raw(Server())
    raw.send(UPGRADE + frame(1, b"early"))
    assert raw.take().endswith(frame(1, b"early", mask=False))


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"hello\n", 400),
        (b"hello\r\n\r\n", 400),
        (b"\x16\x03\x01\x00", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 426),
        (UPGRADE.replace(b"Version: 13", b"Version: 8"), 426),
        (UPGRADE.replace(b"GET", b"POST"), 400),
        (UPGRADE.replace(b"HTTP/1.1", b"HTTP/1.0"), 400),
        (UPGRADE.replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"short"), 400),
        (UPGRADE.replace(b"Connection: Upgrade", b"Connection: close"), 400),
        (UPGRADE.replace(b"Host: x\r\n", b""), 400),
        (UPGRADE.replace(b"Host: x", b"Host: \xff"), 400),
        (UPGRADE.replace(b"GET / ", b"GET /other "), 404),
        (UPGRADE[:-2] + b"X: " + b"a" * 20_000, 431),
        (UPGRADE[:-2] + b"X: " + b"a" * 20_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_upgrade_gets_a_status_and_the_end(request_bytes: bytes, status: int) -> None:
    raw = Raw(Server(WebSocketOptions(path="/")))
    raw.send(request_bytes)
    answer = raw.take()
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.count(b"HTTP/1.1 ") == 1
    assert raw.transport.disconnecting
    assert not raw.clock.getDelayedCalls()


def test_an_upgrade_that_never_ends_is_given_up() -> None:
    raw = Raw(Server())
    raw.send(UPGRADE[:-2])
    raw.clock.advance(bounds.HANDSHAKE_SECONDS)
    assert raw.take().startswith(b"HTTP/1.1 408 ")


def test_a_subprotocol_that_both_know_is_chosen() -> None:
    server = Server(WebSocketOptions(subprotocols="mqtt, chat"))
    peer = Peer(server, subprotocols=["other", "chat", "mqtt"])
    assert peer.client.subprotocol == "mqtt"
    assert Peer(server, subprotocols=["other"]).client.subprotocol is None


def test_the_query_does_not_count_as_path() -> None:
    peer = Peer(Server(WebSocketOptions(path="/chat")), "/chat?token=1")
    assert peer.response.status_code == 101


@given(
    st.lists(
        st.sampled_from(
            (
                b"Host: x",
                b"Upgrade: websocket",
                b"Upgrade: h2c",
                b"Connection: Upgrade",
                b"Connection: \xff",
                b"Sec-WebSocket-Version: 13",
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=x",
                b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8",
                b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits",
                b"Sec-WebSocket-Protocol: \xc3\xa9",
                b"Content-Length: 3",
                b"Transfer-Encoding: chunked",
            )
        ),
        max_size=12,
    ),
    st.sampled_from(
        (b"GET / HTTP/1.1", b"GET /\xff HTTP/1.1", b"CONNECT x:1 HTTP/1.1", b"GET / x")
    ),
)
def test_every_request_is_accepted_or_answered(headers: list[bytes], line: bytes) -> None:
    raw = Raw(Server(WebSocketOptions(subprotocols="a")))
    raw.send(b"\r\n".join((line, *headers, b"", b"")))
    status = raw.take()[9:12]
    assert status in (b"101", b"400", b"404", b"426")
    raw.lose()
    assert not raw.clock.getDelayedCalls()


# Messages


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 300_000])
def test_messages_come_back_whole(deflate: bool, size: int) -> None:
    peer = Peer(Server(), deflate=deflate, max_size=None)
    text = ("é" * (size // 2) + "x" * (size % 2)).encode()
    data = bytes(range(256)) * (size // 256 + 1)
    peer.client.send_text(text)
    peer.client.send_binary(data)
    assert peer.messages() == [text, data]


@pytest.mark.parametrize(
    "window",
    [
        {"server_no_context_takeover": True},
        {"client_no_context_takeover": True},
        {"server_max_window_bits": 9},
        {"client_max_window_bits": 10},
    ],
)
def test_compression_is_agreed_on_as_the_client_wants(window: dict[str, Any]) -> None:
    peer = Peer(Server(), deflate=True, window=window)
    assert len(peer.client.extensions) == 1
    for text in ("hello hello hello", "hello hello hello", "bye"):
        peer.say(text)
    assert peer.messages() == [b"hello hello hello"] * 2 + [b"bye"]


def test_compression_is_not_agreed_on_if_it_is_off() -> None:
    assert Peer(Server(WebSocketOptions(compression=False)), deflate=True).client.extensions == []


def test_fragments_are_joined_with_pings_in_between() -> None:
    raw = opened()
    raw.send(frame(1, "grü".encode()[:3], fin=False) + frame(9, b"ping"))
    assert raw.take() == frame(10, b"ping", mask=False)
    raw.send(frame(0, b"", fin=False) + frame(0, "grü".encode()[3:] + b"\xc3", fin=False))
    raw.send(frame(10, b"unasked") + frame(0, b"\x9f"))
    assert raw.take() == frame(1, "grüß".encode(), mask=False)


def test_messages_are_sent_in_fragments_if_wanted() -> None:
    raw = opened(WebSocketOptions(fragment=2))
    raw.send(frame(2, b"abcde"))
    assert raw.take() == b"".join(
        (
            frame(2, b"ab", fin=False, mask=False),
            frame(0, b"cd", fin=False, mask=False),
            frame(0, b"e", mask=False),
        )
    )


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (frame(3), 1002),
        (frame(11), 1002),
        (frame(1, b"x", rsv=1), 1002),
        (frame(1, b"x", rsv=4), 1002),
        (frame(1, b"x", mask=False), 1002),
        (frame(0, b"x"), 1002),
        (frame(1, b"x", fin=False) + frame(1, b"y"), 1002),
        (frame(9, b"x", fin=False), 1002),
        (frame(9, b"x" * 126), 1002),
        (frame(8, b"x"), 1002),
        (b"\x81\xfe\x00\x01\0\0\0\0x", 1002),
        (b"\x81\xff" + bytes(7) + b"\x01\0\0\0\0x", 1002),
        (b"\x81\xff" + b"\xff" * 8, 1002),
        (frame(1, b"\xff"), 1007),
        (frame(1, b"\xed\xa0\x80"), 1007),
        (frame(1, b"\xc3"), 1007),
        (frame(1, b"\xc3", fin=False) + frame(0, b"\x28"), 1007),
        (frame(1, b"\xf4\x90\x80\x80", fin=False), 1007),
        (frame(8, b"\x03\xe8\xff"), 1007),
        (frame(2, b"x" * 1001), 1009),
        (b"\x82\xff" + struct.pack("!Q", 1 << 40), 1009),
        (frame(2, b"x" * 600, fin=False) + frame(0, b"x" * 600, fin=False), 1009),
        *((frame(8, struct.pack("!H", code)), 1002) for code in (0, 999, 1004, 1005, 1006)),
        *((frame(8, struct.pack("!H", code)), 1002) for code in (1015, 1016, 2999, 5000, 65535)),
    ],
)
@pytest.mark.parametrize("size", [1, 100_000])
def test_what_breaks_the_protocol_closes_with_the_right_code(
    wrong: bytes, code: int, size: int
) -> None:
    raw = opened(WebSocketOptions(longest_message=1000, longest_frame=1000))
    for start in range(0, len(wrong), size):
        raw.send(wrong[start : start + size])
    assert close_code(raw.take()) == code
    assert raw.transport.disconnecting
    assert not raw.clock.getDelayedCalls()


@pytest.mark.parametrize("code", [*range(1000, 1004), *range(1007, 1014), 3000, 3999, 4000, 4999])
def test_every_code_that_a_client_may_close_with_is_answered_in_kind(code: int) -> None:
    peer = Peer(Server())
    peer.client.send_close(code, "because")
    peer.pump()
    assert peer.client.close_rcvd == Close(code, "because")
    assert peer.transport.disconnecting


def test_a_close_without_a_code_is_answered_without_one() -> None:
    raw = opened()
    raw.send(frame(8))
    assert raw.take() == frame(8, mask=False)


def test_a_bomb_is_not_inflated() -> None:
    peer = Peer(Server(WebSocketOptions(longest_message=1_000_000)), deflate=True)
    deflater = zlib.compressobj(wbits=-15)
    bomb = deflater.compress(bytes(50_000_000)) + deflater.flush(zlib.Z_SYNC_FLUSH)
    peer.send(frame(2, bomb[:-4], rsv=4))
    assert close_code(peer.take()) == 1009


@pytest.mark.parametrize("size", [1_000_000, 1_000_001])
def test_the_bound_of_a_compressed_message_is_exact(size: int) -> None:
    server = Server(WebSocketOptions(longest_message=1_000_000))
    peer = Peer(server, deflate=True, max_size=None)
    peer.client.send_binary(bytes(size))
    peer.pump()
    assert (peer.client.state is State.OPEN) is (size == 1_000_000)


def test_what_does_not_inflate_closes_with_1007() -> None:
    peer = Peer(Server(), deflate=True)
    peer.send(frame(2, b"\xff\xff\xff", rsv=4))
    assert close_code(peer.take()) == 1007


def test_pings_between_compressed_fragments_do_no_harm() -> None:
    peer = Peer(Server(), deflate=True)
    peer.client.send_ping(b"0")
    for text in ("one one one", "two two two"):
        peer.client.send_text(text[:5].encode(), fin=False)
        peer.client.send_ping(b"1")
        peer.client.send_continuation(text[5:].encode(), fin=True)
    assert peer.messages() == [b"one one one", b"two two two"]


def test_a_compressed_message_that_ends_its_stream_does_not_spoil_the_next() -> None:
    peer = Peer(Server(), deflate=True)
    for text in (b"first", b"second"):
        deflater = zlib.compressobj(wbits=-15)
        peer.send(frame(1, deflater.compress(text) + deflater.flush() + b"\0", rsv=4))
    assert peer.messages() == [b"first", b"second"]


@given(st.binary(max_size=200), st.integers(1, 50))
def test_no_bytes_make_it_fail(data: bytes, size: int) -> None:
    raw = opened()
    for start in range(0, len(data), size):
        raw.send(data[start : start + size])
    raw.lose()
    assert not raw.clock.getDelayedCalls()


# Time


def test_a_client_that_answers_pings_stays() -> None:
    peer = Peer(Server(WebSocketOptions(ping_seconds=5)))
    for _ in range(10):
        peer.clock.advance(5)
        peer.pump()
    assert peer.client.state is State.OPEN


def test_a_client_that_answers_no_ping_is_closed() -> None:
    raw = opened(WebSocketOptions(ping_seconds=5))
    raw.clock.advance(5)
    assert raw.take()[0] == 0x89
    raw.clock.advance(5)
    assert close_code(raw.take()) == 1011
    raw.clock.advance(bounds.CLOSE_SECONDS)
    assert raw.transport.disconnecting


def test_a_script_is_sent_line_by_line_and_ends_with_its_code() -> None:
    options = WebSocketOptions(
        mode=Mode.SCRIPT, script="one\n\ntwö\n", interval_ms=100, close_code=4001
    )
    peer = Peer(Server(options))
    assert peer.messages() == [b"one"]
    peer.say("nobody listens")
    peer.clock.advance(0.1)
    assert peer.messages() == ["twö".encode()]
    peer.clock.advance(0.1)
    peer.pump()
    assert peer.client.close_rcvd is not None
    assert peer.client.close_rcvd.code == 4001
    assert peer.transport.disconnecting
    assert not peer.clock.getDelayedCalls()


def test_a_script_may_begin_again_or_leave_the_connection_open() -> None:
    again = Peer(Server(WebSocketOptions(mode=Mode.SCRIPT, script="a\nb", repeats=True)))
    still = Peer(Server(WebSocketOptions(mode=Mode.SCRIPT, script="a", close_code=0)))
    again.messages()
    still.messages()
    for _ in range(3):
        again.clock.advance(1)
        still.clock.advance(1)
    assert again.messages() == [b"b", b"a", b"b"]
    assert still.client.state is State.OPEN


# A room


def test_everyone_else_in_the_room_hears_a_message() -> None:
    server = Server(WebSocketOptions(mode=Mode.ROOM))
    peers = [Peer(server) for _ in range(3)]
    peers[0].say("hello")
    assert [peer.messages() for peer in peers] == [[], [b"hello"], [b"hello"]]
    peers[1].lose()
    peers[2].client.send_binary(b"\xff")
    assert [peer.messages() for peer in (peers[2], peers[0])] == [[], [b"\xff"]]


def test_a_room_skips_who_does_not_read_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = Server(WebSocketOptions(mode=Mode.ROOM))
    slow, quick = Peer(server), Peer(server)
    slow.served.pauseProducing()
    for _ in range(3):
        quick.say("hello")
    with caplog.at_level(logging.WARNING):
        slow.served.resumeProducing()
    assert "3 messages" in caplog.text
    quick.say("again")
    assert slow.messages() == [b"again"]


def test_an_echo_waits_for_a_client_that_does_not_read(join: Join) -> None:
    clock = Clock()
    factory = WebSocketFactory(WebSocketOptions(ping_seconds=0), clock)
    client = join(factory)
    client.send(UPGRADE)
    stream = memoryview(frame(2, bytes(60_000)) * 500)
    taken = 0
    for _ in range(1000):
        taken += client.offer(stream[taken:])
        client.reactor.turn()
        clock.advance(0)
    assert taken < len(stream) // 2
    # The client reads again: all that was taken whole comes back.
    whole = taken // 60_008

    def is_done() -> bool:
        clock.advance(0)
        client.read()
        return len(client.received) >= whole * 60_004

    client.until(is_done)


def test_many_small_messages_are_handled_in_turns_of_the_reactor() -> None:
    raw = opened()
    raw.send(frame(1, b"x") * 2000)
    assert raw.take().count(b"x") == bounds.TURN_EVENTS
    while raw.clock.getDelayedCalls()[0].getTime() <= raw.clock.seconds():
        raw.clock.advance(0)
    assert raw.take().count(b"x") == 2000 - bounds.TURN_EVENTS
