"""Ends connections on which nothing has crossed for too long, with one timer for all of them.

A connection notes anyway when a byte crossed it last, so a chunk costs nothing more. The timer is
set for the first connection that can be due, and looks at all of them then; there is none while no
time-out is asked for or nobody is connected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twisted.internet.interfaces import IDelayedCall

if TYPE_CHECKING:
    from app.server.factory import ListenerFactory

SHARPNESS = 1 / 20
"""How late a time-out may be, as a part of itself, but for `GRACE_SECONDS` at most: the
connections are not looked at more often."""

GRACE_SECONDS = 1.0
"""How long a connection may take to close once it is asked to."""


class Watch(Protocol):
    """Ends what is idle, in one way or another."""

    def look(self) -> None:
        """There is one more connection, or another time-out."""

    def rest(self) -> None:
        """Nobody is connected."""


class Idling:
    """Watches the connections of one factory."""

    def __init__(self, factory: ListenerFactory) -> None:
        self._factory = factory
        self._timer: IDelayedCall | None = None
        self._seconds = 0

    def look(self) -> None:
        """There is one more connection, or another time-out."""
        seconds = self._factory.spec.idle_timeout
        if seconds != self._seconds:
            self._seconds = seconds
            self.rest()
            self._sweep()
        elif seconds and self._timer is None:
            self._timer = self._factory.clock.callLater(seconds, self._sweep)

    def rest(self) -> None:
        """Nobody is connected."""
        if self._timer is not None:
            timer, self._timer = self._timer, None
            timer.cancel()

    def _sweep(self) -> None:
        self._timer = None
        if not self._seconds or not self._factory.connections:
            return
        now, seconds = self._factory.seconds(), self._seconds
        first = now + seconds
        for connection in list(self._factory.connections):
            due = connection.active_at + seconds
            if due <= now:
                connection.time_out(seconds)
                due = now + GRACE_SECONDS
            first = min(first, due)
        if self._factory.connections:  # some closed at once maybe
            wait = max(first - now, min(seconds * SHARPNESS, GRACE_SECONDS))
            self._timer = self._factory.clock.callLater(wait, self._sweep)
