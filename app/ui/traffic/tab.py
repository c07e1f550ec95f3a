"""The tab with the traffic pane, and the names of the connections in the log.

The pane is created when the tab is shown for the first time. It has more widgets than all other
panes together, and would make the start of the window an eighth longer. The names are kept from the
start, also those of closed connections, as their chunks stay in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from sys import intern
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from attrs import define, evolve
from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.client.session import Session
from app.client.session_messages import SessionState
from app.forwarding.link import TargetLink
from app.net.ip import format_host_and_port, host_and_port, parse_ip
from app.net.target import Transport
from app.server.connections.connection import Connection
from app.server.listener import Listener
from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import Address, CloseKind, ConnectionInfo
from app.ui.style.icons import Icons
from app.ui.widgets.copy_actions import CopyActions

if TYPE_CHECKING:
    from app.ui.traffic.pane import TrafficPane

MAX_CLOSED = 100_000
"""The most closed connections that are remembered. Each takes about 230 bytes."""

KEPT_CLOSED = 1_000
"""How many of the newest closed connections are remembered although their chunks are dropped, as
framed messages may still be there."""


class TrafficTab(QWidget):
    """Owns the names of the connections from the start, and the pane once it is shown."""

    pane_created = Signal(QWidget)
    """The pane was created. The window restores its sizes then."""

    def __init__(
        self,
        log: ChunkLog,
        icons: Icons,
        parent: QWidget | None = None,
        *,
        copy_actions: CopyActions | None = None,
        names: ConnectionNames | None = None,
    ) -> None:
        """`copy_actions` is as in `TrafficPane`. `names` are those of an earlier tab on the same
        log."""
        super().__init__(parent)
        self.log = log
        self._icons = icons
        self._names = names or ConnectionNames()
        self._copy_actions = copy_actions
        self._disabled: tuple[str, ...] = ()
        self._last_names: WeakKeyDictionary[Listener, str] = WeakKeyDictionary()
        self._tracker = ConnectionTracker(log, self._names)
        self.pane: TrafficPane | None = None
        """`None` until the tab is shown."""

    @property
    def directory(self) -> ConnectionNames:
        """The names of the connections in the log."""
        return self._names

    def refresh(self, batch: ChangeBatch) -> None:
        """Handle a batch of changes, with or without a pane."""
        self._rename(batch.listeners)
        self._tracker.follow_connections(batch)
        if self.pane is not None:
            self.pane.refresh(batch)

    def follow_sessions(self, sessions: Iterable[tuple[str, Session]]) -> None:
        """Update the sessions of the console, each with its title. Call it before `refresh`."""
        self._tracker.follow_sessions(sessions)

    def show_disabled(self, listeners: Sequence[str]) -> None:
        """Show that the traffic of these listeners is not kept."""
        self._disabled = tuple(listeners)
        if self.pane is not None:
            self.pane.show_disabled(self._disabled)

    @property
    def wants_more(self) -> bool:
        """Whether `refresh` should be called again soon, even without changes."""
        return self.pane is not None and self.pane.wants_more

    @property
    def open_pane(self) -> TrafficPane:
        """The pane, which is made if the tab was never shown."""
        if self.pane is None:
            self._create_pane()
        assert self.pane is not None
        return self.pane

    def show_only(
        self, *, listener: str | None = None, connection: int | None = None, words: str
    ) -> None:
        """Show only the traffic of a listener or of a connection; `words` name it."""
        from app.ui.traffic.filter_bar import FilterSource
        from app.ui.traffic.view_bar import View

        pane = self.open_pane
        if pane.view_bar.view is View.STREAM:
            pane.view_bar.choose(View.CHUNKS)
        source = FilterSource(listener=listener, connection=connection)
        pane.filter_bar.show_only(source, words)

    def showEvent(self, event: object) -> None:
        if self.pane is None:
            self._create_pane()

    def _rename(self, listeners: Iterable[Listener]) -> None:
        """Rename those listeners whose names differ from those of their last change."""
        for listener in listeners:
            new = listener.spec.name
            old = self._last_names.get(listener, new)
            self._last_names[listener] = new
            if new != old:
                self._names.rename(old, new)
                if self.pane is not None:
                    self.pane.rename(old, new)

    def _create_pane(self) -> None:
        from app.ui.traffic.pane import TrafficPane

        self.pane = TrafficPane(self.log, self._icons, self._names, copy_actions=self._copy_actions)
        self.pane.show_disabled(self._disabled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pane)
        self.setFocusProxy(self.pane.views)  # a key that shows the tab goes to the rows
        self.pane_created.emit(self.pane)
        self.pane.show()  # now, and not in the next turn of the event loop


@define
class _Source:
    """What connections have in common: their listener, and the address that they came to."""

    listener: str
    local_address: Address | None
    is_datagram: bool

    def info(self, peer: Address | str) -> ConnectionInfo:
        """The info of the connection from `peer`: its IP address, or its text if it has none."""
        if isinstance(peer, str):
            text, address = peer, None
        else:
            text, address = format_host_and_port(*peer), peer
        return ConnectionInfo(self.listener, text, address, self.local_address, self.is_datagram)


class ConnectionNames:
    """The directory of the connections: all open ones, and the newest closed ones.

    It keeps little for each, and makes the info on demand: most of them are never looked at.
    """

    def __init__(self) -> None:
        self._listeners: dict[str, None] = {}
        self._sources: dict[tuple[str, str, bool], _Source] = {}
        self._open: dict[int, Connection] = {}
        self._others: dict[int, ConnectionInfo] = {}
        """The open connections that no client has made: those to targets, and sessions."""
        self._target_of: dict[int, TargetLink] = {}
        """The open connections to targets, by the numbers of the clients' connections."""
        self._closed: dict[int, ConnectionInfo | tuple[_Source, Address | str]] = {}
        """The closed ones, in the order in which they closed."""

    @property
    def listeners(self) -> tuple[str, ...]:
        """The names of all listeners that had a connection, in the order of the first one."""
        return tuple(self._listeners)

    def rename(self, old: str, new: str) -> None:
        """Rename a listener, also in the info of its closed connections."""
        # The order stays the same.
        self._listeners = {new if name == old else name: None for name in self._listeners}
        for source in self._sources.values():
            if source.listener == old:
                source.listener = new
        self._sources = {(each.listener, *key[1:]): each for key, each in self._sources.items()}
        for infos in (self._closed, self._others):
            for number, info in infos.items():
                if isinstance(info, ConnectionInfo) and info.listener == old and info.forwards:
                    infos[number] = evolve(info, listener=new)

    def add_connection(self, connection: Connection) -> None:
        """Add an open connection."""
        self._listeners.setdefault(connection.factory.spec.name)
        self._open[connection.number] = connection

    def add_target(self, connection: Connection, link: TargetLink) -> None:
        """Add the connection of a client to its target. A peer of UDP may have one after the
        other."""
        self._target_of[connection.number] = link
        self._others[link.number] = ConnectionInfo(
            connection.factory.spec.name,
            link.name(connection.number),
            ip_address_of(link.peer_address),
            ip_address_of(link.local_address),
            is_datagram=link.is_datagram,
            began_here=True,
        )

    def add_session(self, number: int, info: ConnectionInfo) -> None:
        """Add a session of the console."""
        self._listeners.setdefault(info.listener)
        self._others[number] = info

    def remove_connection(self, connection: Connection) -> None:
        """A connection has closed. Keep its name if its chunks may be in the log."""
        self._open.pop(connection.number, None)
        if connection.bytes_in or connection.bytes_out:
            self._closed[connection.number] = self._entry(connection)

    def remove_target(self, connection: Connection) -> TargetLink | None:
        """The connection of a client to its target has closed. `None` if it had none."""
        link = self._target_of.pop(connection.number, None)
        if link is not None:
            self.remove_session(link.number)
        return link

    def remove_session(self, number: int) -> None:
        """A session has ended."""
        self._closed[number] = self._others.pop(number)

    def forget(self, kept: int) -> None:
        """Forget closed connections, but not the `kept` newest ones."""
        for number in list(islice(self._closed, max(0, len(self._closed) - kept))):
            del self._closed[number]

    def info(self, number: int) -> ConnectionInfo | None:
        """The info of the connection with this number; `None` if it was removed long ago."""
        connection = self._open.get(number)
        if connection is not None:
            source, peer = self._entry(connection)
            return source.info(peer)
        known = self._others.get(number) or self._closed.get(number)
        if isinstance(known, tuple):
            source, peer = known
            return source.info(peer)
        return known

    def _entry(self, connection: Connection) -> tuple[_Source, Address | str]:
        key = connection.factory.spec.name, connection.local, connection.is_datagram
        source = self._sources.get(key)
        if source is None:
            name, local, is_datagram = key
            source = self._sources[key] = _Source(name, _ip_address(local), is_datagram)
        return source, ip_address_of(connection.peer_address) or connection.peer


