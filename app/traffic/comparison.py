"""Comparison of expected messages with those that came: equal, different, missing, extra.

The messages are aligned first, then the bytes of each pair of messages. Both use the bit-parallel
algorithm of H. Hyyrö (2004) for a longest common subsequence, in blocks, so that time and memory
are bounded. `difflib` has no such bound. What is too long is compared by position.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from attrs import frozen

from app.text.sentence import Sentence
from app.traffic.connection_messages import ConnectionMessage

BLOCK: Final = 4096
"""How many elements of each side are aligned at a time."""

MOST_ALIGNED: Final = 1_000_000
"""The elements of both sides that are aligned at most. They take a few seconds at most."""

MOST_MARKED_BYTES: Final = 64 * 1024
"""The longest message whose bytes are aligned."""

MOST_MARKS: Final = 512
"""The parts of a message that are marked one by one. If there are more, all between is marked."""

SHOWN_BYTES: Final = 48
"""How many bytes of a message a line for the terminal shows."""

Range = tuple[int, int]
"""The start and the end of bytes that differ."""


class Outcome(Enum):
    """The result for one message."""

    EQUAL = "equal"
    DIFFERENT = "different"
    MISSING = "missing"
    EXTRA = "extra"


@frozen
class Compared:
    """One row of a comparison."""

    outcome: Outcome
    expected: bytes | None
    """`None` for an extra message."""

    came: bytes | None
    """`None` for a missing message."""

    expected_marks: tuple[Range, ...] = ()
    """If the messages are different: the ranges of `expected` that did not come."""

    came_marks: tuple[Range, ...] = ()
    """If the messages are different: the ranges of `came` that were not expected."""


@frozen
class MessageComparison:
    """All rows, in the order of the messages."""

    rows: tuple[Compared, ...]

    @property
    def is_equal(self) -> bool:
        """Whether all expected messages came, and no others."""
        return all(row.outcome is Outcome.EQUAL for row in self.rows)

    def count(self, outcome: Outcome) -> int:
        """How many rows have that outcome."""
        return sum(row.outcome is outcome for row in self.rows)

    def summary(self) -> str:
        """One sentence: `3 messages are equal, 1 is different.`"""
        counts = [(self.count(outcome), outcome.value) for outcome in Outcome]
        said = [f"{count} {name}" for count, name in counts if count]
        return (
            f"{', '.join(said)}."
            if said
            else Sentence("nothing-expected", "Nothing was expected, and nothing came.")
        )

    def lines(self) -> Iterator[str]:
        """The rows that are not equal, for a terminal.

        `-` is expected, `+` came, `~` marks bytes that differ.
        """
        for number, row in enumerate(self.rows, 1):
            if row.outcome is Outcome.EQUAL:
                continue
            yield f"#{number} {row.outcome.value}"
            sides = (("-", row.expected, row.expected_marks), ("+", row.came, row.came_marks))
            for sign, data, marks in sides:
                if data is not None:
                    yield from _side(sign, data, marks)


def compare(expected: Sequence[bytes], came: Sequence[bytes]) -> MessageComparison:
    """Compare two lists of messages."""
    rows: list[Compared] = []
    for is_equal, (a, b), (c, d) in aligned(expected, came):
        if is_equal:
            rows += [Compared(Outcome.EQUAL, each, each) for each in expected[a:b]]
        else:
            rows += _by_place(expected[a:b], came[c:d])
    return MessageComparison(tuple(rows))


def compare_connections(
    first: Sequence[ConnectionMessage], second: Sequence[ConnectionMessage], *, from_server: bool
) -> MessageComparison:
    """Compare the messages of the servers (or of the clients) of two connections."""
    sides = [
        [each.data for each in messages if each.from_server is from_server]
        for messages in (first, second)
    ]
    return compare(*sides)


def _by_place(expected: Sequence[bytes], came: Sequence[bytes]) -> Iterator[Compared]:
    """Compare messages at the same position. The rest of the longer list is missing or extra."""
    for one, other in zip(expected, came, strict=False):
        if one == other:
            yield Compared(Outcome.EQUAL, one, other)
        else:
            yield Compared(Outcome.DIFFERENT, one, other, *marks_between(one, other))
    for each in expected[len(came) :]:
        yield Compared(Outcome.MISSING, each, None)
    for each in came[len(expected) :]:
        yield Compared(Outcome.EXTRA, None, each)


def marks_between(one: bytes, other: bytes) -> tuple[tuple[Range, ...], tuple[Range, ...]]:
    """The ranges of each that the other one does not have."""
    if len(one) == len(other) <= MOST_MARKED_BYTES:
        marks = _unequal_ranges(one, other)
        return marks, marks
    parts = [(a, b) for is_equal, a, b in aligned(one, other, MOST_MARKED_BYTES) if not is_equal]
    if len(parts) > MOST_MARKS:
        first, last = parts[0], parts[-1]
        parts = [((first[0][0], last[0][1]), (first[1][0], last[1][1]))]
    return (
        tuple(mark for mark, _ in parts if mark[0] < mark[1]),
        tuple(mark for _, mark in parts if mark[0] < mark[1]),
    )


def _unequal_ranges(one: bytes, other: bytes) -> tuple[Range, ...]:
    """The ranges where two messages of the same length differ."""
    ranges: list[Range] = []
    for place, (first, second) in enumerate(zip(one, other, strict=True)):
        if first != second:
            if ranges and ranges[-1][1] == place:
                ranges[-1] = ranges[-1][0], place + 1
            else:
                ranges.append((place, place + 1))
    return tuple(ranges)


Part = tuple[bool, Range, Range]
"""Whether two ranges are equal, and their positions in the two sequences."""


def aligned(one: Sequence[object], other: Sequence[object], most: int = MOST_ALIGNED) -> list[Part]:
    """Split both sequences into equal and different parts, in order, without gaps.

    If more than `most` elements are left between the equal ends, all of these are different.
    """
    head = _common_head(one, other)
    tail = _common_head(one[head:][::-1], other[head:][::-1])
    ends = len(one) - tail, len(other) - tail
    pairs: list[Range] = []
    if sum(ends) - 2 * head <= most:
        pairs = _equal_pairs(one[head : ends[0]], other[head : ends[1]])
    same = [(0, 0, head), *((head + x, head + y, 1) for x, y in pairs), (*ends, tail)]
    parts: list[Part] = []
    at = (0, 0)
    for x, y, size in same:
        if (x, y) != at:
            parts.append((False, (at[0], x), (at[1], y)))
        if size:
            if parts and parts[-1][0]:
                _, (a, _), (c, _) = parts.pop()
            else:
                a, c = x, y
            parts.append((True, (a, x + size), (c, y + size)))
        at = x + size, y + size
    return parts


def _common_head(one: Sequence[object], other: Sequence[object]) -> int:
    """How many leading elements are equal. A bisection with C comparisons is fast."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _equal_pairs(one: Sequence[object], other: Sequence[object]) -> list[Range]:
    """The positions of equal elements in both, in order: as many as there are in each block."""
    pairs: list[Range] = []
    x = y = 0
    while x < len(one) and y < len(other):
        found = _longest_common(one[x : x + BLOCK], other[y : y + BLOCK])
        pairs += [(x + i, y + j) for i, j in found]
        last_x, last_y = found[-1] if found else (BLOCK - 1, BLOCK - 1)
        x, y = x + last_x + 1, y + last_y + 1
    return pairs


