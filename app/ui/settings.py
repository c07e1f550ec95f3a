"""The settings of the window between two runs: sizes, appearance, language and limits.

The listeners are in the profile, not here.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from PySide6.QtCore import QByteArray, QSettings

from app.text.notation import LineEnding, Notation
from app.traffic.chunk_log import MAX_BYTES, MAX_CHUNKS
from app.traffic.content.form import Form
from app.ui.style.tokens import ZOOMS, Density, Scheme

if TYPE_CHECKING:  # PySide makes a class when it is first imported, which takes 4 ms for a header
    from PySide6.QtWidgets import QHeaderView, QMainWindow, QSplitter

MOST_RECENT: Final = 8
_RECENT: Final = "recent_profiles"
_RECENT_ENTRIES: Final = "recent_entries"

LEAST_BYTES, MOST_BYTES = 1024 * 1024, 16 * 1024**3
LEAST_CHUNKS, MOST_CHUNKS = 1_000, 100_000_000
"""Limits of the settings for captured traffic."""

LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


class Notice(Enum):
    """An event of which the desktop is notified. The value is the one in the settings."""

    FAILED = "failed"
    FIRST_CLIENT = "first_client"
    RULE_HIT = "rule_hit"


class LoginStart(Protocol):
    """What the desktop starts at the login. It is kept by the desktop, not by `Settings`."""

    @property
    def place(self) -> str:
        """Where the entry is, for people."""

    @property
    def is_on(self) -> bool:
        """Whether the desktop starts Portdeck at the login."""

    def turn(self, on: bool) -> None:
        """Write the entry, or remove it. Raises `OSError`."""


class StartUp(Enum):
    """Which listeners start with the window. The value is the one in the settings."""

    MARKED = "marked"
    """Those whose profile says `autostart`."""
    AS_BEFORE = "as_before"
    """Those, and the ones that were on when the window closed."""


class Language(Enum):
    """The languages of the window. The value is the one in the settings."""

    SYSTEM = "system"
    ENGLISH = "en"
    CHINESE = "zh_CN"


_E = TypeVar("_E", bound=Enum)


class _Choice(Generic[_E]):
    """An enumeration that is kept under the name of the attribute."""

    def __init__(self, usual: _E) -> None:
        self._usual = usual

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, settings: Settings, owner: type | None = None) -> _E:
        return settings.choice(self._name, self._usual)

    def __set__(self, settings: Settings, value: _E) -> None:
        settings.save_text(self._name, value.value)


class _Switch:
    """Yes or no, kept under the name of the attribute."""

    def __init__(self, usual: bool) -> None:
        self._usual = usual

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, settings: Settings, owner: type | None = None) -> bool:
        return settings.is_set(self._name, default=self._usual)

    def __set__(self, settings: Settings, value: bool) -> None:
        settings.save_switch(self._name, value)


class Settings:
    """Reads and writes the platform's settings for Portdeck. Invalid values count as missing."""

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or QSettings("portdeck", "window")

    scheme = _Choice(Scheme.SYSTEM)
    """Light, dark or as the system is."""

    @property
    def accent(self) -> str:
        """The accent colour as `#rrggbb`, or an empty text for that of the system."""
        accent = self.text("accent")
        return accent if re.fullmatch("#[0-9a-f]{6}", accent) else ""

    @accent.setter
    def accent(self, accent: str) -> None:
        self._store.setValue("accent", accent.lower())

    density = _Choice(Density.COMFORTABLE)
    """How much room controls and rows take."""

    @property
    def zoom(self) -> float:
        """The zoom of the window's fonts; 1.0 is the size of the system."""
        return (
            self._number("zoom_percent", 100, round(ZOOMS[0] * 100), round(ZOOMS[-1] * 100)) / 100
        )

    @zoom.setter
    def zoom(self, zoom: float) -> None:
        self._store.setValue("zoom_percent", round(zoom * 100))

    @property
    def font(self) -> str:
        """The family of the window's font; empty for that of the system."""
        return self.text("font")

    @font.setter
    def font(self, family: str) -> None:
        self._store.setValue("font", family)

    @property
    def data_font(self) -> str:
        """The family of the font for data that crossed the wire; empty for that of the system."""
        return self.text("data_font")

    @data_font.setter
    def data_font(self, family: str) -> None:
        self._store.setValue("data_font", family)

    start_up = _Choice(StartUp.MARKED)
    """Which listeners start with the window."""

    def were_on(self, profile: Path) -> frozenset[str]:
        """The names of the listeners of `profile` that were on when its window closed."""
        names = _texts(self._store.value(_on_key(profile)))
        return frozenset(names)

    def save_on(self, profile: Path, names: Iterable[str]) -> None:
        """Save which listeners of `profile` are on."""
        self._store.setValue(_on_key(profile), list(names))

    notation = _Choice(Notation.TEXT)
    """How a new console tab reads what is typed."""

    ending = _Choice(LineEnding.LF)
    """What a new console tab appends to what is sent."""

    closes_to_tray = _Switch(False)
    """Whether closing the window leaves Portdeck running with its icon in the tray."""

    asks_before_closing = _Switch(True)
    """Whether a command that closes live connections asks first."""

    def notifies(self, notice: Notice) -> bool:
        """Whether the desktop is notified of these events."""
        return self.is_set(f"notify/{notice.value}", default=False)

    def save_notifies(self, notice: Notice, notifies: bool) -> None:
        """Save whether the desktop is notified of these events."""
        self.save_switch(f"notify/{notice.value}", notifies)

    @property
    def log_level(self) -> int:
        """The least level of a record that is logged."""
        level = self.text("log_level")
        return logging.getLevelNamesMapping()[level] if level in LOG_LEVELS else logging.INFO

    @log_level.setter
    def log_level(self, level: int) -> None:
        self._store.setValue("log_level", logging.getLevelName(level))

    enter_submits = _Switch(True)
    """Whether Enter alone sends what is typed into the console."""

    shows_snippets = _Switch(False)
    """Whether the snippets panel is shown."""

    def content_form(self, place: str) -> Form:
        """The form in which content is shown in `place`."""
        return self.choice(f"content_form/{place}", Form.AUTO)

    def save_content_form(self, place: str, form: Form) -> None:
        """Save the form in which content is shown in `place`."""
        self._store.setValue(f"content_form/{place}", form.value)

    @property
    def traffic_bounds(self) -> tuple[int, int]:
        """Maximum bytes and chunks of captured traffic."""
        most_bytes = self._number("traffic_bytes", MAX_BYTES, LEAST_BYTES, MOST_BYTES)
        most_chunks = self._number("traffic_chunks", MAX_CHUNKS, LEAST_CHUNKS, MOST_CHUNKS)
        return most_bytes, most_chunks

    @traffic_bounds.setter
    def traffic_bounds(self, bounds: tuple[int, int]) -> None:
        most_bytes, most_chunks = bounds
        self._store.setValue("traffic_bytes", most_bytes)
        self._store.setValue("traffic_chunks", most_chunks)

    def text(self, name: str) -> str:
        """The text saved under `name`, or an empty one."""
        value = self._store.value(name)
        return value if isinstance(value, str) else ""

    def save_text(self, name: str, text: str) -> None:
        """Save `text` under `name`."""
        self._store.setValue(name, text)

    def number(self, name: str, most: int) -> int:
        """The number saved under `name`, from 0 to `most`, or 0."""
        return self._number(name, 0, 0, most)

    def save_number(self, name: str, number: int) -> None:
        """Save `number` under `name`."""
        self._store.setValue(name, number)

    language = _Choice(Language.SYSTEM)
    """The language of the window."""

    @property
    def recent_profiles(self) -> list[Path]:
        """The recently opened profiles, newest first."""
        self._store.sync()  # other windows write them too
        return [Path(path) for path in _texts(self._store.value(_RECENT))][:MOST_RECENT]

    def add_recent(self, profile: Path) -> None:
        """Put `profile` first in the recent profiles."""
        others = [path for path in self.recent_profiles if path != profile]
        self._store.setValue(_RECENT, [str(path) for path in [profile, *others]][:MOST_RECENT])

    def clear_recent(self) -> None:
        """Clear the recent profiles."""
        self._store.remove(_RECENT)

    @property
    def recent_entries(self) -> list[str]:
        """The keys of what was chosen in the command palette, newest first."""
        return _texts(self._store.value(_RECENT_ENTRIES))[:MOST_RECENT]

    def add_recent_entry(self, key: str) -> None:
        """Put `key` first in the recent entries."""
        others = [each for each in self.recent_entries if each != key]
        self._store.setValue(_RECENT_ENTRIES, [key, *others][:MOST_RECENT])

    def restore_window(self, window: QMainWindow) -> bool:
        """Restore the geometry of `window`. Return whether one was saved."""
        geometry = self._store.value("geometry")
        return isinstance(geometry, QByteArray) and window.restoreGeometry(geometry)

    def restore_part(self, name: str, part: QHeaderView | QSplitter) -> bool:
        """Restore the sizes of `part` under `name`. Return whether they were saved."""
        state = self._store.value(name)
        return isinstance(state, QByteArray) and part.restoreState(state)

    def save_window(self, window: QMainWindow) -> None:
        """Save the geometry of `window`."""
        self._store.setValue("geometry", window.saveGeometry())

    def save_part(self, name: str, part: QHeaderView | QSplitter) -> None:
        """Save the sizes of `part` under `name`."""
        self._store.setValue(name, part.saveState())

    def choice(self, name: str, usual: _E) -> _E:
        """The choice saved under `name`, or `usual`."""
        try:
            return type(usual)(str(self._store.value(name, usual.value)))
        except ValueError:
            return usual

    def is_set(self, name: str, *, default: bool) -> bool:
        """What is saved under `name`, or `default`."""
        value = str(self._store.value(name, ""))
        return value == "true" if value in ("true", "false") else default

    def save_switch(self, name: str, value: bool) -> None:
        """Save `value` under `name`."""
        self._store.setValue(name, "true" if value else "false")

    def _number(self, name: str, usual: int, least: int, most: int) -> int:
        try:
            number = int(str(self._store.value(name, usual)))
        except ValueError:
            return usual
        return number if least <= number <= most else usual


def _texts(kept: object) -> list[str]:
    """A list of texts as the store returns it: a list of one comes back as a plain value."""
    values = kept if isinstance(kept, list) else [kept]
    return [each for each in values if isinstance(each, str) and each]


def _on_key(profile: Path) -> str:
    # Not the path itself: the store would read its slashes as groups.
    return f"on/{hashlib.sha256(str(profile.resolve()).encode()).hexdigest()[:16]}"
