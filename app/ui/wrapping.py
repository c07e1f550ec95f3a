"""A label whose words wrap and are never cut off."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget


class WrappingLabel(QLabel):
    """Plain text in as many lines as it needs.

    Qt's own tells a layout no least height when its words wrap, so that a text that became longer
    is cut off. This one tells what it needs at the width it has.
    """

    def __init__(self, *, least_lines: int = 1, parent: QWidget | None = None) -> None:
        """There is always room for `least_lines`, so that the rest stays where it is."""
        super().__init__(parent)
        self._least_lines = least_lines
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)

    def sizeHint(self) -> QSize:
        # Qt's own is made for a width that the label seldom gets, and leaves a line empty.
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        least = self.fontMetrics().lineSpacing() * self._least_lines
        # Before it is shown, the width says nothing.
        needed = self.heightForWidth(self.width()) if self.isVisible() else 0
        return QSize(super().minimumSizeHint().width(), max(least, needed))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
