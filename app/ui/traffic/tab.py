"""The place of the traffic pane in the window. The pane is made when somebody first looks at it.

It has more parts than all the others together and is not on show when the window opens; making it
would take an eighth of that time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import time
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from attrs import evolve
from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.target import Transport
from app.net.ip import parse_ip
from app.server.connections.closing import (
    CLOSED_BY_LISTENER,
    CLOSED_BY_PEER,
    NO_GOODBYE,
    RESET_BY_PEER,
)
from app.server.connections.connection import Connection
from app.server.listener import Listener
from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import Address, CloseKind, ConnectionInfo
from app.ui.style.icons import Icons
from app.ui.traffic.copy_actions import CopyActions

if TYPE_CHECKING:
    from app.ui.traffic.pane import TrafficPane


# MERGED ui/traffic/names: Whose chunk is it: the connections by number, also those that are gone.

MAX_GONE = 100_000


class ConnectionNames:
    """Remembers every live connection, and of those that are gone the `MAX_GONE` newest.

    A live one costs no more than its place here: what is known of it is asked when it is wanted.
    """

    def __init__(self) -> None:
        self._live: dict[int, Connection] = {}
        self._elsewhere: dict[int, Address | None] = {}
        """Where a live one came in, if that is not where others of its listener do."""
        self._gone: dict[int, ConnectionInfo] = {}
        self._listeners: dict[str, Address | None] = {}

    @property
    def listeners(self) -> tuple[str, ...]:
        """The names of all listeners that had a connection, in the order of their first."""
        return tuple(self._listeners)

    def rename(self, old: str, new: str) -> None:
        """The listener called `old` is called `new`: those of before are its connections too."""
        # In its place: where the connections of a listener came in is known by its name.
        self._listeners = {
            new if name == old else name: local for name, local in self._listeners.items()
        }
        for number, party in self._gone.items():
            if party.listener == old and not party.began_here:
                self._gone[number] = evolve(party, listener=new)

    def follow(self, batch: ChangeBatch) -> None:
        """Learn who came, and let go of who left."""
        for connection in batch.opened:
            self.learn(connection)
        for connection in batch.closed:
            self.let_go(connection)

    def learn(self, connection: Connection) -> None:
        """`connection` was opened."""
        name = connection.factory.spec.name
        local = _local_address(connection)
        usual = self._listeners.setdefault(name, local)
        if usual is None:
            self._listeners[name] = local
        elif local is not None and local != usual:
            self._elsewhere[connection.number] = local
        self._live[connection.number] = connection

    def add(self, number: int, party: ConnectionInfo) -> None:
        """What `party` says goes under that number: for who is no connection of a listener."""
        self._listeners.setdefault(party.listener, party.local_address)
        self._remember(number, party)

    def let_go(self, connection: Connection) -> None:
        """`connection` was closed; its chunks may be kept for long."""
        party = self._party_of(connection.number)
        if party is None:
            return
        del self._live[connection.number]
        self._elsewhere.pop(connection.number, None)
        self._remember(connection.number, party)

    def party(self, number: int) -> ConnectionInfo | None:
        """What is known of the connection of that number; `None` for one long gone."""
        return self._party_of(number) or self._gone.get(number)

    def _remember(self, number: int, party: ConnectionInfo) -> None:
        self._gone[number] = party
        if len(self._gone) > MAX_GONE:
            del self._gone[next(iter(self._gone))]

    def _party_of(self, number: int) -> ConnectionInfo | None:
        connection = self._live.get(number)
        if connection is None:
            return None
        name = connection.factory.spec.name
        local = self._elsewhere.get(number, self._listeners.get(name))
        peer = connection.peer_address
        return ConnectionInfo(name, connection.peer, ip_address_of(peer), local, is_datagram(peer))


def _local_address(connection: Connection) -> Address | None:
    try:
        return ip_address_of(connection.transport.getHost())
    except (AttributeError, OSError):  # it was over before anybody looked: there is no socket
        return None


def is_datagram(address: Any) -> bool:
    """Whether `address` is one of UDP."""
    return getattr(address, "type", "TCP") == "UDP"


def ip_address_of(address: Any) -> Address | None:
    """Host and port of what Twisted calls an address; `None` if it has none."""
    match (getattr(address, "host", None), getattr(address, "port", None)):
        case (str(host), int(port)):
            return host, port
    return None


# MERGED ui/traffic/followed: Writes down who is who and how each ended: connections as they are told of, sessions as seen.

_HOWS: Final = {
    CLOSED_BY_PEER: CloseKind.CLOSED_BY_PEER,
    NO_GOODBYE: CloseKind.CLOSED_BY_PEER,
    CLOSED_BY_LISTENER: CloseKind.CLOSED_HERE,
    RESET_BY_PEER: CloseKind.RESET_BY_PEER,
}
"""All else is the listener's doing, and as sudden as an abort."""


