"""Shows a transcript: a line for each thing said, with its time and direction."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase, QPalette, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.client.formatting import Layout
from app.client.transcript import Kind, News
from app.ui.colors import BLUE, GREEN, pick
from app.ui.follow import Follow

MAX_LINES = 10_000
MAX_ENTRIES_A_TICK = 400


class TranscriptView(QPlainTextEdit):
    """Read-only and bounded. It follows the newest line unless the user has scrolled up.

    What comes faster than can be read is left out here and said so; the transcript has it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(MAX_LINES)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setAccessibleName(self.tr("What was said"))
        self._layout = Layout()
        self.follow = Follow(self.verticalScrollBar())

    def show_news(self, news: News) -> None:
        """Append what is new since the last call."""
        skipped = max(0, len(news.entries) - MAX_ENTRIES_A_TICK)
        lines = [line for entry in news.entries[skipped:] for line in self._layout.feed(entry)]
        left_out = news.missed + skipped
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        if left_out:
            note = self.tr("({0} chunks came too fast to show)").format(f"{left_out:,}")
            self._insert(cursor, note, self._format(Kind.EVENT))
        for line in lines[-MAX_LINES:]:
            self._insert(cursor, line.render(), self._format(line.kind))
        cursor.endEditBlock()

    def clear(self) -> None:
        """Empty the view; what comes later still shows."""
        super().clear()
        self._layout = Layout()

    def _insert(self, cursor: QTextCursor, text: str, style: QTextCharFormat) -> None:
        if not self.document().isEmpty():
            cursor.insertBlock()
        cursor.insertText(text, style)

    def _format(self, kind: Kind) -> QTextCharFormat:
        style = QTextCharFormat()
        palette = self.palette()
        match kind:
            case Kind.SENT:
                style.setForeground(pick(BLUE, palette))
            case Kind.RECEIVED:
                style.setForeground(pick(GREEN, palette))
            case Kind.EVENT:
                style.setForeground(palette.color(QPalette.ColorRole.PlaceholderText))
        return style
