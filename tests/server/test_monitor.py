"""Collected changes, closed connections, and byte rates."""

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


def test_wake_is_called_once_until_the_changes_are_taken(bench: Bench) -> None:
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
    changes.listener_changed(sentinel.listener)
    changes.listener_changed(sentinel.listener)
    batch = changes.take()
    assert [each.number for each in batch.opened] == [1, 2]
    assert [each.number for each in batch.active] == [2]
    assert [each.number for each in batch.closed] == [1]
    assert batch.listeners == {sentinel.listener}
    assert batch.factories == {factory}
    refused.close()


def test_a_refusal_changes_only_its_factory(bench: Bench) -> None:
    changes = Changes(wake=lambda: None)
    factory = bench.factory(lambda: None)
    factory.observer = changes
    factory.buildProtocol(None)
    batch = changes.take()
    assert (batch.factories, batch.opened, batch.listeners) == ({factory}, [], set())


def test_taken_changes_are_not_returned_again(bench: Bench) -> None:
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


# Closed connections


def hang_up(connection: Connection, client: Client) -> Connection:
    client.close()
    client.until(lambda: not connection.connected)
    return connection


def closed(bench: Bench, count: int) -> list[Connection]:
    """Closed connections with the numbers from 1 up."""
    factory = bench.factory(Echo)
    clients = [bench.join(factory) for _ in range(count)]
    return [hang_up(client.protocol, client) for client in clients]  # type: ignore[arg-type]


def numbers(ended: list[ClosedConnection]) -> list[int]:
    return [each.number for each in ended]


def test_a_closed_connection_has_the_values_of_the_connection(
    bench: Bench, hand: HandReactor
) -> None:
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


def test_the_oldest_closed_connections_are_dropped_for_new_ones(bench: Bench) -> None:
    history = ClosedConnections(limit=3)
    over = closed(bench, 5)
    came, went = history.add(over[:2])
    assert (numbers(came), went) == ([1, 2], [])
    later, gone = history.add(over[2:])
    assert gone == came
    assert list(history) == later
    assert len(history) == 3


def test_only_the_newest_of_too_many_closed_connections_are_added(bench: Bench) -> None:
    history = ClosedConnections(limit=2)
    came, went = history.add(closed(bench, 4))
    assert (numbers(came), went) == ([3, 4], [])
    history.clear()
    assert len(history) == 0


# Rates


class FakeCounters:
    """A fake connection, listener or factory: an object with counters."""

    def __init__(self) -> None:
        self.bytes_in = 0
        self.bytes_out = 0
        self.rate = 0.0
        self.sampled_bytes = 0
        self.connected = True
        self.quiet_calls = 0
        self.factory: Any = self

    def mark_quiet(self) -> None:
        self.quiet_calls += 1

    def seconds(self) -> float:
        return 0.0

    def follow_clock(self, now: float) -> None:
        """It has no times."""


def counted() -> Any:
    return FakeCounters()


def test_a_steady_flow_has_its_own_rate() -> None:
    rate = Rate()
    for step in range(1, 100):
        rate.sample(step * 100, 0.1)
    assert rate.value == pytest.approx(1000, rel=0.01)


def test_a_sudden_change_is_followed_by_two_thirds_in_the_smoothing_time() -> None:
    rate = Rate()
    rate.sample(int(1000 * SMOOTHING_SECONDS), SMOOTHING_SECONDS)
    assert rate.value == pytest.approx(632, abs=2)


def test_the_sampling_interval_does_not_change_the_rate() -> None:
    often, seldom = Rate(), Rate()
    for step in range(1, 11):
        often.sample(step * 100, 0.1)
    seldom.sample(1000, 1.0)
    assert often.value == pytest.approx(seldom.value)


def test_the_rate_of_an_ended_flow_becomes_exactly_zero() -> None:
    rate = Rate()
    rate.sample(1_000_000, 0.1)
    samples = 0
    while rate.sample(1_000_000, 0.1):
        samples += 1
    assert rate.value == 0.0
    assert samples < 150


def test_a_restarted_counter_counts_from_zero() -> None:
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


def test_a_meter_adds_up_its_listeners() -> None:
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


def test_the_rate_of_a_removed_listener_is_dropped() -> None:
    meter, gone = RateMeter(), counted()
    gone.bytes_in = 1000
    meter.sample(0.0, [], [gone])
    assert meter.bytes_in > 0
    meter.sample(0.1, [], [])
    assert meter.bytes_in == 0
    assert not meter.history(gone)


def test_a_connection_is_active_until_its_rate_is_zero() -> None:
    meter, connection = RateMeter(), counted()
    connection.bytes_in = 1000
    assert meter.sample(0.0, [connection], [])
    assert list(meter.moving) == [connection]
    assert connection.rate > 0
    now = 0.0
    while meter.sample(now := now + 0.1, [], []):
        assert connection.quiet_calls == 0
    assert connection.rate == 0.0
    assert connection.quiet_calls == 1
    assert not list(meter.moving)


def test_a_connection_that_becomes_active_again_counts_only_new_bytes() -> None:
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


def test_an_idle_meter_needs_no_sample() -> None:
    meter, listener = RateMeter(), counted()
    assert meter.sample(0.0, [], [listener]) is False
    listener.bytes_in = 10
    assert meter.sample(1.0, [], [listener]) is True
    now, looks = 1.0, 0
    while meter.sample(now := now + 0.1, [], [listener]):
        looks += 1
    assert looks < 1.5 * HISTORY_LENGTH * HISTORY_STEP_SECONDS / 0.1
    assert not any(meter.history(listener))


def test_a_pause_does_not_lower_the_next_rate() -> None:
    meter, connection = RateMeter(), counted()
    connection.bytes_in = 70
    now = 0.0
    while meter.sample(now := now + 0.1, [connection], []):
        pass
    connection.bytes_in += 70
    meter.sample(now + 3600, [connection], [])
    assert connection.rate == pytest.approx(63, abs=1)
