"""One thing to do later, which the next one takes the place of."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Alarm:
    """At most one delayed call at a time."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._call: IDelayedCall | None = None

    def set(self, seconds: float, act: Callable[[], object]) -> None:
        """Call `act` in so many seconds, and nothing that was to be called before."""
        self.clear()
        self._call = self._clock.callLater(seconds, act)

    def clear(self) -> None:
        """Call nothing."""
        if self._call is not None and self._call.active():
            self._call.cancel()
        self._call = None
