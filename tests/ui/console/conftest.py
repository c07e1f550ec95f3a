"""What the tabs of a console remember, in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from app.client.history_file import HistoryFile
from app.client.snippet_file import SnippetFile
from app.client.tabs_file import TabsFile
from app.ui.console.memory import Memory
from app.ui.settings import Settings


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    settings = QSettings(str(tmp_path / "window.conf"), QSettings.Format.IniFormat)
    memory = Memory(
        HistoryFile(tmp_path / "history.jsonl"),
        SnippetFile(tmp_path / "snippets.toml"),
        TabsFile(tmp_path / "tabs.json", tmp_path),
        Settings(settings),
    )
    yield memory
    memory.save()
