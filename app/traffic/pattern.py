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
from enum import Enum
from time import monotonic
from typing import TYPE_CHECKING

from app.hex_digits import HexError, parse_hex
from app.traffic.chunk_log import Span

if TYPE_CHECKING:
    import regex

MAX_REPEATS = 1_000_000
"""Length of an expression times its `{n}`: compiled, it takes some 20 bytes for each."""


class Kind(Enum):
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


def parse(kind: Kind, text: str, *, ignore_case: bool = False) -> Pattern | None:
    """The pattern that `text` stands for; `None` for an empty one, which all chunks match.

    Text is looked for in UTF-8. Of case, only that of ASCII can be ignored. Raises `PatternError`.
    """
    match kind:
        case Kind.TEXT:
            return _Literal(text.encode("utf-8", "surrogateescape"), ignore_case) if text else None
        case Kind.HEX:
            try:
                data = parse_hex(text)
            except HexError as error:
                raise PatternError(str(error)) from None
            return _Literal(data, False) if data else None
        case Kind.EXPRESSION:
            return _Expression(text, ignore_case) if text else None


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
            # Nothing that begins later in this chunk fits into it if this one did not.
            at = find(needle, end)
        return found

    def within(self, data: bytes, seconds: float) -> tuple[int, int] | None:
        at = (data.lower() if self._ignore_case else data).find(self._needle)
        return None if at < 0 else (at, at + len(self._needle))


class _Expression(Pattern):
    """A regular expression over bytes, in the syntax of the `regex` package."""

    def __init__(self, text: str, ignore_case: bool) -> None:
        import regex  # takes 10 ms, which are none of the start's unless somebody types one

        source = text.encode("utf-8", "surrogateescape")
        _check_size(source)
        try:
            self._pattern = regex.compile(source, regex.IGNORECASE if ignore_case else 0)
        except regex.error as error:
            raise PatternError(f"This expression cannot be read: {error}.") from None
        except RecursionError:
            raise PatternError("This expression is nested too deeply.") from None
        self._looks_around = _looks_around(source)

    def hits(self, span: Span, seconds: float) -> list[int]:
        deadline = monotonic() + seconds
        if self._looks_around:
            return [
                index
                for index, end in enumerate(span.ends)
                if self._matches(span.data[span.start(index) : end], deadline - monotonic())
            ]
        if self._matches(b"", seconds):
            return list(range(len(span)))
        found, at = [], 0
        while match := self._search(span.data, deadline - monotonic(), at):
            start, stop = match.span()
            index = bisect_right(span.ends, start)
            at = span.ends[index]
            # A greedy match may run on into the next chunk where a shorter one would not.
            if stop <= at or self._matches(
                span.data[span.start(index) : at], deadline - monotonic()
            ):
                found.append(index)
        return found

    def within(self, data: bytes, seconds: float) -> tuple[int, int] | None:
        match = self._search(data, seconds)
        return match.span() if match else None

    def _matches(self, data: bytes, seconds: float) -> bool:
        return self._search(data, seconds) is not None

    def _search(self, data: bytes, seconds: float, at: int = 0) -> regex.Match[bytes] | None:
        if seconds <= 0:
            raise TimeoutError
        return self._pattern.search(data, at, timeout=seconds)


def _check_size(source: bytes) -> None:
    """Refuse what would not fit into memory when compiled: `regex` writes `{n}` out n times."""
    size = len(source)
    for count in re.findall(rb"\{\s*(\d+)", source):
        size *= max(1, int(count[:20]))
    if size > MAX_REPEATS:
        raise PatternError("This expression repeats too much: make the numbers in {} smaller.")


_PLAIN_GROUP = rb"\(\?:"
_NEGATED_SET = rb"(?<!\\)\[\^"
_LOOKS_AROUND = re.compile(rb"[\^$]|\(\?|\(\*|[+*?}]\+|\\[^\WdDwWsSnrtfvx0-9]")


def _looks_around(source: bytes) -> bool:
    """Whether what lies outside of a match could decide on it: an anchor, a word's edge, a look.

    Says yes in doubt, which costs time alone.
    """
    return bool(_LOOKS_AROUND.search(re.sub(_PLAIN_GROUP + b"|" + _NEGATED_SET, b"(", source)))
