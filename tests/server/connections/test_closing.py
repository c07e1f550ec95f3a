"""A peer that its listener has no place for."""

from __future__ import annotations

from twisted.internet.interfaces import ISSLTransport
from twisted.internet.testing import StringTransport
from zope.interface import alsoProvides

from app.protocols.echo import Echo
from app.server.connections.closing import (
    LINGER_SECONDS,
    MOST_REASONS,
    OTHER_REASONS,
    TLS_SECONDS,
    TOO_MANY_CONNECTIONS,
    ReasonCounter,
    RefusalProtocol,
)
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
    refusal = RefusalProtocol(b"no", hand)
    refusal.makeConnection(transport)
    assert transport.value() == b"no"
    assert not transport.disconnected
    hand.advance(TLS_SECONDS)
    assert transport.disconnected, "aborted"


# MERGED tests/server/test_tally: Counts by reason, of a bounded number of reasons.


def test_the_most_frequent_reason_comes_first() -> None:
    tally = ReasonCounter()
    for reason in ("rain", "snow", "snow"):
        tally.add(reason)
    assert tally.total == 3
    assert tally.by_reason() == [("snow", 2), ("rain", 1)]


def test_what_is_one_reason_too_many_is_counted_all_the_same() -> None:
    tally = ReasonCounter()
    for number in range(MOST_REASONS + 5):
        tally.add(f"reason {number}")
    tally.add("reason 0")
    counts = dict(tally.by_reason())
    assert len(counts) == MOST_REASONS + 1
    assert (counts["reason 0"], counts[OTHER_REASONS]) == (2, 5)
    assert tally.total == sum(counts.values()) == MOST_REASONS + 6
