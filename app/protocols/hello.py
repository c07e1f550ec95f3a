"""Hello: greets whoever connects, and closes. The smallest server that telnet can show.

Over UDP it greets whoever sends a datagram, each time.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen
from twisted.internet.protocol import DatagramProtocol, Factory, Protocol

from app.net.ip import may_reply_to
from app.protocols.definition import DatagramDefinition, ProtocolDefinition, ScriptSource, option

GREETING = "Hello This is HD's Test protocol\r\n"


@frozen
class HelloOptions:
    """The options of a listener with this protocol."""

    text: str = option(GREETING, "Text", "What a peer is sent, as UTF-8.", maximum=4000)
    closes: bool = option(
        True, "Close after the text", "Otherwise the connection stays open. UDP has no connections."
    )


class Hello(Protocol):
    """Sends the text of its factory, and closes if that says so. Ignores what the peer sends."""

    factory: HelloFactory

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(self.factory.text)
        if self.factory.closes:
            self.transport.loseConnection()


class HelloFactory(Factory[Hello]):
    """Has the text, and whether to close after it."""

    protocol = Hello

    def __init__(self, options: HelloOptions) -> None:
        self.text = options.text.encode()
        self.closes = options.closes


class HelloDatagrams(DatagramProtocol):
    """Answers each datagram with the text."""

    transport: Any

    def __init__(self, options: HelloOptions) -> None:
        self.text = options.text.encode()

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        if may_reply_to(addr):
            self.transport.write(self.text, addr)


SCRIPT = ScriptSource(
    "Hello",
    '''
class Hello(Protocol):
    """Greets whoever connects, and closes if that is what is wanted."""

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1
        self.transport.write(TEXT.encode())
        if CLOSES:
            self.transport.loseConnection()

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1
''',
)

DATAGRAM_SCRIPT = ScriptSource(
    "HelloDatagrams",
    '''
ANSWERING_PORTS = {7, 13, 17, 19, 37}  # two services that answer each other never end


class HelloDatagrams(DatagramProtocol):
    """Answers each datagram with the greeting."""

    def datagramReceived(self, datagram, addr):
        if addr[1] not in ANSWERING_PORTS:
            self.transport.write(TEXT.encode(), addr)
''',
)

DEFINITION = ProtocolDefinition(
    name="hello",
    title="Hello",
    summary="Sends one text of greeting and closes.",
    port=8025,
    options=HelloOptions,
    build=lambda options, context: HelloFactory(options),
    script=SCRIPT,
    datagrams=DatagramDefinition(
        "Answers each datagram with one text of greeting.",
        lambda options, context: HelloDatagrams(options),
        DATAGRAM_SCRIPT,
    ),
)
