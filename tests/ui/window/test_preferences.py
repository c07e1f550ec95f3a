"""The settings dialog: a change applies immediately, is saved, and its effect is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from pytestqt.qtbot import QtBot

from app.traffic.chunk_log import MAX_BYTES, MAX_CHUNKS, ChunkLog
from app.ui.settings import Settings
from app.ui.window.preferences import MIB, Preferences


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(QSettings(str(tmp_path / "window.conf"), QSettings.Format.IniFormat))


@pytest.fixture
def log() -> ChunkLog:
    log = ChunkLog()
    for _ in range(20_000):
        log.append(0.0, 1, False, bytes(100))
    return log


@pytest.fixture
def dialog(log: ChunkLog, settings: Settings, qtbot: QtBot) -> Preferences:
    dialog = Preferences(log, settings)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_it_shows_the_limits_and_the_kept_traffic(dialog: Preferences) -> None:
    assert (dialog.memory.value() * MIB, dialog.chunks.value()) == (MAX_BYTES, MAX_CHUNKS)
    assert dialog.outcome.text() == "Kept now: 20,000 chunks, 2.0 MB."


def test_a_smaller_limit_drops_the_oldest_traffic_and_says_so(
    dialog: Preferences, log: ChunkLog, settings: Settings
) -> None:
    dialog.chunks.setValue(10_000)
    assert len(log) <= 10_000
    assert f"dropped, to fit: {log.dropped:,} chunks." in dialog.outcome.text()
    assert settings.traffic_bounds == (MAX_BYTES, 10_000)
    dialog.memory.setValue(1)
    assert log.bounds == settings.traffic_bounds == (MIB, 10_000)
    assert log.kept_bytes < MIB


def test_a_half_typed_number_drops_nothing(
    dialog: Preferences, log: ChunkLog, qtbot: QtBot
) -> None:
    dialog.chunks.selectAll()
    qtbot.keyClicks(dialog.chunks, "1500")
    assert len(log) == 20_000
    qtbot.keyClick(dialog.chunks, Qt.Key.Key_Return)
    assert len(log) <= 1_500
    assert dialog.isVisible()


def test_reset_restores_the_defaults(
    dialog: Preferences, log: ChunkLog, settings: Settings
) -> None:
    dialog.chunks.setValue(50_000)
    dialog.reset_button.click()
    assert log.bounds == settings.traffic_bounds == (MAX_BYTES, MAX_CHUNKS)


@pytest.mark.parametrize("value", ["", "many", "-1", "0", str(10**15)])
def test_invalid_limits_are_ignored(tmp_path: Path, value: str) -> None:
    store = QSettings(str(tmp_path / "window.conf"), QSettings.Format.IniFormat)
    store.setValue("traffic_bytes", value)
    store.setValue("traffic_chunks", value)
    assert Settings(store).traffic_bounds == (MAX_BYTES, MAX_CHUNKS)
    assert Settings(store).number("traffic_bytes", 5) == 0


def test_both_limits_have_an_accessible_name(dialog: Preferences) -> None:
    assert dialog.memory.accessibleName()
    assert dialog.chunks.accessibleName()
