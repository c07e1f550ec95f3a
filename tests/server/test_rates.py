"""Bytes a second, from counters that a test sets."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.server.rates import (
    HISTORY_LENGTH,
    HISTORY_STEP_SECONDS,
    SMOOTHING_SECONDS,
    ListenerRate,
    Meter,
    Rate,
)


class Counted:
    """A connection, or a listener with its factory: whatever has counters."""

    def __init__(self) -> None:
        self.bytes_in = 0
        self.bytes_out = 0
        self.rate = 0.0
        self.sampled_bytes = 0
        self.connected = True
        self.rests = 0
        self.factory: Any = self

    def rest(self) -> None:
        self.rests += 1


def counted() -> Any:
    return Counted()


def test_a_steady_flow_is_told_as_it_is() -> None:
    rate = Rate()
    for step in range(1, 100):
        rate.sample(step * 100, 0.1)
    assert rate.value == pytest.approx(1000, rel=0.01)


def test_a_sudden_change_is_followed_by_two_thirds_in_the_smoothing_time() -> None:
    rate = Rate()
    rate.sample(int(1000 * SMOOTHING_SECONDS), SMOOTHING_SECONDS)
    assert rate.value == pytest.approx(632, abs=2)


def test_how_often_one_looks_does_not_matter() -> None:
    often, seldom = Rate(), Rate()
    for step in range(1, 11):
        often.sample(step * 100, 0.1)
    seldom.sample(1000, 1.0)
    assert often.value == pytest.approx(seldom.value)


def test_a_flow_that_ended_is_exactly_nought_after_a_while() -> None:
    rate = Rate()
    rate.sample(1_000_000, 0.1)
    samples = 0
    while rate.sample(1_000_000, 0.1):
        samples += 1
    assert rate.value == 0.0
    assert samples < 150


def test_a_counter_that_starts_anew_counts_from_nought() -> None:
    rate = Rate(total=5000)
    rate.sample(700, SMOOTHING_SECONDS)
    assert rate.value == pytest.approx(632, abs=2)


def test_a_history_gets_one_value_each_step() -> None:
    listener, rate = counted(), ListenerRate()
    for _ in range(10):
        listener.bytes_in += 50
        listener.bytes_out += 50
        rate.sample(listener, HISTORY_STEP_SECONDS / 5)
    assert len(rate.history) == HISTORY_LENGTH
    assert [value > 0 for value in rate.history].count(True) == 2
    assert rate.history[-1] == rate.bytes_in.value + rate.bytes_out.value


def test_a_listener_that_never_listened_has_no_rate() -> None:
    listener = SimpleNamespace(factory=None)
    assert ListenerRate().sample(listener, 1.0) is False  # type: ignore[arg-type]


def test_a_meter_sums_up_its_listeners() -> None:
    meter, first, second = Meter(), counted(), counted()
    meter.sample(0.0, [], [first, second])
    for now in range(1, 20):
        first.bytes_in += 100
        second.bytes_in += 200
        second.bytes_out += 400
        meter.sample(float(now), [], [first, second])
    assert meter.bytes_in == pytest.approx(300, rel=0.01)
    assert meter.bytes_out == pytest.approx(400, rel=0.01)
    assert meter.history(first)[-1] == pytest.approx(100, rel=0.01)


def test_a_listener_that_is_gone_takes_its_rate_along() -> None:
    meter, gone = Meter(), counted()
    gone.bytes_in = 1000
    meter.sample(0.0, [], [gone])
    assert meter.bytes_in > 0
    meter.sample(0.1, [], [])
    assert meter.bytes_in == 0
    assert not meter.history(gone)


def test_a_connection_moves_until_its_rate_is_nought_and_rests_then() -> None:
    meter, connection = Meter(), counted()
    connection.bytes_in = 1000
    assert meter.sample(0.0, [connection], [])
    assert list(meter.moving) == [connection]
    assert connection.rate > 0
    now = 0.0
    while meter.sample(now := now + 0.1, [], []):
        assert connection.rests == 0
    assert connection.rate == 0.0
    assert connection.rests == 1
    assert not list(meter.moving)


def test_a_connection_that_moves_again_counts_from_where_it_rested() -> None:
    meter, connection = Meter(), counted()
    connection.bytes_in = 1_000_000
    now = 0.0
    while meter.sample(now := now + 0.1, [connection], []):
        pass
    connection.bytes_out = 70
    meter.sample(now + 100, [connection], [])
    assert connection.rate == pytest.approx(63, abs=1)


def test_a_connection_that_is_closed_has_no_rate() -> None:
    meter, connection = Meter(), counted()
    connection.bytes_in = 1000
    connection.connected = False
    meter.sample(0.0, [connection], [])
    assert connection.rate == 0.0
    assert not list(meter.moving)


def test_a_meter_that_stands_still_needs_no_look() -> None:
    meter, listener = Meter(), counted()
    assert meter.sample(0.0, [], [listener]) is False
    listener.bytes_in = 10
    assert meter.sample(1.0, [], [listener]) is True
    now, looks = 1.0, 0
    while meter.sample(now := now + 0.1, [], [listener]):
        looks += 1
    assert looks < 1.5 * HISTORY_LENGTH * HISTORY_STEP_SECONDS / 0.1
    assert not any(meter.history(listener))


def test_the_time_between_two_movements_slows_down_nothing() -> None:
    meter, connection = Meter(), counted()
    connection.bytes_in = 70
    now = 0.0
    while meter.sample(now := now + 0.1, [connection], []):
        pass
    connection.bytes_in += 70
    meter.sample(now + 3600, [connection], [])
    assert connection.rate == pytest.approx(63, abs=1)
