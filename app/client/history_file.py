"""The history on disk: a line for each draft, in a file that only its owner can read.

Lines are only ever appended, so that nothing is lost to a crash. Reading takes the newest and, when
the file has grown long, leaves only those; what a second window appends meanwhile waits for that.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from app.atomic_file import replace
from app.client.draft import Draft, as_plain, from_plain
from app.client.history import MAX_DRAFTS
from app.folder_lock import alone_in
from app.regular_file import open_regular

log = logging.getLogger(__name__)

LONG_BYTES = 4 * 1024 * 1024
"""Of a longer file only the end is read, and kept."""


def default_path() -> Path:
    """The platform's place for what programs remember."""
    return platformdirs.user_state_path("portdeck", appauthor=False) / "console-history.jsonl"


class HistoryFile:
    """Keeps drafts between two runs. What cannot be read or written is logged, never raised."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> list[Draft]:
        """The newest drafts, oldest first. A line that holds none is passed over."""
        try:
            content = self._end_of_file()
        except FileNotFoundError:
            return []
        except OSError as error:
            log.warning("The console's history cannot be read: %s", error)
            return []
        return _drafts_in(content) if len(content) < LONG_BYTES else self._shorten(content)

    def append(self, drafts: Iterable[Draft]) -> None:
        """Add `drafts`, which are the newest."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with alone_in(self.path.parent):
                self._append(_lines(drafts))
        except OSError as error:
            log.warning("The console's history cannot be kept: %s", error)

    def clear(self) -> None:
        """Forget everything."""
        try:
            with alone_in(self.path.parent):
                self.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("The console's history cannot be removed: %s", error)

    def _append(self, lines: bytes) -> None:
        # Without O_NONBLOCK, to open a pipe is to wait for its reader.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(self.path, flags, 0o600), "ab") as file:
            # The line break in front ends a line that a crash may have cut.
            file.write(b"\n" + lines)

    def _shorten(self, content: bytes) -> list[Draft]:
        """The newest drafts, which are the only ones afterwards. `content` was read before."""
        try:
            with alone_in(self.path.parent):
                content = self._end_of_file()
                replace(self.path, _lines(_drafts_in(content)))
        except OSError as error:
            log.warning("The console's history cannot be shortened: %s", error)
        return _drafts_in(content)

    def _end_of_file(self) -> bytes:
        with open_regular(self.path) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - LONG_BYTES))
            return file.read(LONG_BYTES)


def _lines(drafts: Iterable[Draft]) -> bytes:
    return b"".join(json.dumps(as_plain(draft)).encode() + b"\n" for draft in drafts)


def _drafts_in(content: bytes) -> list[Draft]:
    drafts = [draft for line in content.splitlines() if (draft := _draft_in(line))]
    return drafts[-MAX_DRAFTS:]


def _draft_in(line: bytes) -> Draft | None:
    try:
        values = json.loads(line)
        return from_plain(values) if isinstance(values, dict) else None
    except (ValueError, RecursionError):
        return None
