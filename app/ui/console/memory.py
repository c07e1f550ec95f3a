"""What all tabs of the console remember together, and keep on the disk."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QObject, QTimer

from app.client.draft import Draft
from app.client.history import Past
from app.client.history_file import HistoryFile
from app.client.snippet_file import SnippetFile
from app.client.tabs_file import TabsFile
from app.ui.console.snippet_shelf import SnippetShelf
from app.ui.settings import Settings

SAVE_MS = 1000
"""How long after a send the history is written: nothing that is sent waits for a disk."""


class Memory(QObject):
    """Owns the history and the snippets. Their files are read when somebody first looks at them."""

    def __init__(
        self,
        file: HistoryFile,
        snippets: SnippetFile,
        tabs: TabsFile,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.shelf = SnippetShelf(snippets, self)
        self.tabs = tabs
        self._file = file
        self._settings = settings
        self._unsaved: list[Draft] = []
        self._timer = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._timer.timeout.connect(self.save)

    @cached_property
    def past(self) -> Past:
        """What was sent before."""
        return Past(self._file.load())

    @property
    def enter_submits(self) -> bool:
        """Whether Enter alone sends; otherwise it begins a new line."""
        return self._settings.enter_submits

    @enter_submits.setter
    def enter_submits(self, submits: bool) -> None:
        self._settings.enter_submits = submits

    @property
    def shows_snippets(self) -> bool:
        """Whether the snippets are beside the console."""
        return self._settings.shows_snippets

    @shows_snippets.setter
    def shows_snippets(self, shows: bool) -> None:
        self._settings.shows_snippets = shows

    def remember(self, draft: Draft) -> None:
        """`draft` was sent."""
        if self.past.add(draft):
            self._unsaved.append(draft)
            if not self._timer.isActive():
                self._timer.start()

    def forget(self) -> None:
        """Clear the history, on the disk too."""
        self._timer.stop()
        self._unsaved.clear()
        self.past.clear()
        self._file.clear()

    def save(self) -> None:
        """Write what is not written yet."""
        self._timer.stop()
        drafts, self._unsaved = self._unsaved, []
        if drafts:
            self._file.append(drafts)
