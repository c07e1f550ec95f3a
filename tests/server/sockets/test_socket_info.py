"""What the system keeps of what was written, as the peer does not read."""

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

LOTS = 10_000_000  # more than any system takes at once


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says it")
def test_what_the_system_took_and_did_not_send_is_queued(hand: HandReactor) -> None:
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


# MERGED tests/server/test_sockets: The system's socket below whatever stands on it.


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
