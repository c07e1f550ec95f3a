"""Ranges of sizes, as they are typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traffic.sizes import Sizes, SizesError, parse_sizes


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("", None),
        ("  ", None),
        ("7", Sizes(7, 7)),
        ("2k", Sizes(2_000, 2_000)),
        ("100-2000", Sizes(100, 2_000)),
        ("100 – 2 kB", Sizes(100, 2_000)),
        ("1..3", Sizes(1, 3)),
        ("64-", Sizes(64)),
        ("-64", Sizes(0, 64)),
        ("1M-", Sizes(1_000_000)),
    ],
)
def test_sizes_are_read_as_people_type_them(text: str, sizes: Sizes | None) -> None:
    assert parse_sizes(text) == sizes


@pytest.mark.parametrize("text", ["-", "a", "1-2-3", "5-4", "1.5", "9" * 13])
def test_what_is_no_range_is_said(text: str) -> None:
    with pytest.raises(SizesError, match=r"\.$"):
        parse_sizes(text)


@given(st.text(max_size=12))
def test_whatever_is_typed_gives_sizes_or_a_sentence(text: str) -> None:
    sizes, sentence = None, ""
    try:
        sizes = parse_sizes(text)
    except SizesError as error:
        sentence = str(error)
    assert not sentence or sentence.endswith(".")
    assert sizes is None or sizes.most is None or sizes.least <= sizes.most


def test_both_bounds_are_within() -> None:
    assert [size in Sizes(2, 4) for size in (1, 2, 4, 5)] == [False, True, True, False]
