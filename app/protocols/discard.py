"""Discard, RFC 863: whatever a peer sends is thrown away."""

from __future__ import annotations

from twisted.internet.protocol import DatagramProtocol, Protocol

from app.protocols.definition import ScriptSource


class Discard(Protocol):
    """Reads every byte until the peer leaves, and never says one."""

    def dataReceived(self, data: bytes) -> None:
        """Drop it. Not reading would do something else: the peer would be stopped."""


class DiscardDatagrams(DatagramProtocol):
    """Takes every datagram, and never sends one."""

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        """Drop it."""


LESSON = ScriptSource(
    "Discard",
    '''
class Discard(Protocol):
    """Reads every byte and never says one."""

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1

    def dataReceived(self, data):
        pass

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1
''',
)

DATAGRAM_LESSON = ScriptSource(
    "DiscardDatagrams",
    '''
class DiscardDatagrams(DatagramProtocol):
    """Takes every datagram and answers none."""

    def datagramReceived(self, datagram, addr):
        pass
''',
)
