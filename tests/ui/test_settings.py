"""The settings of the window, in a file of the test."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QMainWindow, QSplitter, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from app.ui.settings import Settings
from app.ui.style.tokens import Scheme


@pytest.fixture
def store(tmp_path: Path, qapp: object) -> QSettings:
    return QSettings(str(tmp_path / "window.conf"), QSettings.Format.IniFormat)


@pytest.mark.parametrize("scheme", Scheme)
def test_the_scheme_is_saved(store: QSettings, scheme: Scheme) -> None:
    Settings(store).scheme = scheme
    assert Settings(store).scheme is scheme


def test_the_scheme_is_the_systems_by_default_and_if_invalid(store: QSettings) -> None:
    assert Settings(store).scheme is Scheme.SYSTEM
    store.setValue("scheme", "purple")
    assert Settings(store).scheme is Scheme.SYSTEM


def test_settings_are_there_in_the_next_run(store: QSettings, tmp_path: Path, qtbot: QtBot) -> None:
    Settings(store).scheme = Scheme.DARK
    store.sync()
    again = QSettings(str(tmp_path / "window.conf"), QSettings.Format.IniFormat)
    assert Settings(again).scheme is Scheme.DARK


def test_the_window_size_is_restored(store: QSettings, qtbot: QtBot) -> None:
    first, second = QMainWindow(), QMainWindow()
    for window in (first, second):
        qtbot.addWidget(window)
    first.resize(433, 321)
    assert not Settings(store).restore_window(second)
    Settings(store).save_window(first)
    assert Settings(store).restore_window(second)
    assert second.size() == first.size()


def test_parts_are_restored_by_their_names(store: QSettings, qtbot: QtBot) -> None:
    splitter, other = split(qtbot), split(qtbot)
    table = QTableWidget(1, 3)
    qtbot.addWidget(table)
    splitter.setSizes([100, 300])
    table.horizontalHeader().resizeSection(1, 77)
    settings = Settings(store)
    settings.save_part("across", splitter)
    settings.save_part("columns", table.horizontalHeader())
    table.horizontalHeader().resizeSection(1, 50)
    assert settings.restore_part("across", other)
    assert settings.restore_part("columns", table.horizontalHeader())
    assert not settings.restore_part("down", other)
    assert other.sizes() == splitter.sizes()
    assert table.horizontalHeader().sectionSize(1) == 77


@pytest.mark.parametrize("value", ["nonsense", 7, b"nonsense"])
def test_invalid_values_are_ignored(store: QSettings, qtbot: QtBot, value: object) -> None:
    window, splitter = QMainWindow(), split(qtbot)
    qtbot.addWidget(window)
    for name in ("geometry", "across"):
        store.setValue(name, value)
    assert not Settings(store).restore_window(window)
    assert not Settings(store).restore_part("across", splitter)


def split(qtbot: QtBot) -> QSplitter:
    splitter = QSplitter(Qt.Orientation.Horizontal)
    for _ in range(2):
        splitter.addWidget(QWidget())
    splitter.resize(420, 100)
    qtbot.addWidget(splitter)
    return splitter


def test_recent_profiles_are_unique_and_newest_first(
    store: QSettings,
) -> None:
    settings = Settings(store)
    assert settings.recent_profiles == []
    for name in ("/one.toml", "/two.toml", "/one.toml"):
        settings.add_recent(Path(name))
    assert Settings(store).recent_profiles == [Path("/one.toml"), Path("/two.toml")]
    settings.clear_recent()
    assert Settings(store).recent_profiles == []


def test_recent_entries_of_the_palette_are_unique_and_newest_first(store: QSettings) -> None:
    for key in ("new", "switch Echo", "new"):
        Settings(store).add_recent_entry(key)
    assert Settings(store).recent_entries == ["new", "switch Echo"]


@pytest.mark.parametrize(
    ("value", "kept"),
    [(5, []), ("", []), ("/one.toml", [Path("/one.toml")]), (["", 5, "/a"], [Path("/a")])],
)
def test_invalid_recent_profiles_are_ignored(
    store: QSettings, value: object, kept: list[Path]
) -> None:
    store.setValue("recent_profiles", value)
    assert Settings(store).recent_profiles == kept
