"""A console session: one target at a time, and the record of all that was said.

The window owns a session and pulls from it. A session calls the window at one moment only, when it
has something new and the window had seen everything before: see `Session.take_dirty`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectionDone, TimeoutError
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IReactorTime,
    IStreamClientEndpoint,
)
from twisted.python.failure import Failure

from app.client.failures import explain_connect, explain_loss
from app.client.formatting import count_bytes
from app.client.reach import endpoint_towards
from app.client.target import Target
from app.client.transcript import Kind, Transcript
from app.client.wire import Wire, WireFactory
from app.spawn import log_failure, spawn
from app.tap import RECEIVED, SENT, Tap

MAX_UNSENT_BYTES = 16 * 1024 * 1024

Dial = Callable[[object, Target, float], IStreamClientEndpoint]
"""Makes the endpoint of one attempt: reactor, target, seconds to wait for an answer."""


class State(Enum):
    """Where a session is. IDLE is before the first `connect`; CLOSED is after every other end."""

    IDLE = "idle"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    CLOSING = "closing"
    CLOSED = "closed"


_NOT_SENT = {
    State.IDLE: "Not sent: connect first.",
    State.CONNECTING: "Not sent: still connecting. Send again once the connection is there.",
    State.CLOSING: "Not sent: the connection is closing.",
    State.CLOSED: "Not sent: the connection is closed. Connect again first.",
}


class Session:
    """Connects, sends, disconnects, and writes all of it into `transcript`.

    What cannot be done now is harmless: the method returns False and the transcript says why, in a
    sentence. A session may connect again, elsewhere too, once it is closed; its transcript goes on.

    `wake` is called without arguments on the reactor's thread. `connect_timeout` (seconds) covers
    the whole of resolving and connecting. `close_timeout` (seconds) is how long a disconnecting
    session waits for a peer that takes nothing more, or that does not close its own side.

    Each connection takes its `number` from `numbers`, and every chunk of it goes to `tap` as well.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        *,
        wake: Callable[[], None],
        connect_timeout: float = 10.0,
        close_timeout: float = 3.0,
        dial: Dial = endpoint_towards,
        tap: Tap | None = None,
        numbers: Iterator[int] | None = None,
    ) -> None:
        self.transcript = Transcript()
        self._reactor = reactor
        self._wake = wake
        self._connect_timeout = connect_timeout
        self._close_timeout = close_timeout
        self._dial = dial
        self._tap = tap
        self._numbers = numbers
        self._number = 0
        self._dirty = False
        self._state = State.IDLE
        self._target: Target | None = None
        self._bytes_in = 0
        self._bytes_out = 0
        self._timer: IDelayedCall | None = None
        self._attempt: Deferred[None] | None = None
        self._given_up: Exception | None = None
        self._wire: Wire | None = None
        self._leaving = False

    @property
    def state(self) -> State:
        """Where the session is now."""
        return self._state

    @property
    def target(self) -> Target | None:
        """What the session connects or connected to last."""
        return self._target

    @property
    def number(self) -> int:
        """What this connection, or the last one, is known by to the tap; 0 before the first."""
        return self._number

    @property
    def bytes_in(self) -> int:
        """Bytes received on this connection, or on the last one."""
        return self._bytes_in

    @property
    def bytes_out(self) -> int:
        """Bytes of this connection, or of the last one, that the system took to send."""
        return self._bytes_out

    @property
    def bytes_unsent(self) -> int:
        """Bytes that wait for the peer to read."""
        return self._wire.bytes_unsent if self._wire else 0

    def take_dirty(self) -> bool:
        """Whether anything changed since this was last asked; from now on a change calls `wake`."""
        dirty, self._dirty = self._dirty, False
        return dirty

    def connect(self, target: Target) -> bool:
        """Start to connect. True if it was started; how it goes, the state and transcript tell."""
        if self._state not in (State.IDLE, State.CLOSED):
            return self._decline(f"Still {self._state.value}: disconnect first, then connect.")
        self._target = target
        self._bytes_in = self._bytes_out = 0
        self._given_up = None
        self._leaving = False
        self._move(State.CONNECTING)
        self._say(f"Connecting to {target}…")
        self._arm(self._connect_timeout, lambda: self._give_up(TimeoutError()))
        self._attempt = spawn(self._reach(target), self._fail_attempt)
        return True

    def send(self, data: bytes) -> bool:
        """Send `data`, all of it or nothing. False if it cannot be taken now."""
        wire = self._wire
        if wire is None or self._state is not State.CONNECTED:
            return self._decline(_NOT_SENT[self._state])
        if not data:
            return self._decline("Nothing to send: type something, or choose a line ending.")
        if wire.bytes_unsent + len(data) > MAX_UNSENT_BYTES:
            return self._decline(_too_much(len(data), wire.bytes_unsent))
        self._record(Kind.SENT, data)
        if self._tap is not None:
            self._tap(self._reactor.seconds(), self._number, SENT, data)
        wire.send(data)
        return True

    def disconnect(self) -> bool:
        """Close gracefully: what was sent is flushed, what still comes is shown. While connecting,
        stop that. False if there is nothing to disconnect, or it is closing already."""
        if self._state is State.CONNECTING:
            return self._give_up(CancelledError())
        if self._state is State.CLOSING:
            return self._decline("Already closing. Abort to drop the connection at once.")
        if self._wire is None:
            return self._decline("There is nothing to disconnect.")
        self._leaving = True
        self._start_closing(self._wire)
        self._wire.finish()
        return True

    def abort(self) -> bool:
        """Drop the connection, or the attempt, without flushing. False if there is none."""
        if self._state is State.CONNECTING:
            return self._give_up(CancelledError())
        if self._wire is None:
            return self._decline("There is nothing to abort.")
        self._start_closing(self._wire)
        self._wire.abort()
        return True

    # What follows until the next such line is `WireObserver`.

    def wire_opened(self, wire: Wire) -> None:
        """The connection is made. One that comes after the attempt was given up is dropped."""
        if self._state is not State.CONNECTING:
            wire.abort()
            return
        self._wire = wire
        if self._numbers is not None:
            self._number = next(self._numbers)
        self._disarm()
        self._move(State.CONNECTED)
        peer, local = wire.transport.getPeer(), wire.transport.getHost()
        self._say(f"Connected to {_name(peer)} from {_name(local)}.")

    def wire_received(self, wire: Wire, data: bytes) -> None:
        """A chunk came."""
        self._bytes_in += len(data)
        self._record(Kind.RECEIVED, data)
        if self._tap is not None:
            self._tap(self._reactor.seconds(), self._number, RECEIVED, data)

    def wire_flushed(self, wire: Wire, count: int) -> None:
        """The peer takes what is sent, so closing may go on."""
        self._bytes_out += count
        if self._state is State.CLOSING:
            self._start_closing(wire)
        self._touch()

    def wire_peer_finished(self, wire: Wire) -> None:
        """The peer closed its side; the wire flushes and closes ours."""
        if self._state is not State.CONNECTED:
            return
        if wire.bytes_unsent:
            rest = count_bytes(wire.bytes_unsent)
            self._say(f"The peer closed its side. Sending the remaining {rest}, then closing.")
        self._start_closing(wire)

    def wire_lost(self, wire: Wire, reason: Failure) -> None:
        """The connection is gone."""
        if wire is not self._wire:
            return
        self._wire = None
        self._disarm()
        left = self._leaving and reason.check(ConnectionDone)
        sentence = "Disconnected." if left else explain_loss(reason)
        if wire.bytes_unsent:
            sentence += f" Not sent: {count_bytes(wire.bytes_unsent)}."
        self._say(sentence)
        self._move(State.CLOSED)

    # The attempt.

    async def _reach(self, target: Target) -> None:
        endpoint = self._dial(self._reactor, target, self._connect_timeout)
        await endpoint.connect(WireFactory(self))

    def _fail_attempt(self, failure: Failure) -> None:
        if self._state is not State.CONNECTING or self._target is None:
            log_failure(failure)
            return
        self._disarm()
        reason = failure if self._given_up is None else Failure(self._given_up)
        self._say(explain_connect(reason, self._target))
        self._move(State.CLOSED)

    def _give_up(self, reason: Exception) -> bool:
        # What a cancelled endpoint fails with tells how far it was, not why: while it resolves, it
        # is that the name is unknown.
        self._given_up = reason
        if self._attempt is not None:
            self._attempt.cancel()
        return True

    # Closing, and the record.

    def _start_closing(self, wire: Wire) -> None:
        self._move(State.CLOSING)
        self._arm(self._close_timeout, lambda: self._hang_up(wire))

    def _hang_up(self, wire: Wire) -> None:
        if not wire.hang_up():
            self._say(f"The peer took nothing for {self._close_timeout:g} s. Giving it up.")

    def _arm(self, seconds: float, call: Callable[[], object]) -> None:
        self._disarm()
        self._timer = self._reactor.callLater(seconds, call)

    def _disarm(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def _move(self, state: State) -> None:
        self._state = state
        self._touch()

    def _decline(self, sentence: str) -> bool:
        self._say(sentence)
        return False

    def _say(self, sentence: str) -> None:
        self._record(Kind.EVENT, sentence)

    def _record(self, kind: Kind, data: bytes | str) -> None:
        self.transcript.append(self._reactor.seconds(), kind, data)
        self._touch()

    def _touch(self) -> None:
        if not self._dirty:
            self._dirty = True
            self._wake()


def _too_much(size: int, unsent: int) -> str:
    if size > MAX_UNSENT_BYTES:
        return f"Not sent: {count_bytes(size)} are too much at once. Send it in parts."
    return f"Not sent: {count_bytes(unsent)} still wait for the peer to read. Wait, or disconnect."


def _name(address: IAddress) -> str:
    if isinstance(address, (IPv4Address, IPv6Address)):
        return str(Target(address.host, address.port))
    return str(address)
