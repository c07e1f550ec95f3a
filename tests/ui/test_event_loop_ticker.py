"""The ticker: immediate after a pause, at most ten ticks a second, and none while idle."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.event_loop import BUSY_INTERVAL_MS, INTERVAL_MS, Steps, Ticker

COARSE = 0.94
"""A coarse timer may fire 5 % early, and one millisecond more by rounding."""


class Source:
    """A source that counts its calls and wants `more` ticks."""

    def __init__(self, more: int = 0) -> None:
        self.calls = 0
        self.more = more

    def __call__(self) -> bool:
        self.calls += 1
        self.more -= 1
        return self.more >= 0


@pytest.fixture
def ticker(qapp: QApplication) -> Iterator[Ticker]:
    ticker = Ticker()
    yield ticker
    ticker.deleteLater()


def test_a_ticker_sleeps_until_it_is_woken(ticker: Ticker, qtbot: QtBot) -> None:
    source = Source()
    ticker.add(source)
    qtbot.wait(2 * INTERVAL_MS)
    assert source.calls == 0
    assert not ticker.is_awake


def test_the_first_tick_after_a_pause_is_immediate(ticker: Ticker, qapp: QApplication) -> None:
    source = Source()
    ticker.add(source)
    ticker.wake()
    qapp.processEvents()
    assert source.calls == 1


def test_a_wake_causes_one_tick(ticker: Ticker, qtbot: QtBot) -> None:
    source = Source()
    ticker.add(source)
    ticker.wake()
    ticker.wake()
    qtbot.waitUntil(lambda: not ticker.is_awake)
    assert source.calls == 1


def test_ticks_continue_while_a_source_wants_more(ticker: Ticker, qtbot: QtBot) -> None:
    wanting, content = Source(more=2), Source()
    ticker.add(wanting)
    ticker.add(content)
    ticker.wake()
    qtbot.waitUntil(lambda: not ticker.is_awake)
    assert (wanting.calls, content.calls) == (3, 3)


def test_a_wake_during_a_tick_causes_another(ticker: Ticker, qtbot: QtBot) -> None:
    calls: list[int] = []

    def source() -> bool:
        calls.append(1)
        if len(calls) == 1:
            ticker.wake()
        return False

    ticker.add(source)
    ticker.wake()
    qtbot.waitUntil(lambda: not ticker.is_awake)
    assert len(calls) == 2


def test_frequent_events_cause_at_most_ten_ticks_a_second(ticker: Ticker, qtbot: QtBot) -> None:
    source = Source()
    ticker.add(source)
    began = time.monotonic()
    while source.calls < 5:
        ticker.wake()
        qtbot.wait(1)
    took = time.monotonic() - began
    assert took >= 4 * COARSE * INTERVAL_MS / 1000


def test_a_removed_source_is_not_called_any_more(ticker: Ticker, qtbot: QtBot) -> None:
    gone, left = Source(), Source()
    ticker.add(gone)
    ticker.add(left)
    ticker.remove(gone)
    ticker.wake()
    qtbot.waitUntil(lambda: left.calls == 1)
    assert gone.calls == 0


def test_a_source_that_fails_once_does_not_stop_the_ticks(ticker: Ticker, qtbot: QtBot) -> None:
    calls: list[int] = []

    def source() -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise LookupError("the first time")
        return False

    ticker.add(source)
    with qtbot.capture_exceptions() as raised:
        ticker.wake()
        qtbot.waitUntil(lambda: not ticker.is_awake)
        ticker.wake()
        qtbot.waitUntil(lambda: len(calls) == 2)
    assert [kind for kind, _, _ in raised] == [LookupError]


def test_a_busy_reactor_gets_fewer_ticks(qapp: QApplication, qtbot: QtBot) -> None:
    ticker = Ticker(is_busy=lambda: True)
    times: list[float] = []

    def source() -> bool:
        times.append(time.monotonic())
        return len(times) < 3

    ticker.add(source)
    ticker.wake()
    qtbot.waitUntil(lambda: not ticker.is_awake)
    ticker.deleteLater()
    gaps = [(later - earlier) * 1000 for earlier, later in itertools.pairwise(times)]
    assert min(gaps) >= COARSE * BUSY_INTERVAL_MS - 1


def test_events_are_handled_between_the_steps_of_a_tick(ticker: Ticker, qtbot: QtBot) -> None:
    order: list[str] = []

    def source() -> Steps:
        order.append("first step")
        QTimer.singleShot(0, lambda: order.append("event"))
        yield
        yield
        order.append("last step")
        return False

    ticker.add(source)
    ticker.wake()
    qtbot.waitUntil(lambda: not ticker.is_awake)
    assert order == ["first step", "event", "last step"]


def test_a_source_in_steps_may_want_more(ticker: Ticker, qtbot: QtBot) -> None:
    ticks: list[int] = []

    def source() -> Steps:
        ticks.append(1)
        yield
        return len(ticks) < 3

    ticker.add(source)
    ticker.wake()
    qtbot.waitUntil(lambda: not ticker.is_awake)
    assert len(ticks) == 3


def test_a_source_that_is_removed_between_its_steps_goes_no_further(
    ticker: Ticker, qtbot: QtBot
) -> None:
    steps: list[str] = []

    def source() -> Steps:
        steps.append("first")
        ticker.remove(source)
        yield
        steps.append("second")
        return True

    next_one = Source()
    ticker.add(source)
    ticker.add(next_one)
    ticker.wake()
    qtbot.waitUntil(lambda: not ticker.is_awake)
    assert steps == ["first"]
    assert next_one.calls == 1


def test_a_tick_that_has_begun_can_be_finished_at_once(ticker: Ticker, qapp: QApplication) -> None:
    taken: list[int] = []

    def source() -> Steps:
        for step in range(3):
            taken.append(step)
            yield
        return False

    ticker.add(source)
    ticker.finish()
    assert taken == []
    ticker.wake()
    qapp.processEvents()
    assert taken == [0]
    ticker.finish()
    assert taken == [0, 1, 2]


def test_a_step_that_fails_ends_its_tick_only(ticker: Ticker, qtbot: QtBot) -> None:
    ticks: list[int] = []

    def source() -> Steps:
        ticks.append(1)
        yield
        if len(ticks) == 1:
            raise LookupError("the first time")
        return False

    ticker.add(source)
    with qtbot.capture_exceptions() as raised:
        ticker.wake()
        qtbot.waitUntil(lambda: not ticker.is_awake)
        ticker.wake()
        qtbot.waitUntil(lambda: len(ticks) == 2 and not ticker.is_awake)
    assert [kind for kind, _, _ in raised] == [LookupError]


def test_a_paint_between_two_steps_does_not_end_a_busy_period(
    qapp: QApplication, qtbot: QtBot
) -> None:
    busy = [True]
    ticker = Ticker(is_busy=lambda: busy[0])
    times: list[float] = []

    def source() -> Steps:
        times.append(time.monotonic())
        busy[0] = True
        yield
        busy[0] = False
        return len(times) < 2

    ticker.add(source)
    ticker.wake()
    qtbot.waitUntil(lambda: not ticker.is_awake)
    ticker.deleteLater()
    assert (times[1] - times[0]) * 1000 >= COARSE * BUSY_INTERVAL_MS - 1
