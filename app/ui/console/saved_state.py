"""What all tabs of the console remember together, and keep on the disk."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.client.draft import Draft
from app.client.history import HistoryFile, HistoryWalk
from app.client.saved_tabs import SavedTabsFile
from app.client.snippets import (
    MOST_SNIPPETS,
    Snippet,
    SnippetFile,
    SnippetFileError,
    Snippets,
    SnippetsFull,
)
from app.client.snippets import (
    read_snippets as read_snippets,
)
from app.client.snippets import (
    write_snippets as write_snippets,
)
from app.ui.settings import Settings

# MERGED ui/console/snippet_shelf: The snippets of the window: read when they are first wanted, saved at each change.

SHORTCUTS = 9
"""So many of the first snippets have Ctrl and their number."""


class SavedSnippets(QObject):
    """Changes the snippets and keeps them. What went wrong is said, and nothing is lost by it."""

    changed = Signal()

    said = Signal(str)
    """A sentence for the user."""

    def __init__(self, file: SnippetFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._removed: tuple[Snippet, int] | None = None

    @cached_property
    def snippets(self) -> Snippets:
        """All of them."""
        try:
            reading = self._file.load()
        except SnippetFileError as error:
            self.said.emit(str(error))
            return Snippets()
        if reading.problems:
            self.said.emit(
                self.tr("{0}: {1}. The next change puts this file aside.").format(
                    self._file.path.name, reading.problems[0]
                )
            )
        return Snippets(reading.snippets)

    @property
    def removed(self) -> Snippet | None:
        """The one removed last, while it can come back."""
        return self._removed[0] if self._removed else None

    def add(self, snippet: Snippet) -> Snippet | None:
        """Keep `snippet`; gives it as it is named now, or `None` if there are too many."""
        try:
            added = self.snippets.add(snippet)
        except SnippetsFull:
            self.said.emit(self.tr("There are {0} snippets: remove some.").format(MOST_SNIPPETS))
            return None
        self._save()
        return added

    def replace(self, old: Snippet, new: Snippet) -> Snippet:
        """Change, rename or move one; gives it as it is named now."""
        replaced = self.snippets.replace(old, new)
        self._save()
        return replaced

    def move(self, snippet: Snippet, steps: int) -> None:
        """Move one up (below 0) or down in its folder."""
        self.snippets.move(snippet, steps)
        self._save()

    def remove(self, snippet: Snippet) -> None:
        """Remove one; `bring_back` undoes it."""
        self._removed = snippet, self.snippets.remove(snippet)
        self._save(forgets=False)

    def bring_back(self) -> None:
        """Undo the last removal."""
        if self._removed is not None:
            self.snippets.add(*self._removed)
            self._save()

    def write(self, path: Path, snippets: Iterable[Snippet]) -> None:
        """Export `snippets` to `path`, and say how that went."""
        try:
            write_snippets(path, snippets)
        except SnippetFileError as error:
            self.said.emit(str(error))
        else:
            self.said.emit(self.tr("The snippets are in {0}.").format(path))

    def take_in(self, path: Path) -> None:
        """Import what `path` holds, and say how that went."""
        try:
            reading = read_snippets(path)
        except SnippetFileError as error:
            self.said.emit(str(error))
            return
        if reading.problems and not reading.snippets:
            self.said.emit(f"{path.name}: {reading.problems[0]}.")
            return
        added = self.snippets.merge(reading.snippets)
        self._save()
        words = self.tr("{0} of {1} snippets are new.").format(len(added), len(reading.snippets))
        if reading.problems:
            words = f"{words} {reading.problems[0]}."
        self.said.emit(words)

    def _save(self, *, forgets: bool = True) -> None:
        if forgets:
            self._removed = None
        try:
            self.snippets.become(self._file.save(self.snippets))
        except SnippetFileError as error:
            self.said.emit(str(error))
        self.changed.emit()


SAVE_MS = 1000
"""How long after a send the history is written: nothing that is sent waits for a disk."""


class ConsoleState(QObject):
    """Owns the history and the snippets. Their files are read when somebody first looks at them."""

    def __init__(
        self,
        file: HistoryFile,
        snippets: SnippetFile,
        tabs: SavedTabsFile,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.shelf = SavedSnippets(snippets, self)
        self.tabs = tabs
        self._file = file
        self._settings = settings
        self._unsaved: list[Draft] = []
        self._timer = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._timer.timeout.connect(self.save)

    @cached_property
    def past(self) -> HistoryWalk:
        """What was sent before."""
        return HistoryWalk(self._file.load())

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
