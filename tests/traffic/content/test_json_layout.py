"""JSON as lines: faithful to what was sent, and finished with any input."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traffic.content.json_layout import json_lines
from app.traffic.content.page import PIECE, Page

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


def lay_out(text: str) -> tuple[Page, int]:
    page = Page()
    steps = json_lines(text, page)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return page, end.value


def shown(page: Page) -> str:
    return page.text(0, len(page) - 1) if len(page) else ""


def test_each_value_has_its_line() -> None:
    page, end = lay_out('{"a": [1, {}], "b": {"c": "d"}, "e": []}')
    assert end == 40
    assert shown(page).split("\n") == [
        "{",
        '  "a": [',
        "    1,",
        "    {}",
        "  ],",
        '  "b": {',
        '    "c": "d"',
        "  },",
        '  "e": []',
        "}",
    ]
    assert page.folds == {1: 4, 5: 7, 0: 9}


@given(VALUES, st.booleans())
def test_what_is_shown_is_the_same_value(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    page, end = lay_out(text)
    assert end == len(text)
    assert json.loads(shown(page)) == value


@given(st.text(alphabet='{}[]",:\\ntruefalse0123-.e \n', max_size=60))
def test_any_text_ends(text: str) -> None:
    page, end = lay_out(text)
    assert 0 <= end <= len(text)
    assert all(0 <= first < last < len(page) for first, last in page.folds.items())


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ('{"a": 1, oops}', 9),
        ("[1 2]", 3),
        ("[01]", 2),
        ('{"a" 1}', 4),
        ("nothing", 0),
        ("]", 0),
    ],
)
def test_it_stops_at_the_first_mistake(text: str, understood: int) -> None:
    assert lay_out(text)[1] <= understood + 1


def test_several_values_follow_each_other() -> None:
    page, _ = lay_out('{"a":1}\n{"a":2}\n')
    assert page.folds == {0: 2, 3: 5}


def test_visible_characters_are_shown_instead_of_their_escapes() -> None:
    page, _ = lay_out(r'["\u4e2d\ud83d\ude00 \u0041 \u202e \ud800 \\u4e2d \n"]')
    assert page.texts[1] == r'"中😀 \u0041 \u202e \ud800 \\u4e2d \n"'


def test_a_value_that_was_cut_folds_as_far_as_it_goes() -> None:
    page, end = lay_out('{"a": [1, 2')
    assert end == 11
    assert page.folds == {1: 3, 0: 3}


def test_a_long_string_continues_in_further_lines() -> None:
    text = json.dumps("word " * 10_000)
    page, end = lay_out(text)
    assert end == len(text)
    assert len(page) > 50_000 / PIECE
    assert all(page.continues(line) for line in range(1, len(page)))
    assert shown(page) == text


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, '"' * 100_001, "1" * 100_000])
def test_depth_and_length_cost_no_stack(text: str) -> None:
    page, _ = lay_out(text)
    assert len(page) > 0
