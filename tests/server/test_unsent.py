"""What waits in the buffers of Twisted's transports, without and with TLS."""

from __future__ import annotations

from typing import Any

from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import CertificateOptions
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory

from app.server.unsent import unsent_bytes
from tests.server.reactors import Client, HandReactor

LOTS = bytes(10_000_000)  # more than any system takes at once


def test_all_that_the_system_did_not_take_is_unsent_and_no_more(hand: HandReactor) -> None:
    protocol: Any = Protocol()
    client = Client(hand, protocol)
    assert unsent_bytes(protocol.transport) == 0
    protocol.transport.write(LOTS)
    assert unsent_bytes(protocol.transport) == len(LOTS)
    hand.turn()
    protocol.transport.write(b"more")
    taken = len(LOTS) + 4 - unsent_bytes(protocol.transport)
    assert 0 < taken < len(LOTS)
    assert len(client.read_all(len(LOTS) + 4)) == len(LOTS) + 4
    assert unsent_bytes(protocol.transport) == 0
    client.close()
    hand.drop_all()


def test_what_waits_for_the_handshake_of_tls_is_unsent() -> None:
    clock = Clock()
    made: list[Any] = []

    class Speaker(Protocol):
        def connectionMade(self) -> None:
            made.append(self.transport)
            made[0].write(b"gathered")

    factory = TLSMemoryBIOFactory(
        CertificateOptions(), True, Factory.forProtocol(Speaker), clock=clock
    )
    protocol = factory.buildProtocol(None)
    protocol.makeConnection(StringTransport())
    assert unsent_bytes(made[0]) == len(b"gathered")
    clock.advance(0)
    made[0].write(b" and blocked")
    assert unsent_bytes(made[0]) == len(b"gathered and blocked")


def test_of_a_transport_that_does_not_say_nothing_is_unsent() -> None:
    transport = StringTransport()
    transport.write(b"hello")
    assert unsent_bytes(transport) == 0
    assert unsent_bytes(object()) == 0
    assert unsent_bytes(None) == 0
