"""The limit for unsent bytes, whatever the protocol writes."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IPullProducer
from twisted.internet.protocol import Protocol
from zope.interface import implementer

from tests.server.conftest import Bench
from tests.server.reactors import HandReactor
from tests.server.record import Record

MEBIBYTE = 1024**2


class Flooder(Protocol):
    """Writes when the test calls it, without regard to backpressure."""

    live: list[Flooder]

    def connectionMade(self) -> None:
        self.live.append(self)

    def say(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)


def test_clients_that_never_read_are_closed_at_the_limit(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    Flooder.live = []
    factory = bench.factory(Flooder, max_unsent_bytes=4 * MEBIBYTE)
    most = 0
    for _ in range(60):
        bench.join(factory)
        for each in Flooder.live:
            each.say(bytes(MEBIBYTE))
        hand.advance(1)
        hand.turn()
        most = max(most, max((each.bytes_unsent for each in record.live), default=0))
        assert len(record.live) <= 10
    assert 4 * MEBIBYTE < most <= 5 * MEBIBYTE, "one write over the bound is the last"
    reasons = [str(event[2]) for event in record.events if event[0] == "closed"]
    assert len(reasons) > 50
    for reason in reasons:
        assert reason.startswith("did not read: "), reason
        assert reason.endswith(" bytes unsent"), reason
    assert factory.closed_by_limit.by_reason() == [("did not read", len(reasons))]


def test_one_write_larger_than_the_limit_is_sent(bench: Bench, hand: HandReactor) -> None:
    Flooder.live = []
    client = bench.join(bench.factory(Flooder, max_unsent_bytes=MEBIBYTE))
    Flooder.live[0].say(bytes(10 * MEBIBYTE))
    assert len(client.read_all(10 * MEBIBYTE)) == 10 * MEBIBYTE
    Flooder.live[0].say(b"more")
    client.received = b""
    assert client.read_all(4) == b"more"


def test_writes_after_loseConnection_are_limited_too(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    Flooder.live = []
    bench.join(bench.factory(Flooder, max_unsent_bytes=MEBIBYTE))
    (connection,) = record.live
    connection.loseConnection()
    for _ in range(20):
        Flooder.live[0].say(bytes(MEBIBYTE))
    hand.turn()
    assert str(record.events[-1][2]).startswith("did not read: ")


def test_writes_beside_a_pull_producer_are_limited_too(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    """It is called only when the buffer is empty, but the protocol writes beside it."""
    Flooder.live = []
    bench.join(bench.factory(Flooder, max_unsent_bytes=MEBIBYTE))
    (flooder,) = Flooder.live
    transport: Any = flooder.transport
    transport.registerProducer(EmptySource(), False)
    most = 0
    for _ in range(20):
        flooder.say(bytes(MEBIBYTE))
        most = max(most, sum(each.bytes_unsent for each in record.live))
    hand.turn()
    assert not record.live
    assert str(record.events[-1][2]).startswith("did not read: ")
    assert most <= 2 * MEBIBYTE


@implementer(IPullProducer)
class EmptySource:
    """A pull producer that has nothing to write yet."""

    def resumeProducing(self) -> None:
        """Do nothing."""

    def stopProducing(self) -> None:
        """Do nothing."""