def _longest_common(one: Sequence[object], other: Sequence[object]) -> list[Range]:
    """The positions of a longest common subsequence.

    A row has one bit for each element of `one`. It is 0 where one element more of `one` gives one
    more that is common with `other` up to that row.
    """
    places: dict[object, int] = {}
    for x, each in enumerate(one):
        places[each] = places.get(each, 0) | 1 << x
    every = (1 << len(one)) - 1
    rows = [every]
    for each in other:
        row = rows[-1]
        common = row & places.get(each, 0)
        rows.append(((row + common) | (row - common)) & every)
    pairs: list[Range] = []
    x, y = len(one) - 1, len(other)
    while x >= 0 and y:
        bit = 1 << x
        if rows[y] & bit:
            x -= 1
        elif rows[y - 1] & bit:
            pairs.append((x, y - 1))
            x, y = x - 1, y - 1
        else:
            y -= 1
    return pairs[::-1]


def _side(sign: str, data: bytes, marks: Sequence[Range]) -> Iterator[str]:
    """Two lines for one message: its text from the first mark on, and the marks below."""
    begin = max(0, marks[0][0] - SHOWN_BYTES // 4) if marks else 0
    yield f"  {sign} {_shown(data, begin)}"
    if not marks:
        return
    pointed = ""
    for place in range(begin, min(len(data), begin + SHOWN_BYTES)):
        is_marked = any(start <= place < stop for start, stop in marks)
        pointed += ("~" if is_marked else " ") * len(_letters(data[place : place + 1]))
    if pointed.strip():
        yield f"    {' ' * len(_lead(begin))}{pointed.rstrip()}"


def _shown(data: bytes, begin: int) -> str:
    end = begin + SHOWN_BYTES
    more = f" … ({len(data)} bytes)" if len(data) > end else ""
    return _lead(begin) + _letters(data[begin:end]) + more


def _lead(begin: int) -> str:
    return f"@{begin} " if begin else ""


def _letters(data: bytes) -> str:
    """Printable ASCII as it is, escapes for all other bytes."""
    return repr(data)[2:-1]
