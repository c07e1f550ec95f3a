"""Tiles of all listeners with their recent traffic: what the details show while nothing is
chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.server.listener import Listener
from app.ui.details.facts import headline
from app.ui.style.listener_colors import ListenerColors
from app.ui.widgets.controls import Sparkline
from app.ui.widgets.labels import ElidingLabel

PLOT_HEIGHT = 26

History = Callable[[Listener], Sequence[float]]
"""Returns the recent rates of a listener, oldest first."""


class Tile(QFrame):
    """One listener: its name, its state, and a small plot. A click or Enter chooses it."""

    chosen = Signal(object)
    """The user chose this `Listener`."""

    def __init__(self, listener: Listener, colors: ListenerColors) -> None:
        super().__init__()
        self.listener = listener
        self._colors = colors
        self.setObjectName("tile")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.swatch = QLabel()
        self.name = ElidingLabel()
        self.name.setObjectName("listenerName")
        self.state = ElidingLabel()
        self.state.setObjectName("quiet")
        self.graph = Sparkline()
        self.graph.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.graph.setFixedHeight(PLOT_HEIGHT)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.swatch)
        head.addWidget(self.name, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.state)
        layout.addWidget(self.graph)

    def refresh(self, history: Sequence[float]) -> None:
        """Show the listener as it is now, with its recent rates."""
        name, state = self.listener.spec.name, headline(self.listener)
        self.graph.show_values(history)
        if (name, state) == (self.name.text(), self.state.text()):
            return
        self.name.setText(name)
        self.state.setText(state)
        self.swatch.setPixmap(self._colors.swatch(name))
        self.setAccessibleName(f"{name}, {state}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.listener)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.listener)
        else:
            super().keyPressEvent(event)


class Overview(QWidget):
    """A tile for each listener, in the order of the deck."""

    chosen = Signal(object)
    """The user chose this `Listener`."""

    def __init__(self, colors: ListenerColors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = colors
        self.tiles: list[Tile] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.setAccessibleName(self.tr("All listeners"))

    def show_listeners(self, listeners: Sequence[Listener], history: History) -> None:
        """Show these listeners; tiles are made anew only if they are other ones."""
        if [tile.listener for tile in self.tiles] != list(listeners):
            for tile in self.tiles:
                self._column.removeWidget(tile)
                tile.hide()
                tile.deleteLater()
            self.tiles = [self._tile(each) for each in listeners]
        for tile in self.tiles:
            tile.refresh(history(tile.listener))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for tile in getattr(self, "tiles", ()):
                tile.swatch.setPixmap(self._colors.swatch(tile.listener.spec.name))

    def _tile(self, listener: Listener) -> Tile:
        tile = Tile(listener, self._colors)
        tile.chosen.connect(self.chosen)
        self._column.addWidget(tile)
        tile.show()
        return tile
