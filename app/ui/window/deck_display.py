"""Shows the listeners of the deck in the panes of the window, and enables what has an effect."""

from __future__ import annotations

from itertools import chain

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.server.monitor import ChangeBatch, RateMeter
from app.server.workspace import Workspace
from app.ui.commands import Commands
from app.ui.connections.pane import ConnectionsPane
from app.ui.console.pane import ConsolePane
from app.ui.listeners.actions import ListenerActions, update_enabled
from app.ui.listeners.panel import ListenersPanel
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors
from app.ui.traffic.tab import TrafficTab
from app.ui.window.status_bar import StatusBarTotals


class DeckDisplay(QObject):
    """Keeps the rows, the colours, the totals and the commands of a window true to the deck."""

    def __init__(
        self,
        window: QWidget,
        workspace: Workspace,
        meter: RateMeter,
        *,
        listeners: ListenersPanel,
        connections: ConnectionsPane,
        traffic: TrafficTab,
        console: ConsolePane,
        totals: StatusBarTotals,
        actions: ListenerActions,
        commands: Commands,
        icons: Icons,
        colors: ListenerColors,
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._deck = workspace.deck
        self._meter = meter
        self._listeners = listeners
        self._connections = connections
        self._traffic = traffic
        self._console = console
        self._totals = totals
        self._actions = actions
        self._commands = commands
        self._icons = icons
        self._colors = colors
        listeners.marks_changed.connect(self._show_marked)

    def show(self) -> None:
        """Show the listeners that the deck has now."""
        self._show_colors()
        every = list(self._deck.every())
        self._listeners.show_listeners(every, set(every).difference(self._deck.listeners))
        if self._connections.listeners:  # the places of a program are known only after its load
            self._show_connections()
        self._console.show_listeners()
        self._totals.refresh(list(self._deck.with_sockets()), self._meter)
        self.update_actions()

    def refresh(self, batch: ChangeBatch) -> None:
        """Show what changed of the listeners."""
        if batch.listeners:
            # A program has its places only once it was loaded.
            if self._listeners.shown != list(self._deck.every()):
                self.show()
            else:
                self._show_colors()
                self._console.show_listeners()
                self.update_actions()
        self._listeners.refresh(batch, self._meter)
        self._totals.refresh(list(self._deck.with_sockets()), self._meter)

    def update_actions(self) -> None:
        """Enable the commands that have an effect now."""
        self._traffic.show_disabled(
            [each.spec.name for each in self._deck.every() if not each.spec.traffic]
        )
        commands = self._commands
        update_enabled(commands, self._icons, self._deck.listeners, self._listeners.marked)
        commands.undo.setEnabled(self._actions.can_undo)
        commands.redo.setEnabled(self._actions.can_redo)
        commands.trust_code.setEnabled(not self._workspace.is_trusted)

    def recolor(self) -> None:
        """Draw what depends on the palette again."""
        self._icons.recolor()
        self._listeners.recolor()

    def _show_colors(self) -> None:
        if self._colors.refresh():
            self._listeners.recolor()
            self._connections.recolor()

    def _show_marked(self) -> None:
        self._show_connections()
        self.update_actions()

    def _show_connections(self) -> None:
        """Show the connections of what is marked. A program has none itself; its places have."""
        shown = (self._deck.places_of(each) or (each,) for each in self._listeners.marked)
        self._connections.show_listeners(list(dict.fromkeys(chain.from_iterable(shown))))
