"""The history of sent drafts, for Up and Down in the console's input, as in a shell.

`History` is the list, which all tabs share. `HistoryWalk` is the position of one input in it.
`HistoryFile` keeps the list on disk, one JSON line for each draft, readable only by its owner.

The file is only appended to, so that a crash loses nothing. When it has grown too long, `load`
rewrites it with its newest drafts. A folder lock keeps other windows from appending during that
time.
"""

from __future__ import annotations

import json
import logging
import os
from collections import deque
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from app.client.draft import LONGEST_TEXT, Draft, draft_from_dict, draft_to_dict
from app.files.atomic_write import write_atomically
from app.files.locks import folder_lock
from app.files.paths import open_regular

log = logging.getLogger(__name__)
MAX_DRAFTS = 500

LONG_BYTES = 4 * 1024 * 1024
"""Of a longer file, only the last bytes are read and kept."""


class History:
    """The newest `limit` drafts that were sent. All tabs share one history."""

    def __init__(self, drafts: Iterable[Draft] = (), *, limit: int = MAX_DRAFTS) -> None:
        self._drafts: deque[Draft] = deque(maxlen=limit)
        for draft in drafts:
            self.add(draft)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Oldest first."""
        return tuple(self._drafts)

    def add(self, draft: Draft) -> bool:
        """Add `draft` as the newest. False if it is empty, too long, or equal to the newest."""
        if not 0 < len(draft.text) <= LONGEST_TEXT or (self._drafts and self._drafts[-1] == draft):
            return False
        self._drafts.append(draft)
        return True

    def clear(self) -> None:
        """Remove all drafts."""
        self._drafts.clear()

    def matching(self, words: str) -> list[Draft]:
        """The drafts that contain all of `words`, ignoring case. Newest first, without
        duplicates."""
        wanted = words.casefold().split()
        found = dict.fromkeys(reversed(self._drafts))
        return [draft for draft in found if all(word in draft.text.casefold() for word in wanted)]


class HistoryWalk:
    """The position of one input in the history. The position after the newest entry is the draft
    that is being typed.

    Each step takes the draft on screen and keeps it. So the typed draft and edited entries are
    still there on the way back, until something is sent. Drafts that other tabs send appear the
    next time that the walk starts at its end.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._drafts = history.drafts
        self._edited: dict[int, Draft] = {}
        self._position = len(self._drafts)

    def reset(self) -> None:
        """Drop the edits and go to the end. For after a send, or when another draft was chosen."""
        self._drafts = self._history.drafts
        self._edited.clear()
        self._position = len(self._drafts)

    def older(self, shown: Draft) -> Draft:
        """The draft before `shown`, or `shown` itself at the oldest."""
        if self._position == len(self._drafts) and self._drafts != self._history.drafts:
            self.reset()
        return self._move_to(max(self._position - 1, 0), shown)

    def newer(self, shown: Draft) -> Draft:
        """The draft after `shown`, or `shown` itself at the end."""
        return self._move_to(min(self._position + 1, len(self._drafts)), shown)

    def _move_to(self, place: int, shown: Draft) -> Draft:
        self._edited[self._position] = shown
        self._position = place
        edited = self._edited.get(place)
        return self._drafts[place] if edited is None else edited


class HistoryFile:
    """Saves drafts between two runs. Read and write errors are logged, not raised."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> list[Draft]:
        """The newest drafts, oldest first. Invalid lines are skipped."""
        try:
            content = self._end_of_file()
        except FileNotFoundError:
            return []
        except OSError as error:
            log.warning("The console's history cannot be read: %s", error)
            return []
        return _drafts_in(content) if len(content) < LONG_BYTES else self._shorten(content)

    def append(self, drafts: Iterable[Draft]) -> None:
        """Append `drafts` as the newest."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with folder_lock(self.path.parent):
                self._append(_lines(drafts))
        except OSError as error:
            log.warning("The console's history cannot be kept: %s", error)

    def clear(self) -> None:
        """Delete the file."""
        try:
            with folder_lock(self.path.parent):
                self.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("The console's history cannot be removed: %s", error)

    def _append(self, lines: bytes) -> None:
        # If the path is a named pipe, an open without O_NONBLOCK waits for a reader.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(self.path, flags, 0o600), "ab") as file:
            # A crash may have cut the last line. The line break in front ends it.
            file.write(b"\n" + lines)

    def _shorten(self, content: bytes) -> list[Draft]:
        """Rewrite the file with its newest drafts and return them. `content` is the fallback if
        that fails."""
        try:
            with folder_lock(self.path.parent):
                content = self._end_of_file()
                write_atomically(self.path, _lines(_drafts_in(content)))
        except OSError as error:
            log.warning("The console's history cannot be shortened: %s", error)
        return _drafts_in(content)

    def _end_of_file(self) -> bytes:
        with open_regular(self.path) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - LONG_BYTES))
            return file.read(LONG_BYTES)


def default_path() -> Path:
    """The file in the user's state folder."""
    return platformdirs.user_state_path("portdeck", appauthor=False) / "console-history.jsonl"


def _lines(drafts: Iterable[Draft]) -> bytes:
    return b"".join(json.dumps(draft_to_dict(draft)).encode() + b"\n" for draft in drafts)


def _drafts_in(content: bytes) -> list[Draft]:
    drafts = [draft for line in content.splitlines() if (draft := _draft_in(line))]
    return drafts[-MAX_DRAFTS:]


def _draft_in(line: bytes) -> Draft | None:
    try:
        values = json.loads(line)
        return draft_from_dict(values) if isinstance(values, dict) else None
    except (ValueError, RecursionError):
        return None
