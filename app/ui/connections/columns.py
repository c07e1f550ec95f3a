"""The columns of the connections table: what each shows, and what it sorts by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen
from PySide6.QtCore import QT_TRANSLATE_NOOP
from twisted.internet.address import IPv4Address, IPv6Address

from app.server.connection import Connection
from app.ui import formatting


@frozen
class Column:
    """One column. `text` and `key` take a connection and the time of now, unix seconds."""

    title: str
    text: Callable[[Connection, float], str]
    key: Callable[[Connection, float], Any]
    hint: str
    is_number: bool = True
    is_moving: bool = True
    """Whether its value may change while the connection lives."""
    width: int = 90


def _peer_key(connection: Connection, now: float) -> tuple[str, int]:
    address = connection.peer_address
    if isinstance(address, (IPv4Address, IPv6Address)):
        return (address.host, address.port)
    return (connection.peer, 0)


COLUMNS = (
    Column(
        title=QT_TRANSLATE_NOOP("Columns", "Peer"),
        text=lambda connection, now: connection.peer,
        key=_peer_key,
        hint=QT_TRANSLATE_NOOP("Columns", "The address of the client"),
        is_number=False,
        is_moving=False,
        width=170,
    ),
    Column(
        title=QT_TRANSLATE_NOOP("Columns", "Listener"),
        text=lambda connection, now: connection.factory.spec.name,
        key=lambda connection, now: connection.factory.spec.name.casefold(),
        hint=QT_TRANSLATE_NOOP("Columns", "The listener that accepted it"),
        is_number=False,
        is_moving=False,
        width=120,
    ),
    Column(
        title=QT_TRANSLATE_NOOP("Columns", "Open for"),
        text=lambda connection, now: formatting.duration(now - connection.opened_at),
        key=lambda connection, now: -connection.opened_at,
        hint=QT_TRANSLATE_NOOP("Columns", "Time since it was accepted"),
        is_moving=False,
    ),
    Column(
        title=QT_TRANSLATE_NOOP("Columns", "Idle for"),
        text=lambda connection, now: formatting.duration(now - connection.active_at),
        key=lambda connection, now: -connection.active_at,
        hint=QT_TRANSLATE_NOOP("Columns", "Time since bytes last crossed it"),
    ),
    Column(
        title=QT_TRANSLATE_NOOP("Columns", "Bytes in"),
        text=lambda connection, now: formatting.size(connection.bytes_in),
        key=lambda connection, now: connection.bytes_in,
        hint=QT_TRANSLATE_NOOP("Columns", "Received from the client"),
    ),
    Column(
        title=QT_TRANSLATE_NOOP("Columns", "Bytes out"),
        text=lambda connection, now: formatting.size(connection.bytes_out),
        key=lambda connection, now: connection.bytes_out,
        hint=QT_TRANSLATE_NOOP("Columns", "Sent to the client"),
    ),
    Column(
        title=QT_TRANSLATE_NOOP("Columns", "Rate"),
        text=lambda connection, now: formatting.rate(connection.rate),
        key=lambda connection, now: connection.rate,
        hint=QT_TRANSLATE_NOOP("Columns", "Bytes a second, both directions together"),
    ),
)
