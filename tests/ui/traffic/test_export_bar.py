"""Exports from the pane: the file, the progress, and a cancelled export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import ChunkLog
from app.traffic.export.text import Raw
from app.traffic.source import ChunkSource
from app.ui.traffic import export_bar
from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.view_bar import View
from tests.ui.traffic.conftest import Say


def test_the_shown_rows_are_exported(
    pane: TrafficPane, log: ChunkLog, say: Say, qtbot: QtBot, tmp_path: Path
) -> None:
    for data in (b"a1", b"b", b"a2"):
        say(data)
    pane.filter_bar.pattern.line.setText("a")
    qtbot.waitUntil(lambda: pane.table.rows.rowCount() == 2)
    path = tmp_path / "out"
    pane.exporter.write(log, pane.table.rows.numbers(), Raw(sent=False), path)
    qtbot.waitUntil(lambda: not pane.exporter.is_busy)
    assert path.read_bytes() == b"a1a2"
    assert pane.exporter.words.text() == f"{path} is written. Chunks: 2."
    pane.exporter.close_button.click()
    assert pane.exporter.isHidden()


def test_the_selected_rows_are_exported_in_their_order(pane: TrafficPane, say: Say) -> None:
    for _ in range(10):
        say(b"x")
    pane.refresh(ChangeBatch())
    model, chosen = pane.table.rows, QItemSelection()
    for top, bottom in ((7, 8), (1, 1)):
        chosen.select(model.index(top, 0), model.index(bottom, 4))
    pane.table.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.Select)
    assert list(pane.table.selected) == [1, 7, 8]


def test_export_all_ignores_the_filter(
    pane: TrafficPane, say: Say, log: ChunkLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Callable[[], Sequence[int]]] = []
    monkeypatch.setattr(pane.exporter, "ask", lambda log, numbers: asked.append(numbers))
    for _ in range(5_000):
        say(b"x")
    pane.filter_bar.pattern.line.setText("y")
    pane.status_bar.export_menu.actions()[0].trigger()
    (numbers,) = asked
    assert list(numbers()) == list(range(log.first, 5_000))


def test_a_cancelled_export_leaves_no_file(
    pane: TrafficPane, say: Say, log: ChunkLog, tmp_path: Path
) -> None:
    for _ in range(3_000):
        say(b"x")
    pane.exporter.write(log, range(log.first, log.end), Raw(sent=False), tmp_path / "out")
    assert pane.exporter.is_busy
    assert pane.exporter.progress.isVisible()
    pane.exporter.close_button.click()
    assert not pane.exporter.is_busy
    assert list(tmp_path.iterdir()) == []
    assert "cancelled" in pane.exporter.words.text()


def test_a_file_that_cannot_be_written_is_reported(
    pane: TrafficPane, log: ChunkLog, tmp_path: Path
) -> None:
    pane.exporter.write(log, range(0), Raw(sent=False), tmp_path / "none" / "out")
    assert "was not written" in pane.exporter.words.text()
    assert pane.exporter.words.property("wrong")
    assert not pane.exporter.is_busy


def test_a_file_that_cannot_be_finished_is_reported(
    pane: TrafficPane, log: ChunkLog, say: Say, qtbot: QtBot, tmp_path: Path
) -> None:
    say(b"x")
    path = tmp_path / "out"
    path.mkdir()
    pane.exporter.write(log, range(1), Raw(sent=False), path)
    qtbot.waitUntil(lambda: not pane.exporter.is_busy)
    assert "Is a directory" in pane.exporter.words.text()
    assert list(tmp_path.iterdir()) == [path]


def test_chunks_dropped_during_an_export_are_counted(
    pane: TrafficPane, say: Say, log: ChunkLog, qtbot: QtBot, tmp_path: Path
) -> None:
    say(b"x")
    pane.exporter.write(log, range(1), Raw(sent=False), tmp_path / "out")
    log.clear()
    qtbot.waitUntil(lambda: not pane.exporter.is_busy)
    assert "before their turn: 1." in pane.exporter.words.text()


def test_the_dialog_has_each_format_and_writes_the_chosen_one(
    pane: TrafficPane, say: Say, qtbot: QtBot, tmp_path: Path
) -> None:
    say(b"hello")
    pane.status_bar.export_menu.actions()[0].trigger()
    dialog = pane.exporter.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert dialog.nameFilters()[0] == "Capture for Wireshark (*.pcapng)"
    dialog.filterSelected.emit(dialog.nameFilters()[4])
    assert dialog.defaultSuffix() == "received"
    path = tmp_path / "out.received"
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(path.exists)
    assert path.read_bytes() == b"hello"


def test_a_result_is_shown_for_a_while_and_an_error_until_it_is_dismissed(
    pane: TrafficPane,
    log: ChunkLog,
    say: Say,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export_bar, "SHOWN_SECONDS", 0)
    say(b"x")
    pane.exporter.write(log, range(1), Raw(sent=False), tmp_path / "out")
    qtbot.waitUntil(pane.exporter.isHidden)
    assert (tmp_path / "out").exists()
    pane.exporter.write(log, range(1), Raw(sent=False), tmp_path / "none" / "out")
    qtbot.wait(20)
    assert pane.exporter.isVisible()


def test_the_typed_suffix_decides_the_format(
    pane: TrafficPane, say: Say, qtbot: QtBot, tmp_path: Path
) -> None:
    say(b"hello")
    pane.status_bar.export_menu.actions()[0].trigger()
    dialog = pane.exporter.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    path = tmp_path / "out.JSONL"
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(path.exists)
    assert path.read_bytes().startswith(b'{"number": 0')


def test_messages_are_exported_as_messages(
    pane: TrafficPane, say: Say, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for data in (b"on", b"e\ntwo\nre", b"st"):
        say(data)
    pane.view_bar.choose(View.MESSAGES)
    qtbot.waitUntil(lambda: pane.table.rows.rowCount() == 2)
    asked: list[list[bytes]] = []

    def ask(log: ChunkSource, numbers: Callable[[], Sequence[int]]) -> None:
        chunks = [log.chunk(number) for number in numbers()]
        asked.append([chunk.data for chunk in chunks if chunk])

    monkeypatch.setattr(pane.exporter, "ask", ask)
    pane.table.selectionModel().setCurrentIndex(
        pane.table.rows.index(1, 0),
        QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
    )
    for action in pane.status_bar.export_menu.actions():
        action.trigger()
    everything, shown, selected = asked
    assert everything == [b"on", b"e\ntwo\nre", b"st"]
    assert shown == [b"one\n", b"two\n"]
    assert selected == [b"two\n"]


def enabled(pane: TrafficPane) -> list[bool]:
    """Whether the exports of all, of the shown and of the selected rows are enabled."""
    pane.status_bar.export_menu.aboutToShow.emit()
    return [action.isEnabled() for action in pane.status_bar.export_menu.actions()]


def test_an_export_without_chunks_is_disabled(pane: TrafficPane, say: Say, qtbot: QtBot) -> None:
    assert enabled(pane) == [False, False, False]
    say(b"x")
    pane.refresh(ChangeBatch())
    qtbot.waitUntil(lambda: pane.table.rows.rowCount() == 1)
    assert enabled(pane) == [True, True, False]
    pane.table.selectRow(0)
    assert enabled(pane) == [True, True, True]
    pane.filter_bar.pattern.line.setText("nothing like it")
    qtbot.waitUntil(lambda: pane.table.rows.rowCount() == 0)
    assert enabled(pane) == [True, False, False]


def test_a_second_export_does_not_cancel_the_first(
    pane: TrafficPane, say: Say, log: ChunkLog, qtbot: QtBot, tmp_path: Path
) -> None:
    say(b"hello")
    pane.exporter.write(log, range(1), Raw(sent=False), tmp_path / "out")
    assert enabled(pane) == [False, False, False]
    pane.exporter.ask(log, lambda: range(1))
    assert not pane.exporter.findChildren(QFileDialog)
    qtbot.waitUntil(lambda: not pane.exporter.is_busy)
    assert (tmp_path / "out").read_bytes() == b"hello"
    assert enabled(pane)[0]
