"""The widgets of an input: the editor, the notation and line ending, and the state line.

The input bar of the console and the snippet form use them. The clipboard is read here too, because
it may have bytes that no editor can show.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QTextEdit,
    QWidget,
)

from app.client.draft import ClipboardData
from app.text.notation import LineEnding, Notation
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.text_view import DataField
from app.ui.widgets.translation import translated

MOST_LINES = 6
"""The editor grows to this many lines, then it scrolls."""

_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LINE_BREAKS = str.maketrans({"\u2029": "\n", "\ufdd0": "\n", "\ufdd1": "\n"})

BYTES_FORMAT = "application/octet-stream"

TEXT_FORMAT = "text/plain"


# Control characters, and those that Qt's editor would turn into a line break.
_NOT_TYPEABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufdd0\ufdd1]")


class InputEdit(DataField):
    """A plain text editor that grows with its lines. A mistake in the text is underlined.

    Enter submits and Shift+Enter starts a new line, or the reverse. Up on the first line and Down
    on the last one ask for the history, Ctrl+R for a search in it.
    """

    submitted = Signal()
    older_wanted = Signal()
    newer_wanted = Signal()
    search_wanted = Signal()

    pasted = Signal(object)
    """A `QMimeData` was pasted or dropped. The owner of the editor decides what to insert."""

    def __init__(self, enter_submits: Callable[[], bool] = lambda: True) -> None:
        """`enter_submits` returns whether Enter alone submits. Ctrl+Enter always submits."""
        super().__init__()
        self._enter_submits = enter_submits
        self.setObjectName("consoleInput")
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        self._fit()

    def text(self) -> str:
        """The typed text; lines end in `\\n`. Unlike `toPlainText`, it keeps no-break spaces."""
        return self.document().toRawText().translate(_LINE_BREAKS)

    def set_text(self, text: str, cursor_at: int | None = None) -> None:
        """Replace the text, and put the cursor at `cursor_at` or at the end. It can be undone."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        if cursor_at is not None:
            cursor.setPosition(_utf16_length(text[:cursor_at]))
        self.setTextCursor(cursor)

    @property
    def selection(self) -> tuple[int, int]:
        """Start and end of the selection in the text. Without one, both are the cursor position."""
        text = self.text().encode("utf-16-le", "surrogatepass")
        cursor = self.textCursor()
        start, end = (
            len(text[: 2 * units].decode("utf-16-le", "replace"))
            for units in (cursor.selectionStart(), cursor.selectionEnd())
        )
        return start, end

    def underline(self, position: int, length: int) -> None:
        """Underline a mistake: `length` letters from `position` of the text."""
        before, wrong = self.text()[:position], self.text()[position : position + length]
        cursor = self.textCursor()
        cursor.setPosition(_utf16_length(before))
        cursor.setPosition(_utf16_length(before + wrong), QTextCursor.MoveMode.KeepAnchor)
        style = QTextCharFormat()
        style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        style.setUnderlineColor(tint_color(Tint.DANGER, self.palette()))
        style.setForeground(tint_color(Tint.DANGER, self.palette()))
        selection = QTextEdit.ExtraSelection()
        selection.cursor = cursor
        selection.format = style
        self.setExtraSelections([selection])

    def clear_underline(self) -> None:
        """Remove the underline of a mistake."""
        self.setExtraSelections([])

    def event(self, event: QEvent) -> bool:
        # These keys are shortcuts of the window. Inside the editor they belong to the editor.
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if self._is_shortcut(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = modifiers == Qt.KeyboardModifier.NoModifier
        if event.key() in _ENTER_KEYS:
            self._handle_enter(modifiers)
        elif self._is_shortcut(event):
            self.search_wanted.emit()
        elif (
            plain
            and event.key() == Qt.Key.Key_Up
            and self._is_outermost_line(QTextCursor.MoveOperation.Up)
        ):
            self.older_wanted.emit()
        elif (
            plain
            and event.key() == Qt.Key.Key_Down
            and self._is_outermost_line(QTextCursor.MoveOperation.Down)
        ):
            self.newer_wanted.emit()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasFormat(BYTES_FORMAT)

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.pasted.emit(source)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._height_of(1))

    def _handle_enter(self, modifiers: Qt.KeyboardModifier) -> None:
        shift = modifiers == Qt.KeyboardModifier.ShiftModifier
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if control or shift is not self._enter_submits():
            self.submitted.emit()
        else:
            self.textCursor().insertBlock()
            self.ensureCursorVisible()

    @staticmethod
    def _is_shortcut(event: QKeyEvent) -> bool:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        return control and (event.key() == Qt.Key.Key_R or event.key() in _ENTER_KEYS)

    def _is_outermost_line(self, direction: QTextCursor.MoveOperation) -> bool:
        """Whether no line is left in that direction (`Up` or `Down`)."""
        cursor = self.textCursor()
        return not cursor.hasSelection() and not cursor.movePosition(direction)

    def _fit(self) -> None:
        # The height of this document is a number of lines, including wrapped ones.
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
        margins = 4 * self.MARGIN + 2 * self.frameWidth()
        return round(self.fontMetrics().lineSpacing() * lines + margins) + 2


