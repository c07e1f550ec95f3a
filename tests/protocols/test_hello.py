"""Hello, on a transport that keeps what it is given."""

from __future__ import annotations

from twisted.internet.address import IPv4Address
from twisted.internet.testing import StringTransport

from app.protocols.hello import HelloFactory, HelloOptions


def greet(options: HelloOptions) -> StringTransport:
    """The transport of a peer that has just connected."""
    transport = StringTransport()
    protocol = HelloFactory(options).buildProtocol(IPv4Address("TCP", "127.0.0.1", 50_000))
    assert protocol is not None
    protocol.makeConnection(transport)
    return transport


def test_it_says_the_tutorials_line_and_closes() -> None:
    transport = greet(HelloOptions())
    assert transport.value() == b"Hello This is HD's Test protocol\r\n"
    assert transport.disconnecting


def test_it_says_another_text_as_utf_8() -> None:
    assert greet(HelloOptions(text="Grüß dich\n你好")).value() == "Grüß dich\n你好".encode()


def test_it_stays_connected_if_asked_to() -> None:
    assert not greet(HelloOptions(closes=False)).disconnecting
