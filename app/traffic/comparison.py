"""Comparison of expected messages with those that came: equal, different, missing, extra.

The messages are aligned first, then the bytes of each pair of messages. Both use the algorithm of
E. W. Myers (Algorithmica 1, 1986), whose time is bounded by the number of differences. `difflib`
has no such bound. If there are too many differences, messages and bytes are compared by position.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from attrs import frozen

from app.text.sentence import Sentence
from app.traffic.connection_messages import ConnectionMessage

MOST_DIFFERENCES: Final = 512
MOST_STEPS: Final = 2_000_000
"""Limit of one alignment: differences times elements. It takes about half a second."""

MOST_MARKED_BYTES: Final = 64 * 1024
"""The longest message whose bytes are aligned."""

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
    parts = [(a, b) for is_equal, a, b in aligned(one, other) if not is_equal]
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


def aligned(one: Sequence[object], other: Sequence[object]) -> list[Part]:
    """Split both sequences into equal and different parts, in order, without gaps."""
    head = _common_head(one, other)
    tail = _common_head(one[head:][::-1], other[head:][::-1])
    ends = len(one) - tail, len(other) - tail
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
    """The positions of equal elements in a shortest edit script; none if that takes too long.

    `reached[k]` is the position in `one` that diagonal `k` has reached. The position in `other` is
    that minus `k`. The path is found backwards from the stored history of `reached`.
    """
    width, height = len(one), len(other)
    most = min(MOST_DIFFERENCES, MOST_STEPS // max(1, width + height), width + height)
    reached = {1: 0}
    history: list[dict[int, int]] = []
    for differences in range(most + 1):
        history.append(reached.copy())
        for k in range(-differences, differences + 1, 2):
            x = _start(reached, k, differences)
            while x < width and x - k < height and one[x] == other[x - k]:
                x += 1
            reached[k] = x
            if x >= width and x - k >= height:
                return _walked_back(history, width, height)
    return []


def _start(reached: dict[int, int], k: int, differences: int) -> int:
    """The start of diagonal `k` after one more difference: the farther of its neighbours."""
    if k == -differences or (k != differences and reached[k - 1] < reached[k + 1]):
        return reached[k + 1]
    return reached[k - 1] + 1


def _walked_back(history: list[dict[int, int]], x: int, y: int) -> list[Range]:
    pairs: list[Range] = []
    for differences in range(len(history) - 1, -1, -1):
        reached = history[differences]
        k = x - y
        start = _start(reached, k, differences) if differences else 0
        while x > start:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        is_down = k == -differences or (
            k != differences and reached.get(k - 1, -1) < reached.get(k + 1, -1)
        )
        x, y = (x, y - 1) if is_down else (x - 1, y)
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
