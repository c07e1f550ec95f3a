"""What is kept for peers that do not read is bounded, whatever the protocol writes."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IPullProducer
from twisted.internet.protocol import Protocol
from zope.interface import implementer

from tests.server.conftest import Bench
from tests.server.reactors import HandReactor
from tests.server.record import Record

MEBIBYTE = 1024**2


class Chatterbox(Protocol):
    """Writes when it is told to, and asks nobody whether there is room."""

    live: list[Chatterbox]

    def connectionMade(self) -> None:
        self.live.append(self)

    def say(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)


def test_clients_that_never_read_take_no_more_than_their_share(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    Chatterbox.live = []
    factory = bench.factory(Chatterbox, max_unsent_bytes=4 * MEBIBYTE)
    most = 0
    for _ in range(60):
        bench.join(factory)
        for each in Chatterbox.live:
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
    assert factory.cut.by_reason() == [("did not read", len(reasons))]


def test_one_large_write_is_no_crime(bench: Bench, hand: HandReactor) -> None:
    Chatterbox.live = []
    client = bench.join(bench.factory(Chatterbox, max_unsent_bytes=MEBIBYTE))
    Chatterbox.live[0].say(bytes(10 * MEBIBYTE))
    assert len(client.read_all(10 * MEBIBYTE)) == 10 * MEBIBYTE
    Chatterbox.live[0].say(b"more")
    client.received = b""
    assert client.read_all(4) == b"more"


def test_who_goes_on_writing_after_its_farewell_is_bounded_too(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    Chatterbox.live = []
    bench.join(bench.factory(Chatterbox, max_unsent_bytes=MEBIBYTE))
    (connection,) = record.live
    connection.loseConnection()
    for _ in range(20):
        Chatterbox.live[0].say(bytes(MEBIBYTE))
    hand.turn()
    assert str(record.events[-1][2]).startswith("did not read: ")


def test_a_pull_producer_hides_nobody_who_does_not_read(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    """It is asked for more only when the buffer is empty, but others write beside it."""
    Chatterbox.live = []
    bench.join(bench.factory(Chatterbox, max_unsent_bytes=MEBIBYTE))
    (chatterbox,) = Chatterbox.live
    transport: Any = chatterbox.transport
    transport.registerProducer(Dry(), False)
    most = 0
    for _ in range(20):
        chatterbox.say(bytes(MEBIBYTE))
        most = max(most, sum(each.bytes_unsent for each in record.live))
    hand.turn()
    assert not record.live
    assert str(record.events[-1][2]).startswith("did not read: ")
    assert most <= 2 * MEBIBYTE


@implementer(IPullProducer)
class Dry:
    """Has nothing to write yet."""

    def resumeProducing(self) -> None:
        """Nothing."""

    def stopProducing(self) -> None:
        """Nothing."""
