"""What a peer meets when its listener is full."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import (
    IDelayedCall,
    IHalfCloseableProtocol,
    IReactorTime,
    ISSLTransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from app.server.handshake import HANDSHAKE_SECONDS
from app.server.lingering import LINGER_SECONDS, half_close

TOO_MANY_CONNECTIONS = b"Too many connections, try later"
TOO_MANY_OF_YOURS = b"Too many connections from your address, close one first"

TLS_SECONDS = HANDSHAKE_SECONDS / 2
"""How long TLS may take until it can carry the text: whoever has no place is given less time."""


@implementer(IHalfCloseableProtocol)
class Refusal(Protocol):
    """Says one text, drops whatever the peer says, and closes. Takes no slot of the listener.

    As nobody counts it, it never stays: whatever the peer does, it is over in a few seconds.
    """

    transport: Any

    def __init__(self, text: bytes, clock: IReactorTime) -> None:
        self._text = text
        self._clock = clock
        self._deadline: IDelayedCall | None = None

    def connectionMade(self) -> None:
        self.transport.write(self._text)
        half_close(self.transport)
        if ISSLTransport.providedBy(self.transport):
            end, seconds = self.transport.abortConnection, TLS_SECONDS
        else:
            end, seconds = self.transport.loseConnection, LINGER_SECONDS
        self._deadline = self._clock.callLater(seconds, end)

    def readConnectionLost(self) -> None:
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Expected: the text is out."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
