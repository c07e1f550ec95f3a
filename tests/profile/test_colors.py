"""The choice of a color for each listener, and the rule for a chosen one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.profile import check
from app.profile.colors import AUTOMATIC, SAFE_COLORS, Color, assign_colors

GOOD = {"name": "Echo", "protocol": "echo", "endpoint": "tcp:8007"}

names = st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=len(Color))


@given(names)
def test_no_two_listeners_share_a_color_while_colors_are_left(names: list[str]) -> None:
    given = assign_colors(dict.fromkeys(names, AUTOMATIC))
    assert len(set(given.values())) == len(names)


@given(st.text(min_size=1), st.sampled_from(Color))
def test_a_chosen_color_is_used_and_no_other_listener_gets_it(name: str, color: Color) -> None:
    given = assign_colors({"other " + name: AUTOMATIC, name: color.value})
    assert given[name] is color
    assert given["other " + name] is not color


def test_more_listeners_than_colors_share_colors() -> None:
    many = [f"Listener {number}" for number in range(100)]
    given = assign_colors(dict.fromkeys(many, AUTOMATIC))
    assert set(given.values()) == set(Color)


def test_a_color_stays_when_other_listeners_are_removed() -> None:
    all_of_them = assign_colors({"Echo": AUTOMATIC, "Hello": AUTOMATIC, "Chat": AUTOMATIC})
    assert assign_colors({"Echo": AUTOMATIC})["Echo"] is all_of_them["Echo"]


@given(names, st.data())
def test_a_color_stays_when_another_listener_is_inserted(
    names: list[str], data: st.DataObject
) -> None:
    new = data.draw(st.text(min_size=1, max_size=20).filter(lambda name: name not in names))
    before = assign_colors(dict.fromkeys(names, AUTOMATIC))
    after = assign_colors(dict.fromkeys([new, *names], AUTOMATIC), before)
    assert {name: after[name] for name in names} == before


def test_an_automatic_color_gives_way_to_a_chosen_one() -> None:
    before = assign_colors({"Echo": AUTOMATIC})
    after = assign_colors({"Echo": AUTOMATIC, "Hello": before["Echo"].value}, before)
    assert after["Hello"] is before["Echo"] is not after["Echo"]


@pytest.mark.parametrize("color", ["", *Color])
def test_a_spec_may_have_any_color_or_none(color: str) -> None:
    assert check({**GOOD, "color": color}) == ()


def test_an_unknown_color_is_reported_with_the_known_ones() -> None:
    (problem,) = check({**GOOD, "color": "mauve"})
    assert str(problem) == f"color: must be one of {', '.join(Color)}"


@given(st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=SAFE_COLORS))
def test_the_colors_that_everybody_can_distinguish_are_given_first(names: list[str]) -> None:
    given = assign_colors(dict.fromkeys(names, AUTOMATIC))
    assert set(given.values()) <= set(list(Color)[:SAFE_COLORS])
