"""JSON as lines: one value or several in a row, as far as they are JSON (RFC 8259).

It does not build the values, so numbers stay as they were sent, a repeated key is shown twice, and
depth costs no stack. A visible character that was sent as `\\uNNNN` is shown itself.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from enum import Enum

from app.traffic.content.page import LONG, Page, Style

_SPACE = re.compile(r"[ \t\r\n]*+")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_STRING_PIECE = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_SCALAR = re.compile(r"-?(?:0|[1-9]\d*+)(?:\.\d++)?(?:[eE][+-]?\d++)?|true|false|null", re.ASCII)
_EMPTY = re.compile(r"\{[ \t\r\n]*+\}|\[[ \t\r\n]*+\]")
_ESCAPE = re.compile(
    r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u([0-9a-fA-F]{4})|\\.",
    re.DOTALL,
)
_CLOSERS = {"{": "}", "[": "]"}
_STEP_TOKENS = 64
_STEP_LETTERS = 64 * 1024

Steps = Generator[None, None, int]
"""Yields after each small step. Returns how many letters were understood."""


class _Wants(Enum):
    VALUE = "a value"
    KEY = "a key"
    COMMA = "a comma or the end of the object or array"


def json_lines(text: str, page: Page, level: int = 0) -> Steps:
    """Add the lines of `text` until its end or its first mistake."""
    return _JsonLayout(text, page, level).steps()


class _JsonLayout:
    def __init__(self, text: str, page: Page, level: int) -> None:
        self._text = text
        self._page = page
        self._level = level
        self._open: list[tuple[str, int]] = []
        """What closes each open object and array, and the line of its opening."""

        self._key = ""
        """What stands before the next value in its line."""

        self._wants = _Wants.VALUE

    def steps(self) -> Steps:
        text, at, tokens = self._text, 0, 0
        while True:
            tokens += 1
            if not tokens % _STEP_TOKENS:
                yield
            at = _skip_space(text, at)
            if at >= len(text):
                break
            if text[at] in " \t\r\n":
                continue
            if self._wants is _Wants.COMMA:
                after = self._end_value(at)
            elif text[at] == '"':
                after = yield from self._string(at)
            elif self._wants is _Wants.VALUE:
                after = self._value(at)
            else:
                break
            if after is None:
                break
            at = after
        for _, line in self._open:
            self._page.close(line)
        return min(at, len(text))

    def _value(self, at: int) -> int | None:
        """Take an object, an array or a scalar at `at`: where it goes on, `None` for a mistake."""
        text = self._text
        if text[at] in _CLOSERS:
            empty = _EMPTY.match(text, at, at + _STEP_LETTERS)
            if empty is not None:
                return self._scalar(text[at] + _CLOSERS[text[at]], empty.end())
            self._add(self._key + text[at])
            self._open.append((_CLOSERS[text[at]], len(self._page) - 1))
            self._key = ""
            self._wants = _Wants.KEY if text[at] == "{" else _Wants.VALUE
            return at + 1
        scalar = _SCALAR.match(text, at, at + LONG)
        return None if scalar is None else self._scalar(scalar[0], scalar.end())

    def _scalar(self, shown: str, end: int) -> int:
        self._add(self._key + shown)
        self._key = ""
        self._wants = _Wants.COMMA
        return end

    def _end_value(self, at: int) -> int | None:
        """Take what follows a value."""
        if not self._open:
            self._wants = _Wants.VALUE  # one value after the other, as in JSON lines
            return at
        closer, line = self._open[-1]
        if self._text[at] == ",":
            self._page.append(",")
            self._wants = _Wants.KEY if closer == "}" else _Wants.VALUE
            return at + 1
        if self._text[at] != closer:
            return None
        self._open.pop()
        self._add(closer)
        self._page.close(line)
        return at + 1

    def _string(self, at: int) -> Generator[None, None, int | None]:
        text = self._text
        found = _STRING.match(text, at, at + LONG)
        end = found.end() if found is not None else (yield from self._end_of_string(at + 1))
        shown = text[at:end]
        if len(shown) <= LONG and "\\u" in shown:
            shown = _ESCAPE.sub(_character, shown)
        if self._wants is _Wants.VALUE:
            if len(shown) < LONG:
                return self._scalar(shown, end)
            yield from self._page.add_long(
                self._key + shown, self._depth, Style.JSON, Style.JSON_STRING
            )
            self._key = ""
            self._wants = _Wants.COMMA
            return end
        colon = _skip_space(text, end)
        self._key = f"{shown[:LONG]}{'…' if len(shown) > LONG else ''}: "
        self._wants = _Wants.VALUE
        if colon < len(text):
            return colon + 1 if text[colon] == ":" else None
        self._add(self._key.removesuffix(": "))
        return colon

    def _end_of_string(self, at: int) -> Steps:
        text = self._text
        while True:
            found = _STRING_PIECE.match(text, at, at + _STEP_LETTERS)
            end = at if found is None else found.end()
            if text[end : end + 1] == '"':
                return end + 1
            if end == at:
                return len(text)
            at = end
            yield

    @property
    def _depth(self) -> int:
        return self._level + len(self._open)

    def _add(self, text: str) -> None:
        self._page.add(text, self._depth, Style.JSON, Style.JSON_STRING)


def _character(escape: re.Match[str]) -> str:
    """The character of an escape, if it is visible and needs none."""
    high, low, one = escape.groups()
    if high is not None:
        character = (bytes.fromhex(high) + bytes.fromhex(low)).decode("utf-16-be")
    elif one is not None:
        character = chr(int(one, 16))
    else:
        return escape[0]
    return character if character.isprintable() and not character.isascii() else escape[0]


def _skip_space(text: str, at: int) -> int:
    """Behind the white space at `at`, or behind as much of it as one step looks at."""
    found = _SPACE.match(text, at, at + _STEP_LETTERS)
    return found.end() if found else at
