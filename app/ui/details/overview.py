"""The overview: a tile for each listener, with its state, its switch and its recent traffic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.server.listener import Listener, State
from app.text import readable
from app.ui.details.history import RateHistory, Series
from app.ui.listeners.status import first_line, protocol_text, short_line
from app.ui.style.listener_colors import ListenerColors
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.controls import Switch
from app.ui.widgets.labels import ElidingLabel

PLOT_SECONDS: Final = 60
PLOT_HEIGHT: Final = 44
STEP_MS: Final = 1_000
"""The plots move on once a second, while they are visible and one of them is not empty."""

PLOTS_AT_ONCE: Final = 3
NEXT_MS: Final = 40
"""So few plots are drawn at once, and the others a little later. Sixty would take 15 ms, and delay
the bytes of the listeners as long."""

LEAST_TOP: Final = 100.0
"""A plot reaches at least so many bytes a second, or a single byte would fill it."""

TILE_WIDTH: Final = 34
"""The least width of a tile, in letters."""

GAP: Final = 12
FILL_ALPHA: Final = 40


class TilePlot(QWidget):
    """Both directions of the last minute, the newest at the right, on a base line."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(PLOT_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
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

    def __init__(self, listener: Listener, colors: ListenerColors) -> None:
        super().__init__()
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
        width = self.fontMetrics().averageCharWidth() * TILE_WIDTH
        return QSize(width, self._layout.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Space:
            self.switch.click()
        elif event.key() in _STEPS:
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


_STEPS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""The arrow keys, with the columns and the rows that they go."""


class Overview(QScrollArea):
    """The tiles of all listeners in a grid, as many in a row as fit. Above them may be a card."""

    chosen = Signal(object)
    """The user chose this `Listener`."""

    switched = Signal(object, bool)
    """The user switched this listener on or off."""

    new_wanted = Signal()
    """There is no listener, and the user wants one."""

    def __init__(
        self,
        colors: ListenerColors,
        seconds: Callable[[], float],
        listeners: Callable[[], Sequence[Listener]],
        history: Callable[[Listener], RateHistory],
    ) -> None:
        """`seconds` is the clock of the histories. `listeners` gives those to show, in order."""
        super().__init__()
        self._colors = colors
        self._seconds = seconds
        self._listeners = listeners
        self._history = history
        self._columns = 1
        self._card: QWidget | None = None
        self.tiles: list[Tile] = []
        self._waiting: list[Tile] = []
        """The tiles whose plots have not moved on yet in this round."""
        self._is_flowing = False
        self.empty_button = QPushButton(self.tr("New listener…"))
        self.empty_button.clicked.connect(self.new_wanted)
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._move_plots)
        self._lay_out()

    @property
    def is_moving(self) -> bool:
        """Whether a timer moves the plots on."""
        return self._timer.isActive()

    def show_card(self, card: QWidget | None) -> None:
        """Show `card` above the tiles, or remove the one that is shown."""
        if self._card is not None:
            self._column.removeWidget(self._card)
            self._card.hide()
            self._card.deleteLater()
        self._card = card
        if card is not None:
            self._column.insertWidget(0, card)
            card.show()

    def refresh(self) -> None:
        """Show the listeners as they are now. While this is hidden, nothing is read."""
        if not self.isVisible():
            return
        listeners = self._listeners()
        if [tile.listener for tile in self.tiles] != listeners:
            self._make_tiles(listeners)
        for tile in self.tiles:
            tile.refresh()
        if not self._timer.isActive():
            self._move_plots()

    def _move_plots(self) -> None:
        """Draw some of the plots as they are now, and the others a little later."""
        if not self._waiting:
            self._waiting, self._is_flowing = self.tiles[::-1], False
        now, drawn = self._seconds(), 0
        while self._waiting and drawn < PLOTS_AT_ONCE:
            tile = self._waiting.pop()
            series = self._history(tile.listener).series(now, PLOT_SECONDS)
            self._is_flowing |= not series.is_empty
            tile.show_series(series)
            drawn += not tile.visibleRegion().isEmpty()
        if self._waiting:
            self._timer.start(NEXT_MS)
        elif self._is_flowing:
            self._timer.start(STEP_MS)

    def showEvent(self, event: object) -> None:
        self._waiting.clear()
        self.refresh()

    def hideEvent(self, event: object) -> None:
        self._timer.stop()

    def resizeEvent(self, event: object) -> None:
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for tile in getattr(self, "tiles", ()):
                tile.recolor()
        if event.type() == QEvent.Type.FontChange and hasattr(self, "tiles"):
            self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not isinstance(focused, Tile) or focused not in self.tiles:
            super().keyPressEvent(event)
            return
        place = self.tiles.index(focused) + step[0] + step[1] * self._columns
        if 0 <= place < len(self.tiles):
            self.tiles[place].setFocus(Qt.FocusReason.OtherFocusReason)
            self.ensureWidgetVisible(self.tiles[place])

    def _make_tiles(self, listeners: Sequence[Listener]) -> None:
        kept = {tile.listener: tile for tile in self.tiles}
        for tile in self.tiles:
            self._grid.removeWidget(tile)
            if tile.listener not in listeners:
                tile.hide()
                tile.deleteLater()
        self.tiles = [kept.get(each) or self._tile(each) for each in listeners]
        self._waiting.clear()
        self._empty.setVisible(not listeners)
        self._place()

    def _tile(self, listener: Listener) -> Tile:
        tile = Tile(listener, self._colors)
        tile.clicked.connect(lambda: self.chosen.emit(listener))
        tile.switch.clicked.connect(lambda on: self.switched.emit(listener, on))
        return tile

    def _place(self) -> None:
        """Put as many tiles into a row as fit."""
        room = self.viewport().width() - 2 * GAP
        least = self.fontMetrics().averageCharWidth() * TILE_WIDTH
        self._columns = max(1, (room + GAP) // (least + GAP))
        for place, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, *divmod(place, self._columns))
            tile.show()
        for column in range(max(self._columns, self._grid.columnCount())):
            self._grid.setColumnStretch(column, int(column < self._columns))

    def _lay_out(self) -> None:
        self.setObjectName("overview")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("All listeners"))
        hint = QLabel(self.tr("No listener yet."))
        hint.setObjectName("emptyHint")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty = QWidget()
        empty = QVBoxLayout(self._empty)
        empty.addWidget(hint)
        empty.addWidget(self.empty_button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._empty.hide()
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        body = QWidget()
        body.setObjectName("overviewBody")
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(GAP, GAP, GAP, GAP)
        self._column.setSpacing(GAP)
        self._column.addLayout(self._grid)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        self.setWidget(body)


def _rate(series: Series) -> str:
    """The rates of the last second that is over; empty if nothing crossed."""
    rates = (("↓", series.bytes_in[-2]), ("↑", series.bytes_out[-2]))
    return "  ".join(f"{arrow} {readable.format_rate(rate)}" for arrow, rate in rates if rate)
