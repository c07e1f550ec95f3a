"""The console's tabs between two runs: what they talked to, and what stood in their input.

One file holds those of each profile, of the newest `MOST_PROFILES`; only its owner can read it. One
that cannot be made sense of is put aside by the first save.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable
from pathlib import Path

import platformdirs
from attrs import field, frozen

from app.client import target
from app.client.draft import LONGEST_TEXT, Draft, as_plain, from_plain
from app.client.target import Options
from app.client.transcript import Display
from app.files.atomic_write import move_aside, remove_stale, write_atomically
from app.files.locks import folder_lock
from app.files.paths import open_regular

log = logging.getLogger(__name__)

MOST_TABS = 12
MOST_PROFILES = 20
LONGEST_LINE = 500
LARGEST_BYTES = 32 * 1024 * 1024
"""More than is ever written: a larger file is not ours."""


@frozen
class SavedTab:
    """What comes back of a tab. It is not connected."""

    title: str = ""
    """What it was called by what it talked to; empty before it did."""

    name: str = ""
    """What the user called it; empty if not at all."""

    place: str = ""
    """What was typed or chosen as the place to connect to."""

    draft: Draft = field(factory=Draft)
    display: Display = Display.TEXT
    is_current: bool = False
    options: Options = field(factory=Options)
    """How it connects."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to bring back."""
        return not (self.name or self.place or self.draft.text)


def default_path() -> Path:
    """The platform's place for what programs remember."""
    return platformdirs.user_state_path("portdeck", appauthor=False) / "console-tabs.json"


class SavedTabsFile:
    """Keeps the tabs of one profile. What cannot be read or written is logged, never raised."""

    def __init__(self, path: Path, profile: Path) -> None:
        self.path = path
        self._profile = str(profile)

    def load(self) -> list[SavedTab]:
        """The tabs from left to right. One that cannot be read is left out."""
        try:
            tables = self._all().get(self._profile, [])
        except OSError as error:
            log.warning("The console's tabs cannot be read: %s", error)
            return []
        except (ValueError, RecursionError):
            log.warning("%s is broken; the console begins with one empty tab.", self.path)
            return []
        if not isinstance(tables, list):
            return []
        return [tab for each in tables[:MOST_TABS] if (tab := _tab_in(each)) is not None]

    def save(self, tabs: Iterable[SavedTab]) -> None:
        """Remember `tabs`, in place of those of last time; other profiles keep theirs."""
        plain = [_plain(each) for each in tabs if not each.is_empty][:MOST_TABS]
        if not plain and not self.path.exists():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with folder_lock(self.path.parent):
                self._save(plain)
        except OSError as error:
            log.warning("The console's tabs cannot be kept: %s", error)

    def _save(self, plain: list[dict[str, object]]) -> None:
        try:
            everything = self._all()
        except (ValueError, RecursionError):
            everything = {}
            if plain:
                aside = move_aside(self.path, time.time())
                log.warning("%s was broken; it is %s now.", self.path, aside.name)
        if not plain and self._profile not in everything:
            return
        everything.pop(self._profile, None)
        if plain:
            everything[self._profile] = plain
        newest = dict(list(everything.items())[-MOST_PROFILES:])
        remove_stale(self.path, time.time())
        write_atomically(self.path, json.dumps(newest).encode())

    def _all(self) -> dict[str, object]:
        """What the file holds for each profile. Raises as `json.loads` does, and `OSError`."""
        try:
            with open_regular(self.path) as file:
                content = file.read(LARGEST_BYTES + 1)
        except FileNotFoundError:
            return {}
        everything = json.loads(content) if len(content) <= LARGEST_BYTES else None
        if not isinstance(everything, dict):
            raise ValueError("it holds no tabs")
        return everything


def _plain(tab: SavedTab) -> dict[str, object]:
    draft = tab.draft if len(tab.draft.text) <= LONGEST_TEXT else Draft()
    return {
        "title": tab.title,
        "name": tab.name,
        "place": tab.place,
        "display": tab.display.value,
        "current": tab.is_current,
        "options": target.as_plain(tab.options),
        **as_plain(draft),
    }


def _tab_in(values: object) -> SavedTab | None:
    if not isinstance(values, dict):
        return None
    try:
        return SavedTab(
            title=_one_line(values.get("title", "")),
            name=_one_line(values.get("name", "")),
            place=_one_line(values.get("place", "")),
            draft=from_plain(values),
            display=Display(values.get("display", "text")),
            is_current=values.get("current") is True,
            options=target.from_plain(values.get("options")),
        )
    except ValueError:
        return None


def _one_line(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("must be one line of text")
    return value[:LONGEST_LINE]
