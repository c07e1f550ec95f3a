"""Captures in windows of their own: read in steps, with progress, and dropped on the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.ui.conversations.captures import Captures, CaptureWindow
from app.ui.conversations.file_drops import FileDrops
from app.ui.style.icons import Icons
from app.ui.traffic.model import CONNECTION, DATA
from tests.traffic.capture.packets import datagram, exchange, pcap, timed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.pcap"
    said = [(bool(number % 2), b"message %d" % number) for number in range(400)]
    path.write_bytes(pcap(timed(exchange(*said))))
    return path


@pytest.fixture
def captures(qtbot: QtBot) -> Iterator[Captures]:
    window = QWidget()
    qtbot.addWidget(window)
    captures = Captures(window, Icons())
    yield captures
    captures.close()
    qtbot.waitUntil(lambda: not captures.opened)


def _read(captures: Captures, path: Path, qtbot: QtBot) -> CaptureWindow:
    captures.open(path)
    window = captures.opened[-1]
    qtbot.waitUntil(lambda: not window.is_reading)
    return window


def _owner(captures: Captures) -> QWidget:
    window = captures.parent()
    assert isinstance(window, QWidget)
    return window


def test_a_capture_is_read_in_steps_and_shown(captures: Captures, path: Path, qtbot: QtBot) -> None:
    captures.open(path)
    (window,) = captures.opened
    assert window.windowTitle() == "a.pcap – capture"
    assert window.is_reading
    assert window.reading.isVisible()
    rows = window.pane.table.rows
    qtbot.waitUntil(lambda: rows.rowCount() == 400)
    qtbot.waitUntil(lambda: not window.is_reading)
    assert not window.reading.isVisible()
    assert window.progress.value() == 1000
    assert rows.index(7, DATA).data() == "message 7"
    assert rows.index(7, CONNECTION).data() == "10.0.0.2:80 · 10.0.0.1:50000"
    assert window.facts.text() == "Read: 404 packets. Connections: 1."
    assert not window.damage.isVisible()
    source = window.pane.filter_bar.source
    assert [source.itemText(i) for i in range(source.count())][1:] == ["10.0.0.2:80"]


def test_reading_is_cancelled_and_what_was_read_stays(
    captures: Captures, path: Path, qtbot: QtBot
) -> None:
    captures.open(path)
    (window,) = captures.opened
    window.cancel.click()
    assert not window.is_reading
    assert window.facts.text().startswith("Cancelled. ")


def test_damage_and_what_is_left_out_are_sentences(
    captures: Captures, path: Path, qtbot: QtBot
) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-5])
    window = _read(captures, path, qtbot)
    assert window.damage.isVisible()
    assert window.damage.text().endswith(".")


def test_what_is_no_capture_is_said_and_opens_nothing(captures: Captures, tmp_path: Path) -> None:
    (tmp_path / "b.pcap").write_text("no")
    captures.open(tmp_path / "b.pcap")
    assert not captures.opened
    box = _owner(captures).findChild(QMessageBox)
    assert box is not None
    assert str(tmp_path / "b.pcap") in box.text()
    box.close()


def test_closing_in_the_middle_lets_go_of_the_file(
    captures: Captures, path: Path, qtbot: QtBot
) -> None:
    captures.open(path)
    (window,) = captures.opened
    capture = window.capture
    window.close()
    qtbot.waitUntil(lambda: not captures.opened)
    assert capture.is_done


def test_it_asks_for_a_file(captures: Captures, path: Path, qtbot: QtBot) -> None:
    captures.ask()
    dialog = _owner(captures).findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    assert len(captures.opened) == 1


def _drop(window: QWidget, *paths: Path) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    enter = QDragEnterEvent(QPoint(1, 1), copy, data, left, none)
    enter.setAccepted(False)
    QApplication.sendEvent(window, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(window, QDropEvent(QPointF(1, 1), copy, data, left, none))
    return True


def test_dropped_files_are_opened_as_what_they_are(tmp_path: Path, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    opened: list[tuple[str, str]] = []
    files = FileDrops(
        window,
        lambda path: opened.append(("capture", path.name)),
        lambda path: opened.append(("recording", path.name)),
    )
    (tmp_path / "a.pcapng").write_bytes(
        pcap(timed([datagram(("10.0.0.1", 1), ("10.0.0.2", 2), b"x")]))
    )
    (tmp_path / "b.bin").write_bytes(b"SQLite format 3\0 and more")
    assert _drop(window, tmp_path / "a.pcapng", tmp_path / "b.bin")
    assert opened == [("capture", "a.pcapng"), ("recording", "b.bin")]
    assert files.open(tmp_path / "b.bin")
    assert opened[2:] == [("recording", "b.bin")]
    assert not files.open(tmp_path)


@pytest.mark.parametrize("name", ["a.py", "folder.pcap"])
def test_other_files_and_folders_are_left_to_the_window(
    name: str, tmp_path: Path, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    FileDrops(window, lambda path: None, lambda path: None)
    if name.startswith("folder"):
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).write_text("pass")
    assert not _drop(window, tmp_path / name)
