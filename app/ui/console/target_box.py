"""The box that says where to connect to."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QWidget

LEAST_LETTERS = 14
USUAL_LETTERS = 28


class TargetBox(QComboBox):
    """Can be typed into and chosen from; while it is locked, it can still be read and copied.

    Disabled, it would turn grey just when it says whom one talks to.
    """

    entered = Signal()
    """Enter was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_locked = False
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(LEAST_LETTERS)

    @property
    def line(self) -> QLineEdit:
        """Where one types."""
        line = self.lineEdit()
        assert line is not None
        return line

    def lock(self, is_locked: bool) -> None:
        """Whether what it says stays."""
        self.is_locked = is_locked
        self.line.setReadOnly(is_locked)

    def sizeHint(self) -> QSize:
        """Room for most places, where there is room."""
        hint = super().sizeHint()
        more = (USUAL_LETTERS - LEAST_LETTERS) * self.fontMetrics().horizontalAdvance("x")
        return QSize(hint.width() + more, hint.height())

    def showPopup(self) -> None:
        if not self.is_locked:
            super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Never by accident: a wheel that scrolls by would choose something else."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # The line hears of some keys twice: when they come, and from this box.
            self.entered.emit()
        elif self.is_locked:
            self.line.event(event)
        else:
            super().keyPressEvent(event)
