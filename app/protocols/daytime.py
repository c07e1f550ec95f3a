"""Daytime, RFC 867: one line with the date and the time, then the connection closes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from twisted.internet.protocol import Factory, Protocol

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


class Daytime(Protocol):
    """Says what time it is for its factory, and closes."""

    factory: DaytimeFactory

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(f"{daytime(self.factory.now())}\r\n".encode())
        self.transport.loseConnection()


def _utc() -> datetime:
    return datetime.now(UTC)


class DaytimeFactory(Factory[Daytime]):
    """Has the clock that all of its connections read."""

    protocol = Daytime

    def __init__(self, now: Callable[[], datetime] = _utc) -> None:
        """`now` gives the time, with its zone."""
        self.now = now
