"""The overview: a tile for each listener. Only those in view are there as widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.server.listener import Listener
from app.ui.details.history import RateHistory
from app.ui.details.tile import PLOT_HEIGHT, STEPS, Tile
from app.ui.style.listener_colors import ListenerColors
from app.ui.widgets.recycling import RecycledWidgets

PLOT_SECONDS: Final = 60
STEP_MS: Final = 1_000
"""The plots move on once a second, while they are visible and one of them is not empty."""

PLOTS_AT_ONCE: Final = 3
NEXT_MS: Final = 40
"""So few plots are drawn at once, and the others a little later. Sixty would take 15 ms, and delay
the bytes of the listeners as long."""

GAP: Final = 12
MOST_SCALE: Final = 1.6
"""Where there is room, the tiles are wider than the least, about up to this share."""

ROWS_AHEAD: Final = 1
"""The rows of tiles that exist above and below those in view. Tab goes on to them."""


class _Board(QWidget):
    """The area of all tiles."""

    placed = Signal()
    """It has another place or size."""

    def moveEvent(self, event: object) -> None:
        self.placed.emit()

    def resizeEvent(self, event: object) -> None:
        self.placed.emit()


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
        self._tile_height = 0
        self._card: QWidget | None = None
        self._order: list[Listener] = []
        self._tiles = RecycledWidgets[Listener, Tile](
            self._new_tile,
            Tile.show_listener,
            is_held=lambda tile: tile.isDown() or tile.switch.isDown(),
        )
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
    def tiles(self) -> list[Tile]:
        """The tiles in view, and some above and below them, in the order of their listeners."""
        return [
            tile for each in self._order if (tile := self._tiles.get(each)) and not tile.isHidden()
        ]

    @property
    def is_moving(self) -> bool:
        """Whether a timer moves the plots on."""
        return self._timer.isActive()

    def show_card(self, card: QWidget | None) -> None:
        """Show `card` above the tiles, or remove the one that is shown."""
        if self._card is not None:
            self._top.removeWidget(self._card)
            self._card.hide()
            self._card.deleteLater()
        self._card = card
        if card is not None:
            self._top.insertWidget(0, card, 1000)  # up to its maximum before there is a gap
            card.show()

    def refresh(self) -> None:
        """Show the listeners as they are now. While this is hidden, nothing is read."""
        if not self.isVisible():
            return
        listeners = list(self._listeners())
        if self._order != listeners:
            self._show_listeners(listeners)
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
            self._plot(tile, now)
            drawn += not tile.visibleRegion().isEmpty()
        if self._waiting:
            self._timer.start(NEXT_MS)
        elif self._is_flowing:
            self._timer.start(STEP_MS)

    def _plot(self, tile: Tile, now: float) -> None:
        series = self._history(tile.listener).series(now, PLOT_SECONDS)
        self._is_flowing |= not series.is_empty
        tile.show_series(series)

    def showEvent(self, event: object) -> None:
        self._waiting.clear()
        self.refresh()
        self._place()

    def hideEvent(self, event: object) -> None:
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._show_tiles()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if not hasattr(self, "_board"):
            return
        if event.type() == QEvent.Type.PaletteChange:
            for tile in self._tiles.all:
                tile.recolor()
        if event.type() == QEvent.Type.FontChange:
            self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        step = STEPS.get(Qt.Key(event.key()))
        if step is None or not isinstance(focused, Tile) or focused.listener not in self._order:
            super().keyPressEvent(event)
            return
        place = self._order.index(focused.listener) + step[0] + step[1] * self._columns
        if 0 <= place < len(self._order):
            middle = self._board.mapToParent(self._tile_at(place).center())
            self.ensureVisible(middle.x(), middle.y(), 0, self._tile_height // 2 + GAP)
            self._tiles.take(self._order[place]).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_listeners(self, listeners: list[Listener]) -> None:
        self._tiles.forget(set(self._order).difference(listeners))
        self._order = listeners
        self._waiting.clear()
        self._empty.setVisible(not listeners)
        self._place()

    def _new_tile(self, listener: Listener) -> Tile:
        tile = Tile(listener, self._colors, self._board)
        tile.clicked.connect(lambda: self.chosen.emit(tile.listener))
        tile.switch.clicked.connect(lambda on: self.switched.emit(tile.listener, on))
        return tile

    def _place(self) -> None:
        """Let the tiles be as large as leaves all of them in view, and make room for all rows.

        Wider tiles have higher plots.
        """
        if not self.isVisible():
            return
        if self._order:  # all tiles are of the same size
            tile = next(iter(self._tiles.all), None) or self._tiles.take(self._order[0])
            least = tile.minimumSizeHint()
            # As with a scroll bar: if the size of the tiles depended on it, it could come and go.
            width = self.width() - self.verticalScrollBar().sizeHint().width() - GAP
            room = self.viewport().height() - self._board.y() - GAP
            most_columns = max(1, width // (least.width() + GAP))
            first = min(most_columns, max(1, round(width / (MOST_SCALE * least.width()))))
            for self._columns in range(first, most_columns + 1):
                scale = (width / self._columns - GAP) / least.width()
                self._tile_height = least.height() + max(0, int((scale - 1) * PLOT_HEIGHT))
                if self._board_height <= room:
                    break
            else:
                self._tile_height = least.height()
        self._board.setFixedHeight(self._board_height)
        self._show_tiles()

    @property
    def _board_height(self) -> int:
        rows = -(-len(self._order) // self._columns)
        return max(0, rows * (self._tile_height + GAP) - GAP)

    def _show_tiles(self) -> None:
        """Show the tiles that are in view, and some rows above and below them."""
        if not self.isVisible() or not self._tile_height:
            return
        top = self._board.mapFrom(self.viewport(), QPoint(0, 0)).y()
        step = self._tile_height + GAP
        first = max(0, top // step - ROWS_AHEAD)
        end = max(0, (top + self.viewport().height()) // step + 1 + ROWS_AHEAD)
        came = self._tiles.show(self._order[first * self._columns : end * self._columns])
        now = self._seconds()
        for tile in came:
            tile.refresh()
            self._plot(tile, now)
            tile.show()
        for place, listener in enumerate(self._order):
            known = self._tiles.get(listener)
            if known is not None:
                known.setGeometry(self._tile_at(place))
        if came:
            for before, after in pairwise((self.empty_button, *self.tiles)):
                self.setTabOrder(before, after)

    def _tile_at(self, place: int) -> QRect:
        """Where the tile of this number is on the board."""
        row, column = divmod(place, self._columns)
        step = (self._board.width() + GAP) / self._columns
        left, right = round(column * step), round((column + 1) * step) - GAP
        return QRect(left, row * (self._tile_height + GAP), right - left, self._tile_height)

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
        self._board = _Board()
        self._board.placed.connect(self._place)
        body = QWidget()
        body.setObjectName("overviewBody")
        self._top = QHBoxLayout()
        self._top.addStretch(1)
        column = QVBoxLayout(body)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(GAP)
        column.addLayout(self._top)
        column.addWidget(self._board)
        column.addWidget(self._empty)
        column.addStretch(1)
        self.setWidget(body)
