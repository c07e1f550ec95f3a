"""The text of a conversation: each side in its own colour and mark, the newest at the end."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from app.traffic.conversation import Piece
from app.ui.lines_view import Ink, LinesView

MARKS = {False: "← ", True: "→ "}
_INKS = {False: Ink.GREEN, True: Ink.BLUE}


class StreamText(LinesView):
    """Each line begins with the mark of who said it, and knows the chunk that it began in."""

    number_changed = Signal()
    """The cursor is in a line of another chunk: see `number`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers: deque[int] = deque()
        self._told: int | None = None
        self.setAccessibleName(self.tr("Conversation"))
        self.cursorPositionChanged.connect(self._tell)

    @property
    def number(self) -> int | None:
        """Of the chunk in whose line the cursor is; `None` in an empty text."""
        line = self.textCursor().blockNumber()
        return self._numbers[line] if line < len(self._numbers) else None

    @property
    def first(self) -> int | None:
        """The number of the oldest chunk that is shown."""
        return self._numbers[0] if self._numbers else None

    def add(self, pieces: Sequence[Piece]) -> None:
        """Append what was said, all in one go."""
        document = self.document()
        styles = {sent: self._style(ink) for sent, ink in _INKS.items()}
        cursor = QTextCursor(document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for piece in pieces:
            if piece.begins or not self._numbers:
                self._begin_line(cursor, piece.number, _INKS[piece.sent])
                cursor.insertText(MARKS[piece.sent], styles[piece.sent])
            cursor.insertText(piece.text, styles[piece.sent])
        cursor.endEditBlock()
        self._forget_gone()

    def add_event(self, number: int, words: str) -> None:
        """Append a line that nobody said."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._begin_line(cursor, number, Ink.FAINT)
        cursor.insertText(f"· {words}", self._style(Ink.FAINT))
        self._forget_gone()

    def begin_anew(self) -> None:
        """Show nothing."""
        self.clear()
        self._numbers.clear()
        self._told = None

    def go_to(self, number: int) -> bool:
        """Select the first line of that chunk; whether it is shown."""
        if not self._numbers or number < self._numbers[0]:
            return False
        numbers = list(self._numbers)
        # What a chunk says may go on in a line that began before it.
        line = max(0, bisect_right(numbers, number) - 1)
        while line and numbers[line - 1] == number:
            line -= 1
        cursor = QTextCursor(self.document().findBlockByNumber(line))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.centerCursor()
        return True

    def _begin_line(self, cursor: QTextCursor, number: int, ink: Ink) -> None:
        if self._numbers:
            cursor.insertBlock()
        cursor.block().setUserState(ink)
        self._numbers.append(number)

    def _forget_gone(self) -> None:
        """The text drops its oldest lines by itself."""
        while len(self._numbers) > self.document().blockCount():
            self._numbers.popleft()

    def _tell(self) -> None:
        number = self.number
        if number != self._told:
            self._told = number
            self.number_changed.emit()
