"""The columns of the connections table: what each shows, and what it sorts by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen
from PySide6.QtCore import QCoreApplication
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


def columns() -> tuple[Column, ...]:
    """All of them from left to right, in the user's language."""
    return (
        Column(
            title=QCoreApplication.translate("Columns", "Peer"),
            text=lambda connection, now: connection.peer,
            key=_peer_key,
            hint=QCoreApplication.translate("Columns", "The address of the client"),
            is_number=False,
            is_moving=False,
            width=170,
        ),
        Column(
            title=QCoreApplication.translate("Columns", "Listener"),
            text=lambda connection, now: connection.factory.spec.name,
            key=lambda connection, now: connection.factory.spec.name.casefold(),
            hint=QCoreApplication.translate("Columns", "The listener that accepted it"),
            is_number=False,
            is_moving=False,
            width=120,
        ),
        Column(
            title=QCoreApplication.translate("Columns", "Open for"),
            text=lambda connection, now: formatting.duration(now - connection.opened_at),
            key=lambda connection, now: -connection.opened_at,
            hint=QCoreApplication.translate("Columns", "Time since it was accepted"),
            is_moving=False,
        ),
        Column(
            title=QCoreApplication.translate("Columns", "Idle for"),
            text=lambda connection, now: formatting.duration(now - connection.active_at),
            key=lambda connection, now: -connection.active_at,
            hint=QCoreApplication.translate("Columns", "Time since bytes last crossed it"),
        ),
        Column(
            title=QCoreApplication.translate("Columns", "Bytes in"),
            text=lambda connection, now: formatting.size(connection.bytes_in),
            key=lambda connection, now: connection.bytes_in,
            hint=QCoreApplication.translate("Columns", "Received from the client"),
        ),
        Column(
            title=QCoreApplication.translate("Columns", "Bytes out"),
            text=lambda connection, now: formatting.size(connection.bytes_out),
            key=lambda connection, now: connection.bytes_out,
            hint=QCoreApplication.translate("Columns", "Sent to the client"),
        ),
        Column(
            title=QCoreApplication.translate("Columns", "Rate"),
            text=lambda connection, now: formatting.rate(connection.rate),
            key=lambda connection, now: connection.rate,
            hint=QCoreApplication.translate("Columns", "Bytes a second, both directions together"),
        ),
    )
