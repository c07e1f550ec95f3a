"""A graph of the recent past, as small as a word."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

SIZE = QSize(48, 18)


class Sparkline(QWidget):
    """Draws values from left (oldest) to right, scaled to the largest; nothing when all are 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._values: list[float] = []

    def sizeHint(self) -> QSize:
        return SIZE

    def show_values(self, values: Sequence[float]) -> None:
        """Draw `values` from now on; drawing is skipped when they are the same."""
        taken = list(values)
        if taken != self._values:
            self._values = taken
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        top = max(self._values, default=0.0)
        if top <= 0 or len(self._values) < 2:
            return
        color = self.palette().color(QPalette.ColorRole.Highlight)
        line = self._line(top)
        area = QPolygonF([*line, QPointF(self.width(), self.height()), QPointF(0, self.height())])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color.red(), color.green(), color.blue(), 50))
        painter.drawPolygon(area)
        painter.setPen(QPen(color, 1.2))
        painter.drawPolyline(QPolygonF(line))

    def _line(self, top: float) -> list[QPointF]:
        step = self.width() / (len(self._values) - 1)
        height = self.height() - 2
        return [
            QPointF(index * step, 1 + height * (1 - value / top))
            for index, value in enumerate(self._values)
        ]