def _utf16_length(text: str) -> int:
    """The length of `text` in UTF-16 units, as Qt counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def can_be_typed(text: str) -> bool:
    """Whether an editor can hold `text` without changing it."""
    return not _NOT_TYPEABLE.search(text)


def clipboard_data(source: QMimeData) -> ClipboardData:
    """Read pasted or dropped data. If `source` has only text, its bytes are UTF-8."""
    data = _bytes_of(source)
    is_crlf = 0 < data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")
    try:
        text = (data.replace(b"\r\n", b"\n") if is_crlf else data).decode()
    except UnicodeDecodeError:
        return ClipboardData(data, None)
    return ClipboardData(data, text, is_crlf) if can_be_typed(text) else ClipboardData(data, None)


def _bytes_of(source: QMimeData) -> bytes:
    if source.hasFormat(BYTES_FORMAT):
        return bytes(source.data(BYTES_FORMAT).data())
    text = source.text()
    # Qt replaced bytes that are not UTF-8. The original bytes may still be available.
    raw = bytes(source.data(TEXT_FORMAT).data()) if "\ufffd" in text else b""
    return raw or text.encode("utf-8", "replace")


class InputState(ElidingLabel):
    """One line about the input: its size and a note, or a mistake in red."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inputState")
        self.setProperty("wrong", False)  # set before the first styling, so that it is styled once
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_words(self, words: str, note: str) -> None:
        """Show `words`, and `note` after them."""
        self._show(" · ".join(filter(None, (words, note))), wrong=False)

    def show_mistake(self, sentence: str) -> None:
        """Show `sentence` in red."""
        self._show(translated(sentence), wrong=True)

    def _show(self, words: str, *, wrong: bool) -> None:
        self.setText(words)
        if self.property("wrong") is not wrong:
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)


class NotationPicker(QWidget):
    """Two boxes: the notation of the input, and its line ending."""

    notation_chosen = Signal()
    ending_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.notation_box = QComboBox()
        for notation, words in (
            (Notation.TEXT, self.tr("Text")),
            (Notation.ESCAPES, self.tr("Escapes")),
            (Notation.HEX, self.tr("Hex")),
        ):
            self.notation_box.addItem(words, notation)
        self.notation_box.setAccessibleName(self.tr("How the input is meant"))
        self.notation_box.setToolTip(
            self.tr(
                "Text: as it is typed\n"
                "Escapes: \\r \\n \\t \\0 \\\\ \\x1b \\u00a0 stand for what they say\n"
                "Hex: bytes such as 48 65 6c, or 0x48, 0x65"
            )
        )
        self.ending_box = QComboBox()
        for ending in LineEnding:
            self.ending_box.addItem(ending.label, ending)
        self.ending_box.setAccessibleName(self.tr("Line ending"))
        self.ending_box.setToolTip(
            self.tr("What is sent at the end of each line. Hex is sent as it stands.")
        )
        self.show_choice(Notation.TEXT, LineEnding.LF)
        self.notation_box.currentIndexChanged.connect(self._notation_changed)
        self.ending_box.currentIndexChanged.connect(lambda _: self.ending_chosen.emit())
        fill(QHBoxLayout(self), self.notation_box, self.ending_box, spacing=4, margins=0)

    @property
    def notation(self) -> Notation:
        """The chosen notation."""
        notation: Notation = self.notation_box.currentData()
        return notation

    @property
    def ending(self) -> LineEnding:
        """The chosen line ending. Hex input does not use it."""
        ending: LineEnding = self.ending_box.currentData()
        return ending

    def show_choice(self, notation: Notation, ending: LineEnding) -> None:
        """Select these values without emitting a signal."""
        for box, value in ((self.notation_box, notation), (self.ending_box, ending)):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
        self.ending_box.setEnabled(notation is not Notation.HEX)

    def _notation_changed(self) -> None:
        self.ending_box.setEnabled(self.notation is not Notation.HEX)
        self.notation_chosen.emit()
