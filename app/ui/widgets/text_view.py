"""Text of many lines in a few colours: what the log and the console transcripts are shown in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QBrush, QFontDatabase, QTextBlock, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QScrollBar, QWidget

from app.ui.style.theme import AMBER, BLUE, GREEN, RED, pick, quiet_color

# MERGED ui/follow: Keeps a view at its end while new things come, until the user scrolls away from there.


class FollowEnd(QObject):
    """Moves a scroll bar with its end. The user's own scrolling switches it off, and on again."""

    def __init__(self, bar: QScrollBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._is_on = True
        self._is_ours = False
        self._settling = QTimer(self, singleShot=True, interval=0)
        self._settling.timeout.connect(self._settle)
        bar.valueChanged.connect(self._take_value)
        bar.rangeChanged.connect(self._take_range)
        bar.actionTriggered.connect(self._let_go)

    @property
    def is_on(self) -> bool:
        """Whether the newest is on show and stays so."""
        return self._is_on

    def _take_value(self, value: int) -> None:
        if not self._is_ours:
            self._is_on = value >= self._bar.maximum()

    def _take_range(self, _minimum: int, maximum: int) -> None:
        if self._is_on:
            self._is_ours = True
            self._bar.setValue(maximum)
            # A view of text with wrapped lines scrolls back to a line of its own after this.
            self._settling.start()

    def _settle(self) -> None:
        self._bar.setValue(self._bar.maximum())
        self._let_go()

    def _let_go(self) -> None:
        """From now on the bar moves as the user wants."""
        self._settling.stop()
        self._is_ours = False


MAX_LINES = 10_000
LONGEST_LINE = 2_000
"""Letters of one line that are shown; laying out more of them would hold up the window."""


class Ink(IntEnum):
    """What a line is written in. The value is kept with each line, see `QTextBlock.userState`."""

    PLAIN = 0
    FAINT = 1
    GREEN = 2
    BLUE = 3
    AMBER = 4
    RED = 5


_RIGHT = QTextCursor.MoveOperation.NextCharacter
_KEEP = QTextCursor.MoveMode.KeepAnchor
_COLORS = {Ink.GREEN: GREEN, Ink.BLUE: BLUE, Ink.AMBER: AMBER, Ink.RED: RED}


class LinesView(QPlainTextEdit):
    """Read-only and bounded. It follows the newest line unless the user has scrolled up.

    The lines keep their meaning, not their colours: these follow the palette.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(MAX_LINES)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._styles: dict[int, QTextCharFormat] = {}
        self.follow = FollowEnd(self.verticalScrollBar())

    def add_lines(self, lines: Iterable[tuple[str, Ink]]) -> None:
        """Append each (text, ink), all in one go. A text with line breaks becomes several lines."""
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
        """`line` in pieces, each in its style: all of it in that of `ink`."""
        return [(line, self._styles[ink])]

    def styles(self) -> dict[int, QTextCharFormat]:
        """The style of each ink, by its value, in the palette's colours of now."""
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
            style.setForeground(QBrush(pick(_COLORS[ink], palette)))
        return style
