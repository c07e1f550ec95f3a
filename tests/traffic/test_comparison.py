"""Comparison of expected messages with those that came."""

from __future__ import annotations

import itertools
from random import Random
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traffic.comparison import (
    BLOCK,
    Outcome,
    aligned,
    compare,
    compare_connections,
    marks_between,
)
from app.traffic.connection_messages import ConnectionMessage

lists = st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=12)


@given(lists, lists)
def test_the_parts_of_an_alignment_cover_both_sequences(
    one: list[bytes], other: list[bytes]
) -> None:
    parts = aligned(one, other)
    assert [each for _, (a, b), _ in parts for each in one[a:b]] == one
    assert [each for _, _, (c, d) in parts for each in other[c:d]] == other
    for is_equal, (a, b), (c, d) in parts:
        assert (one[a:b] == other[c:d]) is is_equal
    assert all(one[0] is not two[0] for one, two in itertools.pairwise(parts))


@given(lists, lists)
def test_every_message_is_in_one_row(expected: list[bytes], came: list[bytes]) -> None:
    comparison = compare(expected, came)
    assert [row.expected for row in comparison.rows if row.expected is not None] == expected
    assert [row.came for row in comparison.rows if row.came is not None] == came
    assert comparison.is_equal == (expected == came)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_unmarked_bytes_are_equal_in_both(one: bytes, other: bytes) -> None:
    marks = marks_between(one, other)
    rest = []
    for data, ranges in zip((one, other), marks, strict=True):
        marked = {place for start, stop in ranges for place in range(start, stop)}
        rest.append(bytes(b for place, b in enumerate(data) if place not in marked))
    assert rest[0] == rest[1]


def test_missing_extra_and_different_messages_are_distinguished() -> None:
    comparison = compare([b"one", b"two", b"three"], [b"zero", b"one", b"three", b"four"])
    assert [row.outcome.value for row in comparison.rows] == [
        "extra",
        "equal",
        "missing",
        "equal",
        "extra",
    ]
    different = compare([b"a", b"time 12:30", b"z"], [b"a", b"time 12:45", b"z"])
    (row,) = (row for row in different.rows if row.outcome is Outcome.DIFFERENT)
    assert row.expected_marks == row.came_marks == ((8, 10),)
    assert different.summary() == "2 equal, 1 different."
    assert not different.is_equal


@pytest.mark.parametrize("kinds", [5_000, 10])
def test_many_missing_messages_leave_the_others_equal(kinds: int) -> None:
    said = [b"answer %d" % (number % kinds) for number in range(5_000)]
    assert compare(said, said[::2]).summary() == "2500 equal, 2500 missing."
    assert compare(said[::2], said).summary() == "2500 equal, 2500 extra."


def test_an_element_behind_a_block_without_equal_ones_is_found() -> None:
    one = [*range(BLOCK), -1, -2]
    other = [*range(BLOCK, 2 * BLOCK), -1, -3]
    assert (True, (BLOCK, BLOCK + 1), (BLOCK, BLOCK + 1)) in aligned(one, other)


def test_parts_far_apart_are_marked_in_a_long_message() -> None:
    one = Random(1).randbytes(60_000)
    other = one[:20_000] + b"more" + one[20_000:50_000] + one[50_100:]
    assert marks_between(one, other) == (((50_000, 50_100),), ((20_000, 20_004),))


def test_lines_for_a_terminal_mark_the_bytes() -> None:
    lines = list(compare([b"ok", b"id 7\r\n"], [b"ok", b"id 8\r\n", b"x" * 100]).lines())
    assert lines == [
        "#2 different",
        "  - id 7\\r\\n",
        "       ~",
        "  + id 8\\r\\n",
        "       ~",
        "#3 extra",
        "  + " + "x" * 48 + " … (100 bytes)",
    ]


def test_a_mark_far_inside_is_shown() -> None:
    lines = list(compare([bytes(1000) + b"A"], [bytes(1000) + b"B"]).lines())
    assert lines[1].startswith("  - @988 ")
    assert lines[1].endswith("A")
    assert lines[2].index("~") == lines[1].index("A")


def test_large_inputs_are_compared_in_bounded_time() -> None:
    began = perf_counter()
    one = [b"%d" % (number * 7919 % 1000) for number in range(50_000)]
    compare(one, one[::-1])
    marks_between(bytes(range(256)) * 10_000, bytes(range(255, -1, -1)) * 10_001)
    assert perf_counter() - began < 60


def test_one_side_of_two_connections_is_compared() -> None:
    def said(*texts: bytes) -> list[ConnectionMessage]:
        return [ConnectionMessage(0.0, index % 2 == 1, data) for index, data in enumerate(texts)]

    first, second = said(b"q1", b"a1", b"q2", b"a2"), said(b"q1", b"a1", b"q9", b"a2")
    assert compare_connections(first, second, from_server=True).is_equal
    assert not compare_connections(first, second, from_server=False).is_equal
