"""What to look for in chunks: text, hex, or a regular expression that cannot run for ever.

A chunk either matches or not. A match that would begin in one chunk and end in another is none:
what counts is that a chunk, taken alone, has what is looked for. Whole spans of chunks are still
searched at once, at the speed of C: looking into a million chunks one by one takes a second.
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

from app.text.hex import HexError, parse_hex
from app.traffic.chunk_log import Span

if TYPE_CHECKING:
    import regex


# MERGED traffic/expression: Regular expressions over chunks: a million in a tenth of a second, and none that runs for ever.
#
# The time limit of the `regex` package costs a microsecond a match, which is ten times the match. So
# it is used where an expression might explode, and left out where it cannot: where few parts of an
# expression can be met in more than one way, and what it is matched with is short, the steps that
# matching takes are bounded.

MAX_REPEATS = 1_000_000
"""Length of an expression times its `{n}`: compiled, it takes some 20 bytes for each."""

MAX_STEPS = 4_000_000
"""Of a match without a time limit, at most: a hundredth of a second."""

MANY_RESTARTS = 16
"""Searches with a time limit, from which on it is told how dense the matches are."""

SPARSE = 8
"""One in so many: such a search takes as long as to look into that many chunks in a row."""

FAR = 1024
"""A match that runs on so many bytes behind its chunk took as long as one more search."""

FEW_CHUNKS = 4
"""One in so many: it takes as long to pick chunks as to look at that many in a row."""


class ExpressionError(ValueError):
    """What was typed is no expression that can be used; `str()` is a sentence for the user."""


class Expression:
    """An expression in the syntax of `regex`: whether a chunk, taken alone, has a match in it."""

    def __init__(self, source: bytes, *, ignore_case: bool) -> None:
        """Raises `ExpressionError`."""
        import regex  # takes 10 ms, which are none of the start's unless somebody types one

        _check_size(source)
        flags = regex.IGNORECASE if ignore_case else 0
        try:
            self._pattern = regex.compile(source, flags)
        except regex.error as error:
            raise ExpressionError(f"This expression cannot be read: {error}.") from None
        except RecursionError:
            raise ExpressionError("This expression is nested too deeply.") from None
        self._quick_search = _quick(source, ignore_case) or partial(
            self._pattern.search, concurrent=False
        )
        """Knows no time limit, and takes a part of what the other does."""
        self._looks_around = _looks_around(source)
        choices = _choices(source)
        self._short = 0 if choices is None else int(MAX_STEPS ** (1 / (choices + 1)))
        """Bytes that can be matched without a time limit; 0 if none can."""
        inner = _without_anchors(source) if self._looks_around and not choices else None
        self._inner = None if inner is None else Expression(inner, ignore_case=ignore_case)
        """Matches wherever this one does, and is found faster."""

    def hits(self, span: Span, seconds: float) -> list[int]:
        """Which chunks of `span` match, ascending. Raises `TimeoutError` after `seconds`."""
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
        at = restarts = 0
        while match := self._search(span.data, deadline - monotonic(), at):
            start, stop = match.span()
            index = bisect_right(span.ends, start)
            at = span.ends[index]
            # A greedy match may run on into the next chunk where a shorter one would not.
            if stop <= at or self._is_in(span, index, deadline):
                found.append(index)
            restarts += 1 + max(0, stop - at) // FAR
            if self._short and restarts >= MANY_RESTARTS and index < restarts * SPARSE:
                found.extend(self._dense_hits(span, index + 1, deadline))
                break
        return found

    def within(self, data: bytes, seconds: float) -> tuple[int, int] | None:
        """Where the first match in `data` begins and ends. Raises `TimeoutError` as above."""
        match = self._search(data, seconds)
        return match.span() if match else None

    def _is_in(self, span: Span, index: int, deadline: float) -> bool:
        return bool(self._each_hit(span, index, index + 1, deadline))

    def _each_hit(self, span: Span, index: int, stop: int, deadline: float) -> list[int]:
        """The hits in `range(index, stop)`, looked at one by one."""
        data, ends, search, short = span.data, span.ends, self._quick_search, self._short
        start = span.start(index)
        found = []
        for each in range(index, stop):
            end = ends[each]
            chunk = data[start:end]
            left = deadline - monotonic()
            is_bounded = end - start <= short and left > 0
            if search(chunk) if is_bounded else self._search(chunk, left):
                found.append(each)
            start = end
        return found

    def _search(self, data: bytes, seconds: float, at: int = 0) -> regex.Match[bytes] | None:
        if seconds <= 0:
            raise TimeoutError
        return self._pattern.search(data, at, timeout=seconds)

    def _dense_hits(self, span: Span, index: int, deadline: float) -> list[int]:
        """The hits from chunk `index` on, where most chunks have one; in runs that are short."""
        if not self._short:
            return self._each_hit(span, index, len(span), deadline)
        ends = span.ends
        found: list[int] = []
        while index < len(ends):
            stop = bisect_right(ends, span.start(index) + self._short, index)
            if stop - index < FEW_CHUNKS:
                stop = min(index + FEW_CHUNKS, len(ends))
                found += self._each_hit(span, index, stop, deadline)
            else:
                found += self._run_hits(span, index, stop, deadline)
            index = stop
        return found

    def _run_hits(self, span: Span, index: int, stop: int, deadline: float) -> Iterator[int]:
        """The hits in `range(index, stop)`, all of them together short enough."""
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


def _check_size(source: bytes) -> None:
    """Refuse what would not fit into memory when compiled: `regex` writes `{n}` out n times."""
    size = len(source)
    for count in re.findall(rb"\{\s*(\d+)", source):
        size *= max(1, int(count[:20]))
    if size > MAX_REPEATS:
        raise ExpressionError("This expression repeats too much: make the numbers in {} smaller.")


_SAME_IN_RE = re.compile(
    rb"""(?:
        [^\\\[(*+?{]                                    # a character for itself, and ^ $ . | )
      | \\[dDwWsSnrtfv] | \\x[0-9a-fA-F]{2} | \\[][\\.*+?(){}|^$/-]
      | \((?![?*]) | \(\?:
      | \[\^?[A-Za-z0-9_ ,.:;]+(?:-[A-Za-z0-9_ ,.:;]+)*\]
      | (?:[*+?]|\{\d+(?:,\d*)?\})\??(?![*+?{])
    )+""",
    re.VERBOSE,
)


def _quick(source: bytes, ignore_case: bool) -> Callable[..., object] | None:
    """The search of Python's own `re`, twice as fast, where that reads `source` as `regex` does."""
    if not _SAME_IN_RE.fullmatch(source):
        return None
    try:
        return re.compile(source, re.IGNORECASE if ignore_case else 0).search
    except (re.error, RecursionError):  # its parser goes deeper than that of `regex`
        return None


_PLAIN_GROUP = rb"\(\?:"
_NEGATED_SET = rb"(?<!\\)\[\^"
_LOOKS_AROUND = re.compile(rb"[\^$]|\(\?|\(\*|[+*?}]\+|\\[^\WdDwWsSnrtfvx0-9]")


def _looks_around(source: bytes) -> bool:
    """Whether what lies outside of a match could decide on it: an anchor, a word's edge, a look.

    Says yes in doubt, which costs time alone.
    """
    return bool(_LOOKS_AROUND.search(re.sub(_PLAIN_GROUP + b"|" + _NEGATED_SET, b"(", source)))


def _without_anchors(source: bytes) -> bytes | None:
    """The expression without `^` before it and `$` behind it, if nothing else looks around."""
    if b"|" in source:
        return None
    inner = source.removeprefix(b"^")
    if inner.endswith(b"$") and not inner.endswith(b"\\$"):
        inner = inner[:-1]
    if not inner or inner[:1] in b"*+?{" or inner == source or _looks_around(inner):
        return None
    return inner


_TOKEN = re.compile(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def _choices(source: bytes) -> int | None:
    """How many parts of an expression can be met in more than one way; `None` if that multiplies.

    It does where what is repeated has such parts in it, or refers to what was matched before.
    """
    count = depth = 0
    before = b""
    for token in _TOKEN.findall(re.sub(_PLAIN_GROUP, b"(", source)):
        is_repeat = token in b"*+?{"
        if (is_repeat and before == b")") or (token[:1] == b"\\" and token[1:].isdigit()):
            return None
        depth += (token == b"(") - (token == b")")
        count += is_repeat or (token == b"|" and depth > 0)
        before = token
    return count


MANY: Final = 16
"""Finds from which on it is told how dense they are."""

FEW: Final = 3
"""To leap from one find to the next takes as long as to look into so many chunks."""


class PatternKind(Enum):
    """How what the user typed is meant."""

    TEXT = "text"
    HEX = "hex"
    EXPRESSION = "expression"


class PatternError(ValueError):
    """What was typed cannot be looked for; `str()` is a sentence for the user."""


class Pattern(ABC):
    """Something to look for. Frozen once made."""

    @abstractmethod
    def hits(self, span: Span, seconds: float) -> list[int]:
        """Which chunks of `span` match: their places in it, ascending.

        Raises `TimeoutError` when that is not known after `seconds`.
        """

    @abstractmethod
    def within(self, data: bytes, seconds: float) -> tuple[int, int] | None:
        """Where the first match in `data` begins and ends; `TimeoutError` as above."""


def parse(kind: PatternKind, text: str, *, ignore_case: bool = False) -> Pattern | None:
    """The pattern that `text` stands for; `None` for an empty one, which all chunks match.

    Text is looked for in UTF-8. Of case, only that of ASCII can be ignored. Raises `PatternError`.
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
            return _Expression(text, ignore_case) if text else None


def _encoded(text: str) -> bytes:
    """In UTF-8. Raises `PatternError` for half a character, which a window system may pass on."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise PatternError("Here is half a character only: type it again.") from None


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
                if len(found) == MANY and index < MANY * FEW:
                    return found + self._dense_hits(data, ends, index + 1)
            # Nothing that begins later in this chunk fits into it if this one did not.
            at = find(needle, end)
        return found

    def _dense_hits(self, data: bytes, ends: array[int], index: int) -> list[int]:
        """The hits from chunk `index` on, where looking into each is faster than leaping."""
        places = map(data.find, repeat(self._needle), ends[index - 1 :], ends[index:])
        return [index + turn for turn, place in enumerate(places) if place >= 0]

    def within(self, data: bytes, seconds: float) -> tuple[int, int] | None:
        at = (data.lower() if self._ignore_case else data).find(self._needle)
        return None if at < 0 else (at, at + len(self._needle))


class _Expression(Pattern):
    """A regular expression over bytes, in the syntax of the `regex` package."""

    def __init__(self, text: str, ignore_case: bool) -> None:
        try:
            self._expression = Expression(_encoded(text), ignore_case=ignore_case)
        except ExpressionError as error:
            raise PatternError(str(error)) from None

    def hits(self, span: Span, seconds: float) -> list[int]:
        return self._expression.hits(span, seconds)

    def within(self, data: bytes, seconds: float) -> tuple[int, int] | None:
        return self._expression.within(data, seconds)
