"""Plays the client side of a conversation to a target, and keeps what came.

The window and the command use the same player. It has a session of its own. The next message goes
out when its time has come and the answers to those before it are there. Where they do not come, it
waits for the quiet time. These waits are bounded in all:

- What did not come is not waited for again, so one answer less costs one quiet time.
- After `MOST_LONG_WAITS` of them in vain, the others are short: an answer that has not begun is
  waited for `SHORT_WAIT_SECONDS`, and the rest of one for `REST_SECONDS`.
- A target that says nothing at all during `MOST_SILENT` quiet times gets no more messages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Final

from attrs import frozen

from app.client.connect import Dial, connect
from app.client.options import Options
from app.client.session import Session, SessionState
from app.client.transcript import EntryKind
from app.net.target import Target, Transport
from app.text.sentence import Sentence
from app.traffic.chunk_log import ChunkLog
from app.traffic.comparison import MessageComparison, compare
from app.traffic.connection_messages import ConnectionMessage, ConnectionReader
from app.traffic.framing import Framer, Framing

MOST_KEPT_BYTES: Final = 32 * 1024 * 1024
MOST_KEPT_CHUNKS: Final = 200_000
MOST_WAITING: Final = 1024 * 1024
"""Bytes that may wait for the target to read before the next message is held back."""

PIECE_BYTES: Final = 64 * 1024
CLOSE_SECONDS: Final = 1.0
EXTRA_SECONDS: Final = 0.1
"""How long to wait for more than was recorded, once all that was recorded came."""

RETRY_SECONDS: Final = 0.05
STUCK_SECONDS: Final = 30.0
"""How long a target may take nothing of what waits for it."""

MOST_LONG_WAITS: Final = 10
SHORT_WAIT_SECONDS: Final = 0.05
REST_SECONDS: Final = 0.02
MOST_SILENT: Final = 5


class PlayResult(Enum):
    """How playing ended."""

    PLAYED = "played"
    NOT_CONNECTED = "not-connected"
    CUT_SHORT = "cut-short"
    """The connection ended before everything was sent."""

    GIVEN_UP = "given-up"
    """The target reads or answers nothing, so the rest was not sent."""

    STOPPED = "stopped"


@frozen
class Pace:
    """How fast messages are sent, and how long answers are waited for."""

    speed: float | None = 1.0
    """How many times as fast as recorded; `None` for at once."""

    quiet_seconds: float = 1.0
    """When nothing has come for so long, no more answers are expected."""


class Player:
    """Plays once. `done` is called without arguments, on the reactor's thread, when it is over."""

    def __init__(
        self,
        reactor: Any,
        conversation: Sequence[ConnectionMessage],
        framing: Framing | None = None,
        *,
        pace: Pace,
        done: Callable[[], None],
        dial: Dial = connect,
    ) -> None:
        """`conversation` was read with `framing`; what comes is cut in the same way."""
        self.result: PlayResult | None = None
        """`None` until it is over."""
        self.troubles: list[str] = []
        """Sentences for everything that went wrong."""
        self.sent = 0
        """How many messages of the client were sent."""
        self._reactor = reactor
        self._conversation = conversation
        self._framing = framing
        self._pace = pace
        self._done = done
        self._client = [each for each in conversation if not each.from_server]
        self._log = ChunkLog(max_bytes=MOST_KEPT_BYTES, max_chunks=MOST_KEPT_CHUNKS)
        self._session = Session(
            reactor, wake=self._pull_soon, close_timeout=CLOSE_SECONDS, dial=dial, tap=self._tap
        )
        self._is_datagram = False
        self._framer: Framer | None = None
        self._wanted: list[int] = []
        """How much of the server was there before each message of the client, and in the end."""
        self._came = 0
        """Counted as `_wanted` is: messages, or bytes without a framing."""
        self._came_before = 0
        """What had come when a message was sent last."""
        self._missing = 0
        """What is not waited for any more, less what came beyond the recorded answers."""
        self._vain_waits = 0
        """How many waits did not bring all."""
        self._silent_seconds = 0.0
        """How long was waited in vain since something came."""
        self._taken = 0
        """Bytes that the target took, when that was asked last."""
        self._seen = 0
        self._has_begun = False
        self._is_closing = False
        self._has_given_up = False
        self._sent_at = 0.0
        self._active_at = 0.0
        self._complete_at: float | None = None
        """When all that was recorded had come."""
        self._timer: Any = None

    @property
    def total(self) -> int:
        """How many messages there are to send."""
        return len(self._client)

    def begin(self, target: Target, options: Options | None = None) -> None:
        """Connect to `target` and play. `done` is called in any case, later."""
        self._is_datagram = target.transport is Transport.UDP
        if self._framing is not None and not self._is_datagram:
            self._framer = self._framing.framer()
        self._wanted = self._marks()
        self._session.connect(target, options)

    def stop(self) -> None:
        """Drop the connection and be done."""
        if self.result is None:
            self.result = PlayResult.STOPPED
            self._cancel_timer()
            if not self._session.state.is_over:
                self._session.abort()
            self._done()

    def came(self) -> list[ConnectionMessage]:
        """The messages that were sent and that came."""
        reader = ConnectionReader(
            self._log,
            self._session.number,
            self._framing,
            is_datagram=self._is_datagram,
            began_here=True,
        )
        while not reader.step(1.0):
            pass
        return reader.messages

    def comparison(self) -> MessageComparison:
        """The messages of the recorded server, compared with those that came."""
        return compare(_of_server(self._conversation), _of_server(self.came()))

    @property
    def _counts_bytes(self) -> bool:
        return self._framer is None and not self._is_datagram

    def _marks(self) -> list[int]:
        """The counts for `_wanted`."""
        marks: list[int] = []
        count = 0
        for each in self._conversation:
            if each.from_server:
                count += len(each.data) if self._counts_bytes else 1
            else:
                marks.append(count)
        return [*marks, count]

    def _tap(self, time: float, number: int, is_sent: bool, data: bytes) -> None:
        self._log.append(time, number, is_sent, data)
        if is_sent:
            return
        if self._is_datagram:
            self._came += 1
        elif self._framer is not None:
            self._came += len(self._framer.feed(data))
        else:
            self._came += len(data)
        self._active_at = self._reactor.seconds()

    def _pull_soon(self) -> None:
        self._reactor.callLater(0, self._pull)

    def _pull(self) -> None:
        """The session has news."""
        self._session.take_dirty()
        news = self._session.transcript.since(self._seen)
        self._seen = self._session.transcript.last
        self.troubles += [
            entry.data
            for entry in news.entries
            if entry.kind is EntryKind.TROUBLE and isinstance(entry.data, str)
        ]
        if self.result is not None:
            return
        if self._session.state is SessionState.CLOSED:
            self._end()
        elif self._session.state.is_open:
            if not self._has_begun:
                self._has_begun = True
                self._sent_at = self._active_at = self._reactor.seconds()
            if self._session.bytes_out != self._taken:
                self._taken = self._session.bytes_out
                self._active_at = self._reactor.seconds()
            self._go_on()

    def _go_on(self) -> None:
        """Send all whose time has come, and look again when that of the next one comes."""
        self._cancel_timer()
        while not self._is_closing and self._session.state.is_open:
            if trouble := self._trouble():
                self._has_given_up = True
                self.troubles.append(trouble)
                self._session.abort()
                return
            seconds = self._seconds_to_wait()
            if seconds > 0:
                self._timer = self._reactor.callLater(seconds, self._go_on)
                return
            if self.sent < len(self._client):
                self._count_missing()
                if not self._is_silent:
                    self._send(self._client[self.sent])
            elif self._came < self._wanted[-1] and self._session.can_half_close:
                self._sent_at = self._reactor.seconds()
                self._session.half_close()  # some servers answer only then
            else:
                self._is_closing = True
                self._session.disconnect()

    def _count_missing(self) -> None:
        """The wait for the answers to what was sent is over."""
        if self._came > self._came_before:
            self._silent_seconds = 0.0
        missing = self._wanted[self.sent] - self._came - self._missing
        if missing > 0:
            if self._came == self._came_before:
                self._silent_seconds += self._wait_seconds
            self._vain_waits += 1
        if missing > 0 or self._counts_bytes:  # a longer answer is no part of the next one
            self._missing += missing

    @property
    def _wait_seconds(self) -> float:
        """When nothing has come for so long, the next message is sent without an answer."""
        quiet = self._pace.quiet_seconds
        if self._vain_waits < MOST_LONG_WAITS:
            return quiet
        has_begun = self._came > self._came_before
        return min(quiet, REST_SECONDS if has_begun else SHORT_WAIT_SECONDS)

    @property
    def _is_silent(self) -> bool:
        return self._silent_seconds >= MOST_SILENT * self._pace.quiet_seconds

    def _trouble(self) -> Sentence | None:
        """Why it makes no sense to go on."""
        idle: float = self._reactor.seconds() - max(self._active_at, self._sent_at)
        if self._session.bytes_unsent > MOST_WAITING and idle > STUCK_SECONDS:
            return Sentence(
                "replay-target-reads-nothing",
                "The target reads nothing more. Not everything was sent.",
            )
        if self._is_silent:
            return Sentence(
                "replay-target-answers-nothing",
                "The target answers nothing more. Not everything was sent.",
            )
        if self._session.bytes_in > MOST_KEPT_BYTES:
            return Sentence(
                "replay-target-says-too-much",
                "The target said more than {count} MiB, which is too much to compare.",
                count=MOST_KEPT_BYTES >> 20,
            )
        return None

    def _seconds_to_wait(self) -> float:
        """Until the next message is sent, or until the end after the last one."""
        now: float = self._reactor.seconds()
        if self.sent == len(self._client):
            return self._end_time() - now
        if self._session.bytes_unsent > MOST_WAITING:
            return RETRY_SECONDS
        has_answers = self._came + self._missing >= self._wanted[self.sent]
        quiet_since = max(self._active_at, self._sent_at)
        due = now if has_answers else quiet_since + self._wait_seconds
        if self._pace.speed is not None:
            due = max(due, self._sent_at + self._gap() / self._pace.speed)
        return due - now

    def _end_time(self) -> float:
        """When the answers to all that was sent are there, or are waited for no longer."""
        quiet_since = max(self._active_at, self._sent_at)
        if self._came < self._wanted[-1]:
            return quiet_since + self._pace.quiet_seconds
        if self._complete_at is None or self._session.bytes_unsent:
            self._complete_at = quiet_since
        # The second bound is for a target that never stops to say more.
        return min(quiet_since + EXTRA_SECONDS, self._complete_at + self._pace.quiet_seconds)

    def _gap(self) -> float:
        """Seconds between the next message and the one of the client before it, as recorded."""
        before = self._client[self.sent - 1] if self.sent else self._conversation[0]
        return max(0.0, self._client[self.sent].time - before.time)

    def _send(self, message: ConnectionMessage) -> None:
        self.sent += 1
        self._sent_at = self._reactor.seconds()
        self._came_before = self._came
        if self._is_datagram:
            self._session.send(message.data)
            return
        for start in range(0, len(message.data), PIECE_BYTES):
            self._session.send(message.data[start : start + PIECE_BYTES])

    def _end(self) -> None:
        self._cancel_timer()
        if not self._has_begun:
            self.result = PlayResult.NOT_CONNECTED
        elif self._has_given_up:
            self.result = PlayResult.GIVEN_UP
        else:
            is_all_sent = self.sent == len(self._client)
            self.result = PlayResult.PLAYED if is_all_sent else PlayResult.CUT_SHORT
        self._done()

    def _cancel_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None


def _of_server(messages: Sequence[ConnectionMessage]) -> list[bytes]:
    return [each.data for each in messages if each.from_server]
