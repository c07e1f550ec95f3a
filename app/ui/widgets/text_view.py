"""A view for many lines of text in a few colours. The log and the console transcripts use it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QTimer
from PySide6.QtGui import (
    QBrush,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLayout,
)
from PySide6.QtWidgets import QPlainTextDocumentLayout, QPlainTextEdit, QScrollBar, QWidget

from app.ui.style.geometry import FIELD_PADDING
from app.ui.style.palette import quiet_color, tint_color
from app.ui.style.theme import MonoFont
from app.ui.style.tokens import Tint

MAX_LINES = 10_000
LONGEST_LINE = 2_000
"""The letters of a line that are shown. The layout of longer lines would block the window."""

_RIGHT = QTextCursor.MoveOperation.NextCharacter
_KEEP = QTextCursor.MoveMode.KeepAnchor


class DataField(QPlainTextEdit):
    """A field for lines of data or code: in the font for data, and with the edge of a line edit."""

    MARGIN: Final = 3
    """The space above and below the lines, once inside the document and once around it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        MonoFont(self)
        self.document().setDocumentMargin(self.MARGIN)
        beside = FIELD_PADDING + 2 - self.frameWidth() - self.MARGIN
        self.setViewportMargins(beside, self.MARGIN, beside, self.MARGIN)
        # The style paints the whole field. The viewport would cover its round corners.
        self.viewport().setAutoFillBackground(False)


class Ink(IntEnum):
    """The colour of a line. The value is the `QTextBlock.userState` of the line."""

    PLAIN = 0
    FAINT = 1
    GREEN = 2
    BLUE = 3
    AMBER = 4
    RED = 5


