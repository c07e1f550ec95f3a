"""Bytes that are too many to be edited, held aside until they are sent."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from app.client.formatting import count_bytes
from app.ui.icons import Icons

LONGEST_TEXT = 64 * 1024
LONGEST_LINE = 8 * 1024
"""Letters. Qt lays out a line in a time that grows with the square of its length."""


def is_long(text: str) -> bool:
    """Whether an editor would be slow with `text`."""
    if len(text) > LONGEST_TEXT:
        return True
    return len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE


class HeldBytes(QFrame):
    """Shows that bytes are held, and lets go of them. Hidden while there are none."""

    changed = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offer")
        self.data: bytes | None = None
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.drop_button = QToolButton(autoRaise=True)
        icons.give(self.drop_button, "close")
        self.drop_button.setToolTip(self.tr("Let go of them, and type instead"))
        self.drop_button.setAccessibleName(self.tr("Let go of what was pasted"))
        self.drop_button.clicked.connect(self.drop)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 1, 2, 1)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.drop_button)
        self.hide()

    def hold(self, data: bytes) -> None:
        """Take `data`."""
        self.data = data
        self.words.setText(
            self.tr("{0}, too long to edit: sent exactly as they are").format(
                count_bytes(len(data))
            )
        )
        self.show()
        self.changed.emit()

    def drop(self) -> None:
        """Let go of what is held."""
        if self.data is not None:
            self.data = None
            self.hide()
            self.changed.emit()
