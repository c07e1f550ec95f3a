"""Where file dialogs open, and windows that grow."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QMainWindow, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets.dialogs import keep_on_screen, start_folder


def test_a_file_dialog_opens_where_the_profile_is(qtbot: QtBot, tmp_path: Path) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setWindowFilePath(str(tmp_path / "profile.toml"))
    inner = QPushButton(window)
    other = QWidget(window)
    other.setWindowTitle("a window of its own")
    assert start_folder(inner) == start_folder(QPushButton(other)) == str(tmp_path)


def test_without_a_profile_it_opens_at_home(qtbot: QtBot) -> None:
    alone = QWidget()
    qtbot.addWidget(alone)
    assert start_folder(alone) == str(Path.home())


def test_a_window_that_grows_beyond_the_screen_moves_back_on_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    room = window.screen().availableGeometry()
    window.setGeometry(room.right() - 99, room.bottom() - 99, 300, 200)
    keep_on_screen(window)
    assert room.contains(window.frameGeometry())
    before = window.pos()
    keep_on_screen(window)
    assert window.pos() == before
