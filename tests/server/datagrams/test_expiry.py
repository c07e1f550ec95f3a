"""Who is silent leaves in time, and who is there costs nothing."""

from __future__ import annotations

from collections import OrderedDict

import pytest
from twisted.internet.task import Clock

from app.server.datagrams.expiry import LEAST_SECONDS, TURN_PEERS, Expiry


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
        self.expiry = Expiry(self.clock, self._first, lambda: self.patience)

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
