"""Lets go of peers that are silent, with one timer for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from twisted.internet.interfaces import IDelayedCall, IReactorTime

LEAST_SECONDS = 0.25
"""Between two looks: peers that fall silent one after the other leave together."""

TURN_PEERS = 256
"""How many leave before the reactor looks at its sockets again."""


class HasActivityTime(Protocol):
    """What can fall silent."""

    active_at: float

    def end(self, reason: str) -> None:
        """Leave, for `reason`."""


class IdleExpiry:
    """Ends those that were last active too long ago.

    Whoever owns them keeps them in the order in which they were active. So only the first has to be
    looked at, and those that are there and not first cost nothing, however many they are.
    """

    def __init__(
        self,
        clock: IReactorTime,
        first: Callable[[], HasActivityTime | None],
        patience: Callable[[], float],
    ) -> None:
        """`first` gives the one that was silent the longest, `patience` how many seconds it may."""
        self._clock = clock
        self._first = first
        self._patience = patience
        self._given = 0.0
        self._timer: IDelayedCall | None = None

    def look(self) -> None:
        """There is one more, or the patience is another."""
        patience = self._patience()
        if patience != self._given:
            self.rest()
        first = self._first()
        if self._timer is None and first is not None:
            self._given = patience
            left = first.active_at + patience - self._clock.seconds()
            self._timer = self._clock.callLater(max(left, LEAST_SECONDS), self._end_the_silent)

    def look_at_closing(self) -> None:
        """Nothing to do: who is to leave has left at once."""

    def rest(self) -> None:
        """Nobody is there."""
        if self._timer is not None:
            timer, self._timer = self._timer, None
            timer.cancel()

    def _end_the_silent(self) -> None:
        self._timer = None
        patience = self._patience()
        now = self._clock.seconds()
        for _ in range(TURN_PEERS):
            first = self._first()
            if first is None or first.active_at + patience > now:
                break
            first.end(f"idle for {patience:g} s")
        self.look()


# MERGED server/datagrams/pacing: Tells of what may happen a hundred thousand times a second at a pace that a reader can follow.

PAUSE_SECONDS = 1.0

T = TypeVar("T")


class RateLimitedReport(Generic[T]):
    """Tells the first at once, and of those after it the last and their number, once a pause.

    Anybody can send datagrams from ten thousand addresses; a line for each would be a flood too.
    """

    def __init__(self, clock: IReactorTime, tell: Callable[[T, int], object]) -> None:
        """`tell` takes the last one, and how many there were since it was called last."""
        self._clock = clock
        self._tell = tell
        self._pause: IDelayedCall | None = None
        self._untold: tuple[T, int] | None = None

    def add(self, one: T) -> None:
        """It has happened."""
        if self._pause is None:
            self._begin_pause()
            self._tell(one, 1)
        else:
            count = 0 if self._untold is None else self._untold[1]
            self._untold = one, count + 1

    def stop(self) -> None:
        """Nothing more will happen: tell the rest now."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        self._tell_untold()

    def _begin_pause(self) -> None:
        self._pause = self._clock.callLater(PAUSE_SECONDS, self._end_pause)

    def _end_pause(self) -> None:
        self._pause = None
        if self._untold is not None:
            self._begin_pause()
            self._tell_untold()

    def _tell_untold(self) -> None:
        if self._untold is not None:
            (one, count), self._untold = self._untold, None
            self._tell(one, count)
