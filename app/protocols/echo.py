"""Echo, RFC 862: a peer gets back whatever it sends; over UDP, every datagram."""

from __future__ import annotations

from typing import Any

from twisted.internet.protocol import DatagramProtocol, Factory, Protocol

from app.net.ip import may_reply_to
from app.protocols.definition import DatagramDefinition, NoOptions, ProtocolDefinition, ScriptSource


class Echo(Protocol):
    """Returns every byte, in order, until the peer leaves."""

    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)


class EchoDatagrams(DatagramProtocol):
    """Returns every datagram to its sender, the empty one too."""

    transport: Any

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        if may_reply_to(addr):
            self.transport.write(datagram, addr)


SCRIPT = ScriptSource(
    "Echo",
    '''
class Echo(Protocol):
    """Sends back whatever a peer sends. Each connection has an Echo of its own."""

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1

    def dataReceived(self, data):
        self.transport.write(data)

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1
''',
)

DATAGRAM_SCRIPT = ScriptSource(
    "EchoDatagrams",
    '''
ANSWERING_PORTS = {7, 13, 17, 19, 37}  # two services that answer each other never end


class EchoDatagrams(DatagramProtocol):
    """Sends each datagram back. There is one for everybody: UDP has no connections."""

    def datagramReceived(self, datagram, addr):
        if addr[1] not in ANSWERING_PORTS:
            self.transport.write(datagram, addr)
''',
)

DEFINITION = ProtocolDefinition(
    name="echo",
    title="Echo",
    summary="Sends back every byte it gets (RFC 862).",
    port=8007,
    options=NoOptions,
    build=lambda options, context: Factory.forProtocol(Echo),
    script=SCRIPT,
    datagrams=DatagramDefinition(
        "Sends each datagram back (RFC 862).",
        lambda options, context: EchoDatagrams(),
        DATAGRAM_SCRIPT,
    ),
)
