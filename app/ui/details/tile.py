"""The tile of one listener: its state, its switch and its recent traffic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.server.listener import Listener, State
from app.text import readable
from app.ui.details.history import Series
from app.ui.listeners.status import first_line, protocol_text, short_line
from app.ui.style.listener_colors import ListenerColors
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.controls import Switch
from app.ui.widgets.labels import ElidingLabel

PLOT_HEIGHT: Final = 44
LEAST_TOP: Final = 100.0
"""A plot reaches at least so many bytes a second, or a single byte would fill it."""

LEAST_LETTERS: Final = 30
"""The least width of a tile, in Latin letters. The average of a font with ideographs is twice as
wide."""

FILL_ALPHA: Final = 40
STEPS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""The arrow keys, with the columns and the rows that they go."""


class TilePlot(QWidget):
    """Both directions of the last minute, the newest at the right, on a base line."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(PLOT_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._series: Series | None = None

    def show_series(self, series: Series) -> None:
        """Draw `series`. Nothing is painted if both are empty, as nothing changes then."""
        was_empty = self._series is None or self._series.is_empty
        self._series = series
        if not (was_empty and series.is_empty):
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Shadow), 1))
        base = self.height() - 0.5
        painter.drawLine(QPointF(0, base), QPointF(self.width(), base))
        if self._series is None or self._series.is_empty:
            return
        # The last second is not over: its rate would always fall.
        received, sent = self._series.bytes_in[:-1], self._series.bytes_out[:-1]
        top = max(LEAST_TOP, *received, *sent)
        for values, tint in ((received, Tint.SUCCESS), (sent, Tint.INFO)):
            self._paint_line(painter, values, top, tint_color(tint, self.palette()))

    def _paint_line(
        self, painter: QPainter, values: Sequence[float], top: float, color: QColor
    ) -> None:
        step, height = self.width() / (len(values) - 1), self.height() - 3
        line = [
            QPointF(place * step, 2 + height * (1 - value / top))
            for place, value in enumerate(values)
        ]
        soft = QColor(color)
        soft.setAlpha(FILL_ALPHA)
        corners = [QPointF(self.width(), self.height()), QPointF(0, self.height())]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(soft)
        painter.drawPolygon(QPolygonF([*line, *corners]))
        painter.setPen(QPen(color, 1.5))
        painter.drawPolyline(QPolygonF(line))


class Tile(QPushButton):
    """One listener. A click or Enter chooses it; its switch or Space starts or stops it."""

    def __init__(
        self, listener: Listener, colors: ListenerColors, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.listener = listener
        self._colors = colors
        self.setObjectName("tile")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.swatch = QLabel()
        self.name = ElidingLabel()
        self.name.setObjectName("listenerName")
        self.switch = Switch()
        self.switch.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # one tab stop a tile
        self.place = ElidingLabel()
        self.place.setObjectName("quiet")
        self.plot = TilePlot()
        self.state = ElidingLabel()
        self.state.setObjectName("trouble")
        self.state.setProperty("wrong", False)
        self.rate = QLabel()
        self.rate.setObjectName("quiet")
        self._lay_out()

    def show_listener(self, listener: Listener) -> None:
        """Be the tile of `listener` from now on. The caller plots its rates."""
        self.listener = listener
        self.switch.jump(listener.can_stop)
        self.refresh()

    def show_series(self, series: Series) -> None:
        """Plot the rates of the listener."""
        self.plot.show_series(series)
        rate = _rate(series)
        if rate != self.rate.text():
            self.rate.setText(rate)

    def refresh(self) -> None:
        """Show the state of the listener as it is now."""
        listener = self.listener
        self.switch.setChecked(listener.can_stop)
        is_wrong, state = listener.state is State.FAILED, first_line(listener)
        place = f"{protocol_text(listener.spec)} · {listener.where}"
        texts = (listener.spec.name, place, short_line(listener))
        labels = (self.name, self.place, self.state)
        if texts == tuple(label.text() for label in labels):
            return
        for label, text in zip(labels, texts, strict=True):
            label.setText(text)
        if self.state.property("wrong") != is_wrong:
            self.state.setProperty("wrong", is_wrong)
            self.state.style().unpolish(self.state)
            self.state.style().polish(self.state)
        self.recolor()
        self.switch.setAccessibleName(self.tr("Run {0}").format(listener.spec.name))
        self.setAccessibleName(f"{listener.spec.name}, {state}")

    def recolor(self) -> None:
        """Draw the colour of the listener again."""
        self.swatch.setPixmap(self._colors.swatch(self.listener.spec.name))

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance("n") * LEAST_LETTERS
        return QSize(width, self._layout.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Space:
            self.switch.click()
        elif event.key() in STEPS:
            event.ignore()  # the overview goes to another tile
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.swatch)
        head.addWidget(self.name, 1)
        head.addWidget(self.switch)
        foot.setSpacing(8)
        foot.addWidget(self.state, 1)
        foot.addWidget(self.rate)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 12, 12)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.place)
        layout.addSpacing(4)
        layout.addWidget(self.plot)
        layout.addSpacing(2)
        layout.addLayout(foot)
        for label in (self.swatch, self.name, self.place, self.state, self.rate):
            label.setTextFormat(Qt.TextFormat.PlainText)


def _rate(series: Series) -> str:
    """The rates of the last second that is over; empty if nothing crossed."""
    rates = (("↓", series.bytes_in[-2]), ("↑", series.bytes_out[-2]))
    return "  ".join(f"{arrow} {readable.format_rate(rate)}" for arrow, rate in rates if rate)
