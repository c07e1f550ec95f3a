"""The colours of listeners: chosen by name, or given so that they differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.profile import check
from app.profile.color import AUTOMATIC, Color, assign

GOOD = {"name": "Echo", "protocol": "echo", "endpoint": "tcp:8007"}

names = st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=len(Color))


@given(names)
def test_as_long_as_there_are_colours_no_two_listeners_share_one(names: list[str]) -> None:
    given = assign(dict.fromkeys(names, AUTOMATIC))
    assert len(set(given.values())) == len(names)


@given(st.text(min_size=1), st.sampled_from(Color))
def test_a_chosen_colour_is_that_one_and_no_other_gets_it(name: str, color: Color) -> None:
    given = assign({"other " + name: AUTOMATIC, name: color.value})
    assert given[name] is color
    assert given["other " + name] is not color


def test_with_more_listeners_than_colours_some_share() -> None:
    many = [f"Listener {number}" for number in range(100)]
    given = assign(dict.fromkeys(many, AUTOMATIC))
    assert set(given.values()) == set(Color)


def test_a_colour_stays_when_listeners_of_other_colours_go() -> None:
    all_of_them = assign({"Echo": AUTOMATIC, "Hello": AUTOMATIC, "Chat": AUTOMATIC})
    assert assign({"Echo": AUTOMATIC})["Echo"] is all_of_them["Echo"]


@given(names, st.data())
def test_a_colour_stays_when_another_listener_comes_before_it(
    names: list[str], data: st.DataObject
) -> None:
    new = data.draw(st.text(min_size=1, max_size=20).filter(lambda name: name not in names))
    before = assign(dict.fromkeys(names, AUTOMATIC))
    after = assign(dict.fromkeys([new, *names], AUTOMATIC), before)
    assert {name: after[name] for name in names} == before


def test_a_colour_that_somebody_chooses_is_given_up_by_who_had_it_by_chance() -> None:
    before = assign({"Echo": AUTOMATIC})
    after = assign({"Echo": AUTOMATIC, "Hello": before["Echo"].value}, before)
    assert after["Hello"] is before["Echo"] is not after["Echo"]


@pytest.mark.parametrize("color", ["", *Color])
def test_a_spec_may_say_any_of_them_or_none(color: str) -> None:
    assert check({**GOOD, "color": color}) == ()


def test_a_colour_that_there_is_not_is_told_with_those_that_there_are() -> None:
    (problem,) = check({**GOOD, "color": "mauve"})
    assert str(problem) == "color: must be one of blue, orange, green, pink, sky, red"
