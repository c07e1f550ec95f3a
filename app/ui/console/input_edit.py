"""What one types into: one line that grows to several, with the mistake in it underlined."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase, QKeyEvent, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QSizePolicy,
    QTextEdit,
    QWidget,
)

from app.client.draft import ClipboardData
from app.text.notation import LineEnding, Notation
from app.ui.style.theme import RED, pick
from app.ui.widgets.labels import ElidingLabel

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


# MERGED ui/console/clipboard: What the clipboard holds, or what is dropped: text that an editor can hold, or other bytes.

BYTES_FORMAT = "application/octet-stream"
TEXT_FORMAT = "text/plain"

# What has no shape, and what Qt's editor would turn into a line break.
_NOT_TYPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufdd0\ufdd1]")


def can_be_typed(text: str) -> bool:
    """Whether an editor can hold `text` as it is."""
    return not _NOT_TYPED.search(text)


def pasted(source: QMimeData) -> ClipboardData:
    """Read `source`. What names no bytes of its own is its text, in UTF-8."""
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
    # Qt's text has lost what was no UTF-8; the bytes may still be there.
    raw = bytes(source.data(TEXT_FORMAT).data()) if "\ufffd" in text else b""
    return raw or text.encode("utf-8", "replace")


# MERGED ui/console/input_state: What the input comes to, in a few words: its bytes, a remark, or a mistake.


class InputState(ElidingLabel):
    """One quiet line, red for a mistake."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inputState")
        self.setProperty("wrong", False)  # before it is ever styled, so that this costs nothing
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_words(self, words: str, note: str) -> None:
        """Say `words`, and `note` after them."""
        self._show(" · ".join(filter(None, (words, note))), wrong=False)

    def show_mistake(self, sentence: str) -> None:
        """Say what is wrong."""
        self._show(sentence, wrong=True)

    def _show(self, words: str, *, wrong: bool) -> None:
        self.setText(words)
        if self.property("wrong") is not wrong:
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)


# MERGED ui/console/means: How the input is meant: its notation, and what its lines end in.


class NotationPicker(QWidget):
    """Two choices. `show` sets both without telling."""

    notation_chosen = Signal()
    ending_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        self.show_means(Notation.TEXT, LineEnding.LF)
        self.notation_box.currentIndexChanged.connect(self._take_notation)
        self.ending_box.currentIndexChanged.connect(lambda _: self.ending_chosen.emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.notation_box)
        layout.addWidget(self.ending_box)

    @property
    def notation(self) -> Notation:
        """The one chosen."""
        notation: Notation = self.notation_box.currentData()
        return notation

    @property
    def ending(self) -> LineEnding:
        """The one chosen; hex does not use it."""
        ending: LineEnding = self.ending_box.currentData()
        return ending

    def show_means(self, notation: Notation, ending: LineEnding) -> None:
        """Show these as chosen."""
        for box, value in ((self.notation_box, notation), (self.ending_box, ending)):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
        self.ending_box.setEnabled(notation is not Notation.HEX)

    def _take_notation(self) -> None:
        self.ending_box.setEnabled(self.notation is not Notation.HEX)
        self.notation_chosen.emit()
