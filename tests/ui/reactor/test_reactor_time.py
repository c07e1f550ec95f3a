"""The timing of the reactor: delayed calls, waking up, and sleeping when idle."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from pytestqt.qtbot import QtBot

from app.ui.reactor.reactor import DeckReactor

PATIENCE_MILLISECONDS = 10_000
A_WHILE_MILLISECONDS = 200

Turns = list[float]


@pytest.fixture
def turns(reactor: DeckReactor, monkeypatch: pytest.MonkeyPatch) -> Turns:
    """The start time of each turn."""
    began: Turns = []
    turn = reactor._turn

    def note_and_turn() -> None:
        began.append(reactor.seconds())
        turn()

    monkeypatch.setattr(reactor, "_turn", note_and_turn)
    return began


class Sleep:
    """Runs Qt's event loop without any work of its own."""

    def __init__(self) -> None:
        self._loop = QEventLoop()
        self._alarm = QTimer(singleShot=True)
        self._alarm.timeout.connect(self._loop.quit)
        self.wake: Callable[[], None] = self._loop.quit

    def is_woken_within(self, milliseconds: int) -> bool:
        self._alarm.start(milliseconds)
        self._loop.exec()
        woken = self._alarm.isActive()
        self._alarm.stop()
        return woken


@pytest.fixture
def sleep() -> Sleep:
    return Sleep()


def test_a_call_is_not_made_too_early(reactor: DeckReactor, qtbot: QtBot) -> None:
    made: list[float] = []
    delays = [0, 0.000_1, 0.000_9, 0.001, 0.001_5, 0.01, 0.0333]
    for delay in delays:
        due = reactor.seconds() + delay
        reactor.callLater(delay, lambda due=due: made.append(reactor.seconds() - due))
    qtbot.waitUntil(lambda: len(made) == len(delays))
    assert min(made) >= 0


def test_a_turn_waits_for_a_call_that_is_due_within_a_millisecond(reactor: DeckReactor) -> None:
    """Qt's timers have whole milliseconds, so a call would be late by a part of one."""
    made: list[str] = []
    reactor.callLater(0.000_9, made.append, "made")
    reactor._turn()
    assert made == ["made"]


