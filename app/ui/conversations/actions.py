"""What the row menu of the traffic offers for the conversation of a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from attrs import frozen
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.net.endpoint import Endpoint
from app.profile.spec import LONGEST_NAME
from app.rules.reading import parse
from app.rules.spec import MessageFraming, Rule, RuleSet, Unframed
from app.server.listener import Listener
from app.server.workspace import Workspace
from app.text.readable import escape_mnemonics
from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import ConnectionDirectory
from app.traffic.framing import Framing
from app.traffic.reply_rules import framing_table, propose_rule
from app.traffic.source import ChunkSource
from app.ui.conversations.compare_window import CompareWindow
from app.ui.conversations.make_listener import MakeListenerDialog, NewListener
from app.ui.conversations.play_window import PlayWindow
from app.ui.conversations.reading import (
    ConversationReading,
    RecordedConnection,
    message_at,
)
from app.ui.traffic.pane import TrafficPane
from app.ui.widgets.dialogs import open_modal

BEFORE_FIRST: Final = {False: "tcp:8028:interface=127.0.0.1", True: "udp:8028:interface=127.0.0.1"}
"""The endpoints whose ports come before the first that is proposed, over TCP and over UDP."""

PROTOCOL: Final = "replies"


class ConversationActions(QObject):
    """Fills the row menus of traffic panes, and opens what the user chooses there."""

    listener_wanted = Signal(object)
    """The user wants a listener with this `ListenerSpec`."""

    rule_made = Signal(object)
    """The user wants the rule of this `RuleSource`."""

    def __init__(self, workspace: Workspace, reactor: Any, window: QWidget) -> None:
        """`window` is the main window. What is opened belongs to the window of its row."""
        super().__init__(window)
        self._workspace = workspace
        self._reactor = reactor
        self._window = window
        self.windows: list[QWidget] = []

    def fill(
        self,
        menu: QMenu,
        chunk: Chunk,
        pane: TrafficPane,
        source: ChunkSource,
        directory: ConnectionDirectory,
    ) -> None:
        """Add the actions to the row menu of `chunk` in `pane`, which shows `source`."""
        connection = RecordedConnection(source, directory, chunk.connection)
        framing = pane.message_framing
        owner = pane.window()
        menu.addSeparator()
        self._add_replies(menu, connection, chunk, framing)
        menu.addAction(
            self.tr("Make a listener of this conversation…"),
            lambda: self._make_listener(connection, framing, owner),
        )
        menu.addAction(
            self.tr("Play the client side…"), lambda: self._play(connection, framing, owner)
        )
        numbers = pane.selected_connections
        compare = menu.addAction(self.tr("Compare the two connections…"))
        compare.setEnabled(len(numbers) == 2)
        compare.triggered.connect(lambda: self.compare(source, directory, numbers, owner))

    def compare(
        self,
        source: ChunkSource,
        directory: ConnectionDirectory,
        numbers: Sequence[int],
        owner: QWidget | None = None,
    ) -> None:
        """Open a window that compares the two connections with those numbers.

        It closes with `owner`, by default the main window.
        """
        first, second = (RecordedConnection(source, directory, each) for each in numbers)
        self._show(CompareWindow(first, second, None, owner or self._window))

    def close(self) -> None:
        """Close all windows."""
        for window in list(self.windows):
            window.close()

    def _add_replies(
        self, menu: QMenu, connection: RecordedConnection, chunk: Chunk, framing: Framing | None
    ) -> None:
        def add(words: str, listener: Listener | None) -> QAction:
            message = RowMessage(connection, chunk, framing, listener)
            return replies.addAction(words, lambda: self._make_rule(message))

        replies = menu.addMenu(self.tr("Reply to this with"))
        is_of_client = chunk.sent is connection.began_here
        replies.setEnabled(is_of_client)
        if not is_of_client:
            replies.setToolTip(self.tr("Only what a client said can be replied to"))
        add(self.tr("A rule of a new listener…"), None)
        for listener in self._workspace.deck.listeners:
            if listener.spec.protocol == PROTOCOL:
                name = escape_mnemonics(listener.spec.name)
                add(self.tr("A rule of {0}…").format(name), listener)

    def _make_rule(self, message: RowMessage) -> None:
        source = RuleSource(message, self)
        source.made.connect(self.rule_made)
        source.made.connect(source.deleteLater)
        source.begin()

    def _make_listener(
        self, connection: RecordedConnection, framing: Framing | None, owner: QWidget
    ) -> None:
        info = connection.info
        title = connection.name if info is None else info.listener
        start = free_listener(self._workspace, title, is_datagram=connection.is_datagram)
        used = tuple(each.spec.name for each in self._workspace.deck.listeners)
        dialog = MakeListenerDialog(connection, start, used, framing, owner)
        dialog.wanted.connect(self.listener_wanted)
        open_modal(dialog)

    def _play(
        self, connection: RecordedConnection, framing: Framing | None, owner: QWidget
    ) -> None:
        listeners: Callable[[], list[Listener]] = lambda: list(  # noqa: E731
            self._workspace.deck.with_sockets()
        )
        self._show(PlayWindow(connection, self._reactor, listeners, framing, owner))

    def _show(self, window: QWidget) -> None:
        self.windows.append(window)
        window.destroyed.connect(lambda: self._forget(window))
        window.show()

    def _forget(self, window: QWidget) -> None:
        if window in self.windows:
            self.windows.remove(window)


def free_listener(workspace: Workspace, title: str, *, is_datagram: bool) -> NewListener:
    """A free name after `title`, and a free port on the loopback interface."""
    name = workspace.free_name(title[:LONGEST_NAME].strip() or "Replies")
    before = Endpoint.parse(BEFORE_FIRST[is_datagram])
    port = workspace.deck.free_port(before)
    endpoint = before if port is None else before.with_value("port", str(port))
    return NewListener(name, str(endpoint))


@frozen(eq=False)
class RowMessage:
    """A message of a client to which a rule shall reply, as a row of the traffic shows it."""

    connection: RecordedConnection
    chunk: Chunk
    framing: Framing | None
    """That of the view; `None` for chunks."""

    listener: Listener | None
    """The listener that gets the rule; `None` for a new one."""


class RuleSource(QObject):
    """Reads the conversation of a `RowMessage` and makes one rule of it."""

    made = Signal(object)
    """`rule` and `options` are there. Called with this object."""

    def __init__(self, message: RowMessage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.message = message
        self.rule: Rule | None = None
        """`None` if the message is not kept any more."""
        self.options: dict[str, Any] = {}
        """Those of a new listener that the rule suits."""
        self._framing = message.framing
        if message.listener is not None:
            self._framing = traffic_framing(message.listener)
        self._reading = ConversationReading(self, guesses=message.listener is None)
        self._reading.finished.connect(self._make)

    def begin(self) -> None:
        """Read. `made` comes later."""
        self._reading.read([self.message.connection], self._framing)

    def _make(self) -> None:
        (messages,) = self._reading.conversations
        framing = self._reading.framing
        chunk = self.message.chunk
        index = message_at(messages, from_server=False, time=chunk.time, data=chunk.data)
        is_datagram = self.message.connection.is_datagram
        self.options = {"framing": "datagram"} if is_datagram else framing_table(framing)
        if index is not None:
            table = propose_rule(messages[index], messages[index + 1 :], framing)
            result = parse({**self.options, "rule": [table]})
            self.rule = result.rules[0] if isinstance(result, RuleSet) else None
        self.made.emit(self)


def traffic_framing(listener: Listener) -> Framing | None:
    """How a listener that replies by rule cuts its messages; `None` for reads and datagrams."""
    result = parse(listener.spec.options)
    framing: MessageFraming = result.framing if isinstance(result, RuleSet) else Unframed.CHUNK
    return None if isinstance(framing, Unframed) else framing
