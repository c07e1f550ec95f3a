"""The wire for WebSockets: one send is one message, and one received message is one chunk.

It is a layer between a stream (TCP or TLS) and the session: it observes the stream, and it is the
wire of the session. It sends UTF-8 as a text message, other bytes as a binary message. It answers
pings by itself. The close code becomes the reason of the end.
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

from app.client.transport import StreamWire, Supply, Wire, WireEnd, WireObserver
from app.net.target import Target
from app.protocols.websocket.limits import BoundedDeflate
from app.text.sentence import Sentence, composed

if TYPE_CHECKING:
    from app.client.security import Security, Verdict

LONGEST_MESSAGE = 16 * 1024 * 1024
"""The limit for one received message, in bytes, after decompression."""

_MEANINGS: dict[int, str] = {
    1000: Sentence("ws-normal", "normal"),
    1001: Sentence("ws-going-away", "going away"),
    1002: Sentence("ws-protocol-error", "protocol error"),
    1003: Sentence("ws-unsupported-data", "unsupported data"),
    1007: Sentence("ws-invalid-data", "invalid data"),
    1008: Sentence("ws-policy-violation", "policy violation"),
    1009: Sentence("ws-too-big", "message too big"),
    1010: Sentence("ws-extension-missing", "extension missing"),
    1011: Sentence("ws-internal-error", "internal error"),
    1012: Sentence("ws-service-restart", "service restart"),
    1013: Sentence("ws-try-later", "try again later"),
}
_OUR_REASONS: dict[int, str] = {
    CloseReason.INVALID_FRAME_PAYLOAD_DATA: Sentence(
        "ws-sent-bad-text", "a text that is no UTF-8, or does not inflate"
    ),
    CloseReason.MESSAGE_TOO_BIG: Sentence(
        "ws-sent-too-much",
        "a message of more than {longest_message:,} bytes",
        longest_message=LONGEST_MESSAGE,
    ),
}


class WebSocketWire:
    """One WebSocket. A `Wire` for the session, and the `WireObserver` of the stream below."""

    can_half_close = False

    def __init__(self, observer: WireObserver, target: Target) -> None:
        self._observer = observer
        self._target = target
        self._websocket = WSConnection(ConnectionType.CLIENT)
        self._stream: Wire | None = None
        self._parts: list[bytes] = []
        self._message_bytes = 0
        self._is_open = False
        self._is_finishing = False
        self._ignores_input = False
        """Whether the end is decided, so that further data is ignored."""

        self._end_reason: WireEnd | None = None

    # Wire: called by the session.

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
        """Send from `supply`. Each piece is one binary message."""
        if supply is None:
            self._wire.send_from(None)
            return

        def next_message(size: int) -> bytes:
            part = supply(size) if self._can_send else b""
            return self._websocket.send(BytesMessage(data=part)) if part else b""

        self._wire.send_from(next_message)

    def finish(self) -> None:
        """Send a close frame. The stream is closed after the peer's close frame."""
        self._is_finishing = True
        if self._can_send:
            self._send(CloseConnection(code=CloseReason.NORMAL_CLOSURE))
        elif not self._is_open:
            self._wire.finish()

    def close_or_abort(self) -> bool:
        if self.bytes_unsent:
            return self._wire.close_or_abort()
        self._wire.finish()
        return True

    def abort(self) -> None:
        self._ignores_input = True
        self._end_reason = None
        self._wire.abort()

    def pause(self) -> None:
        self._wire.pause()

    def resume(self) -> None:
        self._wire.resume()

    # WireObserver: called by the stream.

    def wire_handshaking(self, wire: Wire) -> None:
        self._stream = wire
        self._observer.wire_handshaking(self)

    def wire_opened(self, wire: Wire) -> None:
        if self._stream is None:
            self._stream = wire
            self._observer.wire_handshaking(self)
        if self._ignores_input:
            return  # the session has given up the attempt
        request = Request(
            host=self._target.address,
            target=self._target.resource,
            extensions=[BoundedDeflate(LONGEST_MESSAGE)],
        )
        try:
            wire.send(self._websocket.send(request))
        except (ProtocolError, ValueError):
            self._fail(Sentence("ws-name-unwritable", "its name cannot be written in a request"))

    def wire_received(self, wire: Wire, data: bytes) -> None:
        if self._ignores_input:
            return
        try:
            self._websocket.receive_data(data)
            for event in self._websocket.events():
                self._handle(event)
                if self._ignores_input:
                    return
        except (
            ProtocolError,
            ValueError,
        ):  # wsproto raises ValueError for bytes that it cannot decode
            self._fail(Sentence("ws-no-upgrade", "what it says is no upgrade to WebSocket"))

    def wire_flushed(self, wire: Wire, count: int) -> None:
        if self._is_open:
            self._observer.wire_flushed(self, count)

    def wire_refused(self, wire: Wire, reason: Exception) -> None:
        self._observer.wire_refused(self, reason)

    def wire_peer_finished(self, wire: Wire) -> None:
        if self._is_open and not self._ignores_input:
            self._observer.wire_peer_finished(self)

    def wire_lost(self, wire: Wire, reason: Failure) -> None:
        if self._end_reason is not None:
            reason = Failure(self._end_reason)
        elif reason.check(ConnectionDone):
            if not self._is_open:
                reason = Failure(
                    self._refusal(Sentence("ws-connection-closed", "it closed the connection"))
                )
            elif not self._is_finishing:
                reason = Failure(
                    WireEnd(
                        Sentence(
                            "ws-left-without-close", "The peer left without closing the WebSocket."
                        )
                    )
                )
        self._ignores_input = True
        self._observer.wire_lost(self, reason)

    # WebSocket events.

    @property
    def _wire(self) -> Wire:
        assert self._stream is not None
        return self._stream

    @property
    def _can_send(self) -> bool:
        return self._is_open and self._websocket.state is ConnectionState.OPEN

    def _send(self, event: Event) -> None:
        self._wire.send(self._websocket.send(event))

    def _handle(self, event: Event) -> None:
        match event:
            case AcceptConnection():
                self._is_open = True
                self._observer.wire_opened(self)
            case RejectConnection():
                self._fail(
                    Sentence(
                        "ws-answers-status",
                        "it answers {status_code}",
                        status_code=_status(event.status_code),
                    )
                )
            case TextMessage() | BytesMessage():
                self._handle_message(event)
            case Ping() if self._can_send:
                self._send(event.response())
            case CloseConnection():
                self._handle_close(event)

    def _handle_message(self, event: TextMessage | BytesMessage) -> None:
        self._message_bytes += len(event.data)
        if self._message_bytes > LONGEST_MESSAGE:
            self._close(CloseReason.MESSAGE_TOO_BIG)
            return
        if event.data:
            part = event.data
            self._parts.append(part.encode() if isinstance(part, str) else bytes(part))
        if event.message_finished:
            parts, self._parts, self._message_bytes = self._parts, [], 0
            self._observer.wire_received(self, b"".join(parts))

    def _handle_close(self, event: CloseConnection) -> None:
        """The peer closes, answers our close frame, or sent an invalid message."""
        if self._websocket.state is ConnectionState.OPEN:
            self._close(event.code)
            return
        self._end_reason = _end_by_peer(event.code, event.reason or "")
        self._ignores_input = True
        if self._websocket.state is ConnectionState.REMOTE_CLOSING:
            self._send(event.response())
            self._observer.wire_peer_finished(self)
        self._wire.finish()

    def _close(self, code: int) -> None:
        """Close with `code`, because of data that the peer sent."""
        why = _OUR_REASONS.get(code, Sentence("ws-sent-no-frame", "what is no WebSocket frame"))
        self._end_reason = WireEnd(
            Sentence(
                "ws-closed-here",
                "Closed with {code}, because the peer sent {why}.",
                code=code,
                why=why,
            )
        )
        self._ignores_input = True
        self._send(CloseConnection(code=code))
        self._observer.wire_peer_finished(self)
        self._wire.finish()

    def _fail(self, why: str) -> None:
        """The WebSocket cannot be established: abort with a reason."""
        self._end_reason = self._refusal(why)
        self._ignores_input = True
        self._wire.abort()

    def _refusal(self, why: str) -> WireEnd:
        return WireEnd(
            Sentence(
                "no-websocket",
                "{target} does not answer as a WebSocket server: {why}. "
                "Check the path and the port.",
                target=self._target,
                why=why,
            )
        )


class WebSocketWireFactory(Factory):
    """Makes the wires of one attempt. `kind` is the stream below them."""

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
    """The reason for a close by the peer. It is good for the codes 1000 and 1001."""
    if code == CloseReason.NO_STATUS_RCVD:
        return WireEnd(
            Sentence("ws-closed-without-code", "The peer closed the WebSocket, without a code."),
            is_well=True,
        )
    meaning = _MEANINGS.get(code)
    told = composed("{code}, {meaning}", code=code, meaning=meaning) if meaning else str(code)
    said = reason.strip().rstrip(".")
    sentence = Sentence(
        "peer-closed-websocket",
        "The peer closed with {told}{reason}.",
        told=told,
        reason=composed(": {reason}", reason=said) if said else "",
    )
    return WireEnd(sentence, is_well=code in (1000, 1001))
