"""The columns of the connections table: their titles, texts and sort keys, and the text filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from attrs import frozen
from PySide6.QtCore import QCoreApplication
from twisted.internet.address import IPv4Address, IPv6Address

from app.faults.describing import badge
from app.faults.spec import Fault
from app.forwarding.link import LinkState
from app.server.connections.connection import Connection
from app.server.monitor import ClosedConnection
from app.text import readable
from app.ui.widgets.translation import translated

Row = Connection | ClosedConnection
"""A row of the table: a live connection, or the record of a closed one."""

PEER = "peer"
LISTENER = "listener"
PROCESS = "process"
LOCAL = "local"
TARGET = "target"
STATE = "state"


@frozen
class Column:
    """A column. `text` and `key` take a row and the current time by the reactor's clock."""

    name: str
    """The name in the settings, the same in every language."""

    title: str
    text: Callable[[Row, float], str]
    key: Callable[[Row, float], Any]
    hint: str
    is_number: bool = True
    is_changing: bool = True
    """Whether the order of the rows by this column may change while the connections live."""
    width: int = 92
    least_share: float = 0.72
    """A column gives way until this share of its width is left, and its title fits."""
    is_shown: bool = True
    """Whether it is shown by default."""
    is_searched: bool = False
    """Whether the text filter looks at it."""


def columns(process_of: Callable[[Row], str]) -> tuple[Column, ...]:
    """All columns from left to right, in the user's language.

    `process_of` returns the process at the other end, or an empty text if it is unknown.
    """
    state, target = _state_text(), target_text()
    return (
        Column(
            name=PEER,
            title=QCoreApplication.translate("Columns", "Peer"),
            text=lambda row, now: row.peer,
            key=_peer_key,
            hint=QCoreApplication.translate("Columns", "The address of the client"),
            is_number=False,
            is_changing=False,
            width=140,
            least_share=0.9,  # an IPv4 address with its port fits
            is_searched=True,
        ),
        Column(
            name=LISTENER,
            title=QCoreApplication.translate("Columns", "Listener"),
            text=lambda row, now: row.factory.spec.name,
            key=lambda row, now: row.factory.spec.name.casefold(),
            hint=QCoreApplication.translate("Columns", "The listener that accepted it"),
            is_number=False,
            is_changing=False,
            width=120,
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
            is_changing=False,
            width=132,
            least_share=0.92,  # a number of five digits fits beside a short name
            is_searched=True,
        ),
        Column(
            name=LOCAL,
            title=QCoreApplication.translate("Columns", "Local address"),
            text=lambda row, now: row.local,
            key=lambda row, now: row.local,
            hint=QCoreApplication.translate("Columns", "The address that the client connected to"),
            is_number=False,
            is_changing=False,
            width=130,
            is_shown=False,
            is_searched=True,
        ),
        Column(
            name=TARGET,
            title=QCoreApplication.translate("Columns", "Target"),
            text=target,
            key=target,
            hint=QCoreApplication.translate("Columns", "Where a client is forwarded to"),
            is_number=False,
            width=150,
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
            name="faults",
            title=QCoreApplication.translate("Columns", "Faults"),
            text=lambda row, now: translated(badge(faults_of(row))),
            key=lambda row, now: translated(badge(faults_of(row))),
            hint=QCoreApplication.translate("Columns", "What disturbs it on purpose"),
            is_number=False,
            width=120,
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
            width=165,
            least_share=0.95,  # "aborted by the listener" fits
            is_shown=False,
            is_searched=True,
        ),
        Column(
            name="open",
            title=QCoreApplication.translate("Columns", "Open for"),
            text=lambda row, now: readable.format_duration((row.closed_at or now) - row.opened_at),
            key=lambda row, now: (row.closed_at or now) - row.opened_at,
            hint=QCoreApplication.translate("Columns", "Time since it was accepted"),
            is_changing=False,
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


def faults_of(row: Row) -> tuple[Fault, ...]:
    """The faults that disturb a live connection."""
    if isinstance(row, ClosedConnection) or not row.connected:
        return ()
    return row.acting_faults


def _peer_key(row: Row, now: float) -> str:
    """A text with zero-padded ports. Ten thousand tuples would take longer to sort."""
    address = row.peer_address
    if isinstance(address, (IPv4Address, IPv6Address)):
        return f"{address.host} {address.port:05}"
    return row.peer


def _tls(row: Row, now: float) -> str:
    facts = row.tls
    if facts is None:
        return ""
    return " · ".join(filter(None, (facts.version, facts.cipher, facts.client)))


def target_text() -> Callable[[Row, float], str]:
    """Return the text function of the target of a client. It translates the words only once."""
    connecting = QCoreApplication.translate("Columns", "{0} (connecting)")
    failed = QCoreApplication.translate("Columns", "{0} (failed)")

    def target(row: Row, now: float) -> str:
        link = row.target
        if link is None:
            return ""
        if link.state is LinkState.CONNECTING and row.connected:
            return connecting.format(link.target)
        if link.state in (LinkState.CONNECTING, LinkState.FAILED):
            return failed.format(link.target)
        return link.target

    return target


def _state_text() -> Callable[[Row, float], str]:
    """Return the text function of the state column. It translates the words only once."""
    closing = QCoreApplication.translate("Columns", "closing")
    live = QCoreApplication.translate("Columns", "open")

    def state(row: Row, now: float) -> str:
        if not row.connected:
            return translated(row.reason)
        return closing if row.disconnecting else translated(row.warning) or live

    return state


def text_filter(text: str, searched: Iterable[Column]) -> Callable[[Row], bool]:
    """Return a filter: whether a row has the casefolded `text` in one of the searched columns.

    Most columns show the same few texts in many rows, so the result is cached for each text. The
    peer is different in each row. It is tested last and not cached.
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
