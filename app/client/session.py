"""A console session: one connection at a time, and the transcript of all that was sent and
received.

The window owns a session and reads from it. The session calls the window only to say that there is
something new, once until the window has looked: see `Session.take_dirty`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import TimeoutError
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from app.client import session_messages as messages
from app.client.connect import BackOff, Dial, OneShotTimer, connect
from app.client.connect_errors import explain_connect, explain_refusal
from app.client.options import Options, OptionsError, without_identity
from app.client.send_file import CANCELLED, CONNECTION_ENDED, FileError, FileTransfer, OutgoingFile
from app.client.session_messages import (
    NOT_SENT,
    SPEAKS_TLS,
    describe_end,
    describe_opening,
    describe_security,
    is_tls_alert,
    reason_not_to_send,
)
from app.client.session_messages import SessionState as SessionState
from app.client.transcript import SessionLog
from app.client.transport import Wire
from app.net.target import Target, Transport
from app.runtime.coroutines import log_failure, spawn
from app.text.readable import count_bytes
from app.text.sentence import Sentence
from app.traffic.connection_info import Tap

if TYPE_CHECKING:
    from app.client.security import Security, Verdict


class Session:
    """Connects, sends and disconnects, and logs all of it in `transcript`.

    A call that is not possible now is harmless: the method returns False, and the transcript says
    why. A closed session can connect again, also to another target. Its transcript continues.

    `wake` is called without arguments on the reactor's thread. `close_timeout` (seconds) is how
    long a closing session waits for a peer that does not read, or that does not close its own side.

    Each connection takes its `number` from `numbers`. All its chunks also go to `tap`.
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
        """The target of this connection, or of the last one."""
        self.bytes_in = 0
        """Bytes received on this connection, or on the last one."""
        self.bytes_out = 0
        """Bytes of this connection, or of the last one, that the system has taken."""
        self.addresses = "", ""
        """The peer's address and our own, for people, of this connection or the last one."""
        self.security: Security | None = None
        """The TLS parameters of this connection, or of the last one."""
        self.verdict: Verdict | None = None
        """The TLS check of the peer's certificate, also if it ended the connection."""
        self._log = SessionLog(reactor, wake, tap, numbers)
        self.transcript = self._log.transcript
        """The log of this session. Its size is limited."""
        self._reactor = reactor
        self._close_timeout = close_timeout
        self._dial = dial
        self._options = Options()
        self._back_off = BackOff()
        self._timer = OneShotTimer(reactor)
        self._attempt: Deferred[None] | None = None
        self._give_up_reason: Exception | None = None
        self._wire: Wire | None = None
        self._transfer: FileTransfer | None = None
        self._keeps_connecting = False
        self._is_disconnecting = False
        self._opened_at = 0.0

    @property
    def state(self) -> SessionState:
        """The current state."""
        return self._state

    @property
    def number(self) -> int:
        """The number of this connection, or of the last one, for the tap. 0 before the first."""
        return self._log.number

    def unix_seconds(self) -> float:
        """The current time of day. It does not go back during one connection."""
        return self._log.now()

    @property
    def file(self) -> OutgoingFile | None:
        """The file that is being sent, or `None`."""
        return self._transfer.file if self._transfer and not self._transfer.is_over else None

    @property
    def bytes_unsent(self) -> int:
        """Bytes that wait for the peer to read."""
        return self._wire.bytes_unsent if self._wire else 0

    @property
    def can_half_close(self) -> bool:
        """Whether `half_close` is possible now."""
        wire = self._wire
        return self._state is SessionState.CONNECTED and wire is not None and wire.can_half_close

    @property
    def has_flow(self) -> bool:
        """Whether the connection is a stream: ordered, complete, with flow control. False for
        UDP."""
        return self.target is None or self.target.transport is not Transport.UDP

    def take_dirty(self) -> bool:
        """Whether anything changed since the last call. The next change calls `wake` again."""
        return self._log.take_dirty()

    # Commands of the user.

    def connect(self, target: Target, options: Options | None = None) -> bool:
        """Start to connect. False if the session is not closed. The transcript tells the result."""
        if not self._state.is_over:
            return self._decline(
                Sentence(
                    "still-connected",
                    "Still {state}: disconnect first, then connect.",
                    state=self._state.value,
                )
            )
        self._options = options or Options()
        self.target = target.with_local_address(self._options.local_host, self._options.local_port)
        self._keeps_connecting = True
        self._back_off.reset()
        self._begin_attempt()
        return True

    def send(self, data: bytes) -> bool:
        """Send all of `data`, or nothing. False if it cannot be sent now."""
        wire = self._wire
        if wire is None or self._state is not SessionState.CONNECTED:
            return self._decline(NOT_SENT[self._state])
        reason = reason_not_to_send(data, not self.has_flow, wire.bytes_unsent, self.file)
        if reason:
            return self._decline(reason)
        self._log.add_sent(data)
        if not data:
            self._log.add_event(messages.EMPTY_DATAGRAM_SENT)
        wire.send(data)
        return True

    def send_file(self, path: Path) -> bool:
        """Send the content of a file as fast as the peer reads. False if it cannot be sent now.

        `file` has the progress. The transcript says when the transfer began and ended, without the
        content.
        """
        wire = self._wire
        if wire is None or self._state is not SessionState.CONNECTED:
            return self._decline(NOT_SENT[self._state])
        if not self.has_flow:
            return self._decline(messages.NO_FILE_OVER_UDP)
        if self.file is not None:
            return self._decline(
                Sentence(
                    "not-sent-file-busy",
                    "Not sent: {name} is still being sent.",
                    name=self.file.name,
                )
            )
        try:
            file = OutgoingFile(path, self._reactor.seconds())
        except FileError as error:
            return self._decline(Sentence("not-sent-because", "Not sent: {error}", error=error))
        self._transfer = FileTransfer(file, self._log, self._reactor)
        self._transfer.begin(wire)
        return True

    def cancel_file(self) -> bool:
        """Stop sending the file. False if there is none."""
        if self._wire is None or self._transfer is None or self.file is None:
            return self._decline(messages.NO_FILE_TO_CANCEL)
        self._wire.send_from(None)
        self._transfer.stop(CANCELLED)
        return True

    def half_close(self) -> bool:
        """Close our side for sending, and continue to read. False if that is not possible."""
        if self._wire is None or self._state is not SessionState.CONNECTED:
            return self._decline(messages.NOTHING_TO_HALF_CLOSE)
        if not self._wire.can_half_close:
            return self._decline(
                messages.WEBSOCKET_HAS_NO_SIDE if self.has_flow else messages.UDP_HAS_NO_SIDE
            )
        self._set_state(SessionState.HALF_CLOSED)
        self._log.add_event(messages.SIDE_CLOSED)
        self._wire.finish()
        return True

    def disconnect(self) -> bool:
        """Close after all data is sent, and log data that still arrives. While connecting, stop the
        attempt. False if there is nothing to disconnect, or if it is already closing."""
        self._keeps_connecting = False
        if self._stop_connecting():
            return True
        if self._state is SessionState.CLOSING:
            return self._decline(messages.ALREADY_CLOSING)
        if self._wire is None:
            return self._decline(messages.NOTHING_TO_DISCONNECT)
        if self.file is not None:
            self.cancel_file()
        self._is_disconnecting = True
        self._start_closing(self._wire)
        self._wire.finish()
        return True

    def abort(self) -> bool:
        """Drop the connection or the attempt without sending the rest. False if there is none."""
        self._keeps_connecting = False
        if self._stop_connecting():
            return True
        if self._wire is None:
            return self._decline(messages.NOTHING_TO_ABORT)
        self._start_closing(self._wire)
        self._wire.abort()
        return True

    def set_reading(self, *, is_paused: bool) -> None:
        """Stop or continue reading from the peer."""
        if self._wire is not None:
            (self._wire.pause if is_paused else self._wire.resume)()

    # WireObserver.

    def wire_handshaking(self, wire: Wire) -> None:
        """The TLS handshake begins. If the attempt has a connection already, this one is
        dropped."""
        if self._state is not SessionState.CONNECTING or self._wire is not None:
            wire.abort()
            return
        self._wire = wire
        self.verdict = wire.verdict

    def wire_opened(self, wire: Wire) -> None:
        """The connection is established. It is dropped if the attempt was given up before."""
        if self._state is not SessionState.CONNECTING or self._wire not in (None, wire):
            wire.abort()
            return
        assert self.target is not None
        self._wire = wire
        self.security = wire.security
        self.addresses = wire.peer, wire.local
        self._opened_at = self._reactor.seconds()
        self._log.begin_connection()
        self._timer.clear()
        self._set_state(SessionState.CONNECTED)
        self._log.add_event(describe_opening(self.target, wire))
        if self.security is not None:
            log_sentence = self._log.add_trouble if self.security.distrust else self._log.add_event
            log_sentence(describe_security(self.security))

    def wire_received(self, wire: Wire, data: bytes) -> None:
        """A chunk was received."""
        is_first = not self.bytes_in
        self.bytes_in += len(data)
        self._log.add_received(data)
        if not data:
            self._log.add_event(
                messages.EMPTY_MESSAGE_RECEIVED
                if self.has_flow
                else messages.EMPTY_DATAGRAM_RECEIVED
            )
        elif is_first and self.security is None and is_tls_alert(data):
            self._log.add_trouble(SPEAKS_TLS)

    def wire_flushed(self, wire: Wire, count: int) -> None:
        """The system took `count` bytes. While closing, this starts the time-out again."""
        self.bytes_out += count
        if self._transfer is not None:
            self._transfer.flushed(wire.bytes_unsent)
        if self._state is SessionState.CLOSING:
            self._start_closing(wire)
        self._log.mark_dirty()

    def wire_refused(self, wire: Wire, reason: Exception) -> None:
        """A datagram was not delivered."""
        assert self.target is not None
        self._log.add_trouble(explain_refusal(reason, self.target))

    def wire_peer_finished(self, wire: Wire) -> None:
        """The peer closed its side. The wire sends the rest and closes ours."""
        if not self._state.is_open:
            return
        if wire.bytes_unsent or self.file is not None:
            rest = self.file.name if self.file else count_bytes(wire.bytes_unsent)
            self._log.add_event(messages.peer_closed_side(rest))
        self._start_closing(wire)

    def wire_lost(self, wire: Wire, reason: Failure) -> None:
        """The connection is closed."""
        if wire is not self._wire:
            return
        self._wire = None
        self._timer.clear()
        if self._state is SessionState.CONNECTING:
            self._end_attempt(reason)
            return
        assert self.target is not None
        if self._transfer is not None:
            self._transfer.stop(CONNECTION_ENDED)
        sentence, is_well = describe_end(
            reason,
            wire,
            self.target,
            is_disconnecting=self._is_disconnecting,
            is_half_closed=self._state is SessionState.HALF_CLOSED,
        )
        (self._log.add_event if is_well else self._log.add_trouble)(sentence)
        self._back_off.connection_ended(self._reactor.seconds() - self._opened_at)
        self._reconnect_or_close()

    # Connection attempts.

    def _begin_attempt(self) -> None:
        self.bytes_in = self.bytes_out = 0
        self.security = self.verdict = self._give_up_reason = None
        self._is_disconnecting = False
        self._set_state(SessionState.CONNECTING)
        self._log.add_event(Sentence("connecting", "Connecting to {target}…", target=self.target))
        self._timer.set(self._options.connect_seconds, lambda: self._give_up(TimeoutError()))
        self._attempt = spawn(self._dial_target(), self._fail_attempt)

    async def _dial_target(self) -> None:
        assert self.target is not None
        await self._dial(self._reactor, self.target, self._options, self)

    def _fail_attempt(self, failure: Failure) -> None:
        if self._state is not SessionState.CONNECTING:
            log_failure(failure)
            return
        self._timer.clear()
        if failure.check(OptionsError):
            self._keeps_connecting = False
        self._end_attempt(failure)

    def _end_attempt(self, failure: Failure) -> None:
        assert self.target is not None
        reason = failure if self._give_up_reason is None else Failure(self._give_up_reason)
        was_cancelled = isinstance(self._give_up_reason, CancelledError)
        log_sentence = self._log.add_event if was_cancelled else self._log.add_trouble
        log_sentence(explain_connect(reason, self.target, self.verdict))
        if self.verdict is not None and self.verdict.is_refusal:
            self._keeps_connecting = False
        self._reconnect_or_close()

    def _give_up(self, reason: Exception) -> bool:
        # The error of a cancelled endpoint does not say that it was cancelled. During name
        # resolution it is an unknown host name. So the real reason is kept here.
        self._give_up_reason = reason
        if self._wire is not None:
            self._wire.abort()
        elif self._attempt is not None:
            self._attempt.cancel()
        return True

    def _reconnect_or_close(self) -> None:
        """There is no connection any more: wait for the next attempt, or be closed."""
        if not (self._keeps_connecting and self._options.reconnect):
            self._set_state(SessionState.CLOSED)
            return
        seconds = self._back_off.next_seconds()
        self._log.add_event(messages.connecting_again(seconds, self._back_off.attempts))
        self._set_state(SessionState.WAITING)
        self._timer.set(seconds, self._begin_attempt)

    def _stop_connecting(self) -> bool:
        """Stop the attempt, or the wait for the next one. False if there is neither."""
        if self._state is SessionState.CONNECTING:
            return self._give_up(CancelledError())
        if self._state is not SessionState.WAITING:
            return False
        self._timer.clear()
        self._log.add_event(messages.NOT_CONNECTING_AGAIN)
        self._set_state(SessionState.CLOSED)
        return True

    # Closing, and the state.

    def _start_closing(self, wire: Wire) -> None:
        self._set_state(SessionState.CLOSING)
        self._timer.set(self._close_timeout, lambda: self._close_wire(wire))

    def _close_wire(self, wire: Wire) -> None:
        # After this, TLS may still have data for a peer that does not read. So there is a second
        # time-out.
        self._timer.set(self._close_timeout, lambda: self._abort_stalled(wire))
        if not wire.close_or_abort():
            self._log_stalled_peer()

    def _abort_stalled(self, wire: Wire) -> None:
        self._log_stalled_peer()
        wire.abort()

    def _log_stalled_peer(self) -> None:
        self._log.add_event(messages.peer_took_nothing(self._close_timeout))

    def _set_state(self, state: SessionState) -> None:
        self._state = state
        if state.is_over:
            self._options = without_identity(self._options)
        self._log.mark_dirty()

    def _decline(self, sentence: str) -> bool:
        self._log.add_trouble(sentence)
        return False
