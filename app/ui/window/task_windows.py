"""The windows for one task: captures, recordings, conversations, faults and rules."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.profile import ListenerSpec
from app.profile.spec import structure
from app.server.listener import Listener
from app.server.monitor import ChangeBatch
from app.server.workspace import Workspace
from app.ui.conversations.file_drops import FileDrops
from app.ui.faults.actions import FaultActions
from app.ui.listeners.panel import ListenersPanel
from app.ui.profile_actions import ProfileActions
from app.ui.rules.actions import PROTOCOL, RuleActions
from app.ui.style.icons import Icons
from app.ui.traffic.tab import TrafficTab
from app.ui.widgets.banner import Banner
from app.ui.widgets.copy_actions import CopyActions

if TYPE_CHECKING:
    from app.traffic.connection_info import ConnectionDirectory
    from app.traffic.source import ChunkSource
    from app.ui.conversations.actions import ConversationActions, RuleSource
    from app.ui.conversations.captures import Captures
    from app.ui.conversations.file_windows import FileWindow, Recordings
    from app.ui.traffic.pane import TrafficPane


class TaskWindows(QObject):
    """Opens and owns these windows. They are imported when they are first used."""

    deck_changed = Signal()
    """The listeners of the deck changed."""

    def __init__(
        self,
        workspace: Workspace,
        reactor: Any,
        traffic: TrafficTab,
        panel: ListenersPanel,
        profile: ProfileActions,
        banner: Banner,
        icons: Icons,
        copy_actions: CopyActions,
        window: QWidget,
    ) -> None:
        """New listeners are selected in `panel`. `profile` shows why a change was not saved."""
        super().__init__(window)
        self._workspace = workspace
        self._reactor = reactor
        self._traffic = traffic
        self._panel = panel
        self._profile = profile
        self._banner = banner
        self._icons = icons
        self._copy_actions = copy_actions
        self._window = window
        self.faults = FaultActions(workspace, banner, icons, profile.show_save_error, window)
        self.rules = RuleActions(workspace, icons, reactor.seconds, profile.show_save_error, window)
        self.traffic_files = FileDrops(window, self._open_capture, self._open_recording)
        traffic.pane_created.connect(
            lambda pane: self._extend_menu(pane, traffic.log, traffic.directory)
        )

    @cached_property
    def captures(self) -> Captures:
        """The capture files that are open."""
        from app.ui.conversations.captures import Captures

        captures = Captures(self._window, self._icons, self._copy_actions)
        captures.window_opened.connect(self._serve_file)
        return captures

    @cached_property
    def recordings(self) -> Recordings:
        """The recordings that are open."""
        from app.ui.conversations.file_windows import Recordings

        recordings = Recordings(self._window, self._icons, self._copy_actions)
        recordings.window_opened.connect(self._serve_file)
        return recordings

    @cached_property
    def conversations(self) -> ConversationActions:
        """The actions on the conversation of a row of the traffic."""
        from app.ui.conversations.actions import ConversationActions

        actions = ConversationActions(self._workspace, self._reactor, self._window)
        actions.listener_wanted.connect(self._add_listener)
        actions.rule_made.connect(self._add_rule)
        return actions

    def refresh(self, batch: ChangeBatch) -> None:
        """Show what changed."""
        self.faults.refresh(batch)
        self.rules.refresh()

    def open_faults(self) -> None:
        """Show the faults of the chosen listener."""
        listener = self._panel.chosen
        if listener is not None:
            self.faults.open_for_listener(listener)

    def open_rules(self) -> None:
        """Show the rules of the chosen listener."""
        listener = self._panel.chosen
        if listener is not None:
            self.rules.open_for(listener)

    def open_held(self) -> None:
        """Show the messages that the chosen listener holds."""
        listener = self._panel.chosen
        if listener is not None:
            self.rules.open_held(listener)

    def compare_live(self, numbers: tuple[int, ...]) -> None:
        """Compare the traffic of two connections of listeners."""
        self.conversations.compare(self._traffic.log, self._traffic.directory, numbers)

    def _open_capture(self, path: Path) -> None:
        self.captures.open(path)

    def _open_recording(self, path: Path) -> None:
        self.recordings.open(path)

    def _serve_file(self, window: FileWindow) -> None:
        self._extend_menu(window.pane, window.file, window.file)

    def _extend_menu(
        self, pane: TrafficPane, source: ChunkSource, directory: ConnectionDirectory
    ) -> None:
        pane.row_menu_opening.connect(
            lambda menu, chunk: self.conversations.fill(menu, chunk, pane, source, directory)
        )

    def _add_listener(self, spec: ListenerSpec) -> Listener:
        listener = self._workspace.add(spec)
        self.deck_changed.emit()
        self._panel.mark([listener])
        self._window.raise_()  # it may be made of a conversation in another window
        self._window.activateWindow()
        self._profile.show_save_error()
        return listener

    def _add_rule(self, source: RuleSource) -> None:
        """Open the editor of a chosen or a new listener with the rule of `source`."""
        if source.rule is None:
            self._banner.say(self.tr("That message is not kept any more, so there is no rule."))
            return
        listener = source.message.listener
        if listener is None:
            listener = self._add_listener(self._new_spec(source))
        self.rules.add_rule(listener, source.rule)

    def _new_spec(self, source: RuleSource) -> ListenerSpec:
        from app.ui.conversations.actions import free_listener

        connection = source.message.connection
        title = self.tr("Replies")
        start = free_listener(self._workspace, title, is_datagram=connection.is_datagram)
        values = {
            "name": start.name,
            "protocol": PROTOCOL,
            "endpoint": start.endpoint,
            "options": source.options,
        }
        spec = structure(values)
        assert isinstance(spec, ListenerSpec)  # the values are made here, and free
        return spec
