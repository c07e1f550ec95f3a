"""The queue of the system for a peer that does not read, and the socket of a transport."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import CertificateOptions
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory

from app.server.connections.backpressure import unsent_bytes
from app.server.sockets.socket_info import queued_bytes, socket_of
from tests.server.reactors import Client, HandReactor

LOTS = 10_000_000  # more than any system takes in one write


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says it")
def test_bytes_that_the_system_has_not_sent_are_queued(hand: HandReactor) -> None:
    protocol: Any = Protocol()
    client = Client(hand, protocol)
    assert queued_bytes(protocol.transport) == 0
    protocol.transport.write(bytes(LOTS))
    assert queued_bytes(protocol.transport) == 0
    for _ in range(100):
        hand.turn()
    taken = LOTS - unsent_bytes(protocol.transport)
    assert 0 < queued_bytes(protocol.transport) < taken, "the rest is on its way to the peer"
    client.read_all(LOTS)
    assert queued_bytes(protocol.transport) == 0
    client.close()
    hand.drop_all()


def test_a_transport_without_a_socket_has_no_queue() -> None:
    assert queued_bytes(StringTransport()) == 0
    assert queued_bytes(object()) == 0


# The socket of a transport


def test_the_socket_below_tls_is_found(hand: HandReactor) -> None:
    factory = TLSMemoryBIOFactory(CertificateOptions(), True, Factory.forProtocol(Protocol))
    protocol: Any = factory.buildProtocol(None)
    client = Client(hand, protocol)
    assert socket_of(protocol) is protocol.transport.getHandle() is not None
    client.close()
    hand.drop_all()


def test_a_transport_without_a_socket_gives_none() -> None:
    assert socket_of(StringTransport()) is None
    assert socket_of(object()) is None
