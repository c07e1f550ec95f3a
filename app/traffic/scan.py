"""Searches through the chunk log, in short steps that keep the window responsive.

The filter and the search of the traffic view each run a `Scan`. A filter shows the results as its
rows; the search jumps from one to the next. A scan follows the log: it checks chunks that are
appended later and forgets results whose chunks were dropped.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from time import monotonic

from attrs import frozen

from app.text.sentence import SentenceError
from app.traffic.chunk_log import Span
from app.traffic.pattern import Pattern
from app.traffic.source import ChunkSource

SPAN_BYTES = 64 * 1024
SPAN_CHUNKS = 2048
SPAN_TIMEOUT_SECONDS = 0.01
"""The time limit for one span. A span that takes longer is tried again in halves."""

MAX_WASTED_SECONDS = 1.0
"""The scan stops after spans that timed out have taken this much time."""

_NUMBER = r"(\d{1,12})\s*([kM]?)B?"
_RANGE = re.compile(rf"\s*(?:{_NUMBER})?\s*([-–…]|\.\.)\s*(?:{_NUMBER})?\s*", re.IGNORECASE)
_EXACT = re.compile(rf"\s*{_NUMBER}\s*", re.IGNORECASE)
_FACTORS = {"": 1, "k": 1_000, "m": 1_000_000}


@frozen
class Criteria:
    """The conditions of a filter or a search. A chunk must meet all of them."""

    patterns: tuple[Pattern, ...] = ()
    sent: bool | None = None
    """The direction; `None` for both."""

    belongs: Callable[[int], bool] | None = None
    """Tells for the number of a connection whether its chunks pass; `None` for all."""

    sizes: SizeRange | None = None
    """The allowed numbers of bytes; `None` for all."""

    @property
    def are_none(self) -> bool:
        """Whether there are no conditions, so that every chunk passes."""
        return self == Criteria()

    def hits(self, span: Span, seconds: float) -> Sequence[int]:
        """The indexes of the chunks of `span` that pass. Raises `TimeoutError` after `seconds`."""
        deadline = monotonic() + seconds
        places: Sequence[int] = range(len(span))
        for turn, pattern in enumerate(self.patterns):
            found = pattern.hits(span, deadline - monotonic())
            places = sorted(set(found).intersection(places)) if turn else found
            if not places:
                return places
        if self.sizes is not None:
            ends, sizes = span.ends, self.sizes
            places = [
                place
                for place in places
                if ends[place] - (ends[place - 1] if place else 0) in sizes
            ]
        if self.sent is None and self.belongs is None:
            return places
        wanted = {owner for owner in set(span.owners) if self._wants(owner)}
        owners = span.owners
        return [place for place in places if owners[place] in wanted]

    def _wants(self, owner: int) -> bool:
        if self.sent is not None and self.sent is not bool(owner & 1):
            return False
        return self.belongs is None or self.belongs(owner >> 1)


class Scan:
    """The numbers of the chunks that pass, ascending. Implements `RowSelection`.

    Results have positions, counted from 0 since the scan began. Those in `range(first, end)` are
    still kept. A single chunk that takes too long is skipped and counted in `given_up`. If too much
    time is lost in this way, the scan ends early: `is_stopped`.
    """

    def __init__(self, log: ChunkSource, criteria: Criteria) -> None:
        self.criteria = criteria
        self.given_up = 0
        self.is_stopped = False
        self.first = 0
        self._log = log
        self._next = log.first
        self._width = SPAN_CHUNKS
        self._wasted = 0.0
        self._found = array("Q")

    @property
    def end(self) -> int:
        """The position that the next result will have."""
        return self.first + len(self._found)

    @property
    def is_done(self) -> bool:
        """Whether all chunks that are in the log now have been checked."""
        return self.is_stopped or self._next >= self._log.end

    @property
    def looked_at(self) -> int:
        """Chunks below this number have been checked."""
        return self._next

    def number(self, position: int) -> int:
        """The number of the chunk at `position`, which must be in `range(first, end)`."""
        return self._found[position - self.first]

    def numbers(self, start: int, stop: int) -> array[int]:
        """The numbers at the positions in `range(start, stop)`, which must be kept."""
        return self._found[start - self.first : stop - self.first]

    def position(self, number: int) -> int:
        """The position of the first result whose number is `number` or more; `end` if none is."""
        return self.first + bisect_left(self._found, number)

    def after(self, number: int) -> int:
        """The position of the first result whose number is more than `number`; `end` if none is."""
        return self.first + bisect_right(self._found, number)

    def has(self, number: int) -> bool:
        """Whether that chunk is among the results."""
        position = self.position(number)
        return position < self.end and self.number(position) == number

    def trim(self) -> None:
        """Forget results whose chunks the log dropped, and skip dropped chunks."""
        self._next = max(self._next, self._log.first)
        gone = bisect_left(self._found, self._log.first)
        if gone:
            del self._found[:gone]
            self.first += gone

    def step(self, seconds: float) -> bool:
        """Check chunks for about `seconds`, at most `SPAN_TIMEOUT_SECONDS` longer. Returns
        `is_done`."""
        self.trim()
        deadline = monotonic() + seconds
        while not self.is_done:
            self._check_span()
            if monotonic() >= deadline:
                break
        return self.is_done

    def _check_span(self) -> None:
        span = self._log.span(self._next, SPAN_BYTES, self._width)
        assert span is not None
        began = monotonic()
        try:
            places = self.criteria.hits(span, SPAN_TIMEOUT_SECONDS)
        except TimeoutError:
            self._retry_smaller(monotonic() - began, span)
            return
        first = span.first
        self._found.extend([first + place for place in places])
        self._next = first + len(span)
        self._width = min(SPAN_CHUNKS, self._width * 2)

    def _retry_smaller(self, seconds: float, span: Span) -> None:
        """Use half of `span` in the next step, or skip its only chunk."""
        self._wasted += seconds
        if len(span) > 1:
            self._width = len(span) // 2
        else:
            self.given_up += 1
            self._next = span.first + 1
        self.is_stopped = self._wasted >= MAX_WASTED_SECONDS


class SizeRangeError(SentenceError):
    """The typed text is not a range of sizes. `str()` is a sentence for the user."""


@frozen
class SizeRange:
    """A range of sizes, from `least` to `most` bytes, both included. `most` may be `None`."""

    least: int = 0
    most: int | None = None

    def __contains__(self, size: int) -> bool:
        return self.least <= size and (self.most is None or size <= self.most)


def parse_sizes(text: str) -> SizeRange | None:
    """The range that a user typed: `100-2k`, `100-`, `-64` or `7`. `None` if `text` is blank.

    Raises `SizeRangeError`.
    """
    if not text.strip():
        return None
    if exact := _EXACT.fullmatch(text):
        size = _bytes(exact[1], exact[2])
        return SizeRange(size, size)
    match = _RANGE.fullmatch(text)
    if match is None or not (match[1] or match[4]):
        raise SizeRangeError("sizes-wrong", "Type sizes in bytes, such as 100-2000, 100- or -64.")
    least = _bytes(match[1], match[2]) if match[1] else 0
    most = _bytes(match[4], match[5]) if match[4] else None
    if most is not None and least > most:
        raise SizeRangeError("sizes-reversed", "The first size must not be larger than the second.")
    return SizeRange(least, most)


def _bytes(digits: str, prefix: str) -> int:
    return int(digits) * _FACTORS[prefix.lower()]
