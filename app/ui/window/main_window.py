"""The main window: puts the panes together, and lets commands act on the workspace."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QMessageBox,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app import __version__
from app.server.listener import Listener
from app.server.monitor import Changes, RateMeter
from app.server.peer_process import process_finder
from app.server.workspace import Workspace
from app.traffic.chunk_log import ChunkLog
from app.ui.commands import Commands
from app.ui.connections.actions import SendDialogs
from app.ui.connections.pane import ConnectionsPane
from app.ui.console.area import ConsoleArea
from app.ui.console.pane import ConsolePane
from app.ui.console.saved_state import ConsoleState
from app.ui.console.session_tab import SessionTab
from app.ui.event_loop import Lifecycle, Ticker
from app.ui.listeners.actions import ListenerActions, update_enabled
from app.ui.listeners.panel import ListenersPanel
from app.ui.profile_commands import ProfileCommands
from app.ui.settings import Settings
from app.ui.style import theme
from app.ui.style.icons import Icons
from app.ui.style.theme import ListenerColors
from app.ui.traffic.copy_actions import CopyActions
from app.ui.traffic.tab import TrafficTab
from app.ui.widgets.banner import Banner
from app.ui.widgets.dialogs import open_modal
from app.ui.window import menus
from app.ui.window.local_ca import LocalCaCommands
from app.ui.window.log_pane import Collector, LogPane
from app.ui.window.other_profiles import OtherProfiles, title
from app.ui.window.profile_exchange import ProfileExchange
from app.ui.window.status_bar import StatusBarTotals

if TYPE_CHECKING:
    from app.ui.traffic.pane import TrafficPane
    from app.ui.traffic.recording_window import Recordings


class MainWindow(QMainWindow):
    """Composes; each pane does its own work, and the workspace does what changes listeners."""

    def __init__(
        self,
        *,
        reactor: Any,
        workspace: Workspace,
        changes: Changes,
        ticker: Ticker,
        collector: Collector,
        traffic: ChunkLog,
        settings: Settings,
        memory: ConsoleState,
        lifecycle: Lifecycle,
    ) -> None:
        super().__init__()
        self._workspace = workspace
        self._changes = changes
        self._settings = settings
        self._lifecycle = lifecycle
        self._recordings: Recordings | None = None
        self._seconds = reactor.seconds
        self._meter = RateMeter()
        self._deck = workspace.deck
        self._icons = Icons()
        self.commands = Commands(self, self._icons)
        self.banner = Banner(self._icons)
        self._colors = ListenerColors(lambda: (each.spec for each in self._deck.listeners))
        self.listeners = ListenersPanel(self._icons, self._colors)
        self.connections = ConnectionsPane(
            self._icons,
            reactor.seconds,
            self._deck.connections,
            colors=self._colors,
            find_processes=process_finder(reactor),
        )
        self.sending = SendDialogs(self, memory, self._icons)
        self.profile = ProfileCommands(workspace, self.banner, self)
        self.listener_actions = ListenerActions(
            workspace, self.listeners, self.banner, self.profile, self
        )
        self.profiles = OtherProfiles(workspace.file.path, settings, self.banner, self)
        self.certificates = LocalCaCommands(self.banner, self)
        self.exchange = ProfileExchange(workspace, self.banner, self.profile, self.listeners, self)
        self.taking = CopyActions(self)
        self.traffic = TrafficTab(traffic, self._icons, reactor.seconds, taking=self.taking)
        self.log = LogPane(collector, self._icons)
        self.console = ConsolePane(
            reactor,
            self._icons,
            ticker.wake,
            lambda: self._deck.listeners,
            memory,
            tap=traffic.append,
            numbers=self._deck.numbers,
        )
        self.console_area = ConsoleArea(self.console, self._icons)
        self.tabs = QTabWidget()
        self.across = QSplitter(Qt.Orientation.Horizontal)
        self.down = QSplitter(Qt.Orientation.Vertical)
        self.totals = StatusBarTotals()
        self._dress()  # before anything is in it: whatever comes in is then styled once
        self._lay_out()
        menus.add_tool_bar(self, self.commands)
        menus.add_menus(
            self,
            self.commands,
            self.connections,
            self.console,
            self.profiles,
            self.listener_actions,
            settings,
        )
        self._bind_panes()
        self._restore()
        self._show_deck()
        self.profile.show_problems()
        lifecycle.before_exit(self._keep)
        ticker.add(self.tick)
        ticker.wake()

    def tick(self) -> bool:
        """Pull what is new and show it. Whether another tick is wanted."""
        batch = self._changes.take()
        moving = self._meter.sample(self._seconds(), batch.active, self._deck.listeners)
        if batch.listeners:
            self._show_colors()
        self.listeners.refresh(batch, self._meter)
        self.connections.refresh(batch, self._meter.moving)
        self.sending.refresh(batch)
        self.traffic.follow_sessions(self.console.sessions)
        self.traffic.refresh(batch)
        if batch.listeners:
            self.console.show_listeners()
            self._show_what_can_be_done()
        self.console.refresh()
        self.log.refresh()
        self.totals.refresh(self._deck.listeners, self._meter)
        return moving or self.traffic.wants_more

    def show_loading(self, path: Path) -> None:
        """Code of the user's is about to run: name it, as the window stands still if it loops."""
        self.totals.say(self.tr("Loading {0}…").format(path))

    def come_forward(self, token: str = "") -> None:
        """Be the window in front, with the desktop's leave that `token` is, where it gives any."""
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token  # where Qt looks for it
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._lifecycle.is_over:
            event.ignore()
            self._lifecycle.request_exit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "totals"):
            self._restyle()

    # Putting it together

    def _lay_out(self) -> None:
        self.setWindowTitle(title(self._workspace.file.path))  # Qt adds the name of the program
        self.tabs.addTab(self.connections, self.tr("Connections"))
        self.tabs.addTab(self.traffic, self.tr("Traffic"))
        self.tabs.addTab(self.log, self.tr("Log"))
        self.tabs.setDocumentMode(True)
        self.down.addWidget(self.tabs)
        self.down.addWidget(self.console_area)
        self.down.setStretchFactor(0, 3)
        self.down.setStretchFactor(1, 2)
        self.across.addWidget(self._listeners_side())
        self.across.addWidget(self.down)
        self.across.setStretchFactor(1, 1)
        for splitter in (self.across, self.down):
            splitter.setChildrenCollapsible(False)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.across, 1)
        self.setCentralWidget(centre)
        self.setStatusBar(self.totals)
        self.resize(1280, 800)

    def _listeners_side(self) -> QWidget:
        side = QWidget()
        title = QLabel(self.tr("Listeners"))
        title.setObjectName("paneTitle")
        title.setContentsMargins(16, 10, 8, 2)
        self.listeners.setObjectName("listenersPanel")
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(title)
        layout.addWidget(self.listeners, 1)
        return side

    def _bind_panes(self) -> None:
        self.listeners.switched.connect(self.listener_actions.switch)
        self.listeners.marks_changed.connect(self._show_marked)
        self.listeners.placed.connect(self.listener_actions.place)
        self.listeners.offer_taken.connect(self.listener_actions.take_offer)
        self.listeners.menu_wanted.connect(
            lambda _listener, at: menus.listener_menu(
                self, self.commands, self.listener_actions
            ).popup(at)
        )
        self.listener_actions.deck_changed.connect(self._show_deck)
        self.profile.deck_changed.connect(self._show_deck)
        self.exchange.deck_changed.connect(self._show_deck)
        self.connections.listener_released.connect(lambda: self.listeners.choose(None))
        self.connections.commands.send_wanted.connect(self.sending.to)
        self.connections.counted.connect(self._show_count)
        self.taking.send_wanted.connect(self.console.offer_bytes)
        self.taking.snippet_wanted.connect(self.console.save_snippet)
        self.traffic.made.connect(self._restore_traffic)
        self.log.unseen_changed.connect(self._show_unseen)
        self.console.start_wanted.connect(self._start_for)

    def _restore(self) -> None:
        self._settings.restore_window(self)
        self.connections.restore(self._settings)
        if not self._settings.restore_part("across", self.across):
            self.across.setSizes([330, 790])
        if not self._settings.restore_part("down", self.down):
            self.down.setSizes([400, 260])
        self.traffic.log.resize(*self._settings.traffic_bounds)
        self.tabs.setCurrentIndex(self._settings.number("tab", self.tabs.count() - 1))

    def _restore_traffic(self, pane: TrafficPane) -> None:
        self._settings.restore_part("traffic", pane.table.horizontalHeader())
        self._settings.restore_part("bytes", pane.split)

    def _keep(self) -> None:
        self.console.keep()
        self._settings.keep_window(self)
        self.connections.keep(self._settings)
        self._settings.keep_part("across", self.across)
        self._settings.keep_part("down", self.down)
        self._settings.keep_number("tab", self.tabs.currentIndex())
        if self.traffic.pane is not None:
            self._settings.keep_part("traffic", self.traffic.pane.table.horizontalHeader())
            self._settings.keep_part("bytes", self.traffic.pane.split)

    # What the user does

    def talk_to_listener(self) -> None:
        listener = self.listeners.chosen
        if listener is not None:
            self.console.unused_tab().head.connect_to(listener)

    def send_to_listener(self) -> None:
        listener = self.listeners.chosen
        if listener is not None:
            self.sending.to_all_of(listener)

    def _start_for(self, listener: Listener, tab: SessionTab) -> None:
        self._deck.start(listener).addCallback(lambda _: tab.head.started(listener))

    def open_recording(self) -> None:
        if self._recordings is None:
            from app.ui.traffic.recording_window import Recordings

            self._recordings = Recordings(self, self._icons, self.taking)
        self._recordings.ask()

    def open_preferences(self) -> None:
        from app.ui.window.preferences import Preferences

        open_modal(Preferences(self.traffic.log, self._settings, self))

    def find_in_pane(self) -> None:
        focus = QApplication.focusWidget()
        if focus is not None and self.console.isAncestorOf(focus):
            self.console.current.finder.begin()
            return
        if self.tabs.currentWidget() is self.traffic and self.traffic.pane is not None:
            self.traffic.pane.begin_find()
            return
        self.tabs.setCurrentWidget(self.connections)
        self.connections.filter.setFocus()

    def show_about(self) -> None:
        box = QMessageBox(
            QMessageBox.Icon.NoIcon,
            self.tr("About Portdeck"),
            self.tr(
                "Portdeck {0}\n\nThe control panel for the servers on your own machine.\n\n"
                "Profile: {1}"
            ).format(__version__, self._workspace.file.path),
            QMessageBox.StandardButton.Close,
            self,
        )
        box.setIconPixmap(self.windowIcon().pixmap(64))
        open_modal(box)

    # What is shown

    def _show_deck(self) -> None:
        self._show_colors()
        self.listeners.show_listeners(self._deck.listeners)
        self.console.show_listeners()
        self.totals.refresh(self._deck.listeners, self._meter)
        self._show_what_can_be_done()

    def _show_colors(self) -> None:
        if self._colors.refresh():
            self.listeners.recolor()
            self.connections.recolor()

    def _show_marked(self) -> None:
        self.connections.show_listeners(self.listeners.marked)
        self._show_what_can_be_done()

    def _show_what_can_be_done(self) -> None:
        self.traffic.show_off(
            [each.spec.name for each in self._deck.listeners if not each.spec.traffic]
        )
        marked = self.listeners.marked
        update_enabled(self.commands, self._icons, self._deck.listeners, marked)
        self.commands.undo.setEnabled(self.listener_actions.can_undo)

    def _show_count(self, count: int) -> None:
        self.tabs.setTabText(0, self.tr("Connections ({0})").format(f"{count:,}"))

    def _show_unseen(self, count: int) -> None:
        text = self.tr("Log ({0} new)").format(count) if count else self.tr("Log")
        self.tabs.setTabText(self.tabs.indexOf(self.log), text)

    def _restyle(self) -> None:
        self._dress()
        self._icons.recolor()
        self.listeners.recolor()

    def _dress(self) -> None:
        palette = QGuiApplication.palette()
        if self.property("dressed") != palette.color(QPalette.ColorRole.Window).name():
            self.setProperty("dressed", palette.color(QPalette.ColorRole.Window).name())
            self.setStyleSheet(theme.style_sheet(palette))
