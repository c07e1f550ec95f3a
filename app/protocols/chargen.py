"""Character generator, RFC 864: lines of printable characters, for as long as the peer reads."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IPullProducer
from twisted.internet.protocol import Protocol
from zope.interface import implementer

PRINTABLE = bytes(range(0x20, 0x7F))
LINE_CHARACTERS = 72


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
