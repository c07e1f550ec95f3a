"""A scroll area that is as high as what is in it, for as long as the screen has room for that."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QSizePolicy, QWidget

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


# MERGED ui/folding_box: Parts side by side where there is room, and below each other where there is not.

_SIDE_BY_SIDE = QBoxLayout.Direction.LeftToRight
_FOLDED = QBoxLayout.Direction.TopToBottom


class FoldingBox(QWidget):
    """A row that becomes a column rather than make its window wider.

    It is never wider by itself than the widest of its parts.
    """

    def __init__(self, spacing: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QBoxLayout(_SIDE_BY_SIDE, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)
        self._box.setSizeConstraint(QBoxLayout.SizeConstraint.SetNoConstraint)
        self._parts: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, part: QWidget, stretch: int = 0) -> None:
        """Another part, behind the others; `stretch` is its share of the room that is left."""
        self._parts.append(part)
        self._box.addWidget(part, stretch)
        part.installEventFilter(self)

    @property
    def is_folded(self) -> bool:
        """Whether the parts are below each other."""
        return self._box.direction() == _FOLDED

    def sizeHint(self) -> QSize:
        return self._size([part.sizeHint() for part in self._shown()])

    def minimumSizeHint(self) -> QSize:
        return self._size([part.minimumSizeHint() for part in self._shown()], is_least=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def eventFilter(self, part: QObject, event: QEvent) -> bool:
        # A part was shown, hidden, or has become another size.
        if event.type() in (
            QEvent.Type.ShowToParent,
            QEvent.Type.HideToParent,
            QEvent.Type.LayoutRequest,
        ):
            self._fold()
            self.updateGeometry()
        return False

    def _shown(self) -> list[QWidget]:
        return [part for part in self._parts if not part.isHidden()]

    def _fold(self) -> None:
        needed = [part.sizeHint().width() for part in self._shown()]
        gaps = self._box.spacing() * max(0, len(needed) - 1)
        direction = _FOLDED if sum(needed) + gaps > self.width() else _SIDE_BY_SIDE
        if direction != self._box.direction():
            self._box.setDirection(direction)
            self.updateGeometry()

    def _size(self, sizes: list[QSize], *, is_least: bool = False) -> QSize:
        widths = [size.width() for size in sizes]
        heights = [size.height() for size in sizes]
        gaps = self._box.spacing() * max(0, len(sizes) - 1)
        width = max(widths, default=0) if is_least or self.is_folded else sum(widths) + gaps
        height = sum(heights) + gaps if self.is_folded else max(heights, default=0)
        return QSize(width, height)
