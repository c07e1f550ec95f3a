"""Tells of what may happen a hundred thousand times a second at a pace that a reader can follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from twisted.internet.interfaces import IDelayedCall, IReactorTime

PAUSE_SECONDS = 1.0

T = TypeVar("T")


class Paced(Generic[T]):
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
