"""Bytes a second, made from counters when somebody looks. Costs what moves, not what is open."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence

from app.server.connection import Connection
from app.server.listener import Listener

SMOOTHING_SECONDS = 0.7
"""A rate follows a sudden change by two thirds within this time."""

HISTORY_STEP_SECONDS = 0.5
HISTORY_LENGTH = 40


class Rate:
    """One growing counter, and how fast it grows."""

    __slots__ = ("_total", "value")

    def __init__(self, total: int = 0) -> None:
        self._total = total
        self.value = 0.0
        """Bytes a second; exactly 0.0 once nothing has moved for a while."""

    def sample(self, total: int, seconds: float) -> bool:
        """Take the counter's value, `seconds` after the last one. Whether the rate is not 0."""
        grown, self._total = total - self._total, total
        if grown < 0:  # a new start counts from nought
            grown = total
        self.value = _follow(self.value, grown, seconds)
        return self.value > 0


class ListenerRate:
    """The rates of one listener, and the recent past of their sum for a small graph."""

    def __init__(self) -> None:
        self.bytes_in = Rate()
        self.bytes_out = Rate()
        self.history: deque[float] = deque([0.0] * HISTORY_LENGTH, HISTORY_LENGTH)
        """Bytes a second in both directions, oldest first, one each `HISTORY_STEP_SECONDS`."""
        self._since_step = 0.0

    def sample(self, listener: Listener, seconds: float) -> bool:
        """Whether the graph still moves."""
        factory = listener.factory
        moving = self.bytes_in.sample(factory.bytes_in if factory else 0, seconds)
        moving |= self.bytes_out.sample(factory.bytes_out if factory else 0, seconds)
        self._since_step += seconds
        if self._since_step >= HISTORY_STEP_SECONDS:
            self._since_step = 0.0
            self.history.append(self.bytes_in.value + self.bytes_out.value)
        return moving or any(self.history)


class Meter:
    """The rates of a deck: of each connection that moves, of each listener, and of all together."""

    def __init__(self) -> None:
        self.bytes_in = 0.0
        self.bytes_out = 0.0
        self._last: float | None = None
        self._moving: dict[Connection, Rate] = {}
        self._listeners: dict[Listener, ListenerRate] = {}

    @property
    def moving(self) -> Iterable[Connection]:
        """The connections whose rate changed at the last sample."""
        return self._moving.keys()

    def history(self, listener: Listener) -> Sequence[float]:
        """The recent past of one listener, oldest first; see `ListenerRate.history`."""
        rate = self._listeners.get(listener)
        return rate.history if rate is not None else ()

    def sample(
        self, now: float, active: Iterable[Connection], listeners: Iterable[Listener]
    ) -> bool:
        """Look at the counters. `active`: what the observer named since the last look.

        Gives whether anything still moves: look again then, even if nothing more is told.
        """
        seconds = max(now - self._last, 1e-3) if self._last is not None else SMOOTHING_SECONDS
        self._last = now
        self._sample_connections(active, seconds)
        listeners = list(listeners)
        rates = {each: self._listeners.get(each) or ListenerRate() for each in listeners}
        self._listeners = rates
        moving = [rate.sample(listener, seconds) for listener, rate in rates.items()]
        self.bytes_in = sum(rate.bytes_in.value for rate in rates.values())
        self.bytes_out = sum(rate.bytes_out.value for rate in rates.values())
        if not any(moving) and not self._moving:
            self._last = None
            return False
        return True

    def _sample_connections(self, active: Iterable[Connection], seconds: float) -> None:
        for connection in active:
            self._moving.setdefault(connection, Rate(connection.sampled_bytes))
        for connection in list(self._moving):
            total = connection.bytes_in + connection.bytes_out
            moved = self._moving[connection].sample(total, seconds)
            connection.rate = self._moving[connection].value
            connection.sampled_bytes = total
            if not moved or not connection.connected:
                connection.rate = 0.0
                connection.rest()
                del self._moving[connection]


def _follow(rate: float, grown: int, seconds: float) -> float:
    weight = 1.0 - math.exp(-seconds / SMOOTHING_SECONDS)
    rate += (grown / seconds - rate) * weight
    return rate if grown or rate >= 1.0 else 0.0
