"""Containers that fit their content: a scroll area as high as its content, and a folding row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QSizePolicy, QWidget

SCREEN_SHARE = 0.78
"""The largest share of the screen's height. The rest is for the widgets around it."""

_SIDE_BY_SIDE = QBoxLayout.Direction.LeftToRight
_FOLDED = QBoxLayout.Direction.TopToBottom


class FittingScroll(QScrollArea):
    """As high as its content, as long as the screen has room for that. Then it scrolls."""

    def __init__(self, content: FittingContent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self.setObjectName("fittingScroll")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        content.size_hint_changed.connect(self.updateGeometry)

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
            self.updateGeometry()  # text may wrap at other words now


class FittingContent(QWidget):
    """The content of a `FittingScroll`. It needs a layout."""

    size_hint_changed = Signal()
    """The size hint of the layout may have changed."""

    def height_for(self, width: int) -> int:
        """The height that it needs at this width."""
        wrapped = self.heightForWidth(width) if self.hasHeightForWidth() else 0
        return max(wrapped, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.size_hint_changed.emit()
        return handled


class FoldingBox(QWidget):
    """A row of widgets that becomes a column if there is not enough width for all of them.

    So its minimum width is that of the widest part.
    """

    def __init__(
        self, spacing: int = 6, parent: QWidget | None = None, *, is_patient: bool = False
    ) -> None:
        """Patient, it folds only where the parts have not even their least widths."""
        super().__init__(parent)
        self._box = QBoxLayout(_SIDE_BY_SIDE, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)
        self._box.setSizeConstraint(QBoxLayout.SizeConstraint.SetNoConstraint)
        self._parts: list[QWidget] = []
        self._is_patient = is_patient
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, part: QWidget, stretch: int = 0) -> None:
        """Add a part at the end; `stretch` is its share of the width that is left."""
        self._parts.append(part)
        self._box.addWidget(part, stretch)
        part.installEventFilter(self)

    @property
    def is_folded(self) -> bool:
        """Whether the parts are in a column."""
        return self._box.direction() == _FOLDED

    def sizeHint(self) -> QSize:
        return self._size([part.sizeHint() for part in self._shown()])

    def minimumSizeHint(self) -> QSize:
        return self._size([part.minimumSizeHint() for part in self._shown()], is_least=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def eventFilter(self, part: QObject, event: QEvent) -> bool:
        # A part was shown or hidden, or its size hint changed.
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
        needed = [
            (part.minimumSizeHint() if self._is_patient else part.sizeHint()).width()
            for part in self._shown()
        ]
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
