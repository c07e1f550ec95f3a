"""The tab with the traffic pane, and the names of the connections in the log.

The pane is created when the tab is shown for the first time. It has more widgets than all other
panes together, and would make the start of the window an eighth longer. The names are kept from the
start, also those of closed connections, as their chunks stay in the log.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from sys import intern
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from attrs import evolve
from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.client.session import Session
from app.client.session_messages import SessionState
from app.forwarding.link import TargetLink
from app.net.ip import host_and_port, parse_ip
from app.net.target import Transport
from app.server.connections.connection import Connection
from app.server.listener import Listener
from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import Address, CloseKind, ConnectionDirectory, ConnectionInfo
from app.ui.style.icons import Icons
from app.ui.widgets.copy_actions import CopyActions

if TYPE_CHECKING:
    from app.ui.traffic.pane import TrafficPane

MAX_CLOSED = 100_000
"""The most closed connections that are remembered. Each takes about 400 bytes."""

KEPT_CLOSED = 10_000
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
    def directory(self) -> ConnectionDirectory:
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


class ConnectionNames:
    """The directory of the connections: all open ones, and at most `MAX_CLOSED` closed ones.

    For an open connection it keeps only a reference, and makes its info on demand.
    """

    def __init__(self) -> None:
        self._open: dict[int, Connection] = {}
        self._other_addresses: dict[int, Address | None] = {}
        """The local addresses of open connections that differ from that of their listener."""
        self._closed: dict[int, ConnectionInfo] = {}
        self._targets: dict[int, ConnectionInfo] = {}
        """The open connections to targets."""
        self._target_of: dict[int, int] = {}
        """The numbers of these, by those of the clients' connections."""
        self._listeners: dict[str, Address | None] = {}

    @property
    def listeners(self) -> tuple[str, ...]:
        """The names of all listeners that had a connection, in the order of the first one."""
        return tuple(self._listeners)

    def rename(self, old: str, new: str) -> None:
        """Rename a listener, also in the info of its closed connections."""
        # The order stays the same. The value is the local address of the listener.
        self._listeners = {
            new if name == old else name: local for name, local in self._listeners.items()
        }
        for infos in (self._closed, self._targets):
            for number, info in infos.items():
                if info.listener == old and (info.forwards or not info.began_here):
                    infos[number] = evolve(info, listener=new)

    def follow(self, batch: ChangeBatch) -> None:
        """Add the opened connections, and remove the closed ones."""
        for connection in batch.opened:
            self.add_connection(connection)
        for connection, link in batch.forwarded:
            self.add_target(connection, link)
        for connection in batch.closed:
            self.remove_connection(connection)

    def add_connection(self, connection: Connection) -> None:
        """Add an open connection."""
        name = connection.factory.spec.name
        local = _local_address(connection)
        usual = self._listeners.setdefault(name, local)
        if usual is None:
            self._listeners[name] = local
        elif local is not None and local != usual:
            self._other_addresses[connection.number] = local
        self._open[connection.number] = connection

    def add_target(self, connection: Connection, link: TargetLink) -> None:
        """Add the connection of a client to its target. A peer of UDP may have one after the
        other."""
        self._remember_target(connection.number)
        self._targets[link.number] = ConnectionInfo(
            connection.factory.spec.name,
            link.name(connection.number),
            ip_address_of(link.peer_address),
            ip_address_of(link.local_address),
            is_datagram=link.is_datagram,
            began_here=True,
        )
        self._target_of[connection.number] = link.number

    def _remember_target(self, number: int) -> None:
        """The connection of a client with that number has no target any more."""
        target = self._target_of.pop(number, 0)
        if target:
            self._remember(target, self._targets.pop(target))

    def add_info(self, number: int, info: ConnectionInfo) -> None:
        """Add the info of a connection that does not belong to a listener."""
        self._listeners.setdefault(info.listener, info.local_address)
        self._remember(number, info)

    def remove_connection(self, connection: Connection) -> None:
        """Remove a closed connection, but keep its info: its chunks are in the log."""
        info = self._info_of(connection.number)
        if info is None:
            return
        del self._open[connection.number]
        self._other_addresses.pop(connection.number, None)
        self._remember(connection.number, info)
        self._remember_target(connection.number)

    def forget(self, number: int) -> None:
        """Forget a closed connection."""
        self._closed.pop(number, None)

    def info(self, number: int) -> ConnectionInfo | None:
        """The info of the connection with this number; `None` if it was removed long ago."""
        return self._info_of(number) or self._targets.get(number) or self._closed.get(number)

    def _remember(self, number: int, info: ConnectionInfo) -> None:
        self._closed[number] = info
        if len(self._closed) > MAX_CLOSED:
            # Many at once: a dict looks for its first key among all that were deleted before.
            for oldest in list(islice(self._closed, max(1, MAX_CLOSED // 10))):
                del self._closed[oldest]

    def _info_of(self, number: int) -> ConnectionInfo | None:
        connection = self._open.get(number)
        if connection is None:
            return None
        name = connection.factory.spec.name
        local = self._other_addresses.get(number, self._listeners.get(name))
        peer = connection.peer_address
        is_datagram = connection.is_datagram
        return ConnectionInfo(name, connection.peer, ip_address_of(peer), local, is_datagram)


def _local_address(connection: Connection) -> Address | None:
    if not connection.connected:  # it was opened and closed since the last tick
        return None
    try:
        return ip_address_of(connection.transport.getHost())
    except (AttributeError, OSError):  # it is closed already, and has no socket
        return None


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
        self._closed: deque[tuple[int, int]] = deque(maxlen=MAX_CLOSED)
        """For each closed connection the end of the log at that time, and its number."""
        self._links: dict[int, TargetLink] = {}
        """The connections to targets, by the numbers of the clients' connections."""
        self._sessions: dict[int, Session] = {}
        """The connected sessions, by the numbers of their connections."""

    def follow_connections(self, batch: ChangeBatch) -> None:
        """Handle the opened and closed connections of a batch."""
        self._names.follow(batch)
        self._forget_dropped()
        for connection, link in batch.forwarded:
            self._end_link(connection)
            self._links[connection.number] = link
        for connection in batch.closed:
            self._closed.append((self._log.end, connection.number))
            # A connection without traffic has no chunks in the log.
            if connection.bytes_in or connection.bytes_out:
                closed_at = connection.unix_seconds(connection.closed_at)
                self._log.end_connection(closed_at, connection.number, connection.close_kind)
            self._end_link(connection)

    def _end_link(self, connection: Connection) -> None:
        """Note the end of the connection to the target of a client, if it had one."""
        link = self._links.pop(connection.number, None)
        if link is not None:
            self._closed.append((self._log.end, link.number))
            closed_at = connection.unix_seconds(link.closed_at or connection.active_at)
            self._log.end_connection(closed_at, link.number, link.close_kind)

    def _forget_dropped(self) -> None:
        """Forget the names of closed connections that have no chunk in the log any more."""
        closed, first = self._closed, self._log.first
        while len(closed) > KEPT_CLOSED and closed[0][0] <= first < self._log.end:
            self._names.forget(closed.popleft()[1])

    def follow_sessions(self, sessions: Iterable[tuple[str, Session]]) -> None:
        """Compare the sessions of the console, each with its title, with the last call."""
        now_connected: dict[int, Session] = {}
        for title, session in sessions:
            if session.number and session.number not in self._sessions:
                self._add_session(title, session)
            if session.state.is_open or session.state is SessionState.CLOSING:
                now_connected[session.number] = session
        for number, session in self._sessions.items():
            if number not in now_connected:
                self._log.end_connection(session.unix_seconds(), number, CloseKind.CLOSED)
        self._sessions = now_connected

    def _add_session(self, title: str, session: Session) -> None:
        if self._names.info(session.number) is not None:
            return
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
        self._names.add_info(session.number, info)


def _ip_address(text: str) -> Address | None:
    """Host and port of `127.0.0.1:8007` or `[::1]:8007`; `None` for others, such as a path."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    is_ip = port.isdecimal() and parse_ip(host.partition("%")[0]) is not None
    return (host, int(port)) if is_ip else None