class FollowEnd(QObject):
    """Keeps a scroll bar at its end while lines are added, until the user scrolls away from it.

    It starts again when the user scrolls to the end. Tables use it too.
    """

    def __init__(self, bar: QScrollBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._is_on = True
        self._is_programmatic = False
        self._settling = QTimer(self, singleShot=True, interval=0)
        self._settling.timeout.connect(self._settle)
        bar.valueChanged.connect(self._on_value_changed)
        bar.rangeChanged.connect(self._on_range_changed)
        bar.actionTriggered.connect(self.allow_user)

    @property
    def is_on(self) -> bool:
        """Whether the bar is kept at its end."""
        return self._is_on

    def allow_user(self) -> None:
        """Take changes of the value as scrolling of the user again."""
        self._settling.stop()
        self._is_programmatic = False

    def _on_value_changed(self, value: int) -> None:
        if not self._is_programmatic:
            self._is_on = value >= self._bar.maximum()

    def _on_range_changed(self, _minimum: int, maximum: int) -> None:
        if self._is_on:
            self._is_programmatic = True
            self._bar.setValue(maximum)
            # A view with wrapped lines scrolls away from the end after this; `_settle` repeats it.
            self._settling.start()

    def _settle(self) -> None:
        self._bar.setValue(self._bar.maximum())
        self.allow_user()


class LineNumbers:
    """A number of the owner for each line of a view, such as that of a chunk."""

    def __init__(self) -> None:
        self._numbers: deque[int] = deque()

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def at(self, line: int) -> int | None:
        """The number of a line; `None` if there is no such line."""
        return self._numbers[line] if line < len(self._numbers) else None

    def add(self, number: int) -> None:
        """A line with `number` was appended."""
        self._numbers.append(number)

    def keep(self, count: int) -> None:
        """The view has removed its oldest lines, and has `count` lines now."""
        while len(self._numbers) > count:
            self._numbers.popleft()

    def clear(self) -> None:
        """The view has removed all lines."""
        self._numbers.clear()


class HangingLayout(QPlainTextDocumentLayout):
    """Wrapped lines continue below the text, not below the time and the mark before it.

    `QPlainTextEdit` ignores the indents of blocks. So a block that Qt has wrapped is wrapped again,
    with less width from its second line on.
    """

    def __init__(self, document: QTextDocument, letters: int) -> None:
        """`letters` stand before the text of each line."""
        super().__init__(document)
        self._letters = letters

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        rect = super().blockBoundingRect(block)
        if not block.isValid():  # Qt asks for the one after the last, too
            return rect
        layout = block.layout()
        if layout.lineCount() > 1 and layout.lineAt(1).x() == layout.lineAt(0).x():
            self._hang(block, layout)
            rect = super().blockBoundingRect(block)
        return rect

    def _hang(self, block: QTextBlock, layout: QTextLayout) -> None:
        left, width = layout.lineAt(0).x(), layout.lineAt(0).width()
        text_at = _x_of(layout, self._letters)
        # In a narrow view the text keeps more than half of the width.
        right = min(max(text_at, left + 1), left + width / 2)
        before = self.document().lineCount()
        layout.beginLayout()
        x = left
        y = 0.0
        while (line := layout.createLine()).isValid():
            line.setLeadingIncluded(True)
            line.setLineWidth(width - (x - left))
            line.setPosition(QPointF(x, y))
            y += line.height()
            x = right
        layout.endLayout()
        block.setLineCount(layout.lineCount())
        if self.document().lineCount() != before:
            self.documentSizeChanged.emit(self.documentSize())


def _x_of(layout: QTextLayout, place: int) -> float:
    """The x of a place in the first line. PySide returns it together with the place."""
    found = layout.lineAt(0).cursorToX(place)
    assert isinstance(found, tuple)
    return float(found[0])


_TINTS = {
    Ink.GREEN: Tint.SUCCESS,
    Ink.BLUE: Tint.INFO,
    Ink.AMBER: Tint.WARNING,
    Ink.RED: Tint.DANGER,
}


class LinesView(QPlainTextEdit):
    """Read-only text of at most `MAX_LINES` lines. It follows the newest line unless the user has
    scrolled up. The colours of old lines change with the palette.
    """

    def __init__(self, parent: QWidget | None = None, *, hangs_after: int = 0) -> None:
        """Wrapped lines are indented by the first `hangs_after` letters of their line."""
        super().__init__(parent)
        if hangs_after:
            document = QTextDocument(self)
            # Kept here: without a reference in Python its overrides are lost, and Qt crashes.
            self._hanging = HangingLayout(document, hangs_after)
            document.setDocumentLayout(self._hanging)
            self.setDocument(document)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(MAX_LINES)
        MonoFont(self)
        self._styles: dict[int, QTextCharFormat] = {}
        self.follow = FollowEnd(self.verticalScrollBar())

    def add_lines(self, lines: Iterable[tuple[str, Ink]]) -> None:
        """Append each (text, ink) in one edit. A text with line breaks becomes several lines."""
        self._styles = self.styles()
        document = self.document()
        cursor = QTextCursor(document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for text, ink in lines:
            for line in text.split("\n"):
                if not document.isEmpty():
                    cursor.insertBlock()
                for part, style in self.parts(self._cut(line), ink):
                    cursor.insertText(part, style)
                cursor.block().setUserState(ink)
        cursor.endEditBlock()

    def parts(self, line: str, ink: Ink) -> Sequence[tuple[str, QTextCharFormat]]:
        """`line` in pieces with their styles. Here it is one piece; a subclass may split it."""
        return [(line, self._styles[ink])]

    def styles(self) -> dict[int, QTextCharFormat]:
        """The style of each ink, by its value, in the colours of the current palette."""
        return {int(ink): self._style(ink) for ink in Ink}

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._recolor()

    def _cut(self, line: str) -> str:
        left_out = len(line) - LONGEST_LINE
        if left_out <= 0:
            return line
        return line[:LONGEST_LINE] + self.tr("… ({0} more)").format(f"{left_out:,}")

    def _recolor(self) -> None:
        self._styles = self.styles()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        block: QTextBlock = self.document().begin()
        while block.isValid():
            cursor.setPosition(block.position())
            for part, style in self.parts(block.text(), Ink(max(0, block.userState()))):
                cursor.movePosition(_RIGHT, _KEEP, len(part.encode("utf-16-le")) // 2)
                cursor.setCharFormat(style)
                cursor.clearSelection()
            block = block.next()
        cursor.endEditBlock()

    def _style(self, ink: Ink) -> QTextCharFormat:
        style = QTextCharFormat()
        palette = self.palette()
        if ink is Ink.FAINT:
            style.setForeground(QBrush(quiet_color(palette)))
        elif ink is not Ink.PLAIN:
            style.setForeground(QBrush(tint_color(_TINTS[ink], palette)))
        return style
