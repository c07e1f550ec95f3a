"""Bytes that vary between messages of the same kind: session numbers, times, counters.

Several samples of one message become one matcher of a reply rule. Text is compared word by word and
becomes a regular expression; binary data is compared byte by byte and gets wildcards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, Final

from attrs import frozen

from app.text.notation import Notation, write

MOST_MATCHED_BYTES: Final = 16 * 1024
"""Bytes of a message that are compared. The rest is ignored."""

LARGEST_SHARE: Final = 0.5
"""The fraction of bytes that may vary between binary messages of the same kind."""

_WORDS = re.compile(r"\w+|\W", re.ASCII)
_NUMBER = r"(\d+)"
_WORD = r"(\w+)"
_REST = "(.*)"


@frozen
class SampleMatcher:
    """The common part of all samples, as a matcher."""

    matcher: dict[str, Any]
    """One key of a rule, such as `equals` or `regex`, with its value."""

    captures: tuple[tuple[str, ...], ...] = ()
    """For each capture, counted from 1 in a rule, its text in each sample."""


def matcher_of(samples: Sequence[bytes]) -> SampleMatcher:
    """A matcher for the first of `samples`, with wildcards where the others are different.

    If the samples are not of the same kind, the matcher is for the first one only.
    """
    first = samples[0]
    if len(first) > MOST_MATCHED_BYTES:
        return SampleMatcher({"starts": literal(first[:MOST_MATCHED_BYTES])})
    found = None
    if any(each != first for each in samples):
        is_all_text = all(map(is_text, samples))
        found = _text_pattern(samples) if is_all_text else _binary_pattern(samples)
    return found or SampleMatcher({"equals": literal(first)})


def reply_piece(samples: Sequence[bytes], pattern: SampleMatcher) -> Any:
    """The first of `samples`, which are replies to those of `pattern`, as a piece of a reply.

    A word that differs between the samples but equals a word of the message that it answers becomes
    a variable that stands for that capture.
    """
    first = samples[0]
    if pattern.captures and all(map(is_text, samples)):
        rows = [_WORDS.findall(each.decode()) for each in samples]
        if len({len(row) for row in rows}) == 1:
            columns = zip(*rows, strict=True)
            return "".join(_captured(column, pattern) for column in columns)
    return _reply_text(first.decode()) if is_text(first) else {"hex": first.hex(" ")}


def literal(data: bytes) -> Any:
    """`data` as the value of a matcher: text with escapes, or hex if it is no text."""
    return write(data, Notation.ESCAPES) if is_text(data) else {"hex": data.hex(" ")}


def is_text(data: bytes) -> bool:
    """Whether `data` is readable text."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return all(each.isprintable() or each in "\r\n\t" for each in text)


def _text_pattern(samples: Sequence[bytes]) -> SampleMatcher | None:
    rows = [_WORDS.findall(each.decode()) for each in samples]
    columns: list[tuple[str, ...]] = list(zip(*rows, strict=False))
    if len({len(row) for row in rows}) == 1:
        parts = [_column_pattern(column) for column in columns]
    else:
        parts = _pattern_with_a_middle(rows)
    if not any(not captured and text.strip() for text, captured in parts):
        return None  # nothing in common
    captures = tuple(captured for _, captured in parts if captured)
    return SampleMatcher({"regex": f"(?s)^{''.join(text for text, _ in parts)}$"}, captures)


_Part = tuple[str, tuple[str, ...]]
"""A part of an expression, and what it captures in each sample. Empty for a literal."""


def _column_pattern(column: Sequence[str]) -> _Part:
    """The pattern for the words at one position of all samples."""
    first = column[0]
    if all(each == first for each in column):
        return re.escape(first), ()
    head = first[: _common_length(column, len(first))].rstrip("0123456789")
    rest = tuple(each[len(head) :] for each in column)
    if all(each.isdecimal() and each.isascii() for each in rest):
        return re.escape(head) + _NUMBER, rest
    is_word = all(re.fullmatch(r"\w+", each, re.ASCII) for each in column)
    return (_WORD if is_word else _REST), tuple(column)


def _pattern_with_a_middle(rows: Sequence[Sequence[str]]) -> list[_Part]:
    """The pattern for samples with different numbers of words: the common start and end, and
    anything between."""
    shortest = min(map(len, rows))
    head = _common_length(rows, shortest)
    tail = _common_length([row[::-1] for row in rows], shortest - head)
    middles = tuple("".join(row[head : len(row) - tail]) for row in rows)
    first = rows[0]
    parts: list[_Part] = [(re.escape(word), ()) for word in first[:head]]
    parts.append((_REST, middles))
    parts += [(re.escape(word), ()) for word in first[len(first) - tail :]]
    return parts


def _common_length(rows: Sequence[Sequence[object]], most: int) -> int:
    """How many elements all `rows` begin with, at most `most`."""
    columns = zip(*(row[:most] for row in rows), strict=False)
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))


def _binary_pattern(samples: Sequence[bytes]) -> SampleMatcher | None:
    first = samples[0]
    if any(len(each) != len(first) for each in samples):
        head = first[: _common_length(samples, min(map(len, samples)))]
        return SampleMatcher({"starts": {"hex": head.hex(" ")}}) if head else None
    columns = list(zip(*samples, strict=True))
    varying = sum(len(set(column)) > 1 for column in columns)
    if varying > LARGEST_SHARE * len(first):
        return None
    shown = ["??" if len(set(column)) > 1 else f"{column[0]:02x}" for column in columns]
    return SampleMatcher({"equals": {"hex": " ".join(shown)}})


def _captured(column: Sequence[str], pattern: SampleMatcher) -> str:
    """The words at one position of all replies, as the text of a reply."""
    if len(set(column)) > 1:
        for number, values in enumerate(pattern.captures, 1):
            if values == tuple(column):
                return f"{{{number}}}"
    return _reply_text(column[0])


def _reply_text(text: str) -> str:
    return write(text.encode(), Notation.ESCAPES).replace("{", "{{")
