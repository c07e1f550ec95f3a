"""Daytime, RFC 867: one line with the date and the time, then the connection closes.

Over UDP the line is the answer to a datagram.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from twisted.internet.protocol import DatagramProtocol, Factory, Protocol

from app.net.ip import may_reply_to
from app.protocols.definition import DatagramDefinition, NoOptions, ProtocolDefinition, ScriptSource

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
        if may_reply_to(addr):
            self.transport.write(line(self._now()), addr)


_SCRIPT_DAYTIME = """
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August"]
MONTHS += ["September", "October", "November", "December"]


def daytime():
    now = datetime.now(timezone.utc)
    day, month = DAYS[now.weekday()], MONTHS[now.month - 1]
    text = f"{day}, {month} {now.day}, {now.year} {now:%H:%M:%S}-UTC\\r\\n"
    return text.encode()
"""

SCRIPT = ScriptSource(
    "Daytime",
    _SCRIPT_DAYTIME
    + '''

class Daytime(Protocol):
    """Says what time it is, and closes."""

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1
        self.transport.write(daytime())
        self.transport.loseConnection()

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1
''',
    imports=("from datetime import datetime, timezone",),
)

DATAGRAM_SCRIPT = ScriptSource(
    "DaytimeDatagrams",
    _SCRIPT_DAYTIME
    + '''

ANSWERING_PORTS = {7, 13, 17, 19, 37}  # two services that answer each other never end


class DaytimeDatagrams(DatagramProtocol):
    """Answers each datagram with the time."""

    def datagramReceived(self, datagram, addr):
        if addr[1] not in ANSWERING_PORTS:
            self.transport.write(daytime(), addr)
''',
    imports=("from datetime import datetime, timezone",),
)

DEFINITION = ProtocolDefinition(
    name="daytime",
    title="Daytime",
    summary="Says the date and the time, and closes (RFC 867).",
    port=8013,
    options=NoOptions,
    build=lambda options, context: DaytimeFactory(),
    script=SCRIPT,
    datagrams=DatagramDefinition(
        "Answers each datagram with the date and the time (RFC 867).",
        lambda options, context: DaytimeDatagrams(),
        DATAGRAM_SCRIPT,
    ),
)
