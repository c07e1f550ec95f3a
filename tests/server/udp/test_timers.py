"""Who is silent leaves in time, and who is there costs nothing."""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from app.server.udp.timers import (
    LEAST_SECONDS,
    PAUSE_SECONDS,
    TURN_PEERS,
    IdleExpiry,
    RateLimitedReport,
)


class Guest:
    """Leaves when it is told to."""

    def __init__(self, house: House, name: int) -> None:
        self._house = house
        self._name = name
        self.active_at = house.clock.seconds()

    def end(self, reason: str) -> None:
        del self._house.guests[self._name]
        self._house.left.append((self._house.clock.seconds(), self._name, reason))


class House:
    """Some guests in the order in which they were active, and who looks after them."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.patience = 30.0
        self.guests: OrderedDict[int, Guest] = OrderedDict()
        self.left: list[tuple[float, int, str]] = []
        self.looks = 0
        self.expiry = IdleExpiry(self.clock, self._first, lambda: self.patience)

    def welcome(self, name: int) -> None:
        self.guests[name] = Guest(self, name)
        self.expiry.look()

    def hear(self, name: int) -> None:
        self.guests[name].active_at = self.clock.seconds()
        self.guests.move_to_end(name)

    def _first(self) -> Guest | None:
        self.looks += 1
        return next(iter(self.guests.values()), None)


@pytest.fixture
def house() -> House:
    return House()


def test_each_leaves_when_it_was_silent_for_so_long(house: House) -> None:
    for name in range(3):
        house.welcome(name)
        house.clock.advance(1)
    house.hear(0)
    house.clock.pump([0.25] * 200)
    assert house.left == [
        (31.0, 1, "idle for 30 s"),
        (32.0, 2, "idle for 30 s"),
        (33.0, 0, "idle for 30 s"),
    ]
    assert not house.clock.getDelayedCalls()


def test_who_was_there_long_costs_no_look_while_others_talk(house: House) -> None:
    for name in range(1000):
        house.welcome(name)
    house.looks = 0
    for _ in range(1000):
        house.clock.advance(0.01)
        for name in range(1000):
            house.hear(name)
    assert house.looks == 0


def test_those_who_fall_silent_one_after_the_other_leave_together(house: House) -> None:
    for name in range(100):
        house.welcome(name)
        house.clock.advance(LEAST_SECONDS / 100)
    house.looks = 0
    house.clock.advance(30)
    house.clock.advance(LEAST_SECONDS)
    assert len(house.left) == 100
    assert len({when for when, _, _ in house.left}) <= 2


def test_a_crowd_leaves_in_turns_that_let_others_work(house: House) -> None:
    for name in range(TURN_PEERS + 1):
        house.welcome(name)
    house.clock.advance(30)
    assert len(house.left) == TURN_PEERS
    house.clock.advance(LEAST_SECONDS)
    assert len(house.left) == TURN_PEERS + 1


def test_no_timer_runs_for_nobody(house: House) -> None:
    house.expiry.look()
    assert not house.clock.getDelayedCalls()
    house.welcome(1)
    house.guests.clear()
    house.expiry.rest()
    house.expiry.rest()
    assert not house.clock.getDelayedCalls()


@pytest.mark.parametrize("patience", [5.0, 60.0])
def test_another_patience_counts_for_those_who_are_there(house: House, patience: float) -> None:
    house.welcome(1)
    house.clock.advance(3)
    house.patience = patience
    house.expiry.look()
    house.clock.advance(patience - 3)
    assert house.left == [(patience, 1, f"idle for {patience:g} s")]


# MERGED tests/server/datagrams/test_pacing: What happens too often to be told each time is told in sum, and nothing is left out of it.


class Told:
    """Remembers what it is told, and when."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.lines: list[tuple[float, str, int]] = []
        self.paced: RateLimitedReport[str] = RateLimitedReport(self.clock, self._tell)

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
