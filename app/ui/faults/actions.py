"""The commands on faults, the panels that are open, and the mark in the status bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from attrs import evolve
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.faults.describing import badge
from app.faults.spec import Fault, armed
from app.server.connections.connection import Connection
from app.server.listener import Listener
from app.server.monitor import ChangeBatch
from app.server.workspace import Workspace
from app.text.readable import escape_mnemonics
from app.ui.style.icons import Icons
from app.ui.widgets.banner import Banner
from app.ui.widgets.task_window import OpenWindows
from app.ui.widgets.translation import listed, translated

if TYPE_CHECKING:
    from app.ui.faults.panel import ConnectionTarget, FaultsPanel, ListenerTarget

UNDO_SECONDS: Final = 15.0
NOTICE_SECONDS: Final = 6.0
MOST_NAMED: Final = 3
"""Listeners that the mark names. More of them are counted."""

SYMBOL: Final = "⚡"


class FaultActions(QObject):
    """Opens the panels, clears all faults, and keeps the mark up to date.

    `refresh` costs one look at each listener, and only when one of them changed.
    """

    marks_changed = Signal()
    """Other listeners or connections may be disturbed."""

    def __init__(
        self,
        workspace: Workspace,
        banner: Banner,
        icons: Icons,
        show_save_error: Callable[[], None],
        window: QWidget,
    ) -> None:
        """Panels open over `window`."""
        super().__init__(window)
        self._workspace = workspace
        self._banner = banner
        self._icons = icons
        self._show_save_error = show_save_error
        self._window = window
        self._changed: dict[Connection, None] = {}
        """The connections for which a panel was opened, while they are open."""
        self.panels: OpenWindows[FaultsPanel] = OpenWindows()
        self.mark = QToolButton()
        self._set_up_mark()
        self._show_mark()

    def open_for_listener(self, listener: Listener) -> None:
        """Show the faults of `listener`."""
        from app.ui.faults.panel import ListenerTarget  # imported late for a faster start

        if listener in self._workspace.deck.listeners and not self.panels.raised(listener):
            self._open(ListenerTarget(listener, self._workspace, self._show_save_error))

    def open_for_connection(self, connection: Connection) -> None:
        """Show the faults of `connection`."""
        from app.ui.faults.panel import ConnectionTarget

        if connection.connected and not self.panels.raised(connection):
            self._changed[connection] = None
            self._open(ConnectionTarget(connection))

    def clear_all(self) -> None:
        """Switch off every fault of every listener and connection, and offer to undo that."""
        listeners = {each: each.spec.faults for each in self._armed_listeners()}
        connections = {each: each.own_faults for each in self._armed_connections()}
        if not listeners and not connections:
            self._banner.say(self.tr("No fault is on."), seconds=NOTICE_SECONDS)
            return
        for listener, faults in listeners.items():
            self._set(listener, tuple(evolve(each, enabled=False) for each in faults))
        for connection in connections:
            connection.set_faults(None)
        self._refresh_all()
        names = self._names(list(listeners), len(connections))
        self._banner.say(
            self.tr("All faults are off. Not disturbed any more: {0}.").format(names),
            (self.tr("Undo"), lambda: self._restore(listeners, connections)),
            seconds=UNDO_SECONDS,
        )
        self._show_save_error()

    def close(self) -> None:
        """Close all panels."""
        for panel in self.panels:
            panel.close()

    def refresh(self, batch: ChangeBatch) -> None:
        """Show what changed."""
        closed = [each for each in batch.closed if each in self._changed]
        for connection in closed:
            del self._changed[connection]
        if batch.listeners or closed:
            self._refresh_all()

    def _refresh_all(self) -> None:
        for panel in self.panels:
            panel.refresh()
        self._show_mark()

    def _open(self, target: ListenerTarget | ConnectionTarget) -> None:
        from app.ui.faults.panel import FaultsPanel

        panel = FaultsPanel(target, self._icons, self._window)
        panel.applied.connect(self._show_mark)
        self.panels.show(target.subject, panel)

    def _set(self, listener: Listener, faults: tuple[Fault, ...]) -> None:
        if listener in self._workspace.deck.listeners:
            self._workspace.change(listener, evolve(listener.spec, faults=faults), restart=False)

    def _restore(
        self,
        listeners: dict[Listener, tuple[Fault, ...]],
        connections: dict[Connection, tuple[Fault, ...] | None],
    ) -> None:
        for listener, faults in listeners.items():
            self._set(listener, faults)
        for connection, own in connections.items():
            if connection.connected:
                connection.set_faults(own)
        self._refresh_all()
        self._show_save_error()

    def _armed_listeners(self) -> list[Listener]:
        deck = self._workspace.deck
        return [each for each in deck.listeners if armed(each.spec.faults)]

    def _armed_connections(self) -> list[Connection]:
        return [each for each in self._changed if each.connected and armed(each.own_faults or ())]

    def _names(self, listeners: Iterable[Listener], connections: int) -> str:
        names = [each.spec.name for each in listeners]
        more = len(names) - MOST_NAMED
        parts = names[:MOST_NAMED]
        if more > 0:
            parts.append(self.tr("{0} more listeners").format(more))
        if connections:
            one, many = self.tr("1 connection"), self.tr("{0} connections").format(connections)
            parts.append(one if connections == 1 else many)
        return listed(parts)

    def _set_up_mark(self) -> None:
        self.mark.setObjectName("faultMark")
        self.mark.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.mark.setToolTip(self.tr("Faults disturb these on purpose. Click to change that."))
        menu = QMenu(self.mark)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.mark.setMenu(menu)

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        for listener in self._armed_listeners():
            name = escape_mnemonics(listener.spec.name)
            words = self.tr("Faults of {0}: {1}…").format(
                name, translated(badge(listener.spec.faults))
            )
            menu.addAction(words, partial(self.open_for_listener, listener))
        for connection in self._armed_connections():
            name = escape_mnemonics(connection.peer)
            words = self.tr("Faults of {0}: {1}…").format(
                name, translated(badge(connection.own_faults or ()))
            )
            menu.addAction(words, partial(self.open_for_connection, connection))
        menu.addSeparator()
        menu.addAction(self.tr("Clear all faults"), self.clear_all)

    def _show_mark(self) -> None:
        listeners, connections = self._armed_listeners(), self._armed_connections()
        self.mark.setVisible(bool(listeners or connections))
        self.marks_changed.emit()
        if listeners or connections:
            names = self._names(listeners, len(connections))
            text = self.tr("{0} Faults: {1}").format(SYMBOL, names)
            self.mark.setText(escape_mnemonics(text))
            self.mark.setAccessibleName(text)
