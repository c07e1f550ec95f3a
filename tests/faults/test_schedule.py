"""One timer for everything that waits."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock

from app.faults.schedule import TURN_CALLS, Schedule


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 10), st.booleans()), max_size=200))
def test_calls_come_in_the_order_of_their_times_by_one_timer(
    waits: list[tuple[float, bool]],
) -> None:
    clock, called = Clock(), []
    schedule = Schedule(clock)
    for index, (time, is_cancelled) in enumerate(waits):
        wait = schedule.call_at(time, lambda i=index: called.append(i))  # type: ignore[misc]
        if is_cancelled:
            wait.cancel()
            wait.cancel()
    wanted = [index for index, (_, is_cancelled) in enumerate(waits) if not is_cancelled]
    assert len(clock.getDelayedCalls()) == bool(wanted)
    clock.advance(10)
    assert called == sorted(wanted, key=lambda index: waits[index][0])
    assert not clock.getDelayedCalls()


def test_many_that_are_due_leave_the_reactor_time_for_others() -> None:
    clock, called = Clock(), []
    schedule = Schedule(clock)
    for index in range(TURN_CALLS + 1):
        schedule.call_at(1, lambda i=index: called.append(i))  # type: ignore[misc]
    clock.rightNow = 1  # a turn runs each timer once
    timer: Any = clock.getDelayedCalls()[0]
    timer.func()
    assert len(called) == TURN_CALLS


def test_a_call_asked_for_by_a_call_is_for_the_next_turn() -> None:
    clock, called = Clock(), []
    schedule = Schedule(clock)

    def again() -> None:
        called.append(clock.seconds())
        if len(called) < 3:
            schedule.call_soon(again)

    schedule.call_soon(again)
    assert called == []
    clock.advance(0)
    assert called == [0, 0, 0]


def test_cancelled_waits_do_not_pile_up() -> None:
    schedule = Schedule(Clock())
    for _ in range(1000):
        schedule.call_at(3600, lambda: None).cancel()
    assert len(schedule._waits) < 200
