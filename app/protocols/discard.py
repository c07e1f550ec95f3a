"""Discard, RFC 863: whatever a peer sends is thrown away."""

from __future__ import annotations

from twisted.internet.protocol import DatagramProtocol, Factory, Protocol

from app.protocols.definition import DatagramDefinition, NoOptions, ProtocolDefinition, ScriptSource


class Discard(Protocol):
    """Reads every byte until the peer leaves, and never says one."""

    def dataReceived(self, data: bytes) -> None:
        """Drop it. Not reading would do something else: the peer would be stopped."""


class DiscardDatagrams(DatagramProtocol):
    """Takes every datagram, and never sends one."""

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        """Drop it."""


SCRIPT = ScriptSource(
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

DATAGRAM_SCRIPT = ScriptSource(
    "DiscardDatagrams",
    '''
class DiscardDatagrams(DatagramProtocol):
    """Takes every datagram and answers none."""

    def datagramReceived(self, datagram, addr):
        pass
''',
)

DEFINITION = ProtocolDefinition(
    name="discard",
    title="Discard",
    summary="Drops every byte it gets (RFC 863).",
    port=8009,
    options=NoOptions,
    build=lambda options, context: Factory.forProtocol(Discard),
    script=SCRIPT,
    datagrams=DatagramDefinition(
        "Drops every datagram it gets (RFC 863).",
        lambda options, context: DiscardDatagrams(),
        DATAGRAM_SCRIPT,
    ),
)
