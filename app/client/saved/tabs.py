"""The console's tabs, saved between two runs: target, input, display and options of each tab.

One JSON file holds the tabs of the last `MOST_PROFILES` profiles. Only its owner can read it. The
first save moves a file that cannot be parsed aside.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable
from pathlib import Path

import platformdirs
from attrs import field, frozen

from app.client.draft import LONGEST_TEXT, Draft, draft_from_dict, draft_to_dict
from app.client.options import Options, options_from_dict, options_to_dict
from app.client.transcript import Display
from app.files.atomic_write import move_aside, remove_stale, write_atomically
from app.files.locks import folder_lock
from app.files.paths import open_regular
from app.text.sentence import SentenceError

log = logging.getLogger(__name__)

MOST_TABS = 12
MOST_PROFILES = 20
LONGEST_LINE = 500
LARGEST_BYTES = 32 * 1024 * 1024
"""A larger file was not written by Portdeck and is rejected."""


@frozen
class SavedTab:
    """The restored part of a tab. A restored tab is not connected."""

    title: str = ""
    """The title, made from the target. Empty if the tab never had a target."""

    name: str = ""
    """The name that the user gave to the tab. Empty if there is none."""

    place: str = ""
    """The text of the target field."""

    draft: Draft = field(factory=Draft)
    display: Display = Display.TEXT
    is_current: bool = False
    options: Options = field(factory=Options)
    """The connection options."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to restore."""
        return not (self.name or self.place or self.draft.text)


def default_path() -> Path:
    """The file in the user's state folder."""
    return platformdirs.user_state_path("portdeck", appauthor=False) / "console-tabs.json"


class SavedTabsFile:
    """Saves the tabs of one profile. Read and write errors are logged, not raised."""

    def __init__(self, path: Path, profile: Path) -> None:
        self.path = path
        self._profile = str(profile)

    def load(self) -> list[SavedTab]:
        """The tabs from left to right. Invalid tabs are skipped."""
        try:
            tables = self._read_all().get(self._profile, [])
        except OSError as error:
            log.warning("The console's tabs cannot be read: %s", error)
            return []
        except (ValueError, RecursionError):
            log.warning("%s is broken; the console begins with one empty tab.", self.path)
            return []
        if not isinstance(tables, list):
            return []
        return [tab for each in tables[:MOST_TABS] if (tab := _parse_tab(each)) is not None]

    def save(self, tabs: Iterable[SavedTab]) -> None:
        """Save `tabs` for this profile. The tabs of other profiles stay in the file."""
        tables = [_tab_to_dict(each) for each in tabs if not each.is_empty][:MOST_TABS]
        if not tables and not self.path.exists():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with folder_lock(self.path.parent):
                self._save(tables)
        except OSError as error:
            log.warning("The console's tabs cannot be kept: %s", error)

    def _save(self, tables: list[dict[str, object]]) -> None:
        try:
            all_tabs = self._read_all()
        except (ValueError, RecursionError):
            all_tabs = {}
            if tables:
                aside = move_aside(self.path, time.time())
                log.warning("%s was broken; it is %s now.", self.path, aside.name)
        if not tables and self._profile not in all_tabs:
            return
        all_tabs.pop(self._profile, None)
        if tables:
            all_tabs[self._profile] = tables
        newest = dict(list(all_tabs.items())[-MOST_PROFILES:])
        remove_stale(self.path, time.time())
        write_atomically(self.path, json.dumps(newest).encode())

    def _read_all(self) -> dict[str, object]:
        """The tabs of all profiles. Raises `OSError`, and the errors of `json.loads`."""
        try:
            with open_regular(self.path) as file:
                content = file.read(LARGEST_BYTES + 1)
        except FileNotFoundError:
            return {}
        all_tabs = json.loads(content) if len(content) <= LARGEST_BYTES else None
        if not isinstance(all_tabs, dict):
            raise SentenceError("tabs-missing", "it holds no tabs")
        return all_tabs


def _tab_to_dict(tab: SavedTab) -> dict[str, object]:
    draft = tab.draft if len(tab.draft.text) <= LONGEST_TEXT else Draft()
    return {
        "title": tab.title,
        "name": tab.name,
        "place": tab.place,
        "display": tab.display.value,
        "current": tab.is_current,
        "options": options_to_dict(tab.options),
        **draft_to_dict(draft),
    }


def _parse_tab(values: object) -> SavedTab | None:
    if not isinstance(values, dict):
        return None
    try:
        return SavedTab(
            title=_one_line(values.get("title", "")),
            name=_one_line(values.get("name", "")),
            place=_one_line(values.get("place", "")),
            draft=draft_from_dict(values),
            display=Display(values.get("display", "text")),
            is_current=values.get("current") is True,
            options=options_from_dict(values.get("options")),
        )
    except ValueError:
        return None


def _one_line(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise SentenceError("tab-not-one-line", "must be one line of text")
    return value[:LONGEST_LINE]
