"""What a session says of its connection: the sentences between the chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.client.formatting import count_bytes
from app.client.sent_file import SentFile
from app.client.target import Target, Transport
from app.client.wire import Wire
from app.datagram_sizes import LARGEST_DATAGRAM

if TYPE_CHECKING:
    from app.client.tls import Security

MAX_UNSENT_BYTES = 16 * 1024 * 1024

SPEAKS_TLS = "The peer speaks TLS. Disconnect, and connect with tls: in front."

_TLS_ALERT = b"\x15\x03"
_TLS_ALERT_BYTES = 7


def reason_not_to_send(data: bytes, has_datagrams: bool, unsent: int, file: SentFile | None) -> str:
    """Why an open connection cannot take `data` now; empty if it can."""
    size = len(data)
    if has_datagrams:
        if size > LARGEST_DATAGRAM:
            return f"Not sent: a datagram carries no more than {LARGEST_DATAGRAM:,} bytes."
        return ""
    if file is not None:
        return f"Not sent: {file.name} is being sent. Wait for its end, or cancel it."
    if not size:
        return "Nothing to send: type something, or choose a line ending."
    if size > MAX_UNSENT_BYTES:
        return f"Not sent: {count_bytes(size)} are too much at once. Send it in parts."
    if unsent + size > MAX_UNSENT_BYTES:
        waiting = count_bytes(unsent)
        return f"Not sent: {waiting} still wait for the peer to read. Wait, or disconnect."
    return ""


def describe_opening(target: Target, wire: Wire) -> str:
    """`Connected to 127.0.0.1:8007 from 127.0.0.1:50122.`"""
    if target.transport is Transport.UDP:
        return (
            f"Sending datagrams to {wire.peer} from {wire.local}. "
            "Whether anybody takes them shows when they answer."
        )
    come_from = f" from {wire.local}" if wire.local else ""
    return f"Connected to {wire.peer}{come_from}."


def describe_security(security: Security) -> str:
    """What TLS agreed on, and whether the peer is who it should be."""
    agreed = f"{security.version}, {security.cipher}."
    certificate = security.certificate
    if certificate is None:
        return f"{agreed} The peer showed no certificate."
    if security.distrust:
        return f"{agreed} NOT VERIFIED: the peer's certificate proves nothing, {security.distrust}."
    return (
        f"{agreed} The peer is {certificate.title}, says {certificate.issuer}, "
        f"until {certificate.facts.not_after:%Y-%m-%d}."
    )


def describe_file(file: SentFile, how: str, now: float) -> str:
    """What became of a file: how much of it was sent, how fast, and why no more."""
    if how == "Sent":
        seconds = max(now - file.began_at, 0.0)
        return (
            f"Sent file {file.name}, {count_bytes(file.bytes_sent)} in {seconds:.1f} s "
            f"({speed(file.rate(now))})."
        )
    reason = f": {file.trouble}" if file.trouble else ""
    return (
        f"{how} sending file {file.name} after {file.bytes_sent:,} of "
        f"{count_bytes(file.size)}{reason}."
    )


def speed(rate: float) -> str:
    """`rate` (bytes a second) as `12.3 MB/s`."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if rate >= size:
            return f"{rate / size:.1f} {unit}/s"
    return f"{rate:.0f} B/s"


def is_tls_alert(data: bytes) -> bool:
    """Whether `data`, the first that came, is how TLS answers what is none: an alert."""
    return len(data) == _TLS_ALERT_BYTES and data.startswith(_TLS_ALERT)
