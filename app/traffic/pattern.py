"""Patterns to search for in chunks: text, hex, or a regular expression with a time limit.

A filter and the search of the traffic view use them. A match must lie inside one chunk: one that
begins in a chunk and ends in the next does not count. A span of many chunks is nevertheless
searched in one go by C code, because a search in each of a million chunks alone takes a second.

A regular expression is searched with a time limit where it needs one: see `app.text.expressions`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from itertools import compress, repeat
from time import monotonic
from typing import TYPE_CHECKING, Final

from app.text.expressions import ExpressionError, choices, compile_expression, untimed_bytes
from app.text.hex import HexError, parse_hex
from app.text.sentence import SentenceError
from app.traffic.chunk_log import Span

if TYPE_CHECKING:
    import regex

DENSITY_SAMPLE: Final = 16
"""After this many hits of a text it is decided whether hits are dense."""

LITERAL_DENSITY: Final = 3
"""Hits are dense if one in this many chunks or more has one.

To search for the next hit takes as long as to check this many chunks one by one.
"""

MAX_STEPS: Final = 4_000_000
"""The most steps of a match without a time limit. They take a hundredth of a second."""

MANY_SEARCHES: Final = 16
"""After this many searches with a time limit it is decided whether matches are dense."""

EXPRESSION_DENSITY: Final = 8
"""Matches are dense if one in this many chunks or more has one.

A search with a time limit takes as long as to check this many chunks one by one.
"""

LONG_OVERRUN: Final = 1024
"""A match that goes on this many bytes past its chunk takes as long as one more search."""

FEW_CHUNKS: Final = 4
"""To check single chunks takes as long as to check this many chunks in a row."""


class PatternKind(Enum):
    """The kinds of pattern that a user can type."""

    TEXT = "text"
    HEX = "hex"
    EXPRESSION = "expression"


class PatternError(SentenceError):
    """The typed text is not a valid pattern. `str()` is a sentence for the user."""


class Pattern(ABC):
    """Something to search for. It does not change."""

    @abstractmethod
    def hits(self, span: Span, seconds: float) -> list[int]:
        """The indexes of the chunks of `span` that match, ascending.

        Raises `TimeoutError` if the search takes longer than `seconds`.
        """

    @abstractmethod
    def within(self, data: bytes, seconds: float) -> tuple[int, int] | None:
        """The start and the end of the first match in `data`. Raises `TimeoutError` as `hits`."""


def parse(kind: PatternKind, text: str, *, ignore_case: bool = False) -> Pattern | None:
    """The pattern for `text`. `None` if `text` is empty, which every chunk matches.

    Text is searched for in UTF-8. `ignore_case` works for ASCII letters only. Raises
    `PatternError`.
    """
    match kind:
        case PatternKind.TEXT:
            return _Literal(_encoded(text), ignore_case) if text else None
        case PatternKind.HEX:
            try:
                data = parse_hex(text)
            except HexError as error:
                raise PatternError(str(error)) from None
            return _Literal(data, False) if data else None
        case PatternKind.EXPRESSION:
            return _Expression(_encoded(text), ignore_case=ignore_case) if text else None


def _encoded(text: str) -> bytes:
    """`text` in UTF-8. Raises `PatternError` for half a surrogate pair, which Qt may deliver."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise PatternError(
            "half-character-only", "Here is half a character only: type it again."
        ) from None


class _Literal(Pattern):
    def __init__(self, needle: bytes, ignore_case: bool) -> None:
        self._needle = needle.lower() if ignore_case else needle
        self._ignore_case = ignore_case

    def hits(self, span: Span, seconds: float) -> list[int]:
        data = span.data.lower() if self._ignore_case else span.data
        needle, find = self._needle, data.find
        found, size = [], len(needle)
        at = find(needle)
        ends = span.ends if at >= 0 else array("I")
        while at >= 0:
            index = bisect_right(ends, at)
            end = ends[index]
            if at + size <= end:
                found.append(index)
                if len(found) == DENSITY_SAMPLE and index < DENSITY_SAMPLE * LITERAL_DENSITY:
                    return found + self._dense_hits(data, ends, index + 1)
            # A later match that begins in this chunk would not fit into it either.
            at = find(needle, end)
        return found

    def _dense_hits(self, data: bytes, ends: array[int], index: int) -> list[int]:
        """The hits from chunk `index` on, found by a check of each chunk."""
        places = map(data.find, repeat(self._needle), ends[index - 1 :], ends[index:])
        return [index + turn for turn, place in enumerate(places) if place >= 0]

    def within(self, data: bytes, seconds: float) -> tuple[int, int] | None:
        at = (data.lower() if self._ignore_case else data).find(self._needle)
        return None if at < 0 else (at, at + len(self._needle))


