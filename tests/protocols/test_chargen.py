"""Chargen: the RFC's pattern, and never more of it than the peer reads."""

from __future__ import annotations

from twisted.internet.protocol import Factory
from twisted.internet.testing import StringTransport

from app.protocols.chargen import PATTERN, Chargen
from tests.protocols.conftest import Join


def test_lines_are_72_characters_that_rotate_through_all_printable_ones() -> None:
    first, second, *_, last = lines = PATTERN.decode().splitlines(keepends=True)
    assert first == (
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg\r\n"
    )
    assert second == first[1:72] + "h\r\n"
    assert last == "~" + first[:71] + "\r\n"
    assert {len(line) for line in lines} == {74}
    assert "".join(line[0] for line in lines) == "".join(map(chr, range(32, 127)))


def test_the_pattern_goes_on_without_a_seam_whenever_it_is_asked_for(join: Join) -> None:
    client = join(Factory.forProtocol(Chargen))
    assert client.read_all(len(PATTERN) * 3)[: len(PATTERN) * 3] == PATTERN * 3


def test_what_the_peer_says_is_dropped(join: Join) -> None:
    client = join(Factory.forProtocol(Chargen))
    client.send(b"please stop" * 100_000)
    start = client.read_all(len(PATTERN))
    assert start.startswith(PATTERN)


class Counting(Chargen):
    """Knows how often it was asked for more."""

    asked = 0

    def resumeProducing(self) -> None:
        self.asked += 1
        super().resumeProducing()


def test_a_peer_that_stops_reading_is_sent_no_more_until_it_reads_on(join: Join) -> None:
    client = join(Factory.forProtocol(Counting))
    chargen = client.protocol
    assert isinstance(chargen, Counting)

    def is_stuck() -> bool:
        before = chargen.asked
        for _ in range(1000):
            client.reactor.turn()
        return chargen.asked == before

    client.until(is_stuck)
    stuck_at = chargen.asked
    client.until(lambda: client.read() or chargen.asked > stuck_at)
    received = client.read_all(stuck_at * len(PATTERN))
    turns, rest = divmod(len(received), len(PATTERN))
    assert received == PATTERN * turns + PATTERN[:rest]


def test_nothing_goes_on_after_the_peer_left(join: Join) -> None:
    client = join(Factory.forProtocol(Chargen))
    client.read_all(1)
    client.reset()
    client.until(lambda: not client.reactor.getReaders())
    assert not client.reactor.getWriters()


def test_it_ends_when_its_transport_closes() -> None:
    transport = StringTransport()
    protocol = Chargen()
    protocol.makeConnection(transport)
    assert (transport.producer, transport.streaming) == (protocol, False)
    protocol.resumeProducing()
    transport.loseConnection()
    protocol.resumeProducing()
    assert transport.producer is None
    assert transport.value() == PATTERN


def test_a_peer_that_reads_is_let_go_when_the_listener_stops(join: Join) -> None:
    client = join(Factory.forProtocol(Chargen))
    client.read_all(len(PATTERN))
    client.reactor.transports[0].loseConnection()
    assert client.read_to_end().startswith(PATTERN)
    assert not client.was_reset
