"""A repeat keeps its rate, catches up little, and pauses while the peer does not read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from app.client.draft import Draft, constant_template, draft_template
from app.client.repeat import MOST_UNSENT_BYTES, Pace, Repeat


class Peer:
    """Accepts what is sent until `accepts` is False."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.received: list[tuple[float, bytes]] = []
        self.unsent = 0
        self.accepts = True

    def send(self, data: bytes) -> bool:
        if self.accepts:
            self.received.append((self.clock.seconds(), data))
        return self.accepts

    def repeat(self, text: str = "{counter}", *, ms: int = 100, count: int | None = None) -> Repeat:
        return Repeat(
            self.clock,
            draft_template(Draft(text)),
            interval_ms=ms,
            count=count,
            send=self.send,
            unsent=lambda: self.unsent,
            time=self.clock.seconds,
        )


def test_the_first_is_sent_immediately_and_the_others_in_their_slots() -> None:
    peer = Peer()
    repeat = peer.repeat(count=3)
    repeat.start()
    peer.clock.pump([0.05] * 10)
    assert [data for _, data in peer.received] == [b"1\n", b"2\n", b"3\n"]
    assert [time for time, _ in peer.received] == pytest.approx([0, 0.1, 0.2])
    assert repeat.pace is Pace.ENDED
    assert not repeat.refused
    assert not peer.clock.getDelayedCalls()


def test_delays_do_not_add_up() -> None:
    peer = Peer()
    repeat = peer.repeat(ms=10)
    repeat.start()
    for _ in range(100):
        peer.clock.advance(0.013)
    assert len(peer.received) == 131
    assert repeat.skipped == 0
    repeat.stop()


def test_an_interval_of_a_millisecond_is_kept_on_average_with_a_late_clock() -> None:
    peer = Peer()
    repeat = peer.repeat(ms=1)
    repeat.start()
    for _ in range(200):
        peer.clock.advance(0.005)
    assert len(peer.received) == 1001
    assert repeat.rate == pytest.approx(1000, rel=0.01)
    repeat.stop()


@pytest.mark.parametrize("ms", [200, 1000, 5000])
def test_the_rate_is_that_of_the_interval_however_long(ms: int) -> None:
    peer = Peer()
    repeat = peer.repeat(ms=ms)
    repeat.start()
    assert repeat.rate == 0
    peer.clock.pump([0.01] * (ms // 10 + 1))  # until just after the second send
    for _ in range(500):
        peer.clock.advance(ms / 10_000)
        assert repeat.rate == pytest.approx(1000 / ms, rel=0.3)
    repeat.stop()


def test_sends_that_are_too_late_are_skipped_and_counted() -> None:
    peer = Peer()
    repeat = peer.repeat(ms=10)
    repeat.start()
    peer.clock.advance(1.0)
    assert (len(peer.received), repeat.skipped) == (1 + 5, 95)
    peer.clock.advance(0.01)
    assert len(peer.received) == 7
    repeat.stop()


def test_it_pauses_while_the_peer_does_not_read_and_does_not_flood_it_after() -> None:
    peer = Peer()
    repeat = peer.repeat(ms=10)
    repeat.start()
    peer.unsent = MOST_UNSENT_BYTES + 1
    peer.clock.pump([0.01] * 100)
    assert repeat.pace is Pace.PAUSED
    assert len(peer.received) == 1
    peer.unsent = 0
    peer.clock.advance(0.03)
    assert repeat.pace is Pace.RUNNING
    assert len(peer.received) == 2
    assert repeat.sent + repeat.skipped == pytest.approx(103, abs=2)
    repeat.stop()


def test_it_ends_when_a_send_is_refused() -> None:
    peer = Peer()
    repeat = peer.repeat()
    repeat.start()
    peer.accepts = False
    peer.clock.advance(0.1)
    assert repeat.pace is Pace.ENDED
    assert repeat.refused
    assert repeat.sent == 1
    assert not peer.clock.getDelayedCalls()


def test_ended_is_called_once_for_any_end() -> None:
    peer = Peer()
    ends: list[Pace] = []
    for count, stops in ((1, False), (None, True)):
        repeat = Repeat(
            peer.clock,
            constant_template(b"x"),
            interval_ms=100,
            count=count,
            send=peer.send,
            unsent=lambda: 0,
            time=peer.clock.seconds,
            ended=lambda: ends.append(repeat.pace),  # noqa: B023
        )
        repeat.start()
        if stops:
            repeat.stop()
        repeat.stop()
    assert ends == [Pace.ENDED, Pace.ENDED]
    assert [data for _, data in peer.received] == [b"x", b"x"]


def test_after_a_stop_nothing_is_sent() -> None:
    peer = Peer()
    repeat = peer.repeat()
    repeat.start()
    repeat.stop()
    peer.clock.advance(1)
    assert len(peer.received) == 1
    assert repeat.rate == 0 or repeat.pace is Pace.ENDED


def test_the_rate_is_zero_before_the_first_send() -> None:
    assert Peer().repeat().rate == 0


@given(
    st.integers(1, 50),
    st.lists(st.tuples(st.floats(0.0005, 0.3), st.booleans()), max_size=60),
    st.one_of(st.none(), st.integers(1, 40)),
)
def test_every_slot_is_sent_or_counted_as_skipped(
    ms: int, steps: list[tuple[float, bool]], count: int | None
) -> None:
    peer = Peer()
    repeat = peer.repeat(ms=ms, count=count)
    repeat.start()
    for seconds, reads in steps:
        peer.unsent = 0 if reads else MOST_UNSENT_BYTES + 1
        peer.clock.advance(seconds)
    assert repeat.sent == len(peer.received)
    if repeat.pace is Pace.ENDED:
        assert repeat.sent == count
    else:
        due = peer.clock.seconds() * 1000 / ms + 1
        assert -1e-6 <= due - repeat.sent - repeat.skipped < 20 / ms + 2
        repeat.stop()
