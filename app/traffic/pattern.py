"""What to look for in chunks: text, hex, or a regular expression that cannot run for ever.

A chunk either matches or not. A match that would begin in one chunk and end in another is none:
what counts is that a chunk, taken alone, has what is looked for. Whole spans of chunks are still
searched at once, at the speed of C: looking into a million chunks one by one takes a second.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from bisect import bisect_right
from enum import Enum
from itertools import repeat
from typing import Final

from app.hex_digits import HexError, parse_hex
from app.traffic.chunk_log import Span
from app.traffic.expression import Expression, ExpressionError

MANY: Final = 16
"""Finds from which on it is told how dense they are."""

FEW: Final = 3
"""To leap from one find to the next takes as long as to look into so many chunks."""


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
            return _Literal(_encoded(text), ignore_case) if text else None
        case Kind.HEX:
            try:
                data = parse_hex(text)
            except HexError as error:
                raise PatternError(str(error)) from None
            return _Literal(data, False) if data else None
        case Kind.EXPRESSION:
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
