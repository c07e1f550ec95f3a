"""Ends connections on which nothing crosses for too long, with one timer for all of them.

That is the time-out which a listener may have, and a bound for connections that are to close and
whose peer does not let them: they would hold a place for ever.

A connection notes anyway when a byte crossed it last, so a chunk costs nothing more. That the peer
goes on taking what was written long ago is seen only by asking, which is done once that seems too
long ago: where something waits, the first answer is what the second is compared with, and a peer
that takes nothing is found out in up to twice its time. The timer is set for the first connection
that can be due, and looks at all of them then; there is none while nobody can be due.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Protocol

from twisted.internet.interfaces import IDelayedCall

if TYPE_CHECKING:
    from app.server.connection import Connection
    from app.server.factory import ListenerFactory

SHARPNESS = 1 / 20
"""How late a time-out may be, as a part of itself, but for `GRACE_SECONDS` at most: the
connections are not looked at more often."""

GRACE_SECONDS = 1.0
"""How long a connection may take to close once it was closed for being idle."""

CLOSING_SECONDS = 30
"""For how long nothing may cross one that is to close for any other reason."""


class Watch(Protocol):
    """Ends what is idle, in one way or another."""

    def look(self) -> None:
        """There is one more connection, or another time-out."""

    def look_at_closing(self) -> None:
        """There is one more that is to close."""

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
        elif seconds:
            self._sweep_in(seconds)

    def look_at_closing(self) -> None:
        """There is one more that is to close."""
        self._sweep_in(self._closing_patience)

    def rest(self) -> None:
        """Nobody is connected."""
        if self._timer is not None:
            timer, self._timer = self._timer, None
            timer.cancel()

    @property
    def _closing_patience(self) -> int:
        return min(self._seconds or CLOSING_SECONDS, CLOSING_SECONDS)

    def _patience(self, connection: Connection) -> float:
        """For how many seconds nothing may cross `connection`; 0 for any number."""
        if connection.timed_out:
            return GRACE_SECONDS
        return self._closing_patience if connection.awaits_peer else self._seconds

    def _sweep_in(self, seconds: float) -> None:
        clock = self._factory.clock
        if self._timer is None:
            self._timer = clock.callLater(seconds, self._sweep)
        elif self._timer.getTime() > clock.seconds() + seconds:
            self._timer.reset(seconds)

    def _sweep(self) -> None:
        self._timer = None
        now, first = self._factory.seconds(), inf
        for connection in list(self._factory.connections):
            if patience := self._patience(connection):
                due = max(connection.active_at, connection.waits_since) + patience
                if due <= now:
                    self._ask(connection, now, patience)
                    due = now + self._patience(connection)
                first = min(first, due)
        if first < inf and self._factory.connections:  # some closed at once maybe
            sharpness = min(self._closing_patience * SHARPNESS, GRACE_SECONDS)
            self._sweep_in(max(first - now, sharpness))

    def _ask(self, connection: Connection, now: float, patience: float) -> None:
        if connection.peer_takes():
            connection.waits_since = now
        else:
            connection.time_out(patience)
