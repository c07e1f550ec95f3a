"""Whose chunk is it: the connections by number, also those that are gone."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from app.server.changes import Batch
from app.server.connection import Connection
from app.traffic.party import Address, Party

MAX_GONE = 100_000


class Names:
    """Remembers every live connection, and of those that are gone the `MAX_GONE` newest.

    A live one costs no more than its place here: what is known of it is asked when it is wanted.
    """

    def __init__(self) -> None:
        self._live: dict[int, Connection] = {}
        self._elsewhere: dict[int, Address | None] = {}
        """Where a live one came in, if that is not where others of its listener do."""
        self._gone: dict[int, Party] = {}
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

    def follow(self, batch: Batch) -> None:
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

    def add(self, number: int, party: Party) -> None:
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

    def party(self, number: int) -> Party | None:
        """What is known of the connection of that number; `None` for one long gone."""
        return self._party_of(number) or self._gone.get(number)

    def _remember(self, number: int, party: Party) -> None:
        self._gone[number] = party
        if len(self._gone) > MAX_GONE:
            del self._gone[next(iter(self._gone))]

    def _party_of(self, number: int) -> Party | None:
        connection = self._live.get(number)
        if connection is None:
            return None
        name = connection.factory.spec.name
        local = self._elsewhere.get(number, self._listeners.get(name))
        peer = connection.peer_address
        return Party(name, connection.peer, ip_address_of(peer), local, is_datagram(peer))


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
