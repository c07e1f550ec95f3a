"""What the traffic pane costs with a million chunks: recording, following, finding, exporting.

All in this process and without a screen (Qt's offscreen platform), on one thread, as in the window.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from PySide6.QtWidgets import QApplication

from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import MAX_BYTES, MAX_CHUNKS, ChunkLog
from app.traffic.export.job import Job
from app.traffic.export.pcapng import Pcapng
from app.traffic.export.text import JsonLines
from app.traffic.framing import Lines
from app.traffic.messages import Messages
from app.traffic.pattern import PatternKind, parse
from app.traffic.scan import Criteria, Scan
from app.traffic.source import AllRows
from app.ui.style.icons import Icons
from app.ui.traffic.connection_names import ConnectionNames
from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.scans import STEP_SECONDS
from tests.benchmarks.harness.report import keep, show

CHUNKS = 1_000_000
EXPORTED = 200_000
APPENDED = 50
SCROLLS = 30

SEARCHES = (
    ("text that is nowhere", PatternKind.TEXT, "no such thing", False),
    ("text in every chunk", PatternKind.TEXT, "path", False),
    ("text in 1 % of chunks, any case", PatternKind.TEXT, "99 get", True),
    ("expression with a literal, 1 %", PatternKind.EXPRESSION, r"99\d? GET", False),
    ("expression in every chunk", PatternKind.EXPRESSION, r"GET.*path", False),
    ("anchored expression, 1 %", PatternKind.EXPRESSION, r"^\d+99 GET", False),
    ("expression of one byte, in every chunk", PatternKind.EXPRESSION, r"\d", False),
    ("hex, 1 %", PatternKind.HEX, "39 39 20", False),
)


def main(rounds: int) -> None:
    """Fill a log with chunks of 64 B, then measure what is done with it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    log = ChunkLog()
    tap = _fill(log)
    framed = _frame(log)
    searches = {words: _search(log, kind, text, case) for words, kind, text, case in SEARCHES}
    exports = {"pcapng": _export(log, Pcapng()), "JSON lines": _export(log, JsonLines())}
    with _pane(log) as pane:
        follow = median(_follow(pane, log, application) for _ in range(4 * rounds))
        scroll = median(_scroll(pane, application))
        jump = median(_jump(pane, application))
    rows = [
        ["tap: append of one chunk", f"{tap * 1e6:.2f} µs"],
        [f"append of {APPENDED} with the view following", _ms(follow)],
        ["scroll by a page", _ms(scroll)],
        ["jump to the next find", _ms(jump)],
        ["all chunks as lines", f"{_ms(framed[0])}, longest step {_ms(framed[1])}"],
    ]
    for words, (seconds, longest, _) in searches.items():
        rows.append([f"find: {words}", f"{_ms(seconds)}, longest step {_ms(longest)}"])
    for words, rate in exports.items():
        rows.append([f"export to {words}", f"{rate:,.0f} chunks/s"])
    show(f"Traffic, {len(log):,} chunks of 64 B kept", ["what", "took"], rows)
    keep(
        "traffic",
        {
            "chunks": len(log),
            "tap_seconds": tap,
            "follow_seconds": follow,
            "scroll_seconds": scroll,
            "jump_seconds": jump,
            "frame": framed,
            "find": {
                words: {"seconds": seconds, "longest_step_seconds": longest, "found": found}
                for words, (seconds, longest, found) in searches.items()
            },
            "exported_chunks_a_second": exports,
        },
    )


def _fill(log: ChunkLog) -> float:
    """Seconds for each chunk, the dropping of the oldest included."""
    chunks = [(b"%07d GET /path " % number).ljust(63, b".") + b"\n" for number in range(1_000)]
    tap, began = log.append, time.process_time()
    for number in range(CHUNKS + CHUNKS // 4):
        tap(1e9, number % 50, bool(number & 1), chunks[number % 1_000])
    return (time.process_time() - began) / (CHUNKS + CHUNKS // 4)


def _search(
    log: ChunkLog, kind: PatternKind, text: str, ignore_case: bool
) -> tuple[float, float, int]:
    """Seconds in all, of the longest step, and how many were found."""
    pattern = parse(kind, text, ignore_case=ignore_case)
    assert pattern is not None
    scan = Scan(log, Criteria((pattern,)))
    steps = [_timed(lambda: scan.step(STEP_SECONDS))]
    while not scan.is_done:
        steps.append(_timed(lambda: scan.step(STEP_SECONDS)))
    return sum(steps), max(steps), scan.end


def _export(log: ChunkLog, form: Pcapng | JsonLines) -> float:
    """Chunks a second."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = AllRows(log).numbers(log.first, log.first + EXPORTED)
        job = Job(log, numbers, form, lambda number: None, Path(folder) / "out")
        return EXPORTED / _timed(lambda: job.step(600.0))


@contextmanager
def _pane(log: ChunkLog) -> Iterator[TrafficPane]:
    pane = TrafficPane(log, Icons(), ConnectionNames())
    pane.resize(1000, 700)
    pane.show()
    yield pane
    pane.close()
    pane.deleteLater()


def _follow(pane: TrafficPane, log: ChunkLog, application: QApplication) -> float:
    for _ in range(APPENDED):
        log.append(1e9, 1, True, b"x" * 64)

    def tick() -> None:
        pane.refresh(ChangeBatch())
        application.processEvents()

    return _timed(tick)


def _scroll(pane: TrafficPane, application: QApplication) -> Iterator[float]:
    bar = pane.table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    application.processEvents()
    for _ in range(SCROLLS):
        bar.setValue(bar.value() + bar.pageStep())
        yield _timed(application.processEvents)


def _jump(pane: TrafficPane, application: QApplication) -> Iterator[float]:
    pane.find_bar.pattern.line.setText("0000500 GET")
    while not pane.find_bar.next_button.isEnabled() or "…" in pane.find_bar.count.text():
        application.processEvents()

    def jump() -> None:
        pane.find_next()
        application.processEvents()

    for _ in range(SCROLLS):
        yield _timed(jump)


def _frame(log: ChunkLog) -> tuple[float, float, int]:
    """Seconds to make messages of all chunks, of the longest step, and how many they are."""
    made = Messages(log, Lines(), max_bytes=MAX_BYTES, max_chunks=MAX_CHUNKS)
    steps = [_timed(lambda: made.step(STEP_SECONDS))]
    while not made.is_done:
        steps.append(_timed(lambda: made.step(STEP_SECONDS)))
    return sum(steps), max(steps), len(made.log)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
