"""All of the window that its first picture does not show.

The other tabs, the details, the contents of the menus, the banner, the tray, and what the commands
call. `MainWindow` creates it when the first picture is on the screen, or earlier if it is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTabWidget, QWidget

from app.runtime.logs import Collector
from app.server.listener import Listener
from app.server.monitor import ChangeBatch
from app.server.peer_process import process_finder
from app.traffic.chunk_log import ChunkLog
from app.ui.connections.actions import SendDialogs
from app.ui.connections.pane import ConnectionsPane
from app.ui.console.saved_state import ConsoleState
from app.ui.console.session_tab import SessionTab
from app.ui.conversations.file_drops import has_traffic
from app.ui.desktop.notifications import Notifications
from app.ui.desktop.tray import Tray
from app.ui.event_loop import Lifecycle
from app.ui.help.windows import Help
from app.ui.listeners.actions import ListenerActions
from app.ui.listeners.closing_question import ClosingQuestion
from app.ui.profile_actions import ProfileActions
from app.ui.profiles.other_profiles import OtherProfiles
from app.ui.profiles.profile_exchange import ProfileExchange
from app.ui.style.tokens import Tint
from app.ui.traffic.connection_names import ConnectionTracker
from app.ui.traffic.tab import TrafficTab
from app.ui.widgets.banner import Banner
from app.ui.widgets.copy_actions import CopyActions
from app.ui.widgets.dialogs import open_modal
from app.ui.window import menus
from app.ui.window.choice_display import ChoiceDisplay
from app.ui.window.dropped_files import DroppedFiles
from app.ui.window.language_change import LanguageChange
from app.ui.window.local_ca import LocalCaActions
from app.ui.window.log_pane import LogPane, show_unseen
from app.ui.window.navigation import Navigation
from app.ui.window.programs import ProgramActions
from app.ui.window.quitting import Quitting
from app.ui.window.saved_layout import SavedLayout
from app.ui.window.task_windows import TaskWindows
from app.ui.window.window_frame import OVERVIEW, WindowFrame

if TYPE_CHECKING:
    from app.ui.help.tour import Tour

FOLDER_SECONDS: Final = 12.0
"""How long the path of a folder is shown."""


class RestOfWindow(QObject):
    """Creates and connects what is not on the first picture. Each part does its own work."""

    def __init__(
        self,
        window: WindowFrame,
        *,
        reactor: Any,
        collector: Collector,
        traffic: ChunkLog,
        saved_state: ConsoleState,
        lifecycle: Lifecycle,
        tracker: ConnectionTracker,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._collector = collector
        self._saved_state = saved_state
        self._create_commands()
        self._create_tabs(reactor, traffic, tracker)
        self._create_workings(reactor, lifecycle)
        self._fill_window()
        self._connect()
        self.saved_layout.restore()
        self._show_deck()
        self.connections.show_listeners(())
        self.programs.ask_for_trust()
        self.profile.show_problems()
        # Later: it asks the desktop, which may take a while.
        QTimer.singleShot(0, self.tray, self.tray.show)

    def _create_commands(self) -> None:
        """What works on the profile and its listeners, and reports in the banner."""
        window, workspace = self._window, self._window.workspace
        self.banner = banner = Banner(window.icons)
        self.profile = ProfileActions(workspace, banner, window)
        self.listener_actions = ListenerActions(
            workspace, window.listeners, banner, self.profile, window
        )
        self.profiles = OtherProfiles(workspace.file.path, window.settings, banner, window)
        self.profile.has_traffic = has_traffic
        for opening in (self.profile, self.profiles):
            opening.open_traffic = lambda path: self.task_windows.traffic_files.open(path)
        self.certificates = LocalCaActions(banner, window)
        self.exchange = ProfileExchange(workspace, banner, self.profile, window.listeners, window)
        self.programs = ProgramActions(workspace, banner, self.profile, window.listeners, window)
        DroppedFiles(
            workspace,
            banner,
            self.profile,
            window,
            chosen=lambda: window.listeners.chosen,
            open_profile=self.profiles.open,
            import_profile=self.exchange.choose_from,
            open_programs=self.programs.open,
        )

    def _create_tabs(self, reactor: Any, traffic: ChunkLog, tracker: ConnectionTracker) -> None:
        window = self._window
        self.connections = ConnectionsPane(
            window.icons,
            window.seconds,
            window.deck.connections,
            colors=window.colors,
            find_processes=process_finder(reactor),
        )
        self.send_dialogs = SendDialogs(window, self._saved_state, window.icons)
        self.copy_actions = CopyActions(window, address_of=self.listener_actions.client_address)
        self.traffic = TrafficTab(traffic, window.icons, tracker, copy_actions=self.copy_actions)
        self.log = LogPane(self._collector, window.icons)
        self._named_tabs = {
            OVERVIEW: window.overview,
            "connections": self.connections,
            "traffic": self.traffic,
            "log": self.log,
        }

    def _create_workings(self, reactor: Any, lifecycle: Lifecycle) -> None:
        """What joins several panes."""
        window, workspace, settings = self._window, self._window.workspace, self._window.settings
        self.task_windows = TaskWindows(
            workspace,
            reactor,
            self.traffic,
            window.listeners,
            self.profile,
            self.banner,
            window.icons,
            self.copy_actions,
            window,
        )
        self.choice_display = ChoiceDisplay(
            window, connections=self.connections, traffic=self.traffic
        )
        self.saved_layout = SavedLayout(
            window,
            connections=self.connections,
            traffic=self.traffic,
            named_tabs=self._named_tabs,
        )
        self.navigation = Navigation(
            window,
            actions=self.listener_actions,
            connections=self.connections,
            traffic=self.traffic,
            log=self.log,
            open_settings=self.open_settings,
        )
        self.help = Help(
            window, window.commands, self.navigation.pane_actions, workspace.file.path.absolute()
        )
        self.language_change = LanguageChange(window.console, self.traffic, window)
        question = ClosingQuestion(settings, window)
        self.listener_actions.question = question
        self.quitting = Quitting(window.deck, lifecycle, question, self.banner, window)
        self.quitting.asks_to_save = self.task_windows.rules.ask_to_save
        self.tray = Tray(
            window,
            window.commands,
            listeners=lambda: window.deck.listeners,
            switch=self.listener_actions.switch,
            show_window=window.bring_to_front,
            quit_program=self.quitting.quit,
        )
        self.notifications = Notifications(
            self.tray,
            settings,
            window,
            seconds=window.seconds,
            listeners=window.deck.with_sockets,
        )

    @cached_property
    def tour(self) -> Tour:
        """The tour. It is imported and created when the user first begins it."""
        from app.ui.help.tour import Tour

        window = self._window
        return Tour(
            window,
            window.workspace,
            tabs=window.tabs,
            listeners=window.listeners,
            console=window.console,
            reveal_console=window.panes.show_console,
            show_deck=window.display.show,
            icons=window.icons,
        )

    @property
    def wants_more(self) -> bool:
        """Whether `refresh` should be called again soon, even without changes."""
        return self.traffic.wants_more

    def refresh(self, batch: ChangeBatch) -> Iterator[None]:
        """Show what is new, pane by pane."""
        window = self._window
        self.connections.refresh(batch, window.meter.moving)
        yield
        self.send_dialogs.refresh(batch)
        self.choice_display.refresh(batch)
        if "tour" in self.__dict__:
            self.tour.refresh()
        self.task_windows.refresh(batch)
        yield
        self.traffic.follow_sessions(window.console.sessions)
        self.traffic.refresh(batch)
        yield
        if batch.listeners:
            self.quitting.save_running(window.settings, window.workspace.file.path)
        self.tray.refresh()
        self.notifications.refresh(batch)
        self.quitting.refresh()
        window.console.refresh()
        self.log.refresh()

    def save(self) -> None:
        """Save what is kept until the next start."""
        if "tour" in self.__dict__:
            self.tour.leave()
        self.saved_layout.save()

    # Layout and connections

    def _fill_window(self) -> None:
        window = self._window
        for place, page in enumerate(self._named_tabs.values()):
            _replace_page(window.tabs, place, page)
        layout = window.details_place.layout()
        assert layout is not None
        layout.addWidget(self.choice_display.panel)
        self.banner.lie_over(window, below=window.menuBar())
        window.totals.addPermanentWidget(self.task_windows.faults.mark)
        window.totals.addPermanentWidget(self.choice_display.recording)
        menus.fill_menus(
            window.menus,
            window.commands,
            self.connections,
            window.console,
            self.profiles,
            self.listener_actions,
            window.settings,
            window.appearance,
            self.language_change.ask,
        )

    def _connect(self) -> None:
        self._connect_listeners()
        window, display, commands = self._window, self._window.display, self.connections.commands
        for changing in (
            self.listener_actions,
            self.profile,
            self.task_windows,
            self.exchange,
            self.programs,
        ):
            changing.deck_changed.connect(display.show)
        self.programs.trust_changed.connect(display.update_actions)
        display.updated.connect(self._show_deck)
        display.recolored.connect(self.connections.recolor)
        self.connections.listener_filter_cleared.connect(lambda: window.listeners.choose(None))
        commands.send_wanted.connect(self.send_dialogs.open_for)
        commands.faults_wanted.connect(self.task_windows.faults.open_for_connection)
        commands.compare_wanted.connect(self.task_windows.compare_live)
        self.task_windows.faults.marks_changed.connect(self.connections.table.update_visible)
        self.connections.count_changed.connect(self._show_count)
        self.copy_actions.send_wanted.connect(window.console.put_bytes)
        self.copy_actions.snippet_wanted.connect(window.console.save_snippet)
        self.choice_display.recording.open_wanted.connect(
            lambda at: self.task_windows.recordings.open(at)
        )
        self.choice_display.recording.folder_asked.connect(self._say_folder)
        self.choice_display.panel.log_wanted.connect(self._show_log)
        self.listener_actions.log_wanted.connect(self._show_log)
        self.log.unseen_changed.connect(lambda *unseen: show_unseen(window.tabs, self.log, *unseen))
        window.console.start_wanted.connect(self._start_for_tab)

    def _connect_listeners(self) -> None:
        window, actions = self._window, self.listener_actions
        window.listeners.switched.connect(actions.switch)
        window.overview.switched.connect(actions.switch)
        window.listeners.placed.connect(actions.place)
        window.listeners.button_clicked.connect(actions.run_row_action)
        window.listeners.group_switched.connect(actions.switch_all)
        window.listeners.menu_wanted.connect(
            lambda _listener, at: menus.listener_menu(window, window.commands, actions).popup(at)
        )
        window.listeners.marks_changed.connect(self._show_connections)

    def _show_deck(self) -> None:
        """Show what is true of the deck now, beside what `DeckDisplay` shows."""
        window = self._window
        if self.connections.listeners:  # the places of a program are known only after its load
            self._show_connections()
        self.traffic.show_disabled(
            [each.spec.name for each in window.deck.every() if not each.spec.traffic]
        )
        window.commands.undo.setEnabled(self.listener_actions.can_undo)
        window.commands.redo.setEnabled(self.listener_actions.can_redo)
        window.commands.trust_code.setEnabled(not window.workspace.is_trusted)

    def _show_connections(self) -> None:
        """Show the connections of what is marked. A program has none itself; its places have."""
        window = self._window
        shown = (window.deck.places_of(each) or (each,) for each in window.listeners.marked)
        self.connections.show_listeners(list(dict.fromkeys(chain.from_iterable(shown))))

    def _show_count(self, shown: int, count: int) -> None:
        if shown == count:
            text = self.tr("Connections ({0})").format(f"{count:,}")
        else:
            text = self.tr("Connections ({0} of {1})").format(f"{shown:,}", f"{count:,}")
        tabs = self._window.tabs
        tabs.setTabText(tabs.indexOf(self.connections), text)

    def _say_folder(self, folder: Path, is_taken: bool) -> None:
        """Name the folder: the desktop may take the request and show nothing."""
        words = (
            self.tr("The desktop was asked to show {0}.")
            if is_taken
            else self.tr("No program here shows folders. The recording is in {0}.")
        )
        offer = (
            self.tr("Copy the path"),
            lambda: QGuiApplication.clipboard().setText(str(folder)),
        )
        tint = Tint.INFO if is_taken else Tint.WARNING
        self.banner.say(words.format(folder), offer, seconds=FOLDER_SECONDS, tint=tint)

    def _show_log(self) -> None:
        self.navigation.show_tab(self.log)

    # Commands

    def open_in_console(self) -> None:
        """Open the chosen listener in a console tab."""
        listener = self._window.listeners.chosen
        if listener is not None:
            self._window.panes.show_console()
            self._window.console.unused_tab().target_bar.connect_to(listener)

    def send_to_listener(self) -> None:
        """Ask what to send to all connections of the chosen listener."""
        listener = self._window.listeners.chosen
        if listener is not None:
            self.send_dialogs.open_for_listener(listener)

    def _start_for_tab(self, listener: Listener, tab: SessionTab) -> None:
        started = self._window.deck.start(listener)
        started.addCallback(lambda _: tab.target_bar.listener_started(listener))

    def open_settings(self, page: str = "") -> None:
        """Open the settings, at `page` if one is named."""
        from app.ui.desktop.login_start import login_start
        from app.ui.settings_dialog.dialog import SettingsDialog

        window = self._window
        dialog = SettingsDialog(
            self.traffic.log,
            window.settings,
            window.appearance,
            window,
            has_tray=self.tray.is_shown,
            login=login_start(window.workspace.file.path),
        )
        dialog.language_changed.connect(self.language_change.ask)
        open_modal(dialog)
        dialog.open_page(page)


def _replace_page(tabs: QTabWidget, place: int, page: QWidget) -> None:
    """Put `page` at `place`, under the title that is there. The Tab key goes to it after the titles
    of the tabs, and not last because it was added last."""
    empty = tabs.widget(place)
    if empty is None or empty is page:
        return
    title = tabs.tabText(place)
    tabs.removeTab(place)
    tabs.insertTab(place, page, title)
    empty.deleteLater()
    before: QWidget = tabs.tabBar()
    for widget in page.findChildren(QWidget):
        takes_focus = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.focusProxy()
        if takes_focus and widget.window() is tabs.window():  # and not in the list of a combo box
            QWidget.setTabOrder(before, widget)
            before = widget
