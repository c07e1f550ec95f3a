"""The history of byte rates."""

from __future__ import annotations

from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from app.ui.details.history import COARSE_SPAN, Histories, RateHistory


@define(eq=False)
class Counted:
    bytes_in: int = 0
    bytes_out: int = 0


def test_bytes_are_in_the_second_in_which_they_were_counted() -> None:
    history = RateHistory()
    history.sample(100.2, 10, 1)
    history.sample(100.9, 30, 1)
    history.sample(103.0, 35, 9)
    series = history.series(104.5, 60)
    assert series.seconds_ago[0] == -60
    assert series.seconds_ago[-1] == 0
    assert list(series.bytes_in[-5:]) == [30, 0, 0, 5, 0]
    assert list(series.bytes_out[-5:]) == [1, 0, 0, 8, 0]


def test_an_hour_is_in_wider_bins() -> None:
    history = RateHistory()
    history.sample(0.0, 120, 0)
    history.sample(3_590.0, 240, 24)
    series = history.series(3_599.0, 3_600)
    assert len(series.bytes_in) == 301
    assert series.bytes_in[-1] == 10
    assert series.bytes_out[-1] == 2
    assert series.bytes_in[1] == 10


def test_what_was_counted_before_is_no_part_of_it() -> None:
    history = RateHistory(Counted(500, 600))
    history.sample(10.0, 500, 600)
    assert history.series(10.0, 60).is_empty
    history.sample(11.0, 501, 600)
    assert sum(history.series(11.0, 60).bytes_in) == 1


def test_a_counter_that_begins_again_is_counted_from_zero() -> None:
    history = RateHistory()
    history.sample(1.0, 1_000, 1_000)
    history.sample(2.0, 7, 0)
    assert history.series(2.0, 60).bytes_in[-1] == 7


@given(st.lists(st.tuples(st.floats(0, 400), st.integers(0, 10_000)), max_size=200))
def test_no_byte_is_lost_or_counted_twice(steps: list[tuple[float, int]]) -> None:
    history, now, total = RateHistory(), 0.0, 0
    for seconds, grown in steps:
        now += seconds / 20
        total += grown
        history.sample(now, total, 0)
    assert round(sum(history.series(now, 3_600).bytes_in) * 12) == total or now > COARSE_SPAN


def test_memory_is_bounded() -> None:
    history = RateHistory()
    for second in range(20_000):
        history.sample(float(second), second + 1, 0)
    assert len(history._fine) <= 302
    assert len(history._coarse) <= 302


def test_each_subject_has_its_history_for_as_long_as_it_exists() -> None:
    histories: Histories[Counted] = Histories()
    one, other = Counted(), Counted()
    histories.of(one)
    one.bytes_in = 5
    histories.sample(3.0, [(one, one), (other, other)])
    assert sum(histories.of(one).series(3.0, 60).bytes_in) == 5
    assert histories.of(other).series(3.0, 60).is_empty
    del one
    assert len(histories._histories) == 1
