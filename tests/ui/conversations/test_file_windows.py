"""The windows of files with traffic: recordings, to read, search and export."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import ConnectionInfo
from app.traffic.recording.recorder import Recorder
from app.ui.conversations.file_windows import Recordings
from app.ui.style.icons import Icons
from app.ui.traffic.model import CONNECTION, DATA
from app.ui.traffic.view_bar import View


@pytest.fixture
def path(tmp_path: Path) -> Path:
    log = ChunkLog()
    info = ConnectionInfo("Echo", "127.0.0.1:50122", ("127.0.0.1", 50122), ("127.0.0.1", 8007))
    recorder = Recorder(log, {1: info}.get, tmp_path / "a.sqlite")
    for number in range(2000):
        log.append(1.7e9 + number, 1, bool(number % 2), b"hello %d" % number)
    recorder.finish()
    return tmp_path / "a.sqlite"


@pytest.fixture
def recordings(qtbot: QtBot) -> Iterator[Recordings]:
    window = QWidget()
    qtbot.addWidget(window)
    recordings = Recordings(window, Icons())
    yield recordings
    recordings.close()
    qtbot.waitUntil(lambda: not recordings.opened)


def test_a_recording_is_shown_in_a_window(recordings: Recordings, path: Path, qtbot: QtBot) -> None:
    recordings.open(path)
    (window,) = recordings.opened
    assert window.windowTitle() == "a.sqlite – recording"
    rows = window.pane.table.rows
    qtbot.waitUntil(lambda: rows.rowCount() == 2000)
    assert rows.index(7, CONNECTION).data() == "Echo · 127.0.0.1:50122"
    source = window.pane.filter_bar.source
    assert [source.itemText(i) for i in range(source.count())][1:] == ["Echo"]
    assert not window.damage.isVisible()


def test_a_recording_is_searched_and_filtered(
    recordings: Recordings, path: Path, qtbot: QtBot
) -> None:
    recordings.open(path)
    pane = recordings.opened[0].pane
    pane.filter_bar.pattern.line.setText("199")
    qtbot.waitUntil(lambda: pane.table.rows.rowCount() == 12)
    pane.find_bar.pattern.line.setText("1999")
    qtbot.waitUntil(lambda: pane.find_bar.count.text() == "1 found")


def test_a_recording_has_the_views_of_messages_and_the_stream(
    recordings: Recordings, path: Path, qtbot: QtBot
) -> None:
    recordings.open(path)
    pane = recordings.opened[0].pane
    pane.view_bar.framing.kind.setCurrentText("Fixed length")
    pane.view_bar.framing.length.setValue(5)
    pane.view_bar.choose(View.MESSAGES)
    qtbot.waitUntil(lambda: pane.table.rows.rowCount() > 2000 and pane.scans.is_idle)
    assert pane.table.rows.index(0, DATA).data() == "hello"
    pane.view_bar.choose(View.STREAM)
    text = pane.views.stream.text
    qtbot.waitUntil(lambda: text.toPlainText().endswith("→ hello 1999"))
    assert text.toPlainText().startswith("← hello 0\n→ hello 1")


def test_a_recording_has_no_buttons_to_record_pause_or_clear(
    recordings: Recordings, path: Path
) -> None:
    recordings.open(path)
    bar = recordings.opened[0].pane.status_bar
    for button in (bar.record_button, bar.pause_button, bar.clear_button):
        assert not button.isVisible()
    assert bar.export_button.isVisible()


def test_missing_data_is_reported(recordings: Recordings, path: Path) -> None:
    os.truncate(path, int(path.stat().st_size * 0.8))
    recordings.open(path)
    (window,) = recordings.opened
    assert window.damage.isVisible()
    assert "The end is missing" in window.damage.text()


def test_another_file_is_reported_and_not_opened(recordings: Recordings, tmp_path: Path) -> None:
    (tmp_path / "b.sqlite").write_text("no")
    recordings.open(tmp_path / "b.sqlite")
    assert not recordings.opened
    window = recordings.parent()
    assert isinstance(window, QWidget)
    box = window.findChild(QMessageBox)
    assert box is not None
    assert box.text() == f"{tmp_path / 'b.sqlite'}: It is no recording."
    box.close()


def test_a_closed_window_closes_its_file(recordings: Recordings, path: Path, qtbot: QtBot) -> None:
    recordings.open(path)
    (window,) = recordings.opened
    recording = window.file
    window.close()
    qtbot.waitUntil(lambda: not recordings.opened)
    with pytest.raises(Exception, match="closed database"):
        recording.span(0, 1, 1)


def test_the_dialog_opens_the_chosen_file(recordings: Recordings, path: Path) -> None:
    recordings.ask()
    window = recordings.parent()
    assert isinstance(window, QWidget)
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    assert len(recordings.opened) == 1


@pytest.mark.parametrize(
    "keys",
    [
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier),
    ],
    ids=["Escape", "Ctrl+W"],
)
@pytest.mark.qt_log_ignore("does not support raise")
def test_a_key_closes_the_window(
    recordings: Recordings,
    path: Path,
    qtbot: QtBot,
    keys: tuple[Qt.Key, Qt.KeyboardModifier],
) -> None:
    recordings.open(path)
    (window,) = recordings.opened
    window.activateWindow()
    window.pane.table.setFocus()
    qtbot.keyClick(window.pane.table, *keys)
    qtbot.waitUntil(lambda: not recordings.opened)
