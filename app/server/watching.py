"""Looks once a second, and only while it is asked to: what files are, nobody tells."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

LOOK_SECONDS = 1.0


class Watch:
    """Calls `look` again and again while it is on; costs nothing while it is off."""

    def __init__(self, clock: IReactorTime, look: Callable[[], object]) -> None:
        self._clock = clock
        self._look = look
        self._timer: IDelayedCall | None = None

    def turn(self, on: bool) -> None:
        """Begin to look, or look no more."""
        if not on and self._timer is not None:
            timer, self._timer = self._timer, None
            timer.cancel()
        elif on and self._timer is None:
            self._timer = self._clock.callLater(LOOK_SECONDS, self._go_on)

    def _go_on(self) -> None:
        self._timer = self._clock.callLater(LOOK_SECONDS, self._go_on)
        self._look()
