"""Durations and the time of day while somebody sets the system's clock."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest
from twisted.internet.task import Clock

from app.runtime.clocks import ClockOffset, UnixTime, steady, unix_clock, use_unix_time

HOUR = 3600.0


class DayClock(Clock):
    """A steady clock with a time of day that a test can set."""

    def __init__(self) -> None:
        super().__init__()
        self.set_by = 1000.0

    def unix_seconds(self) -> float:
        return self.seconds() + self.set_by


def test_a_clock_without_a_time_of_day_counts_as_one() -> None:
    clock = Clock()
    clock.advance(7)
    assert unix_clock(clock)() == 7


def test_unix_time_follows_a_clock_that_is_set_forward_and_not_one_set_back() -> None:
    clock = DayClock()
    unix_time = UnixTime(clock)
    assert unix_time.now() == 1000
    clock.advance(5)
    clock.set_by -= HOUR
    assert unix_time.now() == 1005
    clock.advance(5)
    assert unix_time.now() == 1010
    clock.set_by += 2 * HOUR
    assert unix_time.now() == clock.unix_seconds() == 1010 + HOUR


def test_offsets_that_are_the_same_to_a_millisecond_are_one_object() -> None:
    clock = DayClock()
    offset = ClockOffset(clock)
    first = offset(clock.seconds())
    clock.set_by += 0.0005
    assert offset(clock.seconds()) is first
    clock.set_by += HOUR
    assert offset(clock.seconds()) == pytest.approx(first + HOUR, abs=0.001)
    clock.set_by -= HOUR
    assert offset(clock.seconds()) == pytest.approx(first, abs=0.001)


def test_a_steady_reactor_does_not_read_the_system_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from twisted.internet.selectreactor import SelectReactor

    reactor: Any = steady(SelectReactor)()
    calls: list[str] = []
    try:
        for unix_time in (-HOUR, HOUR):
            monkeypatch.setattr(time, "time", lambda unix_time=unix_time: unix_time)
            reactor.callLater(0, calls.append, "due")
            later = reactor.callLater(60, calls.append, "later")
            reactor.runUntilCurrent()
            assert 59 < later.getTime() - time.monotonic() <= 60
            later.cancel()
    finally:
        reactor.disconnectAll()
        reactor.removeAll()
    assert calls == ["due", "due"]


def test_the_reactor_that_the_calling_program_chose_stays() -> None:
    report = (
        "from twisted.internet import reactor as chosen\n"
        "from app.runtime.clocks import install_steady_reactor\n"
        "install_steady_reactor()\n"
        "from twisted.internet import reactor\n"
        "print(reactor is chosen)\n"
    )
    said = subprocess.check_output([sys.executable, "-c", report], text=True)
    assert said == "True\n"


def test_without_a_chosen_reactor_the_default_one_gets_the_monotonic_clock() -> None:
    report = (
        "import time\n"
        "from app.runtime.clocks import install_steady_reactor\n"
        "install_steady_reactor()\n"
        "from twisted.internet import default, reactor\n"
        "print(type(reactor).__name__, abs(reactor.seconds() - time.monotonic()) < 5)\n"
        "print(default.install.__module__)\n"
    )
    said = subprocess.check_output([sys.executable, "-c", report], text=True)
    name, is_monotonic, module = said.split()
    assert is_monotonic == "True"
    assert f"twisted.internet.{name.lower()}" == module


def test_the_access_log_of_twisted_web_has_the_time_of_day() -> None:
    from twisted.web.http import HTTPFactory

    clock = DayClock()
    clock.set_by = 1_700_000_000.0
    factory = HTTPFactory(reactor=clock)
    for _ in range(2):
        use_unix_time(factory)
    factory.startFactory()
    assert factory._logDateTime == "[14/Nov/2023:22:13:20 +0000]"
    clock.set_by += HOUR
    clock.advance(1)
    assert factory._logDateTime == "[14/Nov/2023:23:13:21 +0000]"
    factory.stopFactory()
    assert not clock.getDelayedCalls()
