"""Regular expressions over chunks: a million in a tenth of a second, and none that runs for ever.

The time limit of the `regex` package costs a microsecond a match, which is ten times the match. So
it is used where an expression might explode, and left out where it cannot: where few parts of an
expression can be met in more than one way, and what it is matched with is short, the steps that
matching takes are bounded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from itertools import compress, repeat
from time import monotonic
from typing import TYPE_CHECKING

from app.traffic.chunk_log import Span

if TYPE_CHECKING:
    import regex

MAX_REPEATS = 1_000_000
"""Length of an expression times its `{n}`: compiled, it takes some 20 bytes for each."""

MAX_STEPS = 4_000_000
"""Of a match without a time limit, at most: a hundredth of a second."""

MANY = 16
"""Searches with a time limit, from which on it is told how dense the matches are."""

SPARSE = 8
"""One in so many: such a search takes as long as to look into that many chunks in a row."""

FAR = 1024
"""A match that runs on so many bytes behind its chunk took as long as one more search."""

FEW = 4
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
            if len(candidates) * FEW < len(span):
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
            if self._short and restarts >= MANY and index < restarts * SPARSE:
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
            if stop - index < FEW:
                stop = min(index + FEW, len(ends))
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
