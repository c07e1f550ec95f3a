"""Timers for UDP peers: remove idle peers, and report frequent events at a readable rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from app.server.connections.closing import idle_for

MIN_SECONDS = 0.25
"""The least time between two checks, so that several peers end in one check."""

PEERS_PER_TURN = 256
"""How many peers end before the reactor looks at its sockets again."""

PAUSE_SECONDS = 1.0
"""The time between two reports."""

T = TypeVar("T")


class HasActivityTime(Protocol):
    """A peer that can become idle."""

    active_at: float

    def end(self, reason: str) -> None:
        """End the peer, for `reason`."""


class IdleExpiry:
    """Ends peers that were idle for too long, with one timer for all of them.

    The owner keeps the peers in the order of their last activity. So only the first one must be
    checked, and the cost does not depend on their number.
    """

    def __init__(
        self,
        clock: IReactorTime,
        first: Callable[[], HasActivityTime | None],
        timeout: Callable[[], float],
    ) -> None:
        """`first` returns the peer that was idle the longest, `timeout` the seconds allowed."""
        self._clock = clock
        self._first = first
        self._timeout = timeout
        self._scheduled_timeout = 0.0
        self._timer: IDelayedCall | None = None

    def schedule(self) -> None:
        """A peer was added, or the time-out has changed."""
        timeout = self._timeout()
        if timeout != self._scheduled_timeout:
            self.cancel()
        first = self._first()
        if self._timer is None and first is not None:
            self._scheduled_timeout = timeout
            left = first.active_at + timeout - self._clock.seconds()
            self._timer = self._clock.callLater(max(left, MIN_SECONDS), self._expire)

    def schedule_closing(self) -> None:
        """Do nothing: a closed peer has ended immediately."""

    def cancel(self) -> None:
        """No peer is left."""
        if self._timer is not None:
            timer, self._timer = self._timer, None
            timer.cancel()

    def _expire(self) -> None:
        self._timer = None
        timeout = self._timeout()
        now = self._clock.seconds()
        for _ in range(PEERS_PER_TURN):
            first = self._first()
            if first is None or first.active_at + timeout > now:
                break
            first.end(idle_for(timeout))
        self.schedule()


class RateLimitedReport(Generic[T]):
    """Reports the first event immediately. After that, once per pause, it reports the last event
    and the number of events.

    A sender can forge ten thousand source addresses, and one log line for each would be a flood.
    """

    def __init__(self, clock: IReactorTime, report: Callable[[T, int], object]) -> None:
        """`report` takes the last event, and the number of events since its last call."""
        self._clock = clock
        self._report = report
        self._pause: IDelayedCall | None = None
        self._pending: tuple[T, int] | None = None

    def add(self, event: T) -> None:
        """Report `event` now, or count it for the next report."""
        if self._pause is None:
            self._begin_pause()
            self._report(event, 1)
        else:
            count = 0 if self._pending is None else self._pending[1]
            self._pending = event, count + 1

    def stop(self) -> None:
        """Report the rest now, as no more events will come."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        self._report_pending()

    def _begin_pause(self) -> None:
        self._pause = self._clock.callLater(PAUSE_SECONDS, self._end_pause)

    def _end_pause(self) -> None:
        self._pause = None
        if self._pending is not None:
            self._begin_pause()
            self._report_pending()

    def _report_pending(self) -> None:
        if self._pending is not None:
            (event, count), self._pending = self._pending, None
            self._report(event, count)
