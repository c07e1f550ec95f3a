"""Where a row that is dragged would come to stand: a line between two rows says so."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QWidget

THICKNESS = 2


class DropLine(QFrame):
    """A line across the rows of one widget; hidden unless something is dragged."""

    def __init__(self, body: QWidget) -> None:
        super().__init__(body)
        self.setObjectName("dropLine")
        self.hide()

    def show_at(self, y: int, rows: Sequence[QWidget]) -> None:
        """Mark the gap that `y`, in the widget with the rows, is nearest to."""
        gap = gap_at(y, rows)
        edge = rows[gap].y() if gap < len(rows) else rows[-1].geometry().bottom() + 1
        first = rows[0].geometry()
        self.setGeometry(first.x(), max(0, edge - THICKNESS), first.width(), THICKNESS)
        self.raise_()
        self.show()


def gap_at(y: int, rows: Sequence[QWidget]) -> int:
    """How many of `rows`, which stand below each other, are above `y` with their middle."""
    return sum(row.geometry().center().y() < y for row in rows)
