"""A flood of chunks while somebody looks: how long the window stands still, and what is kept.

All in this process and without a screen (Qt's offscreen platform), on one thread, as in the window.
"""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import MAX_BYTES, ChunkLog
from app.ui.style.icons import Icons
from app.ui.traffic.connection_names import ConnectionNames
from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.view_bar import View
from tests.benchmarks.harness.report import keep, show

CHUNKS_A_SECOND = 50_000
SECONDS = {View.CHUNKS: 60.0, View.MESSAGES: 20.0, View.STREAM: 20.0}
BEAT_MS = 5
TICK_SECONDS = 0.1
BURST_BYTES = 200_000_000
READ_BYTES = 65_536


class Outcome(NamedTuple):
    """Of one flood."""

    longest_pause: float
    """Seconds between two beats of a timer, at most, beyond what it should be."""

    longest_work: float
    """The same in processor time: without what others on the machine took meanwhile."""

    crossed: int
    kept: int
    is_exact: bool
    """Whether kept, dropped and cleared are what crossed, in chunks and in bytes."""

    cost: int
    """Bytes that the log takes, its own overhead included."""


def main(rounds: int) -> None:
    """Flood each view once; `rounds` make no difference."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    outcomes = {
        f"{CHUNKS_A_SECOND:,} chunks/s for {seconds:.0f} s, view of {view.value}": flood(
            application, view, seconds, CHUNKS_A_SECOND, b"GET /%056d\n"
        )
        for view, seconds in SECONDS.items()
    }
    burst = BURST_BYTES // READ_BYTES
    outcomes["200 MB at once, in reads of 64 KiB"] = flood(
        application, View.CHUNKS, 1.0, 10 * burst, b"%010d" + b"." * (READ_BYTES - 10), most=burst
    )
    show(
        "Floods, with a filter and a search on",
        ["what", "longest pause", "longest work", "crossed", "kept", "exact", "log / bound"],
        [
            [
                words,
                f"{outcome.longest_pause * 1000:.0f} ms",
                f"{outcome.longest_work * 1000:.0f} ms",
                f"{outcome.crossed:,}",
                f"{outcome.kept:,}",
                "yes" if outcome.is_exact else "NO",
                f"{outcome.cost / MAX_BYTES:.2f}",
            ]
            for words, outcome in outcomes.items()
        ],
    )
    keep("flood", {words: outcome._asdict() for words, outcome in outcomes.items()})


def flood(
    application: QApplication,
    view: View,
    seconds: float,
    rate: float,
    chunk: bytes,
    most: int = 2**62,
) -> Outcome:
    """So many chunks a second, made of the pattern `chunk`; `most` in all."""
    log = ChunkLog()
    pane = TrafficPane(log, Icons(), ConnectionNames())
    pane.resize(1000, 700)
    pane.show()
    pane.view_bar.choose(view)
    pane.filter_bar.pattern.line.setText("get")
    pane.find_bar.pattern.line.setText("99")
    gaps: list[float] = []
    works: list[float] = []
    crossed_bytes = 0
    began = beaten = ticked = time.perf_counter()
    worked = time.process_time()

    def beat() -> None:
        nonlocal beaten, ticked, worked, crossed_bytes
        now = time.perf_counter()
        gaps.append(now - beaten)
        beaten = now
        works.append(time.process_time() - worked)
        worked = time.process_time()
        while log.end < min(most, rate * (now - began)):
            data = chunk % log.end
            log.append(1e9, log.end % 50, True, data)
            crossed_bytes += len(data)
        if now - ticked >= TICK_SECONDS:
            ticked = now
            pane.refresh(ChangeBatch())

    timer = QTimer(interval=BEAT_MS)
    timer.timeout.connect(beat)
    timer.start()
    while time.perf_counter() - began < seconds:
        application.processEvents()
    timer.stop()
    pane.scans.suspend()
    pane.close()
    pane.deleteLater()
    is_exact = (
        len(log) + log.dropped + log.cleared == log.end
        and log.kept_bytes + log.dropped_bytes + log.cleared_bytes == crossed_bytes
    )
    return Outcome(max(gaps) - BEAT_MS / 1000, max(works), log.end, len(log), is_exact, log.cost)
