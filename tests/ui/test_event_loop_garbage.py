"""Garbage is collected on the thread of the window only."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from app.ui.event_loop import FULL_COLLECTION_SECONDS, RELEASE_SECONDS, GarbageCollection


class Cycle:
    """An object in a reference cycle. It records the thread that collected it."""

    def __init__(self, threads: list[threading.Thread]) -> None:
        self._threads = threads
        self.itself = self

    def __del__(self) -> None:
        self._threads.append(threading.current_thread())


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def restore_gc() -> Iterator[None]:
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


def make_containers() -> list[list[list[object]]]:
    """More containers than the threshold of a collection."""
    return [[[]] for _ in range(gc.get_threshold()[0])]


def test_a_worker_thread_does_not_collect_but_the_next_tick_does() -> None:
    gc.collect()
    garbage = GarbageCollection()
    threads: list[threading.Thread] = []
    Cycle(threads)
    kept: list[object] = []
    worker = threading.Thread(target=lambda: kept.append(make_containers()))
    worker.start()
    worker.join()
    assert threads == []
    assert garbage() is False
    assert threads == [threading.current_thread()]
    assert not gc.isenabled()


def test_old_garbage_is_collected_only_after_an_interval() -> None:
    gc.collect()
    clock = Clock()
    garbage = GarbageCollection(clock)
    threads: list[threading.Thread] = []
    cycle = Cycle(threads)
    gc.collect()  # moves the cycle to the old generation
    del cycle
    kept = []
    _, most_middle, most_old = gc.get_threshold()
    for _ in range((most_middle + 2) * (most_old + 2)):
        kept.append(make_containers())
        garbage()
    assert threads == []
    clock.seconds = FULL_COLLECTION_SECONDS
    garbage()
    assert len(threads) == 1


def test_nothing_is_collected_below_the_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.collect()
    garbage = GarbageCollection()
    monkeypatch.setattr(gc, "collect", lambda *_: pytest.fail("collected"))
    garbage()


def test_free_memory_is_returned_to_the_system_only_after_an_interval() -> None:
    clock, released = Clock(), list[float]()
    garbage = GarbageCollection(clock, lambda: released.append(clock.seconds))
    for seconds in (RELEASE_SECONDS / 2, RELEASE_SECONDS, RELEASE_SECONDS + 1):
        clock.seconds = seconds
        garbage()
    assert released == [RELEASE_SECONDS]


def test_returning_memory_is_possible_with_any_c_library() -> None:
    clock = Clock()
    garbage = GarbageCollection(clock)
    clock.seconds = RELEASE_SECONDS
    assert garbage() is False
