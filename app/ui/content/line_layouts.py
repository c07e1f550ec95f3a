"""The lines of a page on the screen: which are shown, and how Qt lays them out.

A line in a folded part is not shown. Only the lines on the screen are laid out, wrapped, indented
and coloured, and kept until the width or the font changes.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QFontMetricsF, QPalette, QTextCharFormat, QTextLayout, QTextOption

from app.profile.colors import Color
from app.traffic.content.page import Page, Style
from app.traffic.content.parts import Part, PartKind, parts
from app.ui.style.listener_colors import listener_color
from app.ui.style.palette import quiet_color, tint_color
from app.ui.style.tokens import Tint

MOST_SEARCHED = 100_000
"""How many lines above a line its part is searched in."""


class ShownRows:
    """Maps rows, which are counted without the folded lines, to lines and back."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._folded: set[int] = set()
        self._starts: list[int] = []
        """For each run of hidden lines: the row behind it."""

        self._hidden: list[tuple[int, int]] = []
        self._before: list[int] = []
        """For each run of hidden lines: how many are hidden up to its end."""

    def __len__(self) -> int:
        return len(self._page) - (self._before[-1] if self._before else 0)

    def is_folded(self, line: int) -> bool:
        """Whether the part that begins in `line` is folded."""
        return line in self._folded

    def line(self, row: int) -> int:
        """The line of a row."""
        place = bisect_right(self._starts, row)
        return row + (self._before[place - 1] if place else 0)

    def row(self, line: int) -> int:
        """The row of a line. If it is hidden, the row of the part that hides it."""
        place = bisect_right(self._hidden, (line, len(self._page))) - 1
        if place < 0:
            return line
        first, last = self._hidden[place]
        if line <= last:
            return self.row(first - 1)
        return line - self._before[place]

    def fold(self, line: int, on: bool) -> None:
        """Fold or unfold the part that begins in `line`."""
        if on and line in self._page.folds:
            self._folded.add(line)
        else:
            self._folded.discard(line)
        self._count()

    def fold_all(self, on: bool) -> None:
        """Fold all parts inside of the outermost ones, or unfold everything."""
        level = self._page.level
        self._folded = {line for line in self._page.folds if level(line)} if on else set()
        self._count()

    def reveal(self, line: int) -> None:
        """Unfold all parts that hide `line`."""
        folds = self._page.folds
        around = {start for start in self._folded if start < line <= folds[start]}
        if around:
            self._folded -= around
            self._count()

    def parent(self, line: int) -> int | None:
        """The line that opens the innermost part around `line`."""
        folds = self._page.folds
        nearest = range(line - 1, max(-1, line - MOST_SEARCHED), -1)
        return next((above for above in nearest if folds.get(above, -1) >= line), None)

    def _count(self) -> None:
        self._hidden, self._before, self._starts = [], [], []
        total = 0
        for line in sorted(self._folded):
            if self._hidden and line <= self._hidden[-1][1]:
                continue
            last = self._page.folds[line]
            self._hidden.append((line + 1, last))
            self._starts.append(line + 1 - total)
            total += last - line
            self._before.append(total)


MARGIN: Final = 8
STEP_LETTERS: Final = 2
"""How far a level is indented, and how far a wrapped line."""

LEAST_LETTERS: Final = 24
"""The width that a text keeps, however deep it is."""

MOST_LAYOUTS: Final = 400

_TINTS = {
    PartKind.NAME: Tint.INFO,
    PartKind.STRING: Tint.SUCCESS,
    PartKind.NUMBER: Tint.WARNING,
    PartKind.MISTAKE: Tint.WARNING,
    PartKind.GOOD: Tint.SUCCESS,
    PartKind.BAD: Tint.DANGER,
}
_BOLD = (PartKind.TITLE, PartKind.GOOD, PartKind.BAD)
_FLAT = (Style.TEXT, Style.HEX)


