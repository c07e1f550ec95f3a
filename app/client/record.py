"""What a session writes down, and how the window learns that there is something new."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from twisted.internet.interfaces import IReactorTime

from app.client.transcript import Kind, Transcript
from app.tap import RECEIVED, SENT, Tap


class Record:
    """Keeps the transcript, tells the tap, and calls `wake` once until `take_dirty` is asked."""

    def __init__(
        self,
        clock: IReactorTime,
        wake: Callable[[], None],
        tap: Tap | None,
        numbers: Iterator[int] | None,
    ) -> None:
        self.transcript = Transcript()
        self.number = 0
        """What the connection is known by to the tap; 0 before the first."""
        self._clock = clock
        self._wake = wake
        self._tap = tap
        self._numbers = numbers
        self._dirty = False
        self._sent_at: float | None = None

    def begin(self) -> None:
        """A connection is there: what follows is told to the tap under its number."""
        self._sent_at = None
        if self._numbers is not None:
            self.number = next(self._numbers)

    def say(self, sentence: str) -> None:
        """Something happened."""
        self.transcript.append(self._clock.seconds(), Kind.EVENT, sentence)
        self.touch()

    def complain(self, sentence: str) -> None:
        """Something went wrong, or cannot be done."""
        self.transcript.append(self._clock.seconds(), Kind.TROUBLE, sentence)
        self.touch()

    def sent(self, data: bytes) -> None:
        """`data` was sent: the next answer is an answer to it."""
        self._sent_at = now = self._clock.seconds()
        self.transcript.append(now, Kind.SENT, data)
        self.tap_sent(data, now)
        self.touch()

    def received(self, data: bytes) -> None:
        """`data` came."""
        now = self._clock.seconds()
        sent_at, self._sent_at = self._sent_at, None
        round_trip = None if sent_at is None else max(0.0, now - sent_at)
        self.transcript.append(now, Kind.RECEIVED, data, round_trip)
        if self._tap is not None:
            self._tap(now, self.number, RECEIVED, data)
        self.touch()

    def tap_sent(self, data: bytes, now: float | None = None) -> None:
        """Tell the tap alone of what was sent."""
        if self._tap is not None:
            self._tap(self._clock.seconds() if now is None else now, self.number, SENT, data)

    def touch(self) -> None:
        """Something changed."""
        if not self._dirty:
            self._dirty = True
            self._wake()

    def take_dirty(self) -> bool:
        """Whether anything changed since this was last asked; from now on a change calls `wake`."""
        dirty, self._dirty = self._dirty, False
        return dirty
