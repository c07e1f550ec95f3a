"""What happens too often to be told each time is told in sum, and nothing is left out of it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from app.server.datagrams.pacing import PAUSE_SECONDS, Paced


class Told:
    """Remembers what it is told, and when."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.lines: list[tuple[float, str, int]] = []
        self.paced: Paced[str] = Paced(self.clock, self._tell)

    def _tell(self, one: str, count: int) -> None:
        self.lines.append((self.clock.seconds(), one, count))


@pytest.fixture
def told() -> Told:
    return Told()


def test_the_first_is_told_at_once_and_the_rest_as_one(told: Told) -> None:
    for word in ("a", "b", "c"):
        told.paced.add(word)
    assert told.lines == [(0.0, "a", 1)]
    told.clock.advance(PAUSE_SECONDS)
    assert told.lines == [(0.0, "a", 1), (PAUSE_SECONDS, "c", 2)]


def test_after_a_quiet_time_the_next_is_told_at_once_again(told: Told) -> None:
    told.paced.add("a")
    told.clock.advance(PAUSE_SECONDS)
    assert not told.clock.getDelayedCalls(), "nothing runs while nothing happens"
    told.paced.add("b")
    assert told.lines[-1] == (PAUSE_SECONDS, "b", 1)


def test_at_the_end_the_rest_is_told(told: Told) -> None:
    told.paced.stop()
    told.paced.add("a")
    told.paced.add("b")
    told.paced.stop()
    assert told.lines == [(0.0, "a", 1), (0.0, "b", 1)]
    assert not told.clock.getDelayedCalls()


@given(st.lists(st.floats(0, 3), max_size=60))
def test_every_one_is_counted_and_no_two_lines_are_close(gaps: list[float]) -> None:
    told = Told()
    for gap in gaps:
        told.clock.advance(gap)
        told.paced.add("x")
    told.clock.advance(PAUSE_SECONDS)
    assert sum(count for _, _, count in told.lines) == len(gaps)
    times = [when for when, _, _ in told.lines]
    assert all(later - earlier >= PAUSE_SECONDS - 1e-6 for earlier, later in pairwise(times))
    told.paced.stop()
