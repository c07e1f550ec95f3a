"""A console session: one target at a time, and the record of all that was said.

The window owns a session and pulls from it. A session calls the window at one moment only, when it
has something new and the window had seen everything before: see `Session.take_dirty`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import TimeoutError
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from app.client.connect import BackOff, Dial, OneShotTimer, connect
from app.client.send_file import FileError, FileTransfer, OutgoingFile
from app.client.session_messages import (
    NOT_SENT,
    SPEAKS_TLS,
    describe_end,
    describe_opening,
    describe_security,
    explain_connect,
    explain_refusal,
    is_tls_alert,
    reason_not_to_send,
)
from app.client.session_messages import SessionState as SessionState
from app.client.target import Options, OptionsError, Target, Transport
from app.client.transcript import SessionLog, count_bytes
from app.client.transport import Wire
from app.runtime.coroutines import log_failure, spawn
from app.traffic.connection_info import Tap

if TYPE_CHECKING:
    from app.client.security import Security, Verdict


class Session:
    """Connects, sends, disconnects, and writes all of it into `transcript`.

    What cannot be done now is harmless: the method returns False and the transcript says why, in a
    sentence. A session may connect again, elsewhere too, once it is closed; its transcript goes on.

    `wake` is called without arguments on the reactor's thread. `close_timeout` (seconds) is how
    long a disconnecting session waits for a peer that takes nothing more, or that does not close
    its own side.

    Each connection takes its `number` from `numbers`, and every chunk of it goes to `tap` as well.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        *,
        wake: Callable[[], None],
        close_timeout: float = 3.0,
        dial: Dial = connect,
        tap: Tap | None = None,
        numbers: Iterator[int] | None = None,
    ) -> None:
        self._state = SessionState.IDLE
        self.target: Target | None = None
        """What the session connects or connected to last."""
        self.bytes_in = 0
        """Bytes received on this connection, or on the last one."""
        self.bytes_out = 0
        """Bytes of this connection, or of the last one, that the system took to send."""
        self.addresses = "", ""
        """The peer's and our own, for people, of this connection or the last one."""
        self.security: Security | None = None
        """What TLS agreed on for this connection, or the last one."""
        self.verdict: Verdict | None = None
        """What TLS thinks of the peer, also where that was the end of it."""
        self._record = SessionLog(reactor, wake, tap, numbers)
        self.transcript = self._record.transcript
        """All that was said and that happened, within bounds."""
        self._reactor = reactor
        self._close_timeout = close_timeout
        self._dial = dial
        self._options = Options()
        self._back_off = BackOff()
        self._alarm = OneShotTimer(reactor)
        self._attempt: Deferred[None] | None = None
        self._given_up: Exception | None = None
        self._wire: Wire | None = None
        self._sending: FileTransfer | None = None
        self._wanted = False
        self._leaving = False
        self._opened_at = 0.0

    @property
    def state(self) -> SessionState:
        """Where the session is now."""
        return self._state

    @property
    def number(self) -> int:
        """What this connection, or the last one, is known by to the tap; 0 before the first."""
        return self._record.number

    @property
    def file(self) -> OutgoingFile | None:
        """The file that is being sent, if any."""
        return self._sending.file if self._sending and not self._sending.is_over else None

    @property
    def bytes_unsent(self) -> int:
        """Bytes that wait for the peer to read."""
        return self._wire.bytes_unsent if self._wire else 0

    @property
    def can_half_close(self) -> bool:
        """Whether `half_close` would do something now."""
        wire = self._wire
        return self._state is SessionState.CONNECTED and wire is not None and wire.can_half_close

    @property
    def has_flow(self) -> bool:
        """Whether what is sent arrives in order and whole, or not at all."""
        return self.target is None or self.target.transport is not Transport.UDP

    def take_dirty(self) -> bool:
        """Whether anything changed since this was last asked; from now on a change calls `wake`."""
        return self._record.take_dirty()

    # What a person may ask for.

    def connect(self, target: Target, options: Options | None = None) -> bool:
        """Start to connect. True if it was started; how it goes, the state and transcript tell."""
        if not self._state.is_over:
            return self._decline(f"Still {self._state.value}: disconnect first, then connect.")
        self._options = options or Options()
        self.target = target.coming_from(self._options.local_host, self._options.local_port)
        self._wanted = True
        self._back_off.begin()
        self._begin_attempt()
        return True

    def send(self, data: bytes) -> bool:
        """Send `data`, all of it or nothing. False if it cannot be taken now."""
        wire = self._wire
        if wire is None or self._state is not SessionState.CONNECTED:
            return self._decline(NOT_SENT[self._state])
        reason = reason_not_to_send(data, not self.has_flow, wire.bytes_unsent, self.file)
        if reason:
            return self._decline(reason)
        self._record.sent(data)
        if not data:
            self._record.say("Sent an empty datagram.")
        wire.send(data)
        return True

    def send_file(self, path: Path) -> bool:
        """Send the bytes of a file as the peer takes them. False if it cannot be sent now.

        `file` tells how far it is; the transcript says when it began and ended, and has none of it.
        """
        wire = self._wire
        if wire is None or self._state is not SessionState.CONNECTED:
            return self._decline(NOT_SENT[self._state])
        if not self.has_flow:
            return self._decline("Not sent: UDP loses what comes too fast. Use TCP for a file.")
        if self.file is not None:
            return self._decline(f"Not sent: {self.file.name} is still being sent.")
        try:
            file = OutgoingFile(path, self._reactor.seconds())
        except FileError as error:
            return self._decline(f"Not sent: {error}")
        self._sending = FileTransfer(file, self._record, self._reactor)
        self._sending.begin(wire)
        return True

    def cancel_file(self) -> bool:
        """Send no more of the file. False if there is none."""
        if self._wire is None or self._sending is None or self.file is None:
            return self._decline("There is no file to cancel.")
        self._wire.send_from(None)
        self._sending.stop("Cancelled")
        return True

    def half_close(self) -> bool:
        """Say that nothing more will be sent, and go on reading. False if that is not possible."""
        if self._wire is None or self._state is not SessionState.CONNECTED:
            return self._decline("There is no open connection to close one side of.")
        if not self._wire.can_half_close:
            return self._decline("UDP has no side to close. Disconnect instead.")
        self._move(SessionState.HALF_CLOSED)
        self._record.say("Closed this side. What the peer still says is shown.")
        self._wire.finish()
        return True

    def disconnect(self) -> bool:
        """Close gracefully: what was sent is flushed, what still comes is shown. While connecting,
        stop that. False if there is nothing to disconnect, or it is closing already."""
        self._wanted = False
        if self._stop_trying():
            return True
        if self._state is SessionState.CLOSING:
            return self._decline("Already closing. Abort to drop the connection at once.")
        if self._wire is None:
            return self._decline("There is nothing to disconnect.")
        if self.file is not None:
            self.cancel_file()
        self._leaving = True
        self._start_closing(self._wire)
        self._wire.finish()
        return True

    def abort(self) -> bool:
        """Drop the connection, or the attempt, without flushing. False if there is none."""
        self._wanted = False
        if self._stop_trying():
            return True
        if self._wire is None:
            return self._decline("There is nothing to abort.")
        self._start_closing(self._wire)
        self._wire.abort()
        return True

    def hold(self, *, is_held: bool) -> None:
        """Read nothing more from the peer, or read on."""
        if self._wire is not None:
            (self._wire.pause if is_held else self._wire.resume)()

    # What follows until the next such line is `WireObserver`.

    def wire_handshaking(self, wire: Wire) -> None:
        """TLS begins on a connection; a second one of the same attempt is not needed."""
        if self._state is not SessionState.CONNECTING or self._wire is not None:
            wire.abort()
            return
        self._wire = wire
        self.verdict = wire.verdict

    def wire_opened(self, wire: Wire) -> None:
        """The connection is made. One that comes after the attempt was given up is dropped."""
        if self._state is not SessionState.CONNECTING or self._wire not in (None, wire):
            wire.abort()
            return
        assert self.target is not None
        self._wire = wire
        self.security = wire.security
        self.addresses = wire.peer, wire.local
        self._opened_at = self._reactor.seconds()
        self._record.begin()
        self._alarm.clear()
        self._move(SessionState.CONNECTED)
        self._record.say(describe_opening(self.target, wire))
        if self.security is not None:
            tell = self._record.complain if self.security.distrust else self._record.say
            tell(describe_security(self.security))

    def wire_received(self, wire: Wire, data: bytes) -> None:
        """A chunk came."""
        is_first = not self.bytes_in
        self.bytes_in += len(data)
        self._record.received(data)
        if not data:
            self._record.say("Received an empty datagram.")
        elif is_first and self.security is None and is_tls_alert(data):
            self._record.complain(SPEAKS_TLS)

    def wire_flushed(self, wire: Wire, count: int) -> None:
        """The peer takes what is sent, so closing may go on."""
        self.bytes_out += count
        if self._sending is not None:
            self._sending.flushed(wire.bytes_unsent)
        if self._state is SessionState.CLOSING:
            self._start_closing(wire)
        self._record.touch()

    def wire_refused(self, wire: Wire, reason: Exception) -> None:
        """A datagram did not arrive."""
        assert self.target is not None
        self._record.complain(explain_refusal(reason, self.target))

    def wire_peer_finished(self, wire: Wire) -> None:
        """The peer closed its side; the wire flushes and closes ours."""
        if not self._state.is_open:
            return
        if wire.bytes_unsent or self.file is not None:
            rest = self.file.name if self.file else count_bytes(wire.bytes_unsent)
            self._record.say(
                f"The peer closed its side. Sending the remaining {rest}, then closing."
            )
        self._start_closing(wire)

    def wire_lost(self, wire: Wire, reason: Failure) -> None:
        """The connection is gone."""
        if wire is not self._wire:
            return
        self._wire = None
        self._alarm.clear()
        if self._state is SessionState.CONNECTING:
            self._end_attempt(reason)
            return
        assert self.target is not None
        if self._sending is not None:
            self._sending.stop("The connection ended, so stopped")
        sentence, is_well = describe_end(
            reason,
            wire,
            self.target,
            leaving=self._leaving,
            half_closed=self._state is SessionState.HALF_CLOSED,
        )
        (self._record.say if is_well else self._record.complain)(sentence)
        self._back_off.lasted(self._reactor.seconds() - self._opened_at)
        self._settle()

    # The attempt, and the next one.

    def _begin_attempt(self) -> None:
        self.bytes_in = self.bytes_out = 0
        self.security = self.verdict = self._given_up = None
        self._leaving = False
        self._move(SessionState.CONNECTING)
        self._record.say(f"Connecting to {self.target}…")
        self._alarm.set(self._options.connect_seconds, lambda: self._give_up(TimeoutError()))
        self._attempt = spawn(self._reach(), self._fail_attempt)

    async def _reach(self) -> None:
        assert self.target is not None
        await self._dial(self._reactor, self.target, self._options, self)

    def _fail_attempt(self, failure: Failure) -> None:
        if self._state is not SessionState.CONNECTING:
            log_failure(failure)
            return
        self._alarm.clear()
        if failure.check(OptionsError):
            self._wanted = False
        self._end_attempt(failure)

    def _end_attempt(self, failure: Failure) -> None:
        assert self.target is not None
        reason = failure if self._given_up is None else Failure(self._given_up)
        was_cancelled = isinstance(self._given_up, CancelledError)
        tell = self._record.say if was_cancelled else self._record.complain
        tell(explain_connect(reason, self.target, self.verdict))
        if self.verdict is not None and self.verdict.is_refusal:
            self._wanted = False
        self._settle()

    def _give_up(self, reason: Exception) -> bool:
        # What a cancelled endpoint fails with tells how far it was, not why: while it resolves, it
        # is that the name is unknown.
        self._given_up = reason
        if self._wire is not None:
            self._wire.abort()
        elif self._attempt is not None:
            self._attempt.cancel()
        return True

    def _settle(self) -> None:
        """Nothing is connected any more: wait for the next attempt, or be closed."""
        if not (self._wanted and self._options.reconnect):
            self._move(SessionState.CLOSED)
            return
        seconds = self._back_off.next_seconds()
        self._record.say(f"Connecting again in {seconds:g} s (attempt {self._back_off.attempts}).")
        self._move(SessionState.WAITING)
        self._alarm.set(seconds, self._begin_attempt)

    def _stop_trying(self) -> bool:
        """End the attempt, or the wait for the next one. False if there is neither."""
        if self._state is SessionState.CONNECTING:
            return self._give_up(CancelledError())
        if self._state is not SessionState.WAITING:
            return False
        self._alarm.clear()
        self._record.say("Not connecting again.")
        self._move(SessionState.CLOSED)
        return True

    # Sending, closing, and the record.

    def _start_closing(self, wire: Wire) -> None:
        self._move(SessionState.CLOSING)
        self._alarm.set(self._close_timeout, lambda: self._hang_up(wire))

    def _hang_up(self, wire: Wire) -> None:
        # Below the wire TLS may have something left, for a peer that does not read.
        self._alarm.set(self._close_timeout, lambda: self._drop(wire))
        if not wire.hang_up():
            self._say_that_it_is_stuck()

    def _drop(self, wire: Wire) -> None:
        self._say_that_it_is_stuck()
        wire.abort()

    def _say_that_it_is_stuck(self) -> None:
        self._record.say(f"The peer took nothing for {self._close_timeout:g} s. Giving it up.")

    def _move(self, state: SessionState) -> None:
        self._state = state
        self._record.touch()

    def _decline(self, sentence: str) -> bool:
        self._record.complain(sentence)
        return False
