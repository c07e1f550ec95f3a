"""The names of the connections in the traffic, and of the sessions of the console.

They are known before the first chunk is logged, so that whoever reads the log finds them: a filter,
a recording, an export. Those of closed connections stay, as their chunks stay in the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from sys import intern

from attrs import define, evolve
from PySide6.QtCore import QCoreApplication

from app.client.session import Session
from app.client.session_messages import SessionState
from app.forwarding.link import TargetLink
from app.net.ip import format_host_and_port, host_and_port, parse_ip
from app.net.target import Transport
from app.server.connections.connection import Connection
from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import Address, CloseKind, ConnectionInfo

MAX_CLOSED = 100_000
"""The most closed connections that are remembered. Each takes about 230 bytes."""

KEPT_CLOSED = 1_000
"""How many of the newest closed connections are remembered although their chunks are dropped, as
framed messages may still be there."""


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

    `Changes` reports each connection of the listeners at once. The sessions of the console are
    compared at each tick.
    """

    def __init__(self, log: ChunkLog) -> None:
        self.names = ConnectionNames()
        self._log = log
        self._listed: dict[int, Session] = {}
        """The sessions of the last call, by the numbers of their connections."""
        self._connected: dict[int, Session] = {}

    def opened(self, connection: Connection) -> None:
        """Name the connection."""
        self.names.add_connection(connection)

    def forwarded(self, connection: Connection) -> None:
        """Name the connection to its target, which replaces an earlier one."""
        self._end_target(connection)
        assert connection.target is not None
        self.names.add_target(connection, connection.target)

    def closed(self, connection: Connection) -> None:
        """Note the end of the connection, and that of the one to its target."""
        self.names.remove_connection(connection)
        # A connection without traffic has no chunks in the log.
        if connection.bytes_in or connection.bytes_out:
            closed_at = connection.unix_seconds(connection.closed_at)
            self._log.end_connection(closed_at, connection.number, connection.close_kind)
        self._end_target(connection)

    def forget(self) -> None:
        """Forget the closed connections whose chunks were dropped. Call it now and then."""
        # The log keeps the ends of those that it has chunks of, in the order of the names.
        self.names.forget(min(max(KEPT_CLOSED, len(self._log.endings)), MAX_CLOSED))

    def _end_target(self, connection: Connection) -> None:
        """Note the end of the connection to the target of a client, if it had one."""
        link = self.names.remove_target(connection)
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
                self.names.remove_session(number)
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
        self.names.add_session(session.number, info)
        self._connected[session.number] = session


def _ip_address(text: str) -> Address | None:
    """Host and port of `127.0.0.1:8007` or `[::1]:8007`; `None` for others, such as a path."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    is_ip = port.isdecimal() and parse_ip(host.partition("%")[0]) is not None
    return (host, int(port)) if is_ip else None
