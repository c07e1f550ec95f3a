"""The end of a connection that a fault brings about: after a time, or after so many bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from app.faults.describing import describe
from app.faults.schedule import Schedule, Wait
from app.faults.spec import Fault, FaultKey, FaultKind, LimitAction, keyed

FLUSH_SECONDS: Final = 1.0
"""How long a reset waits at most for the bytes before it to leave."""

FLUSH_CHECK_SECONDS: Final = 0.002

_TIMED: Final = (FaultKind.CLOSE_AFTER, FaultKind.RESET_AFTER)


class EndableConnection(Protocol):
    """A connection that can be ended. No method may raise."""

    def is_flushed(self) -> bool:
        """Whether the transport and the system have sent all that they were given."""

    def end_by_fault(self, words: str, *, reset: bool) -> None:
        """End it at once, because of the fault that `words` describe."""


class ForcedEnd:
    """Ends one connection, once.

    A timed fault counts from the moment when it was armed first, also if its time changes.
    """

    def __init__(
        self,
        connection: EndableConnection,
        schedule: Schedule,
        stop_passing: Callable[[], object],
    ) -> None:
        """`stop_passing` is called before the end: nothing may pass any more. It calls `cancel`."""
        self._connection = connection
        self._schedule = schedule
        self._stop_passing = stop_passing
        self._armed_at: dict[FaultKey, float] = {}
        self._wait: Wait | None = None
        self._flush_by = 0.0
        self.is_flushing = False
        """Whether a reset waits for the bytes before it."""

    def arm(self, faults: Iterable[Fault]) -> None:
        """Wait for the first of `faults` that end a connection at a time."""
        self.cancel()
        now = self._schedule.seconds()
        timed = {key: fault for key, fault in keyed(faults).items() if key[0] in _TIMED}
        self._armed_at = {key: self._armed_at.get(key, now) for key in timed}
        ends = {key: self._armed_at[key] + fault.seconds for key, fault in timed.items()}
        if ends:
            first = min(ends, key=ends.__getitem__)
            self._wait = self._schedule.call_at(ends[first], lambda: self._end(timed[first]))

    def reach_limit(self, fault: Fault) -> None:
        """All bytes that the limit `fault` allows have passed: end the connection behind them."""
        if fault.then is LimitAction.CLOSE:
            self._end(fault)
        else:
            words = describe(fault)
            self.reset_when_flushed(lambda: self._connection.end_by_fault(words, reset=True))

    def reset_when_flushed(self, reset: Callable[[], object]) -> None:
        """Call `reset` when all bytes that have passed are sent. It would throw away the others."""
        self._stop_passing()
        self.is_flushing = True
        self._flush_by = self._schedule.seconds() + FLUSH_SECONDS
        self._wait = self._schedule.call_soon(lambda: self._check_flushed(reset))

    def cancel(self) -> None:
        """End nothing any more."""
        self.is_flushing = False
        if self._wait is not None:
            self._wait.cancel()
            self._wait = None

    def _check_flushed(self, reset: Callable[[], object]) -> None:
        now = self._schedule.seconds()
        if self._connection.is_flushed() or now >= self._flush_by:
            self.is_flushing = False
            reset()
        else:
            again = now + FLUSH_CHECK_SECONDS
            self._wait = self._schedule.call_at(again, lambda: self._check_flushed(reset))

    def _end(self, fault: Fault) -> None:
        self._stop_passing()
        reset = fault.kind is FaultKind.RESET_AFTER
        self._connection.end_by_fault(describe(fault), reset=reset)
