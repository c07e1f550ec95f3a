"""Floods of chunks: the window stays responsive, the memory bounded, the counters exact."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.server.monitor import ChangeBatch
from app.traffic.chunk_block import CHUNK_OVERHEAD_BYTES
from app.traffic.chunk_log import ChunkLog
from app.ui.style.icons import Icons
from app.ui.traffic.connection_names import ConnectionNames
from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.view_bar import View
from tests.ui.traffic.panes import settle

TICKS = 30
CHUNKS_A_TICK = 5_000
"""The chunks between two ticks in a flood of 50,000 chunks a second."""


@pytest.mark.parametrize("view", View)
def test_in_a_flood_every_chunk_is_counted_as_kept_dropped_or_cleared(
    view: View, qtbot: QtBot
) -> None:
    max_bytes, max_chunks = 4 * 1024 * 1024, 50_000
    log = ChunkLog(max_bytes=max_bytes, max_chunks=max_chunks)
    pane = TrafficPane(log, Icons(), ConnectionNames())
    qtbot.addWidget(pane)
    pane.show()
    pane.view_bar.choose(view)
    pane.filter_bar.pattern.line.setText("get")
    pane.find_bar.pattern.line.setText("99")
    crossed = crossed_bytes = 0
    for tick in range(TICKS):
        for _ in range(CHUNKS_A_TICK):
            data = b"GET /%d\n" % crossed
            log.append(float(tick), crossed % 50, True, data)
            crossed += 1
            crossed_bytes += len(data)
        if tick == TICKS // 2:
            pane.status_bar.clear_button.click()
        pane.refresh(ChangeBatch())
        qtbot.wait(1)
        assert len(log) + log.dropped + log.cleared == crossed
        assert log.kept_bytes + log.dropped_bytes + log.cleared_bytes == crossed_bytes
        assert len(log) <= max_chunks
        assert log.kept_bytes + CHUNK_OVERHEAD_BYTES * len(log) <= max_bytes
    settle(pane, qtbot)
    text = pane.status_bar.counts.text()
    assert f"{len(log):,} chunks" in text
    assert f"{log.dropped:,} dropped" in text
    assert f"{log.cleared:,} cleared" in text
    if view is View.MESSAGES:
        assert pane.views.messages is not None
        framed = pane.views.messages
        assert framed.log.end + framed.missed + log.cleared >= crossed - max_chunks
        assert len(framed.log) <= max_chunks


def test_a_burst_of_50_megabytes_is_bounded_and_counted(qtbot: QtBot) -> None:
    log = ChunkLog(max_bytes=2 * 1024 * 1024)
    pane = TrafficPane(log, Icons(), ConnectionNames())
    qtbot.addWidget(pane)
    pane.show()
    read, reads = bytes(65_536), 25_000_000 // 65_536
    for _ in range(reads):
        log.append(1.0, 1, False, read)
    log.append(2.0, 1, True, bytes(25_000_000))  # and echoed in one write
    settle(pane, qtbot)
    assert log.kept_bytes + log.dropped_bytes == reads * 65_536 + 25_000_000
    assert log.kept_bytes + CHUNK_OVERHEAD_BYTES * len(log) <= 2 * 1024 * 1024
    for view in (View.MESSAGES, View.STREAM):
        pane.view_bar.choose(view)
        settle(pane, qtbot)
    assert pane.views.stream.text.document().blockCount() <= 10_000
