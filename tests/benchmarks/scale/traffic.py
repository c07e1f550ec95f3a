"""Scale of what is kept: chunks that cross the log, and a recording that is opened.

Without a screen (Qt's offscreen platform), on one thread, as in the window.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from PySide6.QtWidgets import QApplication, QScrollBar

from app.traffic.chunk_log import ChunkLog
from app.traffic.pattern import PatternKind, parse
from app.traffic.recording.reader import Recording
from app.traffic.recording.recorder import Recorder
from app.traffic.scan import Criteria, Scan
from app.ui.style.icons import Icons
from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.view_bar import View
from tests.benchmarks.flood import flood
from tests.benchmarks.harness.process import Usage

CHUNKS_A_SECOND = 10_000_000 / 600
CHUNK_BYTES = 4_096
MB = 1_000_000
BATCH = 4_000
"""Chunks between two looks of the recorder; the log keeps all of them meanwhile."""

STEP_SECONDS = 0.008
SCROLLS = 20
JUMPS = 20


def chunks(count: int) -> dict[str, float]:
    """So many cross the log while the pane shows them, filters and searches."""
    application = _application()
    usage = Usage(os.getpid())
    memory, used = usage.resident_bytes(), usage.cpu_seconds()
    outcome = flood(
        application, View.CHUNKS, count / CHUNKS_A_SECOND, CHUNKS_A_SECOND, b"GET /%056d\n"
    )
    assert outcome.is_exact
    return {
        "processor for one, µs": (usage.cpu_seconds() - used) / outcome.crossed * 1e6,
        "longest pause, ms": outcome.longest_pause * 1000,
        "longest work at once, ms": outcome.longest_work * 1000,
        "the log takes, MiB": outcome.cost / 2**20,
        "resident memory, MiB": (usage.resident_bytes() - memory) / 2**20,
        "kept": float(outcome.kept),
    }


def recording(megabytes: int) -> dict[str, float]:
    """One of so many MB in chunks of 4 KiB: written, opened, scrolled and searched."""
    application = _application()
    usage = Usage(os.getpid())
    with tempfile.TemporaryDirectory(prefix="portdeck-recording-") as folder:
        path = Path(folder) / "traffic.sqlite"
        write = _timed(lambda: _record(path, megabytes * MB // CHUNK_BYTES))
        memory = usage.resident_bytes()
        shown: list[tuple[TrafficPane, Recording]] = []
        figures = {
            "write, s": write,
            "open and show, ms": _timed(lambda: shown.append(_show(path, application))) * 1000,
        }
        ((pane, opened),) = shown
        bar = pane.table.verticalScrollBar()
        figures["jump anywhere, ms"] = median(
            _move(bar, bar.maximum() * (7 * step % JUMPS) // JUMPS, application)
            for step in range(1, JUMPS)
        )
        figures["scroll by a page, ms"] = median(
            _move(bar, bar.value() - bar.pageStep(), application) for _ in range(SCROLLS)
        )
        steps = _search(opened)
        figures["search all of it, s"] = sum(steps)
        figures["… of which in one step, ms"] = max(steps) * 1000
        figures["resident memory, MiB"] = (usage.resident_bytes() - memory) / 2**20
        pane.scans.suspend()
        pane.close()
        opened.close()
    return figures


def _application() -> QApplication:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    return application


def _record(path: Path, count: int) -> None:
    log = ChunkLog()
    recorder = Recorder(log, lambda number: None, path)
    for start in range(0, count, BATCH):
        for number in range(start, min(start + BATCH, count)):
            data = b"%016d GET /path " % number
            log.append(1e9 + number, number % 50, bool(number & 1), data.ljust(CHUNK_BYTES, b"."))
        while recorder.is_behind:
            recorder.step()
            time.sleep(0.001)
    recorder.finish()
    assert not recorder.missed
    assert not recorder.trouble


def _show(path: Path, application: QApplication) -> tuple[TrafficPane, Recording]:
    opened = Recording(path)
    pane = TrafficPane(opened, Icons(), opened)
    pane.resize(1000, 700)
    pane.show()
    application.processEvents()
    return pane, opened


def _move(bar: QScrollBar, to: int, application: QApplication) -> float:
    """Milliseconds until it is painted."""

    def act() -> None:
        bar.setValue(to)
        application.processEvents()

    return _timed(act) * 1000


def _search(opened: Recording) -> list[float]:
    """Seconds of each step of a search for what is nowhere."""
    pattern = parse(PatternKind.TEXT, "no such thing")
    assert pattern is not None
    scan = Scan(opened, Criteria((pattern,)))
    steps = []
    while not scan.is_done:
        steps.append(_timed(lambda: scan.step(STEP_SECONDS)))
    return steps


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