def test_a_system_clock_that_is_set_does_not_change_when_a_call_is_made(
    reactor: DeckReactor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    reactor.callLater(0.02, made.append, "soon")
    late = reactor.callLater(60, made.append, "late")
    for unix_time in (1e6, 5e9):
        monkeypatch.setattr(time, "time", lambda unix_time=unix_time: unix_time)
    qtbot.waitUntil(lambda: bool(made))
    assert made == ["soon"]
    assert late.active()
    late.cancel()


def test_calls_are_made_in_the_order_of_their_times(reactor: DeckReactor, qtbot: QtBot) -> None:
    order: list[float] = []
    for delay in (0.02, 0.001, 0.01, 0, 0.015):
        reactor.callLater(delay, order.append, delay)
    qtbot.waitUntil(lambda: len(order) == 5)
    assert order == sorted(order)


def test_waiting_for_a_call_takes_two_turns_at_most(
    reactor: DeckReactor, qtbot: QtBot, turns: Turns, sleep: Sleep
) -> None:
    """Qt may fire the timer a little early, which takes one more turn. There is no busy loop."""
    reactor.callLater(0.050_5, sleep.wake)
    assert sleep.is_woken_within(PATIENCE_MILLISECONDS)
    assert 1 <= len(turns) <= 2


def test_a_delayed_call_wakes_a_sleeping_loop(reactor: DeckReactor, sleep: Sleep) -> None:
    QTimer.singleShot(1, lambda: reactor.callLater(0.01, sleep.wake))
    assert sleep.is_woken_within(PATIENCE_MILLISECONDS)


def test_a_call_reset_to_an_earlier_time_runs_then(reactor: DeckReactor, sleep: Sleep) -> None:
    call = reactor.callLater(1_000, sleep.wake)
    call.reset(0.01)
    assert sleep.is_woken_within(PATIENCE_MILLISECONDS)


def test_a_call_reset_to_a_later_time_runs_once(
    reactor: DeckReactor, turns: Turns, sleep: Sleep
) -> None:
    call = reactor.callLater(0.01, sleep.wake)
    call.delay(0.04)
    due = call.getTime()
    assert sleep.is_woken_within(PATIENCE_MILLISECONDS)
    assert reactor.seconds() >= due


def test_a_cancelled_call_causes_no_turn(reactor: DeckReactor, turns: Turns, sleep: Sleep) -> None:
    for _ in range(3):
        reactor.callLater(0.02, lambda: None).cancel()
    assert not sleep.is_woken_within(A_WHILE_MILLISECONDS)
    assert turns == []


def test_cancelling_a_call_does_not_change_a_later_one(
    reactor: DeckReactor, turns: Turns, sleep: Sleep
) -> None:
    reactor.callLater(0.05, sleep.wake)
    reactor.callLater(0.01, lambda: None).cancel()
    assert sleep.is_woken_within(PATIENCE_MILLISECONDS)
    assert len(turns) <= 2


def test_a_distant_call_does_not_overflow_the_timer(reactor: DeckReactor, sleep: Sleep) -> None:
    distant = reactor.callLater(2**70, lambda: None)
    reactor.callLater(0.01, sleep.wake)
    assert sleep.is_woken_within(PATIENCE_MILLISECONDS)
    distant.cancel()


def test_an_idle_reactor_takes_no_turn(turns: Turns, sleep: Sleep) -> None:
    assert not sleep.is_woken_within(A_WHILE_MILLISECONDS)
    assert turns == []


def test_an_idle_reactor_with_a_distant_call_takes_no_turn(
    reactor: DeckReactor, turns: Turns, sleep: Sleep
) -> None:
    distant = reactor.callLater(3_600, lambda: None)
    assert not sleep.is_woken_within(A_WHILE_MILLISECONDS)
    assert turns == []
    distant.cancel()


def test_a_call_from_a_thread_wakes_a_sleeping_loop(reactor: DeckReactor, sleep: Sleep) -> None:
    wake = sleep.wake
    caller = threading.Timer(0.02, reactor.callFromThread, [wake])
    caller.start()
    assert sleep.is_woken_within(PATIENCE_MILLISECONDS)
    caller.join()


def test_calls_from_a_thread_keep_their_order_even_if_one_fails(
    reactor: DeckReactor, qtbot: QtBot
) -> None:
    got: list[int] = []

    def call() -> None:
        for number in range(1_000):
            reactor.callFromThread(got.append, number)
            if number == 500:
                reactor.callFromThread(lambda: 1 / 0)

    caller = threading.Thread(target=call)
    caller.start()
    qtbot.waitUntil(lambda: len(got) == 1_000)
    caller.join()
    assert got == list(range(1_000))


def test_the_result_of_a_thread_pool_is_delivered(reactor: DeckReactor, qtbot: QtBot) -> None:
    got: list[str] = []
    reactor.callInThread(lambda: reactor.callFromThread(got.append, "done"))
    qtbot.waitUntil(lambda: got == ["done"])


def test_a_call_that_repeats_without_delay_does_not_block_qt(
    reactor: DeckReactor, qtbot: QtBot
) -> None:
    ticks: list[int] = []
    calls: list[None] = []
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: ticks.append(len(calls)))
    timer.start()

    def again() -> None:
        calls.append(None)
        if len(ticks) < 5:
            reactor.callLater(0, again)

    again()
    qtbot.waitUntil(lambda: len(ticks) >= 5)
    timer.stop()
    while_calling = ticks[:5]  # the timer may tick once more before the wait ends
    assert while_calling == sorted(set(while_calling)), "the calls went on between the ticks"
    qtbot.waitUntil(lambda: not reactor.getDelayedCalls())


def test_iterate_serves_qt_and_the_reactor_without_waiting(reactor: DeckReactor) -> None:
    done: list[str] = []
    QTimer.singleShot(0, lambda: done.append("qt"))
    reactor.callLater(0, done.append, "reactor")
    for _ in range(100):
        reactor.iterate(0)
    assert sorted(done) == ["qt", "reactor"]


def test_iterate_waits_for_something_to_do(reactor: DeckReactor) -> None:
    done: list[None] = []
    reactor.callLater(0.02, done.append, None)
    for _ in range(20):
        reactor.iterate(PATIENCE_MILLISECONDS / 1000)
        if done:
            break
    assert done
