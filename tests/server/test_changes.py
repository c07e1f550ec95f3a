"""What a window pulls: everything since it looked last."""

from __future__ import annotations

from unittest.mock import sentinel

from app.protocols.echo import Echo
from app.server.changes import Batch, Changes
from tests.server.conftest import Bench


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
    assert changes.take() == Batch()


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
