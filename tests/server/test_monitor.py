"""What a window pulls: everything since it looked last."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import sentinel

import pytest

from app.protocols.echo import Echo
from app.server.connections.connection import Connection
from app.server.monitor import (
    HISTORY_LENGTH,
    HISTORY_STEP_SECONDS,
    SMOOTHING_SECONDS,
    ChangeBatch,
    Changes,
    ClosedConnection,
    ClosedConnections,
    ListenerRate,
    Rate,
    RateMeter,
)
from tests.server.conftest import Bench
from tests.server.reactors import Client, HandReactor


def test_it_wakes_once_until_somebody_looks(bench: Bench) -> None:
    wakes: list[None] = []
    changes = Changes(wake=lambda: wakes.append(None))
    factory = bench.factory(Echo)
    factory.observer = changes
    bench.join(factory)
    bench.join(factory)
    assert len(wakes) == 1
    changes.take()
    bench.join(factory)
    assert len(wakes) == 2


def test_a_batch_holds_each_kind_of_event_in_order(bench: Bench) -> None:
    changes = Changes(wake=lambda: None)
    factory = bench.factory(Echo, limit=2)
    factory.observer = changes
    first, second, refused = (bench.join(factory) for _ in range(3))
    second.send(b"hello")
    second.read_all(5)
    first.close()
    first.until(lambda: len(factory.connections) == 1)
    changes.listener_moved(sentinel.listener)
    changes.listener_moved(sentinel.listener)
    batch = changes.take()
    assert [each.number for each in batch.opened] == [1, 2]
    assert [each.number for each in batch.active] == [2]
    assert [each.number for each in batch.closed] == [1]
    assert batch.listeners == {sentinel.listener}
    assert batch.factories == {factory}
    refused.close()


def test_a_refusal_moves_its_factory_alone(bench: Bench) -> None:
    changes = Changes(wake=lambda: None)
    factory = bench.factory(lambda: None)
    factory.observer = changes
    factory.buildProtocol(None)
    batch = changes.take()
    assert (batch.factories, batch.opened, batch.listeners) == ({factory}, [], set())


def test_what_was_taken_is_not_there_again(bench: Bench) -> None:
    changes = Changes(wake=lambda: None)
    factory = bench.factory(Echo)
    factory.observer = changes
    bench.join(factory)
    assert changes.take().opened
    assert changes.take() == ChangeBatch()


def test_a_change_made_while_waking_is_not_lost(bench: Bench) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(len(changes.take().opened))

    changes = Changes(wake=look)
    factory = bench.factory(Echo)
    factory.observer = changes
    bench.join(factory)
    bench.join(factory)
    assert seen == [1, 1]


# MERGED tests/server/test_history: What is remembered of connections that are over.


def hang_up(connection: Connection, client: Client) -> Connection:
    client.close()
    client.until(lambda: not connection.connected)
    return connection


def closed(bench: Bench, count: int) -> list[Connection]:
    """So many connections that are over, with numbers from 1 up."""
    factory = bench.factory(Echo)
    clients = [bench.join(factory) for _ in range(count)]
    return [hang_up(client.protocol, client) for client in clients]  # type: ignore[arg-type]


def numbers(ended: list[ClosedConnection]) -> list[int]:
    return [each.number for each in ended]


def test_it_reads_like_the_connection_that_it_was(bench: Bench, hand: HandReactor) -> None:
    hand.advance(10)
    connection, client = bench.connect(Echo())
    peer, local = connection.peer, connection.local
    hand.advance(5)
    client.send(b"hello")
    client.read_all(5)
    hand.advance(5)
    left = ClosedConnection.of(hang_up(connection, client))
    assert (left.number, left.factory) == (connection.number, connection.factory)
    assert (left.peer, left.local, left.reason) == (peer, local, "closed by the peer")
    assert (left.opened_at, left.active_at, left.closed_at) == (10, 15, 20)
    assert (left.bytes_in, left.bytes_out, left.bytes_unsent) == (5, 5, 0)
    assert not left.connected


def test_the_oldest_make_room_for_the_newest(bench: Bench) -> None:
    history = ClosedConnections(most=3)
    over = closed(bench, 5)
    came, went = history.add(over[:2])
    assert (numbers(came), went) == ([1, 2], [])
    later, gone = history.add(over[2:])
    assert gone == came
    assert list(history) == later
    assert len(history) == 3


def test_of_more_than_it_keeps_only_the_newest_are_taken(bench: Bench) -> None:
    history = ClosedConnections(most=2)
    came, went = history.add(closed(bench, 4))
    assert (numbers(came), went) == ([3, 4], [])
    history.clear()
    assert len(history) == 0


# MERGED tests/server/test_rates: Bytes a second, from counters that a test sets.


class Counted:
    """A connection, or a listener with its factory: whatever has counters."""

    def __init__(self) -> None:
        self.bytes_in = 0
        self.bytes_out = 0
        self.rate = 0.0
        self.sampled_bytes = 0
        self.connected = True
        self.rests = 0
        self.factory: Any = self

    def rest(self) -> None:
        self.rests += 1


def counted() -> Any:
    return Counted()


def test_a_steady_flow_is_told_as_it_is() -> None:
    rate = Rate()
    for step in range(1, 100):
        rate.sample(step * 100, 0.1)
    assert rate.value == pytest.approx(1000, rel=0.01)


def test_a_sudden_change_is_followed_by_two_thirds_in_the_smoothing_time() -> None:
    rate = Rate()
    rate.sample(int(1000 * SMOOTHING_SECONDS), SMOOTHING_SECONDS)
    assert rate.value == pytest.approx(632, abs=2)


def test_how_often_one_looks_does_not_matter() -> None:
    often, seldom = Rate(), Rate()
    for step in range(1, 11):
        often.sample(step * 100, 0.1)
    seldom.sample(1000, 1.0)
    assert often.value == pytest.approx(seldom.value)


def test_a_flow_that_ended_is_exactly_nought_after_a_while() -> None:
    rate = Rate()
    rate.sample(1_000_000, 0.1)
    samples = 0
    while rate.sample(1_000_000, 0.1):
        samples += 1
    assert rate.value == 0.0
    assert samples < 150


def test_a_counter_that_starts_anew_counts_from_nought() -> None:
    rate = Rate(total=5000)
    rate.sample(700, SMOOTHING_SECONDS)
    assert rate.value == pytest.approx(632, abs=2)


def test_a_history_gets_one_value_each_step() -> None:
    listener, rate = counted(), ListenerRate()
    for _ in range(10):
        listener.bytes_in += 50
        listener.bytes_out += 50
        rate.sample(listener, HISTORY_STEP_SECONDS / 5)
    assert len(rate.history) == HISTORY_LENGTH
    assert [value > 0 for value in rate.history].count(True) == 2
    assert rate.history[-1] == rate.bytes_in.value + rate.bytes_out.value


def test_a_listener_that_never_listened_has_no_rate() -> None:
    listener = SimpleNamespace(factory=None)
    assert ListenerRate().sample(listener, 1.0) is False  # type: ignore[arg-type]


def test_a_meter_sums_up_its_listeners() -> None:
    meter, first, second = RateMeter(), counted(), counted()
    meter.sample(0.0, [], [first, second])
    for now in range(1, 20):
        first.bytes_in += 100
        second.bytes_in += 200
        second.bytes_out += 400
        meter.sample(float(now), [], [first, second])
    assert meter.bytes_in == pytest.approx(300, rel=0.01)
    assert meter.bytes_out == pytest.approx(400, rel=0.01)
    assert meter.history(first)[-1] == pytest.approx(100, rel=0.01)


def test_a_listener_that_is_gone_takes_its_rate_along() -> None:
    meter, gone = RateMeter(), counted()
    gone.bytes_in = 1000
    meter.sample(0.0, [], [gone])
    assert meter.bytes_in > 0
    meter.sample(0.1, [], [])
    assert meter.bytes_in == 0
    assert not meter.history(gone)


def test_a_connection_moves_until_its_rate_is_nought_and_rests_then() -> None:
    meter, connection = RateMeter(), counted()
    connection.bytes_in = 1000
    assert meter.sample(0.0, [connection], [])
    assert list(meter.moving) == [connection]
    assert connection.rate > 0
    now = 0.0
    while meter.sample(now := now + 0.1, [], []):
        assert connection.rests == 0
    assert connection.rate == 0.0
    assert connection.rests == 1
    assert not list(meter.moving)


def test_a_connection_that_moves_again_counts_from_where_it_rested() -> None:
    meter, connection = RateMeter(), counted()
    connection.bytes_in = 1_000_000
    now = 0.0
    while meter.sample(now := now + 0.1, [connection], []):
        pass
    connection.bytes_out = 70
    meter.sample(now + 100, [connection], [])
    assert connection.rate == pytest.approx(63, abs=1)


def test_a_connection_that_is_closed_has_no_rate() -> None:
    meter, connection = RateMeter(), counted()
    connection.bytes_in = 1000
    connection.connected = False
    meter.sample(0.0, [connection], [])
    assert connection.rate == 0.0
    assert not list(meter.moving)


def test_a_meter_that_stands_still_needs_no_look() -> None:
    meter, listener = RateMeter(), counted()
    assert meter.sample(0.0, [], [listener]) is False
    listener.bytes_in = 10
    assert meter.sample(1.0, [], [listener]) is True
    now, looks = 1.0, 0
    while meter.sample(now := now + 0.1, [], [listener]):
        looks += 1
    assert looks < 1.5 * HISTORY_LENGTH * HISTORY_STEP_SECONDS / 0.1
    assert not any(meter.history(listener))


def test_the_time_between_two_movements_slows_down_nothing() -> None:
    meter, connection = RateMeter(), counted()
    connection.bytes_in = 70
    now = 0.0
    while meter.sample(now := now + 0.1, [connection], []):
        pass
    connection.bytes_in += 70
    meter.sample(now + 3600, [connection], [])
    assert connection.rate == pytest.approx(63, abs=1)
