"""What the first picture of the window shows: the listeners, the overview and the console.

The other tabs have their titles already, and the menu bar has its menus. `RestOfWindow` fills them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from app.profile import FIRST_LISTENERS, default_path
from app.server.listener import Listener
from app.server.monitor import RateMeter
from app.server.workspace import Workspace
from app.traffic.chunk_log import ChunkLog
from app.ui.command_table import COMMANDS
from app.ui.commands import Commands
from app.ui.console.area import ConsoleArea
from app.ui.console.pane import ConsolePane
from app.ui.console.saved_state import ConsoleState
from app.ui.details.history import Histories
from app.ui.details.overview import Overview
from app.ui.listeners.panel import ListenersPanel
from app.ui.listeners.sidebar import Sidebar
from app.ui.settings import Settings
from app.ui.settings_dialog.appearance import Appearance
from app.ui.style import theme
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors
from app.ui.widgets.layouts import FoldingTabs
from app.ui.window import menus
from app.ui.window.deck_display import DeckDisplay, StatusBarTotals
from app.ui.window.panes import USUAL_SIZE, Panes, fit_to_screen

if TYPE_CHECKING:
    from app.ui.help.first_steps import FirstSteps

OVERVIEW = "overview"
"""The name of the tab that is shown at the first start, in the settings."""

_CARD_KEY = "first_steps"


class WindowFrame(QMainWindow):
    """Owns the parts of the first picture. They are public, for what is connected with them."""

    def __init__(
        self,
        *,
        reactor: Any,
        workspace: Workspace,
        wake: Callable[[], None],
        traffic: ChunkLog,
        settings: Settings,
        saved_state: ConsoleState,
    ) -> None:
        """`wake` requests a tick."""
        super().__init__()
        self.workspace = workspace
        self.settings = settings
        self.seconds: Callable[[], float] = reactor.seconds
        self.deck = deck = workspace.deck
        self.meter = RateMeter()
        self.icons = Icons()
        self.commands = Commands(self, self.icons, COMMANDS)
        self.colors = ListenerColors(lambda: (each.spec for each in deck.every()))
        self.listeners = ListenersPanel(self.icons, self.colors)
        self.sidebar = Sidebar(self.listeners, self.icons)
        self.histories: Histories[Listener] = Histories()
        self.overview = Overview(
            self.colors, self.seconds, lambda: list(deck.with_sockets()), self.histories.of
        )
        self.console = ConsolePane(
            reactor,
            self.icons,
            wake,
            lambda: list(deck.with_sockets()),
            saved_state,
            tap=traffic.append,
            numbers=deck.numbers,
        )
        self.console_area = ConsoleArea(self.console, self.icons)
        self.tabs = FoldingTabs()
        self.details_place = QWidget()
        self.panes = Panes(
            sidebar=self.sidebar,
            tabs=self.tabs,
            console=self.console_area,
            details=self.details_place,
            commands=self.commands,
            settings=settings,
        )
        self.totals = StatusBarTotals()
        self.display = DeckDisplay(
            self,
            deck,
            self.meter,
            listeners=self.listeners,
            console=self.console,
            totals=self.totals,
            commands=self.commands,
            icons=self.icons,
            colors=self.colors,
        )
        self.appearance = Appearance(theme.Theme.of_application(), settings)
        self.first_steps: FirstSteps | None = None
        theme.WindowSheet(self)  # called before panes are added, so that each is styled once
        self._lay_out()
        menus.add_tool_bar(self, self.commands)
        self.menus = menus.add_menus(self)
        self._restore()
        self._offer_first_steps()
        self.display.show()

    @property
    def shows_all(self) -> bool:
        """Whether this is all that is on show: no other tab is, and no details."""
        return self.settings.text("tab") in ("", OVERVIEW) and not self.panes.has_details

    def search_listeners(self) -> None:
        """Show the sidebar, with the cursor in its search field."""
        self.panes.show_sidebar()
        self.sidebar.begin_search()

    def bring_to_front(self, token: str = "") -> None:
        """Raise the window. `token` is the activation token of the desktop, if there is one."""
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token  # where Qt looks for it
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _lay_out(self) -> None:
        path = self.workspace.file.path
        self.resize(USUAL_SIZE)  # while it is empty: later, Qt would lay all of it out
        # Qt adds the name of the program. Without a title, it would take the name of the file.
        self.setWindowTitle(window_title(path) or QApplication.applicationDisplayName())
        self.setWindowFilePath(str(path.absolute()))
        self.tabs.addTab(self.overview, self.tr("Overview"))
        for title in (
            self.tr("Connections ({0})").format(0),
            self.tr("Traffic"),
            self.tr("Log"),
        ):
            self.tabs.addTab(QWidget(), title)
        self.tabs.setDocumentMode(True)
        layout = QVBoxLayout(self.details_place)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setCentralWidget(self.panes)
        self.setStatusBar(self.totals)

    def _restore(self) -> None:
        """Give the window and its parts the sizes and places of its last end."""
        self.settings.restore_window(self)
        fit_to_screen(self)
        self.panes.restore()
        self.sidebar.restore(self.settings)

    # The card of the first run

    def _offer_first_steps(self) -> None:
        """Show the card of the first run, unless it is over or the profile is not the first."""
        specs = tuple(each.spec for each in self.deck.listeners)
        if specs != FIRST_LISTENERS or self.settings.text(_CARD_KEY):
            return
        from app.ui.help.first_steps import FirstSteps  # shown at the first starts alone

        card = FirstSteps(self.deck, self.console, self.icons, self.panes.show_console)
        card.over.connect(self._forget_first_steps)
        card.tour.clicked.connect(self.commands.tour.trigger)
        self.first_steps = card
        self.overview.show_card(card)
        card.refresh()

    def _forget_first_steps(self) -> None:
        self.settings.save_text(_CARD_KEY, "over")
        self.first_steps = None
        self.overview.show_card(None)


def window_title(profile: Path) -> str:
    """The title of the window of `profile`. Empty for the default profile."""
    return "" if profile.resolve() == default_path().resolve() else profile.name
