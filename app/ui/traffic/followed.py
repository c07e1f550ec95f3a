"""Writes down who is who and how each ended: connections as they are told of, sessions as seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QCoreApplication

from app.client.session import Session, State
from app.client.target import Transport
from app.ip import parse_ip
from app.server.changes import Batch
from app.server.endings import (
    CLOSED_BY_LISTENER,
    CLOSED_BY_PEER,
    NO_GOODBYE,
    RESET_BY_PEER,
)
from app.traffic.chunk_log import ChunkLog
from app.traffic.endings import How
from app.traffic.party import Address, Party
from app.ui.traffic.names import Names

_HOWS: Final = {
    CLOSED_BY_PEER: How.CLOSED_BY_PEER,
    NO_GOODBYE: How.CLOSED_BY_PEER,
    CLOSED_BY_LISTENER: How.CLOSED_HERE,
    RESET_BY_PEER: How.RESET_BY_PEER,
}
"""All else is the listener's doing, and as sudden as an abort."""


class Followed:
    """Keeps the names, and the endings in the log, in step with what happens."""

    def __init__(self, log: ChunkLog, names: Names, seconds: Callable[[], float]) -> None:
        """`seconds` gives unix seconds."""
        self._log = log
        self._names = names
        self._seconds = seconds
        self._sessions: set[int] = set()
        """The numbers of those that are connected."""

    def follow_connections(self, batch: Batch) -> None:
        """Connections came and went."""
        self._names.follow(batch)
        for connection in batch.closed:
            # Who said nothing has nothing here that could end.
            if connection.bytes_in or connection.bytes_out:
                how = _HOWS.get(connection.reason, How.RESET_HERE)
                self._log.end_connection(connection.closed_at, connection.number, how)

    def follow_sessions(self, sessions: Iterable[tuple[str, Session]]) -> None:
        """See which of the console's sessions, each with its title, are connected now."""
        now_connected: set[int] = set()
        for title, session in sessions:
            if session.number and session.number not in self._sessions:
                self._learn(title, session)
            if session.state.is_open or session.state is State.CLOSING:
                now_connected.add(session.number)
        for number in self._sessions - now_connected:
            self._log.end_connection(self._seconds(), number, How.CLOSED)
        self._sessions = now_connected

    def _learn(self, title: str, session: Session) -> None:
        if self._names.party(session.number) is not None:
            return
        peer, local = session.addresses
        target = session.target
        name = QCoreApplication.translate("Names", "Console: {0}").format(title)
        party = Party(
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
