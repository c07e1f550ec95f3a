"""A connection on which nothing crosses is closed in time, and no other is."""

from __future__ import annotations

import pytest
from attrs import evolve
from twisted.internet.protocol import Protocol

from app.protocols.echo import Echo
from tests.server.conftest import Bench
from tests.server.reactors import HandReactor
from tests.server.record import Record


def test_who_says_nothing_is_closed_when_the_time_is_over(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    factory = bench.factory(Echo, idle_timeout=30)
    client = bench.join(factory)
    hand.advance(29.9)
    assert record.live
    hand.advance(0.1)
    client.half_close()
    assert client.read_to_end() == b""
    client.until(lambda: not record.live)
    assert record.events[-1] == ("closed", 1, "idle for 30 s")
    assert factory.cut.by_reason() == [("idle", 1)]


def test_every_byte_in_either_direction_begins_the_time_anew(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    factory = bench.factory(Echo, idle_timeout=30)
    silent, busy = bench.join(factory), bench.join(factory)
    for _ in range(4):
        hand.advance(20)
        busy.send(b"x")
        busy.read_all(1)
        busy.received = b""
        hand.turn()
    silent.half_close()
    silent.read_to_end()
    silent.until(lambda: len(record.live) == 1)
    hand.advance(29)
    assert [each.number for each in record.live] == [2]
    hand.advance(3)
    assert busy.read_to_end() == b""


def test_who_does_not_even_close_is_reset(bench: Bench, hand: HandReactor, record: Record) -> None:
    class Silent(Protocol):
        """Writes much, and never again."""

        def connectionMade(self) -> None:
            assert self.transport is not None
            self.transport.write(bytes(10_000_000))

    client = bench.join(bench.factory(Silent, idle_timeout=5))
    hand.advance(5)
    assert record.live, "it may still take what it is owed"
    hand.advance(1)
    hand.turn()
    assert record.events[-1] == ("closed", 1, "idle for 5 s")
    client.read_to_end()
    assert client.was_reset


@pytest.mark.parametrize("seconds", [0, 60])
def test_there_is_one_timer_or_none(bench: Bench, hand: HandReactor, seconds: int) -> None:
    factory = bench.factory(Echo, idle_timeout=seconds)
    assert not hand.getDelayedCalls()
    clients = [bench.join(factory) for _ in range(20)]
    assert len(hand.getDelayedCalls()) == bool(seconds)
    for client in clients:
        client.close()
    clients[0].until(lambda: not factory.connections)
    assert not hand.getDelayedCalls()


def test_a_changed_time_counts_at_once(bench: Bench, hand: HandReactor, record: Record) -> None:
    factory = bench.factory(Echo)
    bench.join(factory)
    hand.advance(100)
    factory.change(evolve(factory.spec, idle_timeout=200))
    hand.advance(99)
    assert [each.reason for each in record.live] == [""]
    factory.change(evolve(factory.spec, idle_timeout=0))
    assert not hand.getDelayedCalls()
    hand.advance(1000)
    assert [each.reason for each in record.live] == [""]
    factory.change(evolve(factory.spec, idle_timeout=10))
    assert [each.reason for each in record.live] == ["idle for 10 s"]


def test_many_that_are_due_one_after_the_other_are_looked_at_together(
    bench: Bench, hand: HandReactor
) -> None:
    factory = bench.factory(Echo, idle_timeout=1000)
    for _ in range(50):
        bench.join(factory)
        hand.advance(0.01)
    looks = 0
    for _ in range(200):
        before = {id(each) for each in hand.getDelayedCalls()}
        hand.advance(10)
        looks += bool({id(each) for each in hand.getDelayedCalls()} - before)
        if not factory.connections:
            break
    assert looks < 10
