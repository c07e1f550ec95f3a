"""Connects the panel of details with what is chosen, and connections with their traffic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMainWindow, QMenu, QTabWidget

from app.server.deck import Deck
from app.server.listener import Listener
from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import Chunk
from app.ui.connections.columns import Row
from app.ui.connections.pane import ConnectionsPane
from app.ui.details.history import Histories, RateHistory
from app.ui.details.panel import DetailsPanel
from app.ui.listeners.panel import ListenersPanel
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors
from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.tab import TrafficTab


class Insight(QObject):
    """Owns the histories of the listeners, and the panel that shows one of them."""

    def __init__(
        self,
        window: QMainWindow,
        *,
        deck: Deck,
        seconds: Callable[[], float],
        folder: Path,
        listeners: ListenersPanel,
        connections: ConnectionsPane,
        traffic: TrafficTab,
        icons: Icons,
        colors: ListenerColors,
    ) -> None:
        """`folder` is where the relative paths of the profile begin."""
        super().__init__(window)
        self._deck = deck
        self._seconds = seconds
        self._listeners = listeners
        self._connections = connections
        self._traffic = traffic
        self._histories: Histories[Listener] = Histories()
        self._row: Row | None = None
        self._row_history: RateHistory | None = None
        self.panel = DetailsPanel(icons, colors, seconds, folder)
        self._tabs: QTabWidget | None = None
        listeners.choice_changed.connect(self._show_listener)
        connections.table.selectionModel().currentRowChanged.connect(self._show_connection)
        connections.table.doubleClicked.connect(lambda index: self._show_row(index.row()))
        connections.commands.traffic_wanted.connect(self.show_traffic)
        traffic.pane_created.connect(self._bind_traffic)
        self.panel.traffic_wanted.connect(self.show_traffic)
        self.panel.listener_wanted.connect(lambda name: listeners.choose(deck.named(name)))

    def use_tabs(self, tabs: QTabWidget) -> None:
        """`tabs` are those with the connections and the traffic."""
        self._tabs = tabs

    def refresh(self, batch: ChangeBatch) -> None:
        """Read the counters, and show what changed of the chosen listener or connection."""
        now = self._seconds()
        self._histories.sample(
            now,
            ((each, each.factory) for each in self._deck.with_sockets() if each.factory),
        )
        if self._row is not None and self._row_history is not None:
            self._row_history.sample(now, self._row.bytes_in, self._row.bytes_out)
        self.panel.refresh()

    def history(self, listener: Listener) -> RateHistory:
        """The rates of `listener` in the last hour."""
        return self._histories.of(listener)

    def show_traffic(self, subject: Listener | Row) -> None:
        """Show only the traffic of a listener or of a connection."""
        if isinstance(subject, Listener):
            self._traffic.show_only(listener=subject.spec.name, words=subject.spec.name)
        else:
            words = f"{subject.factory.spec.name} · {subject.peer}"
            self._traffic.show_only(connection=subject.number, words=words)
        if self._tabs is not None:
            self._tabs.setCurrentWidget(self._traffic)

    def show_connection(self, number: int) -> None:
        """Show a connection in the table, from one of its chunks."""
        self._listeners.choose(None)
        if self._tabs is not None:
            self._tabs.setCurrentWidget(self._connections)
        if self._connections.choose(number):
            self._connections.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_row(self, number: int) -> None:
        self.show_traffic(self._connections.model.row(number))

    def _show_listener(self, listener: Listener | None) -> None:
        if listener is not None:
            self._row = self._row_history = None
            self.panel.show_subject(listener, self._histories.of(listener))
        elif self._row is None:
            self.panel.show_subject(None, None)

    def _show_connection(self) -> None:
        index = self._connections.table.currentIndex()
        row = self._connections.model.row(index.row()) if index.isValid() else None
        if row is None:
            self._row = self._row_history = None
            self._show_listener(self._listeners.chosen)
        elif self._row is None or row.number != self._row.number:
            self._row, self._row_history = row, RateHistory(row)
            self.panel.show_subject(row, self._row_history)

    def _bind_traffic(self, pane: TrafficPane) -> None:
        pane.row_menu_opening.connect(self._add_to_menu)

    def _add_to_menu(self, menu: QMenu, chunk: Chunk) -> None:
        menu.addSeparator()
        words = self.tr("Show its connection")
        menu.addAction(words, lambda: self.show_connection(chunk.connection))
