"""The state that all console tabs share: the history, the snippets and the saved tabs.

All of it is saved to disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.client.draft import Draft
from app.client.saved.history import History, HistoryFile
from app.client.saved.snippets import (
    MOST_SNIPPETS,
    Snippet,
    SnippetFile,
    SnippetFileError,
    Snippets,
    SnippetsFull,
    read_snippets,
    write_snippets,
)
from app.client.saved.tabs import SavedTabsFile
from app.ui.settings import Settings
from app.ui.widgets.translation import translated

SAVE_MS = 1000
"""The history is written this long after a send, so that a send does not wait for the disk."""

SHORTCUTS = 9
"""This many snippets, from the first one, have the shortcut Alt and their number."""


class ConsoleState(QObject):
    """Owns the history and the snippets. Their files are read on first use."""

    def __init__(
        self,
        file: HistoryFile,
        snippets: SnippetFile,
        tabs: SavedTabsFile,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.saved_snippets = SavedSnippets(snippets, self)
        self.tabs = tabs
        self._file = file
        self.settings = settings
        self._unsaved: list[Draft] = []
        self._timer = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._timer.timeout.connect(self.save)

    @cached_property
    def history(self) -> History:
        """The drafts that were sent."""
        return History(self._file.load())

    @property
    def empty_draft(self) -> Draft:
        """What a new tab begins with: the notation and the line ending of the settings."""
        return Draft("", self.settings.notation, self.settings.ending)

    @property
    def shows_reader(self) -> bool:
        """Whether a new tab shows its messages in the reader too."""
        return self.settings.text("console_reader") == "shown"

    @shows_reader.setter
    def shows_reader(self, shows: bool) -> None:
        self.settings.save_text("console_reader", "shown" if shows else "hidden")

    def add_to_history(self, draft: Draft) -> None:
        """Add a sent `draft` to the history, and save it soon."""
        if self.history.add(draft):
            self._unsaved.append(draft)
            if not self._timer.isActive():
                self._timer.start()

    def clear_history(self) -> None:
        """Clear the history, also on disk."""
        self._timer.stop()
        self._unsaved.clear()
        self.history.clear()
        self._file.clear()

    def save(self) -> None:
        """Write the new history entries now."""
        self._timer.stop()
        drafts, self._unsaved = self._unsaved, []
        if drafts:
            self._file.append(drafts)


class SavedSnippets(QObject):
    """The snippets and their file. They are read on first use and saved at each change.

    `said` reports errors. The snippets in memory are not lost by an error.
    """

    changed = Signal()

    said = Signal(str)
    """A sentence for the user."""

    def __init__(self, file: SnippetFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._removed: tuple[Snippet, int] | None = None

    @cached_property
    def snippets(self) -> Snippets:
        """All snippets."""
        try:
            reading = self._file.load()
        except SnippetFileError as error:
            self.said.emit(translated(str(error)))
            return Snippets()
        if reading.problems:
            self.said.emit(
                self.tr("{0}: {1}. The next change puts this file aside.").format(
                    self._file.path.name, translated(str(reading.problems[0]))
                )
            )
        return Snippets(reading.snippets)

    @property
    def removed(self) -> Snippet | None:
        """The removed snippet that `undo_remove` would restore, if there is one."""
        return self._removed[0] if self._removed else None

    def add(self, snippet: Snippet) -> Snippet | None:
        """Add `snippet`. Return it with its final name, or `None` if there are too many."""
        try:
            added = self.snippets.add(snippet)
        except SnippetsFull:
            self.said.emit(self.tr("There are {0} snippets: remove some.").format(MOST_SNIPPETS))
            return None
        self._save()
        return added

    def replace(self, old: Snippet, new: Snippet) -> Snippet:
        """Change, rename or move a snippet. Return it with its final name."""
        replaced = self.snippets.replace(old, new)
        self._save()
        return replaced

    def move(self, snippet: Snippet, steps: int) -> None:
        """Move a snippet up (negative `steps`) or down in its folder."""
        self.snippets.move(snippet, steps)
        self._save()

    def remove(self, snippet: Snippet) -> None:
        """Remove a snippet. `undo_remove` restores it."""
        self._removed = snippet, self.snippets.remove(snippet)
        self._save(clears_undo=False)

    def undo_remove(self) -> None:
        """Undo the last removal."""
        if self._removed is not None:
            self.snippets.add(*self._removed)
            self._save()

    def export(self, path: Path, snippets: Iterable[Snippet]) -> None:
        """Export `snippets` to `path`, and report the result."""
        try:
            write_snippets(path, snippets)
        except SnippetFileError as error:
            self.said.emit(translated(str(error)))
        else:
            self.said.emit(self.tr("The snippets are in {0}.").format(path))

    def import_file(self, path: Path) -> None:
        """Import the snippets in `path`, and report the result."""
        try:
            reading = read_snippets(path)
        except SnippetFileError as error:
            self.said.emit(translated(str(error)))
            return
        if reading.problems and not reading.snippets:
            self.said.emit(f"{path.name}: {translated(str(reading.problems[0]))}.")
            return
        added = self.snippets.merge(reading.snippets)
        self._save()
        words = self.tr("{0} of {1} snippets are new.").format(len(added), len(reading.snippets))
        if reading.problems:
            words = f"{words} {translated(str(reading.problems[0]))}."
        self.said.emit(words)

    def _save(self, *, clears_undo: bool = True) -> None:
        if clears_undo:
            self._removed = None
        try:
            self.snippets.replace_all(self._file.save(self.snippets))
        except SnippetFileError as error:
            self.said.emit(translated(str(error)))
        self.changed.emit()
