"""What was sent before, one key away: what Up and Down do in the input, as in a shell."""

from __future__ import annotations

import json
import logging
import os
from collections import deque
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from app.client.draft import LONGEST_TEXT, Draft, as_plain, from_plain
from app.files.atomic_write import write_atomically
from app.files.locks import folder_lock
from app.files.paths import open_regular

MAX_DRAFTS = 500


class HistoryWalk:
    """The drafts that were sent, the newest `limit` of them. All tabs share one."""

    def __init__(self, drafts: Iterable[Draft] = (), *, limit: int = MAX_DRAFTS) -> None:
        self._drafts: deque[Draft] = deque(maxlen=limit)
        for draft in drafts:
            self.add(draft)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Oldest first."""
        return tuple(self._drafts)

    def add(self, draft: Draft) -> bool:
        """Remember `draft` as the newest. False if it is empty, too long, or the newest already."""
        if not 0 < len(draft.text) <= LONGEST_TEXT or (self._drafts and self._drafts[-1] == draft):
            return False
        self._drafts.append(draft)
        return True

    def clear(self) -> None:
        """Forget all of them."""
        self._drafts.clear()

    def matching(self, words: str) -> list[Draft]:
        """Those that hold each of `words`, in either case; the newest first, equal ones once."""
        wanted = words.casefold().split()
        found = dict.fromkeys(reversed(self._drafts))
        return [draft for draft in found if all(word in draft.text.casefold() for word in wanted)]


class History:
    """Where a person is in the past. The place after the newest is what was being typed.

    Whoever moves hands over the draft on show, so that it, and edits of older ones, are still there
    on the way back, until something is sent. What other tabs send comes in at the end of that.
    """

    def __init__(self, past: HistoryWalk) -> None:
        self._past = past
        self._drafts = past.drafts
        self._edited: dict[int, Draft] = {}
        self._place = len(self._drafts)

    def begin_anew(self) -> None:
        """Something was sent, or chosen otherwise: forget the edits, and go to the end."""
        self._drafts = self._past.drafts
        self._edited.clear()
        self._place = len(self._drafts)

    def older(self, shown: Draft) -> Draft:
        """What to show instead of `shown`: the one before it, or `shown` at the oldest."""
        if self._place == len(self._drafts) and self._drafts != self._past.drafts:
            self.begin_anew()
        return self._move_to(max(self._place - 1, 0), shown)

    def newer(self, shown: Draft) -> Draft:
        """What to show instead of `shown`: the one after it, or `shown` at the end."""
        return self._move_to(min(self._place + 1, len(self._drafts)), shown)

    def _move_to(self, place: int, shown: Draft) -> Draft:
        self._edited[self._place] = shown
        self._place = place
        edited = self._edited.get(place)
        return self._drafts[place] if edited is None else edited


# MERGED client/history_file: The history on disk: a line for each draft, in a file that only its owner can read.
#
# Lines are only ever appended, so that nothing is lost to a crash. Reading takes the newest and, when
# the file has grown long, leaves only those; what a second window appends meanwhile waits for that.

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
            with folder_lock(self.path.parent):
                self._append(_lines(drafts))
        except OSError as error:
            log.warning("The console's history cannot be kept: %s", error)

    def clear(self) -> None:
        """Forget everything."""
        try:
            with folder_lock(self.path.parent):
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