class _Expression(Pattern):
    """A regular expression over bytes, in the syntax of the `regex` package."""

    def __init__(self, source: bytes, *, ignore_case: bool) -> None:
        """Raises `PatternError`."""
        try:
            self._pattern = compile_expression(source, ignore_case=ignore_case)
        except ExpressionError as error:
            raise PatternError(*error.args) from None
        self._quick_search = _quick(source, ignore_case) or partial(
            self._pattern.search, concurrent=False
        )
        """A search without a time limit, which is much faster."""
        self._looks_around = _looks_around(source)
        self._max_untimed = untimed_bytes(source, MAX_STEPS)
        """The most bytes that are safe to match without a time limit; 0 if none are."""
        inner = _without_anchors(source) if self._looks_around and not choices(source) else None
        self._inner = None if inner is None else _Expression(inner, ignore_case=ignore_case)
        """The expression without anchors. It is faster, and matches at least the same chunks."""

    def hits(self, span: Span, seconds: float) -> list[int]:
        deadline = monotonic() + seconds
        if self._inner is not None:
            candidates = self._inner.hits(span, seconds)
            if len(candidates) * FEW_CHUNKS < len(span):
                return [index for index in candidates if self._is_in(span, index, deadline)]
        if self._looks_around:
            return self._dense_hits(span, 0, deadline)
        if self._search(b"", seconds):
            return list(range(len(span)))
        found: list[int] = []
        at = searches = 0
        while match := self._search(span.data, deadline - monotonic(), at):
            start, stop = match.span()
            index = bisect_right(span.ends, start)
            at = span.ends[index]
            # A greedy match may go on into the next chunk. A shorter one may fit into this chunk.
            if stop <= at or self._is_in(span, index, deadline):
                found.append(index)
            searches += 1 + max(0, stop - at) // LONG_OVERRUN
            is_dense = searches >= MANY_SEARCHES and index < searches * EXPRESSION_DENSITY
            if self._max_untimed and is_dense:
                found.extend(self._dense_hits(span, index + 1, deadline))
                break
        return found

    def within(self, data: bytes, seconds: float) -> tuple[int, int] | None:
        match = self._search(data, seconds)
        return match.span() if match else None

    def _is_in(self, span: Span, index: int, deadline: float) -> bool:
        return bool(self._each_hit(span, index, index + 1, deadline))

    def _each_hit(self, span: Span, index: int, stop: int, deadline: float) -> list[int]:
        """The hits in `range(index, stop)`, found by a check of each chunk."""
        data, ends, search = span.data, span.ends, self._quick_search
        max_untimed = self._max_untimed
        start = span.start(index)
        found = []
        for each in range(index, stop):
            end = ends[each]
            chunk = data[start:end]
            left = deadline - monotonic()
            is_bounded = end - start <= max_untimed and left > 0
            if search(chunk) if is_bounded else self._search(chunk, left):
                found.append(each)
            start = end
        return found

    def _search(self, data: bytes, seconds: float, at: int = 0) -> regex.Match[bytes] | None:
        if seconds <= 0:
            raise TimeoutError
        return self._pattern.search(data, at, timeout=seconds)

    def _dense_hits(self, span: Span, index: int, deadline: float) -> list[int]:
        """The hits from chunk `index` on, where many chunks match.

        It searches runs of chunks that are short enough for a search without a time limit.
        """
        if not self._max_untimed:
            return self._each_hit(span, index, len(span), deadline)
        ends = span.ends
        found: list[int] = []
        while index < len(ends):
            stop = bisect_right(ends, span.start(index) + self._max_untimed, index)
            if stop - index < FEW_CHUNKS:
                stop = min(index + FEW_CHUNKS, len(ends))
                found += self._each_hit(span, index, stop, deadline)
            else:
                found += self._run_hits(span, index, stop, deadline)
            index = stop
        return found

    def _run_hits(self, span: Span, index: int, stop: int, deadline: float) -> Iterator[int]:
        """The hits in `range(index, stop)`, which together are short enough for `_quick_search`."""
        if monotonic() >= deadline:
            raise TimeoutError
        ends = span.ends[index:stop]
        starts = ends[:-1]
        starts.insert(0, span.start(index))
        data, search = span.data, self._quick_search
        if self._looks_around:
            found = map(search, [data[start:end] for start, end in zip(starts, ends, strict=True)])
        else:
            found = map(search, repeat(data), starts, ends)
        return compress(range(index, stop), found)


_SAME_IN_RE = re.compile(
    rb"""(?:
        [^\\\[(*+?{]                                    # an ordinary character, and ^ $ . | )
      | \\[dDwWsSnrtfv] | \\x[0-9a-fA-F]{2} | \\[][\\.*+?(){}|^$/-]
      | \((?![?*]) | \(\?:
      | \[\^?[A-Za-z0-9_ ,.:;]+(?:-[A-Za-z0-9_ ,.:;]+)*\]
      | (?:[*+?]|\{\d+(?:,\d*)?\})\??(?![*+?{])
    )+""",
    re.VERBOSE,
)


def _quick(source: bytes, ignore_case: bool) -> Callable[..., object] | None:
    """The search function of `re`, which is twice as fast as that of `regex`.

    `None` if `re` might give another meaning to `source`.
    """
    if not _SAME_IN_RE.fullmatch(source):
        return None
    try:
        return re.compile(source, re.IGNORECASE if ignore_case else 0).search
    except (re.error, RecursionError):  # the parser of `re` recurses deeper than that of `regex`
        return None


_PLAIN_GROUP = rb"\(\?:"
_NEGATED_SET = rb"(?<!\\)\[\^"
_LOOKS_AROUND = re.compile(rb"[\^$]|\(\?|\(\*|[+*?}]\+|\\[^\WdDwWsSnrtfvx0-9]")


def _looks_around(source: bytes) -> bool:
    """Whether bytes outside of a match can decide about it: anchors, word boundaries, lookaround.

    If in doubt it returns True, which only makes the search slower.
    """
    return bool(_LOOKS_AROUND.search(re.sub(_PLAIN_GROUP + b"|" + _NEGATED_SET, b"(", source)))


def _without_anchors(source: bytes) -> bytes | None:
    """`source` without its leading `^` and trailing `$`. `None` if more than that looks around."""
    if b"|" in source:
        return None
    inner = source.removeprefix(b"^")
    if inner.endswith(b"$") and not inner.endswith(b"\\$"):
        inner = inner[:-1]
    if not inner or inner[:1] in b"*+?{" or inner == source or _looks_around(inner):
        return None
    return inner
