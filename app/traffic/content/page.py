"""A page: content as lines with a depth, a style for their colours, and ranges that fold.

The layouts of this package are generators that add lines to a page and yield after each small
amount of work. So content of any size never blocks the window, and can be left unfinished.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from app.text import readable

PIECE: Final = 400
"""Letters of one line. What is longer continues in the next line, so that none fills the screen."""

LONGEST_WORD: Final = 60
"""Letters of a word that is not broken for that."""

LONG: Final = 4_096
"""Letters that are added in one step."""

MOST_LINES: Final = 500_000
CONTINUES: Final = 0x80
DEEPEST: Final = 64
"""The deepest level. What is nested deeper stands at this one, so that no copy is mostly spaces."""


class Style(IntEnum):
    """The syntax of a line. `colors` finds the parts of a line by it."""

    TEXT = 0
    JSON = 1
    JSON_STRING = 2
    """The line continues a string of JSON."""

    XML = 3
    XML_TEXT = 4
    XML_COMMENT = 5
    START = 6
    """The first line of an HTTP message."""

    HEADER = 7
    HEX = 8
    TITLE = 9
    MISTAKE = 10
    """A sentence that says why the lines after it have no other style."""


class PageFull(Exception):
    """The page has `MOST_LINES`."""


class Page:
    """The lines so far. Lines are only added, but the last one may still get longer."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        """Each is visible text without line breaks, and without its indent."""

        self.folds: dict[int, int] = {}
        """For a line that opens a part: the last line of this part."""

        self._levels = array("H")
        self._styles = bytearray()

    def __len__(self) -> int:
        return len(self.texts)

    def level(self, line: int) -> int:
        """How deep the line is indented."""
        return self._levels[line]

    def style(self, line: int) -> Style:
        """The syntax of the line."""
        return Style(self._styles[line] & ~CONTINUES)

    def continues(self, line: int) -> bool:
        """Whether the text goes on from the line before, without a line break."""
        return bool(self._styles[line] & CONTINUES)

    def add(self, text: str, level: int, style: Style, rest: Style | None = None) -> None:
        """Add one line. If it is long, it becomes several; `rest` is the style of the others.

        Raises `PageFull`.
        """
        end = _piece_end(text, 0)
        self._add(text[:end], level, style)
        self._extend(text, end, level, style if rest is None else rest)

    def add_long(
        self,
        text: str,
        level: int,
        style: Style,
        rest: Style,
        start: int = 0,
        stop: int | None = None,
    ) -> Iterator[None]:
        """As `add`, for a text of any length, or for its letters from `start` to `stop`."""
        end = len(text) if stop is None else stop
        self.add(text[start : min(start + LONG, end)], level, style, rest)
        for at in range(start + LONG, end, LONG):
            yield
            self._extend(text[at : min(at + LONG, end)], 0, level, rest)

    def append(self, text: str) -> None:
        """Put a few letters after the last line."""
        self.texts[-1] += text

    def replace_last(self, text: str, style: Style) -> None:
        """Show `text` in place of the last line."""
        self.texts[-1], self._styles[-1], self._levels[-1] = text, style, 0

    def close(self, opening: int) -> None:
        """The part that the line `opening` began ends with the last line."""
        last = len(self.texts) - 1
        if last > opening:
            self.folds[opening] = last

    def part(self, line: int) -> tuple[int, int]:
        """The first and the last line of what begins in `line`: of a fold, or of one text."""
        while line and self.continues(line):
            line -= 1
        last = self.folds.get(line, line)
        while last + 1 < len(self.texts) and self.continues(last + 1):
            last += 1
        return line, last

    def text(self, first: int, last: int, start: int = 0, stop: int | None = None) -> str:
        """The text of these lines, indented. Of the first line from `start`, of the last to
        `stop`."""
        parts: list[str] = []
        least = (
            min((self._levels[first],)) if first == last else min(self._levels[first : last + 1])
        )
        for line in range(first, last + 1):
            text = self.texts[line]
            begin = start if line == first else 0
            end = stop if line == last else None
            if not self.continues(line):
                parts.append("\n" if parts else "")
                parts.append("" if begin else "  " * (self._levels[line] - least))
            parts.append(text[begin:end])
        return "".join(parts)

    def _extend(self, text: str, at: int, level: int, style: Style) -> None:
        """Continue the last line with `text[at:]` in further lines."""
        while at < len(text):
            end = _piece_end(text, at)
            self._add(text[at:end], level, style | CONTINUES)
            at = end

    def _add(self, text: str, level: int, style: int) -> None:
        if len(self.texts) >= MOST_LINES:
            raise PageFull
        self.texts.append(_visible(text, style & ~CONTINUES))
        self._levels.append(min(level, DEEPEST))
        self._styles.append(style)


def _visible(text: str, style: int) -> str:
    """`text` in one line of visible characters; JSON stays JSON."""
    if style in (Style.JSON, Style.JSON_STRING):
        return readable.INVISIBLE.sub(_json_escape, text).replace("\n", r"\n")
    return readable.escaped(text).replace("\n", "⏎")


def _json_escape(character: re.Match[str]) -> str:
    units = character[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _piece_end(text: str, start: int) -> int:
    """The end of the piece that begins at `start`: behind a space, if there is one near its end."""
    end = start + PIECE
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", end - LONGEST_WORD, end)
    return end if space < 0 else space + 1
