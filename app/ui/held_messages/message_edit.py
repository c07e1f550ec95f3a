"""The bytes of one held message, to be edited as text or as hex."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from app.text.notation import Notation, read, write
from app.ui.style.theme import MonoFont
from app.ui.widgets.translation import translated

MOST_EDITED: Final = 64 * 1024
"""A longer message is shown in part, and cannot be edited."""


class MessageEdit(QWidget):
    """Shows a message. `edited` is what the user made of it."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data: bytes | None = None
        self._shown = ""
        self.notation = QComboBox()
        self.notation.addItem(self.tr("Text"), Notation.ESCAPES)
        self.notation.addItem(self.tr("Hex"), Notation.HEX)
        self.notation.setAccessibleName(self.tr("Text or hex"))
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(self.tr("The message, to be edited"))
        self.text.setTabChangesFocus(True)
        MonoFont(self.text)
        self.note = QLabel()
        self.note.setObjectName("trouble")
        bar = QHBoxLayout()
        bar.addWidget(self.notation)
        bar.addWidget(self.note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(bar)
        layout.addWidget(self.text, 1)
        self.notation.activated.connect(self._show_in_other_notation)
        self.text.textChanged.connect(self._check)
        self.show_message(None)

    @property
    def edited(self) -> bytes | None:
        """The bytes as edited. `None` if they are as they came. Raises `ValueError`."""
        text = self.text.toPlainText()
        if self._data is None or text == self._shown or self.text.isReadOnly():
            return None
        return read(text.replace("\n", ""), self.notation.currentData())

    @property
    def is_valid(self) -> bool:
        """Whether what is typed are bytes."""
        try:
            _ = self.edited
        except ValueError:
            return False
        return True

    def show_message(self, data: bytes | None) -> None:
        """Show another message, or none. What was typed is lost."""
        self._data = data
        self.setEnabled(data is not None)
        is_too_long = data is not None and len(data) > MOST_EDITED
        self.text.setReadOnly(is_too_long)
        part = (data or b"")[:MOST_EDITED]
        escaped = write(part, Notation.ESCAPES)
        is_readable = escaped.count("\\x") * 4 <= len(part)
        self.notation.setCurrentIndex(0 if is_readable else 1)
        self._show(part)
        if is_too_long:
            self.note.setText(self.tr("Too long to edit: this is its beginning."))

    def _show(self, data: bytes) -> None:
        self._shown = write(data, self.notation.currentData())
        self.text.setPlainText(self._shown)

    def _show_in_other_notation(self) -> None:
        """Show the same bytes; what cannot be read is shown as it came."""
        other = Notation.HEX if self.notation.currentIndex() == 0 else Notation.ESCAPES
        text = self.text.toPlainText()
        data = (self._data or b"")[:MOST_EDITED]
        if text != self._shown:
            try:
                edited = read(text.replace("\n", ""), other)
            except ValueError:
                edited = data
            self._show(data)
            self.text.setPlainText(write(edited, self.notation.currentData()))
        else:
            self._show(data)

    def _check(self) -> None:
        try:
            _ = self.edited
        except ValueError as error:
            self.note.setText(translated(str(error)))
        else:
            self.note.setText("")
        self.note.setProperty("wrong", bool(self.note.text()))
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        self.changed.emit()
