"""The WebSocket server: one client's connection, and the factory that knows all of them.

A connection is its transport's push producer. While the client does not read, nothing more is read
from it and no message is handled. Messages of a room or a script are skipped then and counted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from wsproto.connection import ConnectionState
from wsproto.events import BytesMessage, CloseConnection, Event, Message, Ping, Pong, TextMessage
from wsproto.frame_protocol import CloseReason
from zope.interface import implementer

from app.protocols.websocket.handshake import Accepted, Handshake, Rejected, rejection
from app.protocols.websocket.options import Mode, WebSocketOptions
from app.text.sentence import Sentence

if TYPE_CHECKING:
    from wsproto import WSConnection

log = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 15.0
CLOSE_SECONDS = 5.0
"""How long a client may take for the upgrade, and to answer a close."""

TURN_BYTES = 1024 * 1024
TURN_EVENTS = 512
"""Payload and frames that are handled before the reactor gets its turn."""

MOST_PINGS_UNANSWERED = 1

_REASONS: dict[int, str] = {
    CloseReason.PROTOCOL_ERROR: Sentence("ws-frame-wrong", "a frame breaks the protocol"),
    CloseReason.INVALID_FRAME_PAYLOAD_DATA: Sentence(
        "ws-text-wrong", "a text is no UTF-8, or a message does not inflate"
    ),
    CloseReason.MESSAGE_TOO_BIG: Sentence(
        "ws-message-too-large", "a message is larger than this server takes"
    ),
}


@implementer(IPushProducer)
class WebSocketConnection(Protocol):
    """One client."""

    factory: WebSocketFactory
    transport: Any

    paused = False
    """Whether the client does not keep up."""

    skipped = 0
    """How many messages were not sent for that; the log tells when the client reads again."""

    _websocket: WSConnection | None = None
    _timer: IDelayedCall | None = None
    """Of the upgrade, then of the pings, then of the close."""

    _script_timer: IDelayedCall | None = None
    _turn: IDelayedCall | None = None
    _is_over = False
    """Whether the transport was told to close."""

    _pings = 0

    def __init__(self) -> None:
        self._pieces: list[str | bytes] = []

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        websocket = self._websocket
        return websocket is not None and websocket.state is ConnectionState.OPEN

    # The transport calls these.

    def connectionMade(self) -> None:
        self._handshake = Handshake(self.factory.options, self.factory.subprotocols)
        self.transport.registerProducer(self, True)
        self._timer = self.factory.clock.callLater(HANDSHAKE_SECONDS, self._reject_late)

    def dataReceived(self, data: bytes) -> None:
        if self._is_over:
            return
        if self._websocket is None:
            outcome = self._handshake.feed(data)
            if outcome is None:
                return
            if isinstance(outcome, Rejected):
                self._leave(outcome.reply)
                return
            self._open(outcome)
            data = outcome.rest
        assert self._websocket is not None
        self._websocket.receive_data(data)
        if self._turn is None and not self.paused:
            self._handle_events()

    def pauseProducing(self) -> None:
        self.paused = True
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:
        self.paused = False
        if self.skipped:
            skipped, self.skipped = self.skipped, 0
            peer = self.transport.getPeer()
            log.warning("%s read too slowly: %d messages were not sent to it.", peer, skipped)
        if self._turn is None and not self._is_over:
            self._turn = self.factory.clock.callLater(0, self._take_turn)

    def stopProducing(self) -> None:
        """The client is gone: `connectionLost` follows."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._is_over = True
        self._stop_timers()
        self.factory.leave(self)

    # The factory calls these.

    def send_message(self, data: str | bytes) -> None:
        """Send one message, or skip it if the client does not keep up."""
        if not self.is_open:
            return
        if self.paused:
            self.skipped += 1
            return
        for piece, is_last in _fragments(data, self.factory.options.fragment):
            self._send(_message(piece, is_last))

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye, and wait a little for the client to do so too."""
        if not self.is_open:
            return
        self._send(CloseConnection(code=code, reason=reason or None))
        self._stop_timers()
        self._timer = self.factory.clock.callLater(CLOSE_SECONDS, self._leave)

    # What happens on the way.

    def _open(self, accepted: Accepted) -> None:
        self._websocket = accepted.websocket
        self._stop_timers()
        self.transport.write(accepted.reply)
        self._wait_to_ping()
        self.factory.enter(self)
        if self.factory.options.mode is Mode.SCRIPT:
            self._script = iter(self.factory.script)
            self._play()

    def _handle_events(self) -> None:
        assert self._websocket is not None
        size = 0
        for count, event in enumerate(self._websocket.events(), 1):
            self._handle(event)
            if self._is_over:
                return
            size += len(event.data) if isinstance(event, Message) else 0
            if self.paused:
                return
            if size >= TURN_BYTES or count >= TURN_EVENTS:
                self.transport.pauseProducing()
                self._turn = self.factory.clock.callLater(0, self._take_turn)
                return

    def _take_turn(self) -> None:
        self._turn = None
        if self.paused or self._is_over or self._websocket is None:
            return
        self.transport.resumeProducing()
        self._handle_events()

    def _handle(self, event: Event) -> None:
        match event:
            case Message():
                self._take_piece(event)
            case Ping() if self.is_open:
                self._send(event.response())
            case Pong():
                self._pings = 0
            case CloseConnection():
                self._finish(event)

    def _take_piece(self, event: Message[Any]) -> None:
        if not self.is_open:
            return
        self._pings = 0
        if event.data:
            self._pieces.append(event.data)
        if not event.message_finished:
            return
        pieces, self._pieces = self._pieces, []
        if len(pieces) == 1:
            message = pieces[0]
        else:
            empty = "" if isinstance(event, TextMessage) else b""
            message = empty.join(pieces)  # type: ignore[arg-type]
        self.factory.received(self, message)

    def _finish(self, event: CloseConnection) -> None:
        """The client closes, or sent what is no message: then wsproto asks for the close."""
        websocket = self._websocket
        assert websocket is not None
        if websocket.state is ConnectionState.REMOTE_CLOSING:
            self._send(event.response())
        elif websocket.state is ConnectionState.OPEN:
            self._send(CloseConnection(code=event.code, reason=_REASONS.get(event.code)))
        self._leave()

    def _send(self, event: Event) -> None:
        assert self._websocket is not None
        self.transport.write(self._websocket.send(event))

    def _leave(self, goodbye: bytes = b"") -> None:
        """Close the connection itself, after `goodbye`."""
        self._is_over = True
        self._stop_timers()
        self.factory.leave(self)
        if goodbye:
            self.transport.write(goodbye)
        # A transport that is closing waits for its producer to end.
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    def _reject_late(self) -> None:
        sentence = f"The request did not arrive within {HANDSHAKE_SECONDS:g} seconds."
        self._leave(rejection(HTTPStatus.REQUEST_TIMEOUT, sentence).reply)

    def _wait_to_ping(self) -> None:
        seconds = self.factory.options.ping_seconds
        if seconds:
            self._timer = self.factory.clock.callLater(seconds, self._ping)

    def _ping(self) -> None:
        self._timer = None
        if self._pings >= MOST_PINGS_UNANSWERED and not self.paused:
            self.close(CloseReason.INTERNAL_ERROR, Sentence("ws-no-pong", "no answer to a ping"))
            return
        if not self.paused:
            self._pings += 1
            self._send(Ping(payload=b"portdeck"))
        self._wait_to_ping()

    def _play(self) -> None:
        """Send the next message of the script."""
        options = self.factory.options
        self._script_timer = None
        message = next(self._script, None)
        if message is None and options.repeats and self.factory.script:
            self._script = iter(self.factory.script)
            message = next(self._script)
        if message is not None:
            self.send_message(message)
            seconds = options.interval_ms / 1000
            self._script_timer = self.factory.clock.callLater(seconds, self._play)
        elif options.close_code:
            self.close(options.close_code, Sentence("ws-script-over", "the script is over"))

    def _stop_timers(self) -> None:
        for timer in (self._timer, self._script_timer, self._turn):
            if timer is not None and timer.active():
                timer.cancel()
        self._timer = self._script_timer = self._turn = None


def _message(data: str | bytes, is_last: bool) -> Event:
    if isinstance(data, str):
        return TextMessage(data=data, message_finished=is_last)
    return BytesMessage(data=data, message_finished=is_last)


def _fragments(data: str | bytes, size: int) -> Iterator[tuple[str | bytes, bool]]:
    """The pieces of a message, and whether each is the last. Text counts in characters."""
    if not size or len(data) <= size:
        yield data, True
        return
    for start in range(0, len(data), size):
        yield data[start : start + size], start + size >= len(data)


class WebSocketFactory(Factory[WebSocketConnection]):
    """Makes the connections of one listener. `members` are those whose upgrade is done."""

    protocol = WebSocketConnection
    noisy = False

    def __init__(self, options: WebSocketOptions, clock: IReactorTime) -> None:
        self.options = options
        self.clock = clock
        self.subprotocols = tuple(
            each.strip() for each in options.subprotocols.split(",") if each.strip()
        )
        self.script = tuple(line for line in options.script.splitlines() if line)
        self.members: dict[WebSocketConnection, None] = {}

    def enter(self, member: WebSocketConnection) -> None:
        """Count `member` among those who hear the room."""
        self.members[member] = None

    def leave(self, member: WebSocketConnection) -> None:
        """Forget `member`."""
        self.members.pop(member, None)

    def received(self, member: WebSocketConnection, message: str | bytes) -> None:
        """Do with a message what the mode says. A script listens to nobody."""
        match self.options.mode:
            case Mode.ECHO:
                member.send_message(message)
            case Mode.ROOM:
                for other in tuple(self.members):
                    if other is not member:
                        other.send_message(message)
            case Mode.SCRIPT:
                pass
