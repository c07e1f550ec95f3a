"""Records wait for the pane: from any thread, within a bound, and with one wake for all of them."""

from __future__ import annotations

import logging
from threading import Barrier, Thread

from app.ui.window.log_pane import MAX_WAITING, Collector


def record(text: str, level: int = logging.INFO) -> logging.LogRecord:
    return logging.LogRecord("test", level, __file__, 1, text, (), None)


def taken(collector: Collector) -> list[str]:
    return [each.getMessage() for each in collector.take()[0]]


def test_records_come_out_once_in_the_order_they_came_in() -> None:
    collector = Collector(lambda: None)
    for text in ("one", "two"):
        collector.handle(record(text))
    assert taken(collector) == ["one", "two"]
    assert taken(collector) == []


def test_it_wakes_once_until_somebody_looks() -> None:
    wakes: list[int] = []
    collector = Collector(lambda: wakes.append(1))
    for _ in range(3):
        collector.handle(record("x"))
    assert len(wakes) == 1
    collector.take()
    collector.handle(record("x"))
    assert len(wakes) == 2


def test_of_too_many_the_newest_are_kept_and_the_others_counted() -> None:
    collector = Collector(lambda: None)
    for number in range(MAX_WAITING + 3):
        collector.handle(record(str(number)))
    records, dropped = collector.take()
    assert (len(records), dropped) == (MAX_WAITING, 3)
    assert records[0].getMessage() == "3"
    assert collector.take() == ([], 0)


def test_nothing_is_lost_when_threads_log_while_it_is_emptied() -> None:
    collector = Collector(lambda: None)
    threads, each = 4, 200
    ready = Barrier(threads + 1)

    def chatter(name: int) -> None:
        ready.wait()
        for number in range(each):
            collector.handle(record(f"{name}:{number}"))

    running = [Thread(target=chatter, args=(name,)) for name in range(threads)]
    for thread in running:
        thread.start()
    ready.wait()
    found: list[str] = []
    while any(thread.is_alive() for thread in running):
        found += taken(collector)
    found += taken(collector)
    assert sorted(found) == sorted(f"{n}:{i}" for n in range(threads) for i in range(each))
