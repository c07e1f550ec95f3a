"""Daytime, RFC 867: one line with the date and the time, then the connection closes.

Over UDP the line is the answer to a datagram.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from twisted.internet.protocol import DatagramProtocol, Factory, Protocol

from app.protocols.looping import may_answer

# Not `strftime("%A, %B")`: that speaks the language that the program was started in.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def daytime(moment: datetime) -> str:
    """`moment` in the words that the RFC suggests: `Monday, November 23, 2026 05:12:00-UTC`."""
    day, month = DAYS[moment.weekday()], MONTHS[moment.month - 1]
    return f"{day}, {month} {moment.day}, {moment.year} {moment:%H:%M:%S}-{moment.tzname()}"


def line(moment: datetime) -> bytes:
    """What a peer is sent."""
    return f"{daytime(moment)}\r\n".encode()


class Daytime(Protocol):
    """Says what time it is for its factory, and closes."""

    factory: DaytimeFactory

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(line(self.factory.now()))
        self.transport.loseConnection()


def _utc() -> datetime:
    return datetime.now(UTC)


class DaytimeFactory(Factory[Daytime]):
    """Has the clock that all of its connections read."""

    protocol = Daytime

    def __init__(self, now: Callable[[], datetime] = _utc) -> None:
        """`now` gives the time, with its zone."""
        self.now = now


class DaytimeDatagrams(DatagramProtocol):
    """Answers each datagram with the time; what is in it is not looked at."""

    transport: Any

    def __init__(self, now: Callable[[], datetime] = _utc) -> None:
        """`now` gives the time, with its zone."""
        self._now = now

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        if may_answer(addr):
            self.transport.write(line(self._now()), addr)
