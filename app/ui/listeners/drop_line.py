"""The line that shows where a dragged row would be dropped."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QFrame, QWidget

LINE_HEIGHT = 2


class DropLine(QFrame):
    """A line between two rows that shows where a dragged row would be dropped."""

    def __init__(self, body: QWidget) -> None:
        super().__init__(body)
        self.setObjectName("dropLine")
        self.hide()

    def show_at(self, y: int, rows: Sequence[QRect]) -> None:
        """Show the line in the gap between `rows` that is nearest to `y`."""
        gap = gap_at(y, rows)
        edge = rows[gap].y() if gap < len(rows) else rows[-1].bottom() + 1
        first = rows[0]
        self.setGeometry(first.x(), max(0, edge - LINE_HEIGHT), first.width(), LINE_HEIGHT)
        self.raise_()
        self.show()


def gap_at(y: int, rows: Sequence[QRect]) -> int:
    """The number of `rows` whose middle is above `y`."""
    return sum(row.center().y() < y for row in rows)
