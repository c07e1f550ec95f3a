"""One timer of the reactor for all that the faults of a listener wait for.

A `DelayedCall` costs about 3 µs to make and to run, and each delayed message would need one. Here a
wait is an entry of a heap, and the reactor has a single timer for the first of them.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Final

from twisted.internet.interfaces import IDelayedCall, IReactorTime

TURN_CALLS: Final = 5000
"""How many calls run before the reactor looks at its sockets again. With fewer, a machine that is
busy falls behind: 500 were not enough for 10,000 messages a second on two shared cores."""

_FEW: Final = 64
"""Cancelled entries are left in the heap until there are more than this."""


class Wait:
    """One call that is to come. `cancel` it if it is not wanted any more."""

    __slots__ = ("_schedule", "callback", "number", "time")

    def __init__(
        self, schedule: Schedule, time: float, number: int, callback: Callable[[], object]
    ) -> None:
        self._schedule = schedule
        self.time = time
        self.number = number
        self.callback: Callable[[], object] | None = callback

    def __lt__(self, other: Wait) -> bool:
        return (self.time, self.number) < (other.time, other.number)

    def take(self) -> Callable[[], object] | None:
        """The callback, which is called now; `None` if it was cancelled."""
        callback, self.callback = self.callback, None
        return callback

    def cancel(self) -> None:
        """Never call. Nothing happens if it has been called or cancelled."""
        if self.callback is not None:
            self.callback = None
            self._schedule.forget_cancelled()


class Schedule:
    """Calls callbacks at times of a clock, in the order of their times.

    Invariant: the clock has exactly one timer while anything waits, and none otherwise. Calls for
    the same time come in the order in which they were asked for. A callback must not raise.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._reached = 0.0
        """The time of the last timer. Rounding may let the clock be a bit behind it."""
        self._waits: list[Wait] = []
        self._cancelled = 0
        self._made = 0
        self._timer: IDelayedCall | None = None
        self._timer_at = 0.0
        self._is_running = False

    def seconds(self) -> float:
        """The time of the clock, and never before that of a call which has come."""
        return max(self._clock.seconds(), self._reached)

    def call_at(self, time: float, callback: Callable[[], object]) -> Wait:
        """Call `callback` at `time` of the clock, or on its next turn if that is over."""
        self._made += 1
        wait = Wait(self, time, self._made, callback)
        heappush(self._waits, wait)
        if self._waits[0] is wait and not self._is_running:
            self._set_timer()
        return wait

    def call_soon(self, callback: Callable[[], object]) -> Wait:
        """Call `callback` on the next turn of the reactor, never at once."""
        return self.call_at(self.seconds(), callback)

    def forget_cancelled(self) -> None:
        """One wait was cancelled: drop the cancelled ones when they are the greater part."""
        self._cancelled += 1
        if self._is_running:
            return
        if self._cancelled > _FEW and self._cancelled * 2 > len(self._waits):
            self._waits = [wait for wait in self._waits if wait.callback is not None]
            heapify(self._waits)
            self._cancelled = 0
        self._set_timer()

    def _set_timer(self) -> None:
        waits = self._waits
        while waits and waits[0].callback is None:
            heappop(waits)
            self._cancelled -= 1
        if not waits:
            if self._timer is not None:
                timer, self._timer = self._timer, None
                timer.cancel()
            return
        first = waits[0].time
        if self._timer is None:
            self._timer_at = first
            self._timer = self._clock.callLater(max(first - self.seconds(), 0), self._run)
        elif first < self._timer_at:
            self._timer_at = first
            self._timer.reset(max(first - self.seconds(), 0))

    def _run(self) -> None:
        self._timer = None
        self._reached = self._timer_at
        self._is_running = True
        waits, now, last = self._waits, self.seconds(), self._made
        try:
            for _ in range(TURN_CALLS):
                # What was asked for meanwhile is for the next turn, even if it is due already.
                if not waits or waits[0].time > now or waits[0].number > last:
                    break
                callback = heappop(waits).take()
                if callback is None:
                    self._cancelled -= 1
                else:
                    callback()
        finally:
            self._is_running = False
            self._set_timer()
