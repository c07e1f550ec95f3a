"""A peer that its listener has no place for."""

from __future__ import annotations

from twisted.internet.interfaces import ISSLTransport
from twisted.internet.testing import StringTransport
from zope.interface import alsoProvides

from app.protocols.echo import Echo
from app.server.lingering import LINGER_SECONDS
from app.server.refusal import TLS_SECONDS, TOO_MANY_CONNECTIONS, Refusal
from tests.server.conftest import Bench
from tests.server.reactors import Client, HandReactor

LOTS = bytes(5_000_000)


def refused(bench: Bench) -> Client:
    """A client that is one too many."""
    factory = bench.factory(Echo, limit=1)
    bench.join(factory)
    return bench.join(factory)


def test_it_gets_exactly_one_text_and_the_end(bench: Bench) -> None:
    client = refused(bench)
    assert client.read_to_end() == b"Too many connections, try later"
    assert not client.was_reset


def test_it_gets_them_whatever_it_sent(bench: Bench) -> None:
    client = refused(bench)
    client.send(LOTS)
    client.half_close()
    assert client.read_to_end() == TOO_MANY_CONNECTIONS
    assert not client.was_reset


def test_it_does_not_stay(bench: Bench, hand: HandReactor) -> None:
    client = refused(bench)
    client.read_to_end()
    hand.advance(LINGER_SECONDS)
    client.until(lambda: client.protocol.transport not in hand.getReaders())  # type: ignore[attr-defined]
    assert not hand.getDelayedCalls()


def test_it_does_not_stay_when_tls_never_begins(hand: HandReactor) -> None:
    transport = StringTransport()
    alsoProvides(transport, ISSLTransport)
    refusal = Refusal(b"no", hand)
    refusal.makeConnection(transport)
    assert transport.value() == b"no"
    assert not transport.disconnected
    hand.advance(TLS_SECONDS)
    assert transport.disconnected, "aborted"
