"""Bytes as a user writes them: a line, and whether it is text or hex."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from app.rules.spec import Written
from app.text.notation import Notation
from app.ui.rules.one_line import one_line
from app.ui.style.theme import MonoFont

LONGEST_TEXT: Final = 64 * 1024


def line_edit(name: str, placeholder: str = "") -> QLineEdit:
    """A line for bytes, in the font of bytes. `name` is for people who cannot see it."""
    line = QLineEdit()
    line.setMaxLength(LONGEST_TEXT)
    line.setAccessibleName(name)
    line.setPlaceholderText(placeholder)
    MonoFont(line)
    return line


def choose(box: QComboBox, value: object) -> None:
    """Choose the item of `box` whose data is `value`. Qt's own search takes Qt's values only."""
    found = (index for index in range(box.count()) if box.itemData(index) == value)
    box.setCurrentIndex(next(found))


class WrittenEdit(QWidget):
    """Edits a `Written`. It is not checked here."""

    changed = Signal()

    def __init__(self, name: str, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notation = QComboBox()
        self.notation.addItem(self.tr("Text"), Notation.ESCAPES)
        self.notation.addItem(self.tr("Hex"), Notation.HEX)
        self.notation.setAccessibleName(self.tr("Text or hex"))
        self.notation.setToolTip(
            self.tr(r"Text has escapes such as \r\n and \x00, hex has two digits for each byte")
        )
        self.line = line_edit(name, placeholder)
        self.setFocusProxy(self.line)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.notation)
        layout.addWidget(self.line, 1)
        self.notation.currentIndexChanged.connect(self.changed)
        self.line.textChanged.connect(self.changed)

    @property
    def written(self) -> Written:
        """What is entered."""
        return Written(self.line.text(), self.notation.currentData())

    def show_written(self, written: Written) -> None:
        """Show `written` without a signal."""
        self.blockSignals(True)
        choose(self.notation, written.notation)
        self.line.setText(one_line(written.text))
        self.blockSignals(False)
