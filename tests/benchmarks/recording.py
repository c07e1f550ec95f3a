"""What a recording costs: the loop while it is written, and a search in it once it is there.

A flood goes into a log as the taps of connections would put it there, once with a recorder and once
without; a tick follows each tenth of a second, as in the window.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from app.traffic.chunk_log import ChunkLog
from app.traffic.pattern import PatternKind, parse
from app.traffic.recording.reader import Recording
from app.traffic.recording.recorder import Recorder
from app.traffic.scan import Criteria, Scan
from tests.benchmarks.harness.report import keep, show

SECONDS = 5.0
TICK_SECONDS = 0.1
STEP_SECONDS = 0.008
FLOODS = ((64, 50_000), (16 * 1024, 4_000))
"""Bytes of a chunk, and chunks a second."""


def main(rounds: int) -> None:
    """Record each flood and search what was recorded; `rounds` times, medians."""
    figures = {}
    for size, rate in FLOODS:
        taken = [_measure(size, rate) for _ in range(rounds)]
        figures[f"{size} B, {rate:,}/s"] = {
            name: median(each[name] for each in taken) for name in taken[0]
        }
    keep("recording", figures)
    show(
        "Recording, in a thread beside the loop",
        ("flood", "CPU of it, % of a core", "longest tick, ms", "missed", "search, µs a chunk"),
        [
            (
                words,
                f"{100 * each['cpu']:.1f}",
                f"{1000 * each['longest']:.1f}",
                f"{each['missed']:,.0f}",
                f"{1e6 * each['search']:.1f}",
            )
            for words, each in figures.items()
        ],
    )


def _measure(size: int, rate: int) -> dict[str, float]:
    idle, _ = _flood(ChunkLog(), None, size, rate)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "traffic.sqlite"
        log = ChunkLog()
        recorder = Recorder(log, lambda number: None, path)
        busy, longest = _flood(log, recorder, size, rate)
        recorder.finish()
        missed = float(recorder.missed)
        return {
            "cpu": (busy - idle) / SECONDS,
            "longest": longest,
            "missed": missed,
            "search": _search(path),
        }


def _flood(log: ChunkLog, recorder: Recorder | None, size: int, rate: int) -> tuple[float, float]:
    """Processor seconds of all threads, and the longest tick in seconds."""
    data = bytes(size)
    longest, count = 0.0, 0
    began, used = time.perf_counter(), time.process_time()
    while (passed := time.perf_counter() - began) < SECONDS:
        for number in range(count, int(passed * rate)):
            log.append(passed, number % 50, bool(number & 1), data)
            count = number + 1
        at = time.perf_counter()
        if recorder is not None:
            recorder.step()
        longest = max(longest, time.perf_counter() - at)
        time.sleep(TICK_SECONDS)
    return time.process_time() - used, longest


def _search(path: Path) -> float:
    """Seconds for each chunk to look for what is nowhere."""
    recording = Recording(path)
    pattern = parse(PatternKind.TEXT, "no such thing")
    assert pattern is not None
    scan = Scan(recording, Criteria((pattern,)))
    began = time.perf_counter()
    while not scan.is_done:
        scan.step(STEP_SECONDS)
    seconds = time.perf_counter() - began
    recording.close()
    return seconds / len(recording)
