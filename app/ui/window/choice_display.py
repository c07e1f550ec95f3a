"""Connects the overview and the panel of details with what is chosen, and connections with their
traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu

from app.server.listener import Listener
from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import Chunk
from app.ui.connections.columns import Row
from app.ui.connections.pane import ConnectionsPane
from app.ui.details.history import RateHistory
from app.ui.details.panel import DetailsPanel
from app.ui.traffic.recording_sign import RecordingSign
from app.ui.traffic.tab import TrafficTab
from app.ui.window.window_frame import WindowFrame

if TYPE_CHECKING:
    from app.ui.traffic.pane import TrafficPane

_CONNECT, _START, _START_ALL, _NEW = range(4)


class ChoiceDisplay(QObject):
    """Owns the panel of details, and the mark that says that the traffic is recorded."""

    def __init__(
        self, window: WindowFrame, *, connections: ConnectionsPane, traffic: TrafficTab
    ) -> None:
        super().__init__(window)
        self._deck = window.deck
        self._seconds = window.seconds
        self._listeners = window.listeners
        self._overview = window.overview
        self._histories = window.histories
        self._commands = window.commands
        self._tabs = window.tabs
        self._connections = connections
        self._traffic = traffic
        self._row: Row | None = None
        self._row_history: RateHistory | None = None
        # The relative paths of the profile begin in its folder.
        folder = window.workspace.file.path.parent.absolute()
        self.panel = DetailsPanel(window.icons, window.colors, window.seconds, folder)
        self.recording = RecordingSign(window.icons)
        self._overview.chosen.connect(self._open_listener)
        self._listeners.left.connect(self._go_back)
        for widget in (connections.table, connections.filter):
            widget.installEventFilter(self)
        self._listeners.choice_changed.connect(self._show_listener)
        connections.table.selectionModel().currentRowChanged.connect(self._show_connection)
        connections.table.doubleClicked.connect(lambda index: self._show_row(index.row()))
        connections.commands.traffic_wanted.connect(self.show_traffic)
        traffic.pane_created.connect(self._bind_traffic)
        connections.table.offer_taken.connect(self._take_offer)
        for changed in (self._listeners.listeners_shown, self._listeners.marks_changed):
            changed.connect(self._show_offer)
        self._show_offer()
        self.panel.traffic_wanted.connect(self.show_traffic)
        self.panel.listener_wanted.connect(
            lambda name: self._listeners.choose(self._deck.named(name))
        )

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
        self._overview.refresh()
        if batch.listeners or batch.opened or batch.closed:
            self._show_offer()

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
        self._tabs.setCurrentWidget(self._traffic)

    def show_chosen_traffic(self) -> None:
        """Show only the traffic of the chosen listener."""
        if self._listeners.chosen is not None:
            self.show_traffic(self._listeners.chosen)

    def show_connection(self, number: int) -> None:
        """Show a connection in the table, from one of its chunks."""
        self._listeners.choose(None)
        self._tabs.setCurrentWidget(self._connections)
        info = self._traffic.directory.info(number)
        if info is not None and info.forwards:  # it goes to the target of that one
            number = info.forwards
        if self._connections.choose(number):
            self._connections.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _open_listener(self, listener: Listener) -> None:
        """Show the connections of a listener whose tile was chosen. Escape goes back."""
        self._listeners.choose(listener)
        is_listed = self._listeners.isVisible()
        target = self._listeners if is_listed else self._connections.table
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape in the connections of a listener goes back, too, unless it clears the filter."""
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if not is_escape or event.type() != QEvent.Type.KeyPress or self._listeners.chosen is None:
            return False
        if self._connections.filter.text():
            self._connections.filter.clear()
        else:
            self._listeners.leave()
        return True

    def _go_back(self) -> None:
        """Show the overview in place of the connections: the user left the chosen listener."""
        if self._tabs.currentWidget() is self._connections:
            self._tabs.setCurrentWidget(self._overview)

    def _show_row(self, number: int) -> None:
        self.show_traffic(self._connections.model.row(number))

    def _show_listener(self, listener: Listener | None) -> None:
        if listener is not None:
            self._row = self._row_history = None
            self.panel.show_subject(listener, self._histories.of(listener))
            if self._tabs.currentWidget() is self._overview:
                self._tabs.setCurrentWidget(self._connections)
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

    def _show_offer(self) -> None:
        """Say in the empty table why nobody is connected, and offer what leads to a connection."""
        chosen = self._listeners.marked
        listeners = chosen or list(self._deck.with_sockets())
        name = chosen[0].spec.name if len(chosen) == 1 else ""
        if any(each.is_on for each in listeners):
            if name:
                hint = self.tr("Nobody is connected to {0}.").format(name)
            elif chosen:
                hint = self.tr("Nobody is connected to these {0} listeners.").format(len(chosen))
            else:
                hint = self.tr(
                    "Nobody is connected.\n"
                    "Connect to a listener that is on: with the console, nc or telnet."
                )
            self._connections.offer(hint, self.tr("Connect with the console"), _CONNECT)
        elif name:
            hint = self.tr("{0} is not listening.").format(name)
            self._connections.offer(hint, self.tr("Start {0}").format(name), _START)
        elif chosen:
            hint = self.tr("None of these {0} listeners is on.").format(len(chosen))
            self._connections.offer(hint, self.tr("Start them"), _START)
        elif listeners:
            self._connections.offer(self.tr("No listener is on."), self.tr("Start all"), _START_ALL)
        else:
            self._connections.offer(self.tr("No listener yet."), self.tr("New listener…"), _NEW)

    def _take_offer(self, offer: int) -> None:
        """Do what the button in the empty table offers."""
        if offer == _START:
            self._deck.start(*self._listeners.marked)
        elif offer == _START_ALL:
            self._commands.start_all.trigger()
        elif offer == _NEW:
            self._commands.new.trigger()
        else:
            on = (each for each in self._deck.with_sockets() if each.is_on)
            self._listeners.choose(self._listeners.chosen or next(on, None))
            self._commands.open_in_console.trigger()

    def _bind_traffic(self, pane: TrafficPane) -> None:
        pane.row_menu_opening.connect(self._add_to_menu)
        if pane.recording is not None:
            self.recording.follow(pane.recording)
            pane.recording.state_changed.connect(self._show_recording)

    def _show_recording(self) -> None:
        is_recording = self._traffic.open_pane.recording_is_on
        words = self.tr("Stop recording") if is_recording else self.tr("Record the traffic…")
        self._commands.record.setText(words)

    def _add_to_menu(self, menu: QMenu, chunk: Chunk) -> None:
        menu.addSeparator()
        words = self.tr("Show its connection")
        menu.addAction(words, lambda: self.show_connection(chunk.connection))
