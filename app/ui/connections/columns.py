"""The columns of the connections table: what each shows, and what it sorts by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from attrs import frozen
from PySide6.QtCore import QCoreApplication
from twisted.internet.address import IPv4Address, IPv6Address

from app.server.connections.connection import Connection
from app.server.monitor import ClosedConnection
from app.text import readable

Row = Connection | ClosedConnection
"""What one row shows: a live connection, or what is left of one that is over."""

PEER = "peer"
LISTENER = "listener"
PROCESS = "process"
STATE = "state"


@frozen
class Column:
    """One column. `text` and `key` take a row and the time of now, unix seconds."""

    name: str
    """What the settings call it, in every language."""

    title: str
    text: Callable[[Row, float], str]
    key: Callable[[Row, float], Any]
    hint: str
    is_number: bool = True
    is_moving: bool = True
    """Whether its value may change while the connection lives."""
    width: int = 76
    is_shown: bool = True
    """Whether it is, before anybody chose."""
    is_searched: bool = False
    """Whether the text filter looks at it."""


def columns(process_of: Callable[[Row], str]) -> tuple[Column, ...]:
    """All of them from left to right, in the user's language.

    `process_of` gives what is known of the process at the other end; empty while nothing is.
    """
    state = _state_in_words()
    return (
        Column(
            name=PEER,
            title=QCoreApplication.translate("Columns", "Peer"),
            text=lambda row, now: row.peer,
            key=_peer_key,
            hint=QCoreApplication.translate("Columns", "The address of the client"),
            is_number=False,
            is_moving=False,
            width=140,
            is_searched=True,
        ),
        Column(
            name=LISTENER,
            title=QCoreApplication.translate("Columns", "Listener"),
            text=lambda row, now: row.factory.spec.name,
            key=lambda row, now: row.factory.spec.name.casefold(),
            hint=QCoreApplication.translate("Columns", "The listener that accepted it"),
            is_number=False,
            is_moving=False,
            width=100,
            is_searched=True,
        ),
        Column(
            name=PROCESS,
            title=QCoreApplication.translate("Columns", "Process"),
            text=lambda row, now: process_of(row),
            key=lambda row, now: process_of(row).casefold(),
            hint=QCoreApplication.translate(
                "Columns",
                "The program at the other end, if it runs on this computer and the system tells. "
                "It is looked up for the rows on show.",
            ),
            is_number=False,
            is_moving=False,
            width=122,
            is_searched=True,
        ),
        Column(
            name="local",
            title=QCoreApplication.translate("Columns", "Local address"),
            text=lambda row, now: row.local,
            key=lambda row, now: row.local,
            hint=QCoreApplication.translate("Columns", "The address that the client connected to"),
            is_number=False,
            is_moving=False,
            width=130,
            is_shown=False,
            is_searched=True,
        ),
        Column(
            name="tls",
            title=QCoreApplication.translate("Columns", "TLS"),
            text=_tls,
            key=_tls,
            hint=QCoreApplication.translate(
                "Columns", "The version of TLS, the cipher, and whose certificate the client showed"
            ),
            is_number=False,
            width=180,
            is_shown=False,
            is_searched=True,
        ),
        Column(
            name=STATE,
            title=QCoreApplication.translate("Columns", "State"),
            text=state,
            key=state,
            hint=QCoreApplication.translate("Columns", "Open, closing, or why it ended"),
            is_number=False,
            width=140,
            is_shown=False,
            is_searched=True,
        ),
        Column(
            name="open",
            title=QCoreApplication.translate("Columns", "Open for"),
            text=lambda row, now: readable.format_duration((row.closed_at or now) - row.opened_at),
            key=lambda row, now: (row.closed_at or now) - row.opened_at,
            hint=QCoreApplication.translate("Columns", "Time since it was accepted"),
            is_moving=False,
        ),
        Column(
            name="idle",
            title=QCoreApplication.translate("Columns", "Idle for"),
            text=lambda row, now: readable.format_duration((row.closed_at or now) - row.active_at),
            key=lambda row, now: (row.closed_at or now) - row.active_at,
            hint=QCoreApplication.translate("Columns", "Time since bytes last crossed it"),
        ),
        Column(
            name="in",
            title=QCoreApplication.translate("Columns", "Bytes in"),
            text=lambda row, now: readable.format_size(row.bytes_in),
            key=lambda row, now: row.bytes_in,
            hint=QCoreApplication.translate("Columns", "Received from the client"),
        ),
        Column(
            name="out",
            title=QCoreApplication.translate("Columns", "Bytes out"),
            text=lambda row, now: readable.format_size(row.bytes_out),
            key=lambda row, now: row.bytes_out,
            hint=QCoreApplication.translate("Columns", "Sent to the client"),
        ),
        Column(
            name="unsent",
            title=QCoreApplication.translate("Columns", "Unsent"),
            text=lambda row, now: (
                readable.format_size(row.bytes_unsent) if row.bytes_unsent else ""
            ),
            key=lambda row, now: row.bytes_unsent,
            hint=QCoreApplication.translate(
                "Columns", "Of the bytes out, those that wait because the client does not read"
            ),
            is_shown=False,
        ),
        Column(
            name="rate",
            title=QCoreApplication.translate("Columns", "Rate"),
            text=lambda row, now: readable.format_rate(row.rate),
            key=lambda row, now: row.rate,
            hint=QCoreApplication.translate("Columns", "Bytes a second, both directions together"),
        ),
    )


def _peer_key(row: Row, now: float) -> str:
    """One text, in which ports stand as numbers do: ten thousand pairs take longer to sort."""
    address = row.peer_address
    if isinstance(address, (IPv4Address, IPv6Address)):
        return f"{address.host} {address.port:05}"
    return row.peer


def _tls(row: Row, now: float) -> str:
    facts = row.tls
    if facts is None:
        return ""
    return " · ".join(filter(None, (facts.version, facts.cipher, facts.client)))


def _state_in_words() -> Callable[[Row, float], str]:
    """What state a row is in; the words are looked up once, not for each of ten thousand rows."""
    closing = QCoreApplication.translate("Columns", "closing")
    live = QCoreApplication.translate("Columns", "open")

    def state(row: Row, now: float) -> str:
        if not row.connected:
            return row.reason
        return closing if row.disconnecting else live

    return state


def text_filter(text: str, searched: Iterable[Column]) -> Callable[[Row], bool]:
    """Whether a row has `text`, which is casefolded, in one of those columns that are searched.

    Most columns say the same of most rows, so each text is looked into once. What all rows say
    differently, their peers, comes last.
    """
    if not text:
        return lambda row: True
    columns = [each.text for each in searched if each.is_searched and each.name != PEER]
    found: dict[str, bool] = {}

    def has_text(row: Row) -> bool:
        for shown in columns:
            words = shown(row, 0.0)
            has_it = found.get(words)
            if has_it is None:
                has_it = found[words] = text in words.casefold()
            if has_it:
                return True
        return text in row.peer.casefold()

    return has_text
