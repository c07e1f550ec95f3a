"""Two clocks: the monotonic one for delays and durations, the system's one for the time of day.

The system's clock is set now and then: by NTP, by hand, after sleep. A time-out that follows it
fires an hour late, or immediately. So both reactors of Portdeck use the monotonic clock, which
nobody can set. On Linux it does not count the time in which the machine sleeps. The time of day is
only for values that are shown or stored.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from math import inf
from typing import Any

from twisted.internet.interfaces import IReactorTime

SAME_OFFSET_SECONDS = 0.001


class SteadyTime:
    """A mixin for a reactor class: its delayed calls follow the monotonic clock."""

    seconds = staticmethod(time.monotonic)
    unix_seconds = staticmethod(time.time)
    """The time of day; see `unix_clock`."""


def unix_clock(clock: IReactorTime) -> Callable[[], float]:
    """The function that returns Unix seconds beside `clock`.

    It is the method `unix_seconds` of the clock. A clock without that method, such as Twisted's own
    reactors and its clock for tests, returns Unix seconds itself.
    """
    unix_seconds: Callable[[], float] = getattr(clock, "unix_seconds", clock.seconds)
    return unix_seconds


class ClockOffset:
    """How far the time of day is ahead of the reactor's clock, in seconds.

    Offsets that are equal to a millisecond are one object, which many connections share.
    """

    __slots__ = ("_last", "_unix_seconds")

    def __init__(self, clock: IReactorTime) -> None:
        self._unix_seconds = unix_clock(clock)
        self._last = -inf

    def __call__(self, now: float) -> float:
        """The offset `now`, which is the current time by the reactor's clock."""
        offset = self._unix_seconds() - now
        if abs(offset - self._last) > SAME_OFFSET_SECONDS:
            self._last = offset
        return self._last


class UnixTime:
    """Unix seconds that never go back, so that the record of one connection stays in order.

    They follow the system's clock when it is set forward, and go on when it is set back.
    """

    __slots__ = ("_ahead", "_seconds", "_unix_seconds")

    def __init__(self, clock: IReactorTime) -> None:
        self._seconds = clock.seconds
        self._unix_seconds = unix_clock(clock)
        self._ahead = -inf

    def now(self) -> float:
        """The current time of day, at least that of the last call."""
        seconds = self._seconds()
        self._ahead = max(self._ahead, self._unix_seconds() - seconds)
        return seconds + self._ahead


def install_steady_reactor() -> None:
    """Install Twisted's default reactor as the global one, with the monotonic clock.

    If the calling program has chosen a reactor already, that one stays.
    """
    if "twisted.internet.reactor" in sys.modules:
        return
    from twisted.internet.main import installReactor

    installReactor(steady(_default_reactor())())


def steady(reactor_class: type[Any]) -> type[Any]:
    """A subclass of `reactor_class`, with the same name, that uses the monotonic clock."""
    return type(reactor_class.__name__, (SteadyTime, reactor_class), {})


def use_unix_time(factory: Any) -> None:
    """Let a factory of twisted.web date its access log by the time of day.

    It asks its reactor for the time. Other factories stay as they are.
    """
    http = sys.modules.get("twisted.web.http")  # without it, there is no such factory
    if http is None or not isinstance(factory, http.HTTPFactory):
        return
    reactor: Any = factory.reactor
    if not isinstance(reactor, _UnixTimeReactor):
        factory.reactor = _UnixTimeReactor(reactor, unix_clock(reactor))


class _UnixTimeReactor:
    """A reactor whose `seconds` are Unix seconds. All else is that of the real one."""

    def __init__(self, real: Any, unix_seconds: Callable[[], float]) -> None:
        self._real = real
        self.seconds = unix_seconds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _default_reactor() -> type[Any]:
    """The class that Twisted chooses on this platform; see `twisted.internet.default`."""
    try:
        from twisted.internet.epollreactor import EPollReactor
    except ImportError:
        pass
    else:
        return EPollReactor
    try:
        from twisted.internet.pollreactor import PollReactor
    except ImportError:
        from twisted.internet.selectreactor import SelectReactor

        return SelectReactor
    return PollReactor
