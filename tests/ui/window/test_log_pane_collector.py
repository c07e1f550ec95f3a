"""The log collector: records of any thread, limited, with one wake for several records."""

from __future__ import annotations

import logging
from threading import Barrier, Thread

from app.runtime.logs import MAX_WAITING, Collector


def record(text: str, level: int = logging.INFO) -> logging.LogRecord:
    return logging.LogRecord("test", level, __file__, 1, text, (), None)


def taken(collector: Collector) -> list[str]:
    return [each.getMessage() for each in collector.take()[0]]


def test_take_returns_each_record_once_in_order() -> None:
    collector = Collector(lambda: None)
    for text in ("one", "two"):
        collector.handle(record(text))
    assert taken(collector) == ["one", "two"]
    assert taken(collector) == []


def test_wake_is_called_once_until_the_next_take() -> None:
    wakes: list[int] = []
    collector = Collector(lambda: wakes.append(1))
    for _ in range(3):
        collector.handle(record("x"))
    assert len(wakes) == 1
    collector.take()
    collector.handle(record("x"))
    assert len(wakes) == 2


def test_the_oldest_records_are_dropped_and_counted() -> None:
    collector = Collector(lambda: None)
    for number in range(MAX_WAITING + 3):
        collector.handle(record(str(number)))
    records, dropped = collector.take()
    assert (len(records), dropped) == (MAX_WAITING, 3)
    assert records[0].getMessage() == "3"
    assert collector.take() == ([], 0)


def test_no_record_is_lost_when_threads_log_during_take() -> None:
    collector = Collector(lambda: None)
    threads, each = 4, 200
    ready = Barrier(threads + 1)

    def log_many(name: int) -> None:
        ready.wait()
        for number in range(each):
            collector.handle(record(f"{name}:{number}"))

    running = [Thread(target=log_many, args=(name,)) for name in range(threads)]
    for thread in running:
        thread.start()
    ready.wait()
    found: list[str] = []
    while any(thread.is_alive() for thread in running):
        found += taken(collector)
    found += taken(collector)
    assert sorted(found) == sorted(f"{n}:{i}" for n in range(threads) for i in range(each))
