"""The saved state of a console and of the send dialogs, in the folder of the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from app.client.saved.history import HistoryFile
from app.client.saved.snippets import SnippetFile
from app.client.saved.tabs import SavedTabsFile
from app.ui.console.saved_state import ConsoleState
from app.ui.settings import Settings


@pytest.fixture
def saved_state(tmp_path: Path) -> Iterator[ConsoleState]:
    settings = QSettings(str(tmp_path / "window.conf"), QSettings.Format.IniFormat)
    saved_state = ConsoleState(
        HistoryFile(tmp_path / "history.jsonl"),
        SnippetFile(tmp_path / "snippets.toml"),
        SavedTabsFile(tmp_path / "tabs.json", tmp_path),
        Settings(settings),
    )
    yield saved_state
    saved_state.save()
