"""A WebSocket as the wire of a session: one send is one message, one message is one chunk.

It stands between a stream, over TCP or TLS, and the session: it observes the stream, and is the
wire that the session talks through. What is sent is a text message if it is UTF-8, and a binary one
otherwise. Pings are answered without a word. The close code is the reason of the end.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure
from wsproto import WSConnection
from wsproto.connection import ConnectionState, ConnectionType
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import ProtocolError

from app.client.target import Target
from app.client.transport import StreamWire, Supply, Wire, WireEnd, WireObserver
from app.protocols.websocket.limits import BoundedDeflate

if TYPE_CHECKING:
    from app.client.tls import Security, Verdict

LONGEST_MESSAGE = 16 * 1024 * 1024
"""Bytes that a peer may send in one message, inflated."""

_NO_WEBSOCKET = (
    "{target} does not answer as a WebSocket server: {why}. Check the path and the port."
)

_MEANINGS: dict[int, str] = {
    1000: "normal",
    1001: "going away",
    1002: "protocol error",
    1003: "unsupported data",
    1007: "invalid data",
    1008: "policy violation",
    1009: "message too big",
    1010: "extension missing",
    1011: "internal error",
    1012: "service restart",
    1013: "try again later",
}
_OUR_REASONS: dict[int, str] = {
    CloseReason.INVALID_FRAME_PAYLOAD_DATA: "a text that is no UTF-8, or does not inflate",
    CloseReason.MESSAGE_TOO_BIG: f"a message of more than {LONGEST_MESSAGE:,} bytes",
}


class WebSocketWire:
    """One WebSocket. See `Wire`, and `WireObserver` for what the stream tells it."""

    can_half_close = False

    def __init__(self, observer: WireObserver, target: Target) -> None:
        self._observer = observer
        self._target = target
        self._websocket = WSConnection(ConnectionType.CLIENT)
        self._stream: Wire | None = None
        self._pieces: list[bytes] = []
        self._message_bytes = 0
        self._is_open = False
        self._is_finishing = False
        self._is_over = False
        """Whether nothing that still comes counts."""

        self._end: WireEnd | None = None

    # The session uses these; see `Wire`.

    @property
    def peer(self) -> str:
        return self._wire.peer

    @property
    def local(self) -> str:
        return self._wire.local

    @property
    def bytes_unsent(self) -> int:
        return self._wire.bytes_unsent

    @property
    def security(self) -> Security | None:
        return self._wire.security

    @property
    def verdict(self) -> Verdict | None:
        return self._wire.verdict

    def send(self, data: bytes) -> None:
        """Send `data` as one message."""
        if self._can_send:
            self._send(_message(data))

    def send_from(self, supply: Supply | None) -> None:
        """Send what `supply` gives, each piece as one binary message."""
        if supply is None:
            self._wire.send_from(None)
            return

        def framed(size: int) -> bytes:
            piece = supply(size) if self._can_send else b""
            return self._websocket.send(BytesMessage(data=piece)) if piece else b""

        self._wire.send_from(framed)

    def finish(self) -> None:
        """Say goodbye; the stream is closed when the peer has said so too."""
        self._is_finishing = True
        if self._can_send:
            self._send(CloseConnection(code=CloseReason.NORMAL_CLOSURE))
        elif not self._is_open:
            self._wire.finish()

    def hang_up(self) -> bool:
        if self.bytes_unsent:
            return self._wire.hang_up()
        self._wire.finish()
        return True

    def abort(self) -> None:
        self._is_over = True
        self._end = None
        self._wire.abort()

    def pause(self) -> None:
        self._wire.pause()

    def resume(self) -> None:
        self._wire.resume()

    # The stream calls these; see `WireObserver`.

    def wire_handshaking(self, wire: Wire) -> None:
        self._stream = wire
        self._observer.wire_handshaking(self)

    def wire_opened(self, wire: Wire) -> None:
        if self._stream is None:
            self._stream = wire
            self._observer.wire_handshaking(self)
        if self._is_over:
            return  # the session has no use for it
        request = Request(
            host=self._target.place,
            target=self._target.resource,
            extensions=[BoundedDeflate(LONGEST_MESSAGE)],
        )
        try:
            wire.send(self._websocket.send(request))
        except (ProtocolError, ValueError):
            self._fail("its name cannot be written in a request")

    def wire_received(self, wire: Wire, data: bytes) -> None:
        if self._is_over:
            return
        try:
            self._websocket.receive_data(data)
            for event in self._websocket.events():
                self._take(event)
                if self._is_over:
                    return
        except (ProtocolError, ValueError):  # what wsproto cannot decode is a ValueError
            self._fail("what it says is no upgrade to WebSocket")

    def wire_flushed(self, wire: Wire, count: int) -> None:
        if self._is_open:
            self._observer.wire_flushed(self, count)

    def wire_refused(self, wire: Wire, reason: Exception) -> None:
        self._observer.wire_refused(self, reason)

    def wire_peer_finished(self, wire: Wire) -> None:
        if self._is_open and not self._is_over:
            self._observer.wire_peer_finished(self)

    def wire_lost(self, wire: Wire, reason: Failure) -> None:
        if self._end is not None:
            reason = Failure(self._end)
        elif reason.check(ConnectionDone):
            if not self._is_open:
                reason = Failure(self._refusal("it closed the connection"))
            elif not self._is_finishing:
                reason = Failure(WireEnd("The peer left without closing the WebSocket."))
        self._is_over = True
        self._observer.wire_lost(self, reason)

    # What the frames say.

    @property
    def _wire(self) -> Wire:
        assert self._stream is not None
        return self._stream

    @property
    def _can_send(self) -> bool:
        return self._is_open and self._websocket.state is ConnectionState.OPEN

    def _send(self, event: Event) -> None:
        self._wire.send(self._websocket.send(event))

    def _take(self, event: Event) -> None:
        match event:
            case AcceptConnection():
                self._is_open = True
                self._observer.wire_opened(self)
            case RejectConnection():
                self._fail(f"it answers {_status(event.status_code)}")
            case TextMessage() | BytesMessage():
                self._take_piece(event)
            case Ping() if self._can_send:
                self._send(event.response())
            case CloseConnection():
                self._take_close(event)

    def _take_piece(self, event: TextMessage | BytesMessage) -> None:
        self._message_bytes += len(event.data)
        if self._message_bytes > LONGEST_MESSAGE:
            self._close(CloseReason.MESSAGE_TOO_BIG)
            return
        if event.data:
            piece = event.data
            self._pieces.append(piece.encode() if isinstance(piece, str) else bytes(piece))
        if event.message_finished:
            pieces, self._pieces, self._message_bytes = self._pieces, [], 0
            self._observer.wire_received(self, b"".join(pieces))

    def _take_close(self, event: CloseConnection) -> None:
        """The peer closes, or answers our close, or sent what is no message."""
        if self._websocket.state is ConnectionState.OPEN:
            self._close(event.code)
            return
        self._end = _end_by_peer(event.code, event.reason or "")
        self._is_over = True
        if self._websocket.state is ConnectionState.REMOTE_CLOSING:
            self._send(event.response())
            self._observer.wire_peer_finished(self)
        self._wire.finish()

    def _close(self, code: int) -> None:
        """Close because of what the peer sent."""
        why = _OUR_REASONS.get(code, "what is no WebSocket frame")
        self._end = WireEnd(f"Closed with {code}, because the peer sent {why}.")
        self._is_over = True
        self._send(CloseConnection(code=code))
        self._observer.wire_peer_finished(self)
        self._wire.finish()

    def _fail(self, why: str) -> None:
        """There will be no WebSocket."""
        self._end = self._refusal(why)
        self._is_over = True
        self._wire.abort()

    def _refusal(self, why: str) -> WireEnd:
        return WireEnd(_NO_WEBSOCKET.format(target=self._target, why=why))


class WebSocketWireFactory(Factory):
    """Builds the wires of one attempt; `kind` is the stream below them."""

    noisy = False

    def __init__(self, observer: WireObserver, target: Target, kind: type[StreamWire]) -> None:
        self._observer = observer
        self._target = target
        self._kind = kind

    def buildProtocol(self, addr: IAddress | None) -> StreamWire:
        return self._kind(WebSocketWire(self._observer, self._target))


def _message(data: bytes) -> TextMessage | BytesMessage:
    try:
        return TextMessage(data=data.decode())
    except UnicodeDecodeError:
        return BytesMessage(data=data)


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


def _end_by_peer(code: int, reason: str) -> WireEnd:
    """The end that the peer wants. It is well if nothing went wrong there."""
    if code == CloseReason.NO_STATUS_RCVD:
        return WireEnd("The peer closed the WebSocket, without a code.", is_well=True)
    meaning = _MEANINGS.get(code)
    told = f"{code}, {meaning}" if meaning else str(code)
    because = f": {reason.strip().rstrip('.')}" if reason.strip() else ""
    return WireEnd(f"The peer closed with {told}{because}.", is_well=code in (1000, 1001))
