"""The history on disk: a line for each draft, in a file that only its owner can read.

Lines are only ever appended, so that nothing is lost to a crash or to a second window. Reading
takes the newest and, when the file has grown long, leaves only those.
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
            drafts = [draft for line in content.splitlines() if (draft := _draft_in(line))]
            drafts = drafts[-MAX_DRAFTS:]
            if len(content) >= LONG_BYTES:
                replace(self.path, _lines(drafts))
        except FileNotFoundError:
            return []
        except OSError as error:
            log.warning("The console's history cannot be read: %s", error)
            return []
        return drafts

    def append(self, drafts: Iterable[Draft]) -> None:
        """Add `drafts`, which are the newest."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            descriptor = os.open(self.path, flags, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                # The line break in front ends a line that a crash may have cut.
                file.write(b"\n" + _lines(drafts))
        except OSError as error:
            log.warning("The console's history cannot be kept: %s", error)

    def clear(self) -> None:
        """Forget everything."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("The console's history cannot be removed: %s", error)

    def _end_of_file(self) -> bytes:
        if self.path.exists() and not self.path.is_file():
            raise OSError(f"{self.path} is no file")  # to open a pipe would wait for its writer
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - LONG_BYTES))
            return file.read(LONG_BYTES)


def _lines(drafts: Iterable[Draft]) -> bytes:
    return b"".join(json.dumps(as_plain(draft)).encode() + b"\n" for draft in drafts)


def _draft_in(line: bytes) -> Draft | None:
    try:
        values = json.loads(line)
        return from_plain(values) if isinstance(values, dict) else None
    except (ValueError, RecursionError):
        return None
