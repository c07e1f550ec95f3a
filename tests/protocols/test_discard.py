"""Discard, on a transport that keeps what it is given."""

from __future__ import annotations

from twisted.internet.protocol import Factory
from twisted.internet.testing import StringTransport

from app.protocols.discard import Discard
from tests.protocols.conftest import Join

MUCH = b"x" * 20_000_000


def test_it_says_nothing_and_stays() -> None:
    transport = StringTransport()
    protocol = Discard()
    protocol.makeConnection(transport)
    protocol.dataReceived(b"anything")
    assert transport.value() == b""
    assert not transport.disconnecting


def test_it_reads_everything(join: Join) -> None:
    client = join(Factory.forProtocol(Discard))
    client.send(MUCH)