class ConnectionTracker:
    """Keeps the names, and the endings in the log, in step with what happens."""

    def __init__(self, log: ChunkLog, names: ConnectionNames, seconds: Callable[[], float]) -> None:
        """`seconds` gives unix seconds."""
        self._log = log
        self._names = names
        self._seconds = seconds
        self._sessions: set[int] = set()
        """The numbers of those that are connected."""

    def follow_connections(self, batch: ChangeBatch) -> None:
        """Connections came and went."""
        self._names.follow(batch)
        for connection in batch.closed:
            # Who said nothing has nothing here that could end.
            if connection.bytes_in or connection.bytes_out:
                how = _HOWS.get(connection.reason, CloseKind.RESET_HERE)
                self._log.end_connection(connection.closed_at, connection.number, how)

    def follow_sessions(self, sessions: Iterable[tuple[str, Session]]) -> None:
        """See which of the console's sessions, each with its title, are connected now."""
        now_connected: set[int] = set()
        for title, session in sessions:
            if session.number and session.number not in self._sessions:
                self._learn(title, session)
            if session.state.is_open or session.state is SessionState.CLOSING:
                now_connected.add(session.number)
        for number in self._sessions - now_connected:
            self._log.end_connection(self._seconds(), number, CloseKind.CLOSED)
        self._sessions = now_connected

    def _learn(self, title: str, session: Session) -> None:
        if self._names.party(session.number) is not None:
            return
        peer, local = session.addresses
        target = session.target
        name = QCoreApplication.translate("ConnectionNames", "Console: {0}").format(title)
        party = ConnectionInfo(
            name,
            peer,
            _ip_address(peer),
            _ip_address(local),
            is_datagram=target is not None and target.transport is Transport.UDP,
            began_here=True,
        )
        self._names.add(session.number, party)


def _ip_address(text: str) -> Address | None:
    """Of `127.0.0.1:8007` and `[::1]:8007`; `None` for what is no IP address, such as a path."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    is_ip = port.isdecimal() and parse_ip(host.partition("%")[0]) is not None
    return (host, int(port)) if is_ip else None


class TrafficTab(QWidget):
    """Owns what must be kept from the start on: whose chunk is whose."""

    made = Signal(QWidget)
    """The pane, just made: whoever remembers its sizes may set them."""

    def __init__(
        self,
        log: ChunkLog,
        icons: Icons,
        seconds: Callable[[], float] = time,
        parent: QWidget | None = None,
        *,
        taking: CopyActions | None = None,
    ) -> None:
        """`seconds` gives unix seconds; `taking` is as in `TrafficPane`."""
        super().__init__(parent)
        self.log = log
        self._icons = icons
        self._names = ConnectionNames()
        self._taking = taking
        self._off: tuple[str, ...] = ()
        self._called: WeakKeyDictionary[Listener, str] = WeakKeyDictionary()
        self._followed = ConnectionTracker(log, self._names, seconds)
        self.pane: TrafficPane | None = None
        """`None` until the tab was on show."""

    def refresh(self, batch: ChangeBatch) -> None:
        """Take what a batch of changes brought, whether there is a pane yet or not."""
        self._rename(batch.listeners)
        self._followed.follow_connections(batch)
        if self.pane is not None:
            self.pane.refresh(batch)

    def follow_sessions(self, sessions: Iterable[tuple[str, Session]]) -> None:
        """Learn of the console's sessions, each with its title. Before `refresh`."""
        self._followed.follow_sessions(sessions)

    def show_off(self, listeners: Sequence[str]) -> None:
        """The traffic of those listeners is not kept."""
        self._off = tuple(listeners)
        if self.pane is not None:
            self.pane.show_off(self._off)

    @property
    def wants_more(self) -> bool:
        """Whether `refresh` should come again soon, even if nothing happens meanwhile."""
        return self.pane is not None and self.pane.wants_more

    def showEvent(self, event: object) -> None:
        if self.pane is None:
            self._make()

    def _rename(self, listeners: Iterable[Listener]) -> None:
        """See which of them have another name than when they changed last."""
        for listener in listeners:
            new = listener.spec.name
            old = self._called.get(listener, new)
            self._called[listener] = new
            if new != old:
                self._names.rename(old, new)
                if self.pane is not None:
                    self.pane.rename(old, new)

    def _make(self) -> None:
        from app.ui.traffic.pane import TrafficPane

        self.pane = TrafficPane(self.log, self._icons, self._names, taking=self._taking)
        self.pane.show_off(self._off)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pane)
        self.made.emit(self.pane)
        self.pane.show()  # at once: the layout would leave it to the next turn of the event loop
