"""The main window: creates the panes, and connects them with each other and the workspace."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow

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
from app.ui.desktop.notifications import Notifications
from app.ui.desktop.tray import Tray
from app.ui.event_loop import Lifecycle, Ticker
from app.ui.help.windows import Help
from app.ui.listeners.actions import ListenerActions
from app.ui.listeners.closing_question import ClosingQuestion
from app.ui.listeners.panel import ListenersPanel
from app.ui.listeners.sidebar import Sidebar
from app.ui.preferences.appearance import Appearance
from app.ui.profile_commands import ProfileCommands
from app.ui.profiles.other_profiles import OtherProfiles, window_title
from app.ui.profiles.profile_exchange import ProfileExchange
from app.ui.settings import Settings
from app.ui.style import theme
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors
from app.ui.traffic.tab import ConnectionNames, TrafficTab
from app.ui.widgets.banner import Banner
from app.ui.widgets.copy_actions import CopyActions
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.layouts import FoldingTabs
from app.ui.window import menus
from app.ui.window.behaviour import Behaviour
from app.ui.window.deck_display import DeckDisplay
from app.ui.window.dropped_files import DroppedFiles
from app.ui.window.insight import Insight
from app.ui.window.local_ca import LocalCaCommands
from app.ui.window.log_pane import Collector, LogPane, show_unseen
from app.ui.window.navigation import Navigation
from app.ui.window.programs import ProgramCommands
from app.ui.window.quitting import Quitting
from app.ui.window.renewal import Renewal
from app.ui.window.room import USUAL_SIZE, Room
from app.ui.window.saved_layout import SavedLayout
from app.ui.window.status_bar import StatusBarTotals

if TYPE_CHECKING:
    from app.ui.help.tour import Tour


class MainWindow(QMainWindow):
    """Creates and connects the panes. Each does its own work; the workspace changes listeners."""

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
        saved_state: ConsoleState,
        lifecycle: Lifecycle,
        names: ConnectionNames | None = None,
    ) -> None:
        """`names` are the names of the connections that an earlier window on the deck knows."""
        super().__init__()
        self._workspace = workspace
        self._changes = changes
        self._settings = settings
        self._lifecycle = lifecycle
        self._ticker = ticker
        self._seconds = reactor.seconds
        self._meter = RateMeter()
        self._deck = workspace.deck
        self._icons = Icons()
        self.commands = Commands(self, self._icons)
        self.banner = Banner(self._icons)
        self._colors = ListenerColors(lambda: (each.spec for each in self._deck.every()))
        self.listeners = ListenersPanel(self._icons, self._colors)
        self.connections = ConnectionsPane(
            self._icons,
            reactor.seconds,
            self._deck.connections,
            colors=self._colors,
            find_processes=process_finder(reactor),
        )
        self.send_dialogs = SendDialogs(self, saved_state, self._icons)
        self.profile = ProfileCommands(workspace, self.banner, self)
        self.listener_actions = ListenerActions(
            workspace, self.listeners, self.banner, self.profile, self
        )
        self.profiles = OtherProfiles(workspace.file.path, settings, self.banner, self)
        self.certificates = LocalCaCommands(self.banner, self)
        self.exchange = ProfileExchange(workspace, self.banner, self.profile, self.listeners, self)
        self.programs = ProgramCommands(workspace, self.banner, self.profile, self.listeners, self)
        DroppedFiles(
            workspace,
            self.banner,
            self.profile,
            self,
            chosen=lambda: self.listeners.chosen,
            open_profile=self.profiles.open,
            import_profile=self.exchange.choose_from,
            open_programs=self.programs.open,
        )
        self.copy_actions = CopyActions(self, address_of=self.listener_actions.client_address)
        self.traffic = TrafficTab(traffic, self._icons, copy_actions=self.copy_actions, names=names)
        self.behaviour = Behaviour(
            workspace,
            reactor,
            self.traffic,
            self.listeners,
            self.profile,
            self.banner,
            self._icons,
            self.copy_actions,
            self,
        )
        self.log = LogPane(collector, self._icons)
        self.console = ConsolePane(
            reactor,
            self._icons,
            ticker.wake,
            lambda: list(self._deck.with_sockets()),
            saved_state,
            tap=traffic.append,
            numbers=self._deck.numbers,
        )
        self.console_area = ConsoleArea(self.console, self._icons)
        self.tabs = FoldingTabs()
        self.tabs.addTab(self.connections, self.tr("Connections"))
        self.tabs.addTab(self.traffic, self.tr("Traffic"))
        self.tabs.addTab(self.log, self.tr("Log"))
        self.tabs.setDocumentMode(True)
        self.insight = Insight(
            self,
            deck=self._deck,
            seconds=reactor.seconds,
            folder=workspace.file.path.parent.absolute(),
            listeners=self.listeners,
            connections=self.connections,
            traffic=self.traffic,
            tabs=self.tabs,
            commands=self.commands,
            icons=self._icons,
            colors=self._colors,
        )
        self.sidebar = Sidebar(self.listeners, self._icons)
        self.room = Room(
            banner=self.banner,
            sidebar=self.sidebar,
            tabs=self.tabs,
            console=self.console_area,
            details=self.insight.panel,
            commands=self.commands,
            settings=settings,
        )
        self.saved_layout = SavedLayout(
            self,
            settings,
            room=self.room,
            sidebar=self.sidebar,
            connections=self.connections,
            traffic=self.traffic,
            tabs=self.tabs,
            named_tabs={
                "overview": self.insight.overview,
                "connections": self.connections,
                "traffic": self.traffic,
                "log": self.log,
            },
        )
        self.totals = StatusBarTotals()
        self.display = DeckDisplay(
            self,
            workspace,
            self._meter,
            listeners=self.listeners,
            connections=self.connections,
            traffic=self.traffic,
            console=self.console,
            totals=self.totals,
            actions=self.listener_actions,
            commands=self.commands,
            icons=self._icons,
            colors=self._colors,
        )
        self.appearance = Appearance(theme.Theme.of_application(), settings)
        self.navigation = Navigation(
            self,
            deck=self._deck,
            commands=self.commands,
            listeners=self.listeners,
            actions=self.listener_actions,
            connections=self.connections,
            traffic=self.traffic,
            log=self.log,
            tabs=self.tabs,
            console=self.console_area,
            open_settings=self.open_preferences,
            reveal={0: self.room.show_sidebar, 1: self.room.show_tabs, 2: self.room.show_console},
        )
        self.help = Help(
            self, self.commands, self.navigation.pane_actions, workspace.file.path.absolute()
        )
        self.renewal = Renewal(self.console, self.traffic, self)
        question = ClosingQuestion(settings, self)
        self.listener_actions.question = question
        self.quitting = Quitting(self._deck, lifecycle, question, self.banner, self)
        self.quitting.asks_to_save = self.behaviour.rules.ask_to_save
        self.tray = Tray(
            self,
            self.commands,
            listeners=lambda: self._deck.listeners,
            switch=self.listener_actions.switch,
            show_window=lambda: self.bring_to_front(),
            quit_program=self.quitting.quit,
        )
        self.notifications = Notifications(
            self.tray,
            settings,
            self,
            seconds=reactor.seconds,
            listeners=self._deck.with_sockets,
        )
        theme.WindowSheet(self)  # called before panes are added, so that each is styled once
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
            self.appearance,
            self.renewal.ask,
        )
        self._bind_panes()
        self.saved_layout.restore()
        self.insight.offer_first_steps(
            self.console, settings, self.room.show_console, lambda: self.tour.begin()
        )
        self.display.show()
        self.connections.show_listeners(())
        self.programs.ask_for_trust()
        self.profile.show_problems()
        self._forget_exit = lifecycle.before_exit(self._save)
        ticker.add(self.tick)
        ticker.wake()
        # Later: it asks the desktop, which may take a while.
        QTimer.singleShot(0, self.tray, self.tray.show)

    @cached_property
    def tour(self) -> Tour:
        """The tour. It is imported and created when the user first begins it."""
        from app.ui.help.tour import Tour

        return Tour(
            self,
            self._workspace,
            tabs=self.tabs,
            listeners=self.listeners,
            console=self.console,
            reveal_console=self.room.show_console,
            show_deck=self.display.show,
            icons=self._icons,
        )

    def retire(self) -> None:
        """Save and end what belongs to the window, because another one takes its place."""
        self.tick()
        self._save()
        self._forget_exit()
        self._ticker.remove(self.tick)
        self.tray.hide()
        for tab in self.console.tabs:
            tab.close_session()
        self.hide()
        self.deleteLater()

    def tick(self) -> bool:
        """Pull and show what is new. Return whether another tick is wanted."""
        batch = self._changes.take()
        moving = self._meter.sample(self._seconds(), batch.active, self._deck.with_sockets())
        self.display.refresh(batch)
        self.connections.refresh(batch, self._meter.moving)
        self.send_dialogs.refresh(batch)
        self.insight.refresh(batch)
        if "tour" in self.__dict__:
            self.tour.refresh()
        self.behaviour.refresh(batch)
        self.traffic.follow_sessions(self.console.sessions)
        self.traffic.refresh(batch)
        if batch.listeners:
            self.quitting.save_running(self._settings, self._workspace.file.path)
        self.tray.refresh()
        self.notifications.refresh(batch)
        self.quitting.refresh()
        self.console.refresh()
        self.log.refresh()
        return moving or self.traffic.wants_more

    def show_loading(self, path: Path) -> None:
        """Show which user code is about to load. An endless loop in it would freeze the window."""
        self.totals.say(self.tr("Loading {0}…").format(path))

    def bring_to_front(self, token: str = "") -> None:
        """Raise the window. `token` is the activation token of the desktop, if there is one."""
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token  # where Qt looks for it
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._lifecycle.is_over:
            event.ignore()
            stays = self._settings.closes_to_tray and self.tray.is_shown
            self.hide() if stays else self.quitting.quit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ThemeChange:
            theme.follow_system()
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "display"):
            self.display.recolor()

    # Layout and connections

    def _lay_out(self) -> None:
        # Qt adds the name of the program.
        # Without a title, Qt would take the name of the file.
        name = QApplication.applicationDisplayName()
        self.setWindowTitle(window_title(self._workspace.file.path) or name)
        self.setWindowFilePath(str(self._workspace.file.path.absolute()))
        self.setCentralWidget(self.room)
        self.setStatusBar(self.totals)
        self.totals.addPermanentWidget(self.behaviour.faults.mark)
        self.totals.addPermanentWidget(self.insight.recording)
        self.resize(USUAL_SIZE)

    def _bind_panes(self) -> None:
        self.listeners.switched.connect(self.listener_actions.switch)
        self.insight.overview.switched.connect(self.listener_actions.switch)
        self.listeners.placed.connect(self.listener_actions.place)
        self.listeners.button_clicked.connect(self.listener_actions.run_row_action)
        self.listeners.menu_wanted.connect(
            lambda _listener, at: menus.listener_menu(
                self, self.commands, self.listener_actions
            ).popup(at)
        )
        self.listeners.group_switched.connect(self.listener_actions.switch_all)
        self.insight.recording.open_wanted.connect(lambda at: self.behaviour.recordings.open(at))
        self.insight.panel.log_wanted.connect(lambda: self.navigation.show_tab(self.log))
        self.listener_actions.log_wanted.connect(lambda: self.navigation.show_tab(self.log))
        self.listener_actions.deck_changed.connect(self.display.show)
        self.profile.deck_changed.connect(self.display.show)
        self.behaviour.deck_changed.connect(self.display.show)
        self.exchange.deck_changed.connect(self.display.show)
        self.programs.deck_changed.connect(self.display.show)
        self.programs.trust_changed.connect(self.display.update_actions)
        self.connections.listener_filter_cleared.connect(lambda: self.listeners.choose(None))
        self.connections.commands.send_wanted.connect(self.send_dialogs.open_for)
        self.connections.commands.faults_wanted.connect(self.behaviour.faults.open_for_connection)
        self.behaviour.faults.marks_changed.connect(self.connections.table.update_visible)
        self.connections.commands.compare_wanted.connect(self.behaviour.compare_live)
        self.connections.count_changed.connect(self._show_count)
        self.copy_actions.send_wanted.connect(self.console.put_bytes)
        self.copy_actions.snippet_wanted.connect(self.console.save_snippet)
        self.log.unseen_changed.connect(lambda *unseen: show_unseen(self.tabs, self.log, *unseen))
        self.console.start_wanted.connect(self._start_for_tab)

    def _save(self) -> None:
        if "tour" in self.__dict__:
            self.tour.leave()
        self.console.save()
        self.saved_layout.save()

    def _show_count(self, shown: int, count: int) -> None:
        if shown == count:
            text = self.tr("Connections ({0})").format(f"{count:,}")
        else:
            text = self.tr("Connections ({0} of {1})").format(f"{shown:,}", f"{count:,}")
        self.tabs.setTabText(self.tabs.indexOf(self.connections), text)

    # Commands

    def open_in_console(self) -> None:
        listener = self.listeners.chosen
        if listener is not None:
            self.room.show_console()
            self.console.unused_tab().target_bar.connect_to(listener)

    def search_listeners(self) -> None:
        """Show the sidebar, with the cursor in its search field."""
        self.room.show_sidebar()
        self.sidebar.begin_search()

    def send_to_listener(self) -> None:
        listener = self.listeners.chosen
        if listener is not None:
            self.send_dialogs.open_for_listener(listener)

    def _start_for_tab(self, listener: Listener, tab: SessionTab) -> None:
        self._deck.start(listener).addCallback(lambda _: tab.target_bar.listener_started(listener))

    def open_preferences(self, page: str = "") -> None:
        """Open the settings, at `page` if one is named."""
        from app.ui.desktop.login_start import login_start
        from app.ui.preferences.dialog import Preferences

        dialog = Preferences(
            self.traffic.log,
            self._settings,
            self.appearance,
            self,
            has_tray=self.tray.is_shown,
            login=login_start(self._workspace.file.path),
        )
        dialog.language_changed.connect(self.renewal.ask)
        open_modal(dialog)
        dialog.open_page(page)
