"""Character generator, RFC 864: lines of printable characters, for as long as the peer reads.

Over UDP each datagram is answered with one, of as many characters as chance will have it.
"""

from __future__ import annotations

from collections.abc import Callable
from random import randint
from typing import Any

from twisted.internet.interfaces import IPullProducer
from twisted.internet.protocol import DatagramProtocol, Factory, Protocol
from zope.interface import implementer

from app.net.ip import may_reply_to
from app.protocols.definition import DatagramDefinition, NoOptions, ProtocolDefinition, ScriptSource

PRINTABLE = bytes(range(0x20, 0x7F))
LINE_CHARACTERS = 72
MOST_CHARACTERS = 512
"""In one datagram, as the RFC has it."""


def pattern() -> bytes:
    """One turn of the RFC's pattern: each of 95 lines begins one character later."""
    ring = PRINTABLE + PRINTABLE
    starts = range(len(PRINTABLE))
    return b"".join(ring[start : start + LINE_CHARACTERS] + b"\r\n" for start in starts)


PATTERN = pattern()


@implementer(IPullProducer)
class Chargen(Protocol):
    """Sends `PATTERN` over and over; what the peer says is dropped.

    It is its transport's pull producer: asked for more whenever the last turn is on its way. So it
    waits for a peer that reads slowly, and holds one turn for a peer that does not read at all.
    """

    transport: Any
    """Besides `ITransport` it is an `IConsumer`, as all of Twisted's streams are."""

    def connectionMade(self) -> None:
        self.transport.registerProducer(self, False)

    def resumeProducing(self) -> None:
        # A transport that is closing waits for its producer to end.
        if self.transport.disconnecting:
            self.transport.unregisterProducer()
        else:
            self.transport.write(PATTERN)

    def stopProducing(self) -> None:
        """The peer is gone: nobody asks for more."""


def any_length() -> int:
    """How many characters the next datagram has."""
    return randint(0, MOST_CHARACTERS)


class ChargenDatagrams(DatagramProtocol):
    """Answers each datagram with the beginning of `PATTERN`, up to `MOST_CHARACTERS` of it."""

    transport: Any

    def __init__(self, length: Callable[[], int] = any_length) -> None:
        """`length` gives how many characters the next one has."""
        self._length = length

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        if may_reply_to(addr):
            self.transport.write(PATTERN[: self._length()], addr)


_SCRIPT_PATTERN = """
PRINTABLE = bytes(range(0x20, 0x7F))
RING = PRINTABLE + PRINTABLE
PATTERN = b"".join(RING[start:start + 72] + b"\\r\\n" for start in range(len(PRINTABLE)))
"""

SCRIPT = ScriptSource(
    "Chargen",
    f'''{_SCRIPT_PATTERN}

@implementer(IPullProducer)
class Chargen(Protocol):
    """Sends lines of characters for as long as they are read.

    The transport asks for more by resumeProducing, whenever the last of it is on its way.
    """

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1
        self.transport.registerProducer(self, False)

    def resumeProducing(self):
        self.transport.write(PATTERN)

    def stopProducing(self):
        pass

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1
''',
    imports=(
        "from twisted.internet.interfaces import IPullProducer",
        "from zope.interface import implementer",
    ),
)

DATAGRAM_SCRIPT = ScriptSource(
    "ChargenDatagrams",
    f'''{_SCRIPT_PATTERN}
ANSWERING_PORTS = {{7, 13, 17, 19, 37}}  # two services that answer each other never end


class ChargenDatagrams(DatagramProtocol):
    """Answers each datagram with up to 512 characters."""

    def datagramReceived(self, datagram, addr):
        if addr[1] not in ANSWERING_PORTS:
            self.transport.write(PATTERN[: randint(0, 512)], addr)
''',
    imports=("from random import randint",),
)

DEFINITION = ProtocolDefinition(
    name="chargen",
    title="Chargen",
    summary="Sends lines of characters for as long as they are read (RFC 864).",
    port=8019,
    options=NoOptions,
    build=lambda options, context: Factory.forProtocol(Chargen),
    script=SCRIPT,
    datagrams=DatagramDefinition(
        "Answers each datagram with up to 512 characters (RFC 864).",
        lambda options, context: ChargenDatagrams(),
        DATAGRAM_SCRIPT,
    ),
)
