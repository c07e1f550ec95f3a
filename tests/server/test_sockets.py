"""The system's socket below whatever stands on it."""

from __future__ import annotations

from typing import Any

from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import CertificateOptions
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory

from app.server.sockets import socket_of
from tests.server.reactors import Client, HandReactor


def test_it_is_found_below_tls(hand: HandReactor) -> None:
    factory = TLSMemoryBIOFactory(CertificateOptions(), True, Factory.forProtocol(Protocol))
    protocol: Any = factory.buildProtocol(None)
    client = Client(hand, protocol)
    assert socket_of(protocol) is protocol.transport.getHandle() is not None
    client.close()
    hand.drop_all()


def test_a_transport_without_one_has_none() -> None:
    assert socket_of(StringTransport()) is None
    assert socket_of(object()) is None