def ip_address_of(address: object) -> Address | None:
    """Host and port of an address of Twisted; equal hosts are one object. `None` if it has none."""
    found = host_and_port(address)
    return None if found is None else (intern(found[0]), found[1])


class ConnectionTracker:
    """Updates the names, and notes the end of each connection in the log.

    Listeners report their connections; the sessions of the console are compared at each tick.
    """

    def __init__(self, log: ChunkLog, names: ConnectionNames) -> None:
        self._log = log
        self._names = names
        self._listed: dict[int, Session] = {}
        """The sessions of the last call, by the numbers of their connections."""
        self._connected: dict[int, Session] = {}

    def follow_connections(self, batch: ChangeBatch) -> None:
        """Handle the opened and closed connections of a batch."""
        names, log = self._names, self._log
        for connection in batch.opened:
            names.add_connection(connection)
        for connection, link in batch.forwarded:
            self._end_target(connection)
            names.add_target(connection, link)
        for connection in batch.closed:
            names.remove_connection(connection)
            # A connection without traffic has no chunks in the log.
            if connection.bytes_in or connection.bytes_out:
                closed_at = connection.unix_seconds(connection.closed_at)
                log.end_connection(closed_at, connection.number, connection.close_kind)
            self._end_target(connection)
        # The log keeps the ends of those that it has chunks of, in the order of the names.
        names.forget(min(max(KEPT_CLOSED, len(log.endings)), MAX_CLOSED))

    def _end_target(self, connection: Connection) -> None:
        """Note the end of the connection to the target of a client, if it had one."""
        link = self._names.remove_target(connection)
        if link is not None:
            closed_at = connection.unix_seconds(link.closed_at or connection.active_at)
            self._log.end_connection(closed_at, link.number, link.close_kind)

    def follow_sessions(self, sessions: Iterable[tuple[str, Session]]) -> None:
        """Compare the sessions of the console, each with its title, with the last call."""
        listed: dict[int, Session] = {}
        for title, session in sessions:
            if session.number:
                listed[session.number] = session
                if session.number not in self._listed:
                    self._add_session(title, session)
        for number, session in list(self._connected.items()):
            is_open = session.state.is_open or session.state is SessionState.CLOSING
            if number not in listed or not is_open:
                del self._connected[number]
                self._names.remove_session(number)
                self._log.end_connection(session.unix_seconds(), number, CloseKind.CLOSED)
        self._listed = listed

    def _add_session(self, title: str, session: Session) -> None:
        peer, local = session.addresses
        target = session.target
        name = QCoreApplication.translate("ConnectionNames", "Console: {0}").format(title)
        info = ConnectionInfo(
            name,
            peer,
            _ip_address(peer),
            _ip_address(local),
            is_datagram=target is not None and target.transport is Transport.UDP,
            began_here=True,
        )
        self._names.add_session(session.number, info)
        self._connected[session.number] = session


def _ip_address(text: str) -> Address | None:
    """Host and port of `127.0.0.1:8007` or `[::1]:8007`; `None` for others, such as a path."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    is_ip = port.isdecimal() and parse_ip(host.partition("%")[0]) is not None
    return (host, int(port)) if is_ip else None
