"""Sizes, rates and durations as people read them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.formatting import duration, rate, size

FACTORS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1234, "1.2 kB"),
        (9949, "9.9 kB"),
        (9950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (34_000_000, "34 MB"),
        (10**18, "1000 PB"),
    ],
)
def test_a_size_has_two_digits_at_least_and_the_largest_unit_that_fits(
    count: int, text: str
) -> None:
    assert size(count) == text


@given(st.integers(0, 999 * 10**15))
def test_a_size_is_never_wrong_by_more_than_a_twentieth(count: int) -> None:
    number, prefix = parts(size(count))
    assert abs(number * FACTORS[prefix] - count) <= max(0.5, 0.05 * count)


@given(st.integers(0, 999 * 10**15))
def test_a_size_never_needs_four_digits(count: int) -> None:
    number, _ = parts(size(count))
    assert number < 1000


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_more_bytes_never_look_like_fewer(one: int, other: int) -> None:
    smaller, larger = sorted((one, other))
    assert value(size(smaller)) <= value(size(larger))


@given(st.floats(0, 0.999))
def test_nothing_is_shown_where_nothing_moves(bytes_per_second: float) -> None:
    assert rate(bytes_per_second) == ""


@given(st.floats(1, 1e15))
def test_a_rate_is_a_size_a_second(bytes_per_second: float) -> None:
    assert rate(bytes_per_second) == f"{size(bytes_per_second)}/s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-0.2, "00:00"),
        (0, "00:00"),
        (42.9, "00:42"),
        (3599, "59:59"),
        (3723, "1:02:03"),
        (86_399, "23:59:59"),
        (3 * 86_400 + 4 * 3600 + 5 * 60 + 6, "3 d 04:05:06"),
    ],
)
def test_a_duration_leaves_out_what_it_does_not_need(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@given(st.integers(0, 10**9))
def test_a_duration_says_every_second(seconds: int) -> None:
    days, _, clock = duration(seconds).rpartition(" d ")
    total = 0
    for part in clock.split(":"):
        total = total * 60 + int(part)
    assert int(days or 0) * 86_400 + total == seconds


def parts(text: str) -> tuple[float, str]:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9])?) ([kMGTP]?)B", text)
    assert match is not None, text
    return float(match[1]), match[2]


def value(text: str) -> float:
    number, prefix = parts(text)
    return number * FACTORS[prefix]
