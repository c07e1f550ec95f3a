"""Garbage goes on the thread of the window, and on no other."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from app.ui.event_loop import FULL_SECONDS, GarbageCollection


class Cycle:
    """Something that only the collector can take away; it notes the thread that did."""

    def __init__(self, gone_on: list[threading.Thread]) -> None:
        self._gone_on = gone_on
        self.itself = self

    def __del__(self) -> None:
        self._gone_on.append(threading.current_thread())


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


def litter() -> list[list[list[object]]]:
    """More containers than Python lets pass without looking for garbage."""
    return [[[]] for _ in range(gc.get_threshold()[0])]


def test_a_worker_thread_collects_nothing_and_the_next_tick_does() -> None:
    gc.collect()
    garbage = GarbageCollection()
    gone_on: list[threading.Thread] = []
    Cycle(gone_on)
    kept: list[object] = []
    worker = threading.Thread(target=lambda: kept.append(litter()))
    worker.start()
    worker.join()
    assert gone_on == []
    assert garbage() is False
    assert gone_on == [threading.current_thread()]
    assert not gc.isenabled()


def test_what_grew_old_goes_too_but_not_all_the_time() -> None:
    gc.collect()
    clock = Clock()
    garbage = GarbageCollection(clock)
    gone_on: list[threading.Thread] = []
    cycle = Cycle(gone_on)
    gc.collect()  # now it is old
    del cycle
    kept = []
    _, most_middle, most_old = gc.get_threshold()
    for _ in range((most_middle + 2) * (most_old + 2)):
        kept.append(litter())
        garbage()
    assert gone_on == []
    clock.seconds = FULL_SECONDS
    garbage()
    assert len(gone_on) == 1


def test_nothing_is_done_while_nothing_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.collect()
    garbage = GarbageCollection()
    monkeypatch.setattr(gc, "collect", lambda *_: pytest.fail("collected"))
    garbage()
