"""The line one types into: Up and Down bring back what was sent before."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.client.history import History


class InputLine(QLineEdit):
    """A line edit with the memory of a shell."""

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setMaxLength(1_000_000)

    def remember(self) -> None:
        """The text was sent: keep it, and begin an empty line."""
        self._history.add(self.text())
        self.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up:
                self.setText(self._history.older(self.text()))
            case Qt.Key.Key_Down:
                self.setText(self._history.newer(self.text()))
            case _:
                super().keyPressEvent(event)
