"""The ways through the window by keyboard: the panes, the tabs and the command palette."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget

from app.client.saved.snippets import Snippet
from app.server.connections.connection import Connection
from app.server.listener import Listener
from app.text import readable
from app.ui.commands import Menu
from app.ui.connections.pane import ConnectionsPane
from app.ui.console.saved_state import SHORTCUTS
from app.ui.listeners.actions import ListenerActions
from app.ui.traffic.tab import TrafficTab
from app.ui.window.log_pane import LogPane
from app.ui.window.window_frame import WindowFrame

if TYPE_CHECKING:
    from app.ui.command_palette.entries import Entry

_FOCUS = Qt.FocusReason.ShortcutFocusReason


class Navigation(QObject):
    """Moves the focus, and opens the command palette over `window`."""

    def __init__(
        self,
        window: WindowFrame,
        *,
        actions: ListenerActions,
        connections: ConnectionsPane,
        traffic: TrafficTab,
        log: LogPane,
        open_settings: Callable[[str], object],
    ) -> None:
        """`open_settings` opens the page of the settings with the given name."""
        super().__init__(window)
        self._window = window
        self._deck = window.deck
        self._commands = window.commands
        self._listeners = window.listeners
        self._tabs = window.tabs
        self._console = window.console_area
        self._settings = window.settings
        self._actions = actions
        self._connections = connections
        self._traffic = traffic
        self._log = log
        self._open_settings = open_settings

    # The panes

    def show_tab(self, tab: QWidget) -> None:
        """Show a tab of the upper pane, with the focus in it."""
        self._tabs.setCurrentWidget(tab)
        self.focus_pane(1)

    def focus_pane(self, number: int) -> None:
        """Put the focus into a pane: 0 the listeners, 1 the tabs above, 2 the console. A hidden
        one is shown."""
        panes = self._window.panes
        (panes.show_sidebar, panes.show_tabs, panes.show_console)[number]()
        target = (self._listeners, self._tab_target(), self._console.pane.current.input_bar.input)
        widget = target[number]
        if widget.isVisible():
            widget.setFocus(_FOCUS)

    def step_pane(self, by: int) -> None:
        """Put the focus into the next pane (+1) or the one before (-1); hidden ones are left
        out."""
        panes: tuple[QWidget, ...] = (self._listeners, self._tabs, self._console)
        shown = [number for number, pane in enumerate(panes) if pane.isVisible()]
        if not shown:
            return
        focus = QApplication.focusWidget()
        inside = [
            number
            for number in shown
            if focus is not None and (panes[number] is focus or panes[number].isAncestorOf(focus))
        ]
        place = shown.index(inside[0]) + by if inside else (0 if by > 0 else -1)
        self.focus_pane(shown[place % len(shown)])

    def find(self) -> None:
        """Put the cursor into the search field of the pane that has the focus."""
        focus = QApplication.focusWidget()
        console = self._console.pane
        if focus is not None and console.isAncestorOf(focus):
            console.current.find_bar.begin()
        elif self._tabs.currentWidget() is self._traffic and self._traffic.pane is not None:
            self._traffic.pane.begin_find()
        elif self._tabs.currentWidget() is self._log:
            self._log.begin_search()
        else:
            self._tabs.setCurrentWidget(self._connections)
            self._connections.filter.setFocus(_FOCUS)

    def _tab_target(self) -> QWidget:
        """The main control of the shown tab."""
        tab = self._tabs.currentWidget()
        if tab is self._connections:
            return self._connections.table
        target = tab.focusProxy() or next(_focusable(tab), None)
        return target or self._tabs.tabBar()

    # The command palette

    def open_palette(self) -> None:
        """Open the command palette with all there is now."""
        from app.ui.command_palette.palette import CommandPalette

        palette = CommandPalette(self._entries(), self._window)
        palette.chosen.connect(self._remember)
        palette.open()

    def _remember(self, entry: Entry) -> None:
        if entry.key:
            self._settings.add_recent_entry(entry.key)

    def _entries(self) -> Sequence[Entry]:
        # Imported late for a faster start.
        from app.ui.command_palette import entries
        from app.ui.settings_dialog.pages import setting_titles

        listeners = self._deck.listeners
        found = [
            *entries.command_entries(self._commands),
            *(entries.action_entry(action, title) for title, action in self.pane_actions()),
            *entries.listener_entries(listeners, self._show_listener, self._actions.switch),
            *entries.snippet_entries(self._snippets(), self._send_snippet, SHORTCUTS),
            *entries.setting_entries(setting_titles(), self._open_settings),
            *entries.connection_entries(self._deck.connections(), self._show_connection),
        ]
        marked = self._listeners.marked
        likely = [*marked, *(each for each in listeners if each not in marked)]
        return entries.likely_first(found, self._settings.recent_entries, likely)

    def pane_actions(self) -> Iterator[tuple[str, QAction]]:
        """The actions that work on what is chosen in a pane, each with the title of its menu."""
        connections = self._connections.commands
        title = QCoreApplication.translate("Menus", Menu.CONNECTION.value)
        for action in (*connections.bar_actions, connections.clear_closed):
            yield readable.remove_mnemonics(title), action
        title = QCoreApplication.translate("Menus", Menu.CONSOLE.value)
        for action in self._console.pane.actions_of_tab:
            yield readable.remove_mnemonics(title), action

    def _show_listener(self, listener: Listener) -> None:
        self._listeners.choose(listener)
        self.focus_pane(0)

    def _show_connection(self, connection: Connection) -> None:
        self._listeners.choose(None)
        self._tabs.setCurrentWidget(self._connections)
        self._connections.filter.setText(connection.peer)
        self._connections.table.selectRow(0)
        self.focus_pane(1)

    def _snippets(self) -> list[Snippet]:
        return self._console.pane.saved_state.saved_snippets.snippets.in_order

    def _send_snippet(self, snippet: Snippet) -> None:
        self._console.snippets.send_wanted.emit(snippet)


def _focusable(tab: QWidget) -> Iterator[QWidget]:
    """The visible controls of `tab` that take the focus, in the order of Tab."""
    widget = tab.nextInFocusChain()
    while widget is not None and widget is not tab and tab.isAncestorOf(widget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            yield widget
        widget = widget.nextInFocusChain()
