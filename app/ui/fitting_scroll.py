"""A scroll area that is as high as what is in it, for as long as the screen has room for that."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

SCREEN_SHARE = 0.78
"""How much of the screen's height it takes before it scrolls: the rest is for what is around it."""


class FittingContent(QWidget):
    """What is scrolled. Give it a layout."""

    size_wish_changed = Signal()
    """Its layout wants another size."""

    def height_for(self, width: int) -> int:
        """The height that all of it needs at this width."""
        wrapped = self.heightForWidth(width) if self.hasHeightForWidth() else 0
        return max(wrapped, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.size_wish_changed.emit()
        return handled


class FittingScroll(QScrollArea):
    """Asks its layout for the whole height of its content, so that nothing scrolls needlessly."""

    def __init__(self, content: FittingContent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self.setObjectName("fittingScroll")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        content.size_wish_changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        width = self._content.minimumSizeHint().width()
        needed = self._content.height_for(max(width, self.viewport().width()))
        most = round(self.screen().availableGeometry().height() * SCREEN_SHARE)
        if needed <= most:
            return QSize(width, needed)
        return QSize(width + self.verticalScrollBar().sizeHint().width(), most)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()  # words wrap in other places now
