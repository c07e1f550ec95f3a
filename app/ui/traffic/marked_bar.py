"""A scroll bar that shows where the finds are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollBar, QStyle, QStyleOptionSlider, QWidget

from app.ui.colors import AMBER, pick

MARK_HEIGHT = 2

IsFound = Callable[[int, int], bool]
"""Whether there is a find in the rows of `range(start, stop)`."""


class MarkedBar(QScrollBar):
    """Has a mark wherever a row within is found, also where the handle is.

    Where the rows outnumber the pixels, each pixel is asked for once, so that a million finds cost
    no more than a thousand. It is asked anew when `show_finds` is told of another state.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._is_found: IsFound | None = None
        self._rows = 0
        self._state: object = None
        self._marks: list[int] = []
        self._marked_height = 0

    @property
    def marks(self) -> list[int]:
        """Where the marks are, in pixels below the beginning of the groove."""
        height = self._groove().height()
        if height != self._marked_height:
            self._marked_height = height
            self._marks = self._made(height)
        return self._marks

    def show_finds(self, is_found: IsFound | None, rows: int, state: object) -> None:
        """Mark what `is_found` says of so many `rows`; it says the same while `state` is equal."""
        if state == self._state:
            return
        self._state = state
        self._is_found = is_found
        self._rows = rows
        self._marked_height = -1
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_found is None:
            return
        groove = self._groove()
        painter = QPainter(self)
        color = pick(AMBER, self.palette())
        left, width = groove.left() + groove.width() // 4, groove.width() // 2
        for mark in self.marks:
            painter.fillRect(left, groove.top() + mark, width, MARK_HEIGHT, color)

    def _made(self, height: int) -> list[int]:
        if self._is_found is None or not self._rows or height <= 0:
            return []
        steps = max(1, min(height // MARK_HEIGHT, self._rows))
        bounds = [self._rows * step // steps for step in range(steps + 1)]
        return [
            height * step // steps
            for step in range(steps)
            if self._is_found(bounds[step], bounds[step + 1])
        ]

    def _groove(self) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(
            QStyle.ComplexControl.CC_ScrollBar,
            option,
            QStyle.SubControl.SC_ScrollBarGroove,
            self,
        )
