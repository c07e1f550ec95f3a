"""Recording from the pane: the button, the bar and the file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.server.monitor import ChangeBatch
from app.traffic.recording.reader import Recording
from app.traffic.recording.recorder import RESERVE_BYTES
from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.recording_bar import RecordingBar
from tests.ui.traffic.conftest import Say


@pytest.fixture
def line(pane: TrafficPane) -> RecordingBar:
    assert pane.recording is not None
    return pane.recording


def settle(pane: TrafficPane, qtbot: QtBot) -> None:
    """Run ticks until everything is in the file."""

    def tick() -> bool:
        pane.refresh(ChangeBatch())
        return not pane.wants_more

    qtbot.waitUntil(tick)


def test_the_bar_is_hidden_while_nothing_is_wrong(
    pane: TrafficPane, line: RecordingBar, say: Say, qtbot: QtBot, tmp_path: Path
) -> None:
    line.record(tmp_path / "a.sqlite")
    say(b"hello")
    settle(pane, qtbot)
    assert not line.isVisible()
    assert line.words.text() == f"Recording to {tmp_path / 'a.sqlite'}: 1 chunk, 5 B"
    assert pane.status_bar.record_button.isChecked()


def test_all_chunks_until_the_stop_are_in_the_file(
    pane: TrafficPane, line: RecordingBar, say: Say, qtbot: QtBot, tmp_path: Path
) -> None:
    line.record(tmp_path / "a.sqlite")
    for number in range(100):
        say(b"%d" % number)
    line.stop()
    settle(pane, qtbot)
    say(b"too late")
    settle(pane, qtbot)
    with closing(Recording(tmp_path / "a.sqlite")) as recording:
        assert len(recording) == 100
    assert line.words.text() == f"{tmp_path / 'a.sqlite'} is written: 100 chunks, 190 B"
    assert not pane.status_bar.record_button.isChecked()
    assert not line.isVisible()
    assert line.recorded_bytes == 190


def test_the_program_ends_only_after_all_is_written(
    line: RecordingBar, say: Say, tmp_path: Path
) -> None:
    line.record(tmp_path / "a.sqlite")
    for number in range(1000):
        say(b"%d" % number)
    line.finish()
    with closing(Recording(tmp_path / "a.sqlite")) as recording:
        assert len(recording) == 1000


def test_a_path_that_cannot_be_written_is_reported(
    pane: TrafficPane, line: RecordingBar, tmp_path: Path
) -> None:
    line.record(tmp_path / "nowhere" / "a.sqlite")
    assert str(tmp_path / "nowhere" / "a.sqlite") in line.words.text()
    assert line.words.property("wrong")
    assert not line.is_recording
    assert not pane.status_bar.record_button.isChecked()
    assert line.isVisible()
    line.close_button.click()
    assert not line.isVisible()


def test_a_full_disk_ends_the_recording_and_is_reported(
    pane: TrafficPane,
    line: RecordingBar,
    say: Say,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = [RESERVE_BYTES]
    monkeypatch.setattr("app.traffic.recording.recorder._free_bytes", lambda _: free[0])
    line.record(tmp_path / "a.sqlite")
    say(b"hello")
    settle(pane, qtbot)
    free[0] -= 1
    say(b"more")
    settle(pane, qtbot)
    assert "nearly full" in line.words.text()
    assert line.words.text().endswith("Recorded until then: 1 chunk, 5 B")
    assert not pane.status_bar.record_button.isChecked()


def test_the_button_starts_and_stops_a_recording(
    pane: TrafficPane, line: RecordingBar, qtbot: QtBot, tmp_path: Path
) -> None:
    pane.status_bar.record_button.click()
    dialog = pane.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert not pane.status_bar.record_button.isChecked()
    dialog.fileSelected.emit(str(tmp_path / "a.sqlite"))
    dialog.reject()
    assert pane.status_bar.record_button.isChecked()
    pane.status_bar.record_button.click()
    settle(pane, qtbot)
    assert not pane.status_bar.record_button.isChecked()
    assert not line.is_recording
