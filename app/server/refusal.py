"""What a peer meets when its listener is full."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IDelayedCall, IHalfCloseableProtocol, IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from app.server.lingering import start_lingering

TOO_MANY_CONNECTIONS = b"Too many connections, try later"


@implementer(IHalfCloseableProtocol)
class Refusal(Protocol):
    """Says one text, drops whatever the peer says, and closes. Takes no slot of the listener."""

    transport: Any

    def __init__(self, text: bytes, clock: IReactorTime) -> None:
        self._text = text
        self._clock = clock
        self._lingering: IDelayedCall | None = None

    def connectionMade(self) -> None:
        self.transport.write(self._text)
        self._lingering = start_lingering(self.transport, self._clock)

    def readConnectionLost(self) -> None:
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Expected: the text is out."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._lingering is not None and self._lingering.active():
            self._lingering.cancel()
