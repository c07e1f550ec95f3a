"""What one types into: one line that grows to several, with the mistake in it underlined."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase, QKeyEvent, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QTextEdit, QWidget

from app.ui.colors import RED, pick

MOST_LINES = 6
"""Lines to grow to; then it scrolls."""

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BREAKS = str.maketrans({"\u2029": "\n", "\ufdd0": "\n", "\ufdd1": "\n"})


class InputEdit(QPlainTextEdit):
    """Plain text of any length. Enter submits it, Shift+Enter begins a line; or the reverse.

    Up on the first line and Down on the last ask for the history, Ctrl+R for a search in it.
    """

    submitted = Signal()
    older_wanted = Signal()
    newer_wanted = Signal()
    search_wanted = Signal()

    pasted = Signal(object)
    """A `QMimeData` is pasted or dropped: whoever owns the input decides what becomes of it."""

    def __init__(
        self, enter_submits: Callable[[], bool] = lambda: True, parent: QWidget | None = None
    ) -> None:
        """`enter_submits` gives whether Enter alone submits; with Ctrl it always does."""
        super().__init__(parent)
        self._enter_submits = enter_submits
        self.setObjectName("consoleInput")
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(3)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        self._fit()

    def text(self) -> str:
        """What is typed; lines end in `\\n`. A no-break space is still one, unlike in Qt's own."""
        return self.document().toRawText().translate(_BREAKS)

    def set_text(self, text: str, cursor_at: int | None = None) -> None:
        """Show `text` instead, with the cursor at its end or elsewhere. It can be undone."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        if cursor_at is not None:
            cursor.setPosition(_units(text[:cursor_at]))
        self.setTextCursor(cursor)

    @property
    def selection(self) -> tuple[int, int]:
        """Where in the text the selection starts and ends, or twice where the cursor is."""
        text = self.text().encode("utf-16-le", "surrogatepass")
        cursor = self.textCursor()
        start, end = (
            len(text[: 2 * units].decode("utf-16-le", "replace"))
            for units in (cursor.selectionStart(), cursor.selectionEnd())
        )
        return start, end

    def point_at(self, position: int, length: int) -> None:
        """Underline what is wrong: `length` letters from `position` of the text."""
        before, wrong = self.text()[:position], self.text()[position : position + length]
        cursor = self.textCursor()
        cursor.setPosition(_units(before))
        cursor.setPosition(_units(before + wrong), QTextCursor.MoveMode.KeepAnchor)
        style = QTextCharFormat()
        style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        style.setUnderlineColor(pick(RED, self.palette()))
        style.setForeground(pick(RED, self.palette()))
        selection = QTextEdit.ExtraSelection()
        selection.cursor = cursor
        selection.format = style
        self.setExtraSelections([selection])

    def point_nowhere(self) -> None:
        """Nothing is wrong."""
        self.setExtraSelections([])

    def event(self, event: QEvent) -> bool:
        # Keys that are the window's elsewhere are the input's here.
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if self._is_ours(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = modifiers == Qt.KeyboardModifier.NoModifier
        if event.key() in _ENTER:
            self._take_enter(modifiers)
        elif self._is_ours(event):
            self.search_wanted.emit()
        elif plain and event.key() == Qt.Key.Key_Up and self._is_at(QTextCursor.MoveOperation.Up):
            self.older_wanted.emit()
        elif (
            plain and event.key() == Qt.Key.Key_Down and self._is_at(QTextCursor.MoveOperation.Down)
        ):
            self.newer_wanted.emit()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasFormat("application/octet-stream")

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.pasted.emit(source)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._height_of(1))

    def _take_enter(self, modifiers: Qt.KeyboardModifier) -> None:
        shift = modifiers == Qt.KeyboardModifier.ShiftModifier
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if control or shift is not self._enter_submits():
            self.submitted.emit()
        else:
            self.textCursor().insertBlock()
            self.ensureCursorVisible()

    @staticmethod
    def _is_ours(event: QKeyEvent) -> bool:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        return control and (event.key() == Qt.Key.Key_R or event.key() in _ENTER)

    def _is_at(self, way: QTextCursor.MoveOperation) -> bool:
        """Whether the cursor is on the last line that way."""
        cursor = self.textCursor()
        return not cursor.hasSelection() and not cursor.movePosition(way)

    def _fit(self) -> None:
        # Its document's height counts lines, wrapped ones included.
        lines = round(self.document().size().height())
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if lines > MOST_LINES
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        height = self._height_of(min(max(1, lines), MOST_LINES))
        if height != self.height() or height != self.maximumHeight():
            self.setFixedHeight(height)

    def _height_of(self, lines: int) -> int:
        margins = self.document().documentMargin() * 2 + self.frameWidth() * 2
        return round(self.fontMetrics().lineSpacing() * lines + margins) + 2


def _units(text: str) -> int:
    """The length of `text` as Qt counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