class LineLayouts:
    """Lays out the lines of one page. `folded_note` is the text for `{0}` hidden lines."""

    def __init__(self, font: QFont, palette: QPalette, folded_note: str) -> None:
        self._folded_note = folded_note
        self._page = Page()
        self._rows = ShownRows(self._page)
        self._width = 0
        self._known: dict[int, QTextLayout] = {}
        self.use_style(font, palette)

    def use_style(self, font: QFont, palette: QPalette) -> None:
        """Lay out with this font, in the colours that suit `palette`."""
        metrics = QFontMetricsF(font)
        self._font = font
        self.char = metrics.horizontalAdvance("0")
        self.line_height = metrics.height() + 1
        self._ascent = metrics.ascent()
        self._formats = {kind: _format(kind, palette) for kind in PartKind}
        self._known.clear()

    def use_page(self, page: Page, rows: ShownRows) -> None:
        """Lay out the lines of `page`."""
        self._page, self._rows = page, rows
        self._known.clear()

    def use_width(self, width: int) -> None:
        """Wrap the lines at this width, in pixels."""
        self._width = width
        self._known.clear()

    def forget(self, line: int | None = None) -> None:
        """The text of this line has changed, or of all lines."""
        if line is None:
            self._known.clear()
        else:
            self._known.pop(line, None)

    def height(self, line: int) -> float:
        """The height of a line with all its rows."""
        return self.layout(line).lineCount() * self.line_height

    def mark_x(self, line: int) -> float:
        """Where the mark of a part that folds stands."""
        room = self._width - 2 * MARGIN - LEAST_LETTERS * self.char
        indent = self._page.level(line) * STEP_LETTERS * self.char
        return MARGIN + max(0.0, min(indent, room))

    def text_x(self, line: int) -> float:
        """Where the text begins."""
        has_marks = self._page.style(0) not in _FLAT
        return self.mark_x(line) + (2 * self.char if has_marks else 0)

    def layout(self, line: int) -> QTextLayout:
        """The layout of a line. Its origin is at `text_x`."""
        layout = self._known.get(line)
        if layout is None:
            if len(self._known) >= MOST_LAYOUTS:
                self._known.clear()
            layout = self._known[line] = self._make(line)
        return layout

    def _make(self, line: int) -> QTextLayout:
        text = self._page.texts[line]
        found = list(parts(text, self._page.style(line)))
        if self._rows.is_folded(line):
            shown = self._folded_text(line)
            found.append(Part(len(text), len(shown), PartKind.FAINT))
            text = shown
        layout = QTextLayout(text, self._font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats([self._range(text, part) for part in found])
        width = max(self.char, self._width - MARGIN - self.text_x(line))
        hang = min(STEP_LETTERS * self.char, width / 2)
        x, y = hang if self._page.continues(line) else 0.0, 0.0
        layout.beginLayout()
        while (row := layout.createLine()).isValid():
            row.setLineWidth(width - x)
            # A fallback font has another ascent, but all lines have the same base line.
            row.setPosition(QPointF(x, y + self._ascent - row.ascent()))
            x, y = hang, y + self.line_height
        layout.endLayout()
        return layout

    def _folded_text(self, line: int) -> str:
        """The text of a folded line, with its end and how many lines it hides."""
        page = self._page
        last = page.folds[line]
        is_closed = page.level(last) == page.level(line) and page.style(last) is page.style(line)
        end = f" {page.texts[last]}" if is_closed else ""
        return f"{page.texts[line]} …{end}   {self._folded_note.format(f'{last - line:,}')}"

    def _range(self, text: str, part: Part) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start = units(text[: part.start])
        made.length = units(text[part.start : part.stop])
        made.format = self._formats[part.kind]
        return made


def _format(kind: PartKind, palette: QPalette) -> QTextCharFormat:
    made = QTextCharFormat()
    if kind is PartKind.FAINT:
        made.setForeground(quiet_color(palette))
    elif kind is PartKind.WORD:
        made.setForeground(listener_color(Color.PURPLE, palette))
    elif kind in _TINTS:
        made.setForeground(tint_color(_TINTS[kind], palette))
    if kind in _BOLD:
        made.setFontWeight(QFont.Weight.DemiBold)
    return made


def units(text: str) -> int:
    """The length in UTF-16 units, as Qt counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def letters(text: str, units: int) -> int:
    """The index of a place that is given in UTF-16 units."""
    if text.isascii():
        return units
    head = text.encode("utf-16-le", "surrogatepass")[: 2 * units]
    return len(head.decode("utf-16-le", "surrogatepass"))
