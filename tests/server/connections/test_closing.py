"""Refused peers, and the counter of reasons."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.interfaces import ISSLTransport
from twisted.internet.testing import StringTransport
from zope.interface import alsoProvides

from app.protocols.echo import Echo
from app.server.connections.closing import (
    LINGER_SECONDS,
    MOST_REASONS,
    OTHER_REASONS,
    REFUSAL_TLS_SECONDS,
    REFUSED_LISTENER_FULL,
    ReasonCounter,
    RefusalProtocol,
    describe_error,
)
from tests.server.conftest import Bench
from tests.server.reactors import Client, HandReactor

LOTS = bytes(5_000_000)


def join_full_listener(bench: Bench) -> Client:
    """Connect one client more than the listener allows."""
    factory = bench.factory(Echo, limit=1)
    bench.join(factory)
    return bench.join(factory)


def test_a_refused_peer_gets_one_text_and_a_clean_close(bench: Bench) -> None:
    client = join_full_listener(bench)
    assert client.read_to_end() == b"Too many connections, try later"
    assert not client.was_reset


def test_a_refused_peer_gets_the_text_whatever_it_sent(bench: Bench) -> None:
    client = join_full_listener(bench)
    client.send(LOTS)
    client.half_close()
    assert client.read_to_end() == REFUSED_LISTENER_FULL
    assert not client.was_reset


def test_a_refused_peer_is_closed_after_the_linger_time(bench: Bench, hand: HandReactor) -> None:
    client = join_full_listener(bench)
    client.read_to_end()
    hand.advance(LINGER_SECONDS)
    client.until(lambda: client.protocol.transport not in hand.getReaders())  # type: ignore[attr-defined]
    assert not hand.getDelayedCalls()


def test_a_refused_peer_without_a_tls_handshake_is_aborted(hand: HandReactor) -> None:
    transport = StringTransport()
    alsoProvides(transport, ISSLTransport)
    refusal = RefusalProtocol(b"no", hand)
    refusal.makeConnection(transport)
    assert transport.value() == b"no"
    assert not transport.disconnected
    hand.advance(REFUSAL_TLS_SECONDS)
    assert transport.disconnected, "aborted"


# ReasonCounter


def test_the_most_frequent_reason_comes_first() -> None:
    counter = ReasonCounter()
    for reason in ("rain", "snow", "snow"):
        counter.add(reason)
    assert counter.total == 3
    assert counter.by_reason() == [("snow", 2), ("rain", 1)]


def test_further_reasons_are_counted_as_other_reasons() -> None:
    counter = ReasonCounter()
    for number in range(MOST_REASONS + 5):
        counter.add(f"reason {number}")
    counter.add("reason 0")
    counts = dict(counter.by_reason())
    assert len(counts) == MOST_REASONS + 1
    assert (counts["reason 0"], counts[OTHER_REASONS]) == (2, 5)
    assert counter.total == sum(counts.values()) == MOST_REASONS + 6


def test_a_missing_file_is_told_with_the_folder_where_it_was_looked_for(tmp_path: Path) -> None:
    relative = FileNotFoundError(2, "No such file or directory", "data.txt")
    absolute = FileNotFoundError(2, "No such file or directory", str(tmp_path / "data.txt"))
    assert describe_error(relative).endswith(f"'data.txt' in {Path.cwd()}")
    assert describe_error(absolute).endswith("data.txt'")
    assert describe_error(ValueError("boom")) == "ValueError: boom"
