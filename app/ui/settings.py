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
from typing import Final, Protocol, TypeVar

from PySide6.QtCore import QByteArray, QLibraryInfo, QLocale, QSettings, QTranslator
from PySide6.QtWidgets import QApplication, QHeaderView, QMainWindow, QSplitter

from app.runtime import resources
from app.text.notation import LineEnding, Notation
from app.traffic.chunk_log import MAX_BYTES, MAX_CHUNKS
from app.traffic.content.form import Form
from app.ui.style.tokens import ZOOMS, Density, Scheme

MOST_RECENT: Final = 8
_RECENT: Final = "recent_profiles"
_TRANSLATOR: Final = "language"

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


_CHOICES: Final = (
    *("scheme", "accent", "density", "zoom_percent", "language", "start_up", "closes_to_tray"),
    *("notation", "ending", "enter_submits", "traffic_bytes", "traffic_chunks", "notify"),
    *("log_level", "asks_before_closing"),
)
"""The keys of what `Settings.reset` forgets."""

_Choice = TypeVar("_Choice", bound=Enum)


class Settings:
    """Reads and writes the platform's settings for Portdeck. Invalid values count as missing."""

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or QSettings("portdeck", "window")

    @property
    def scheme(self) -> Scheme:
        """Light, dark or as the system is."""
        return self._choice("scheme", Scheme.SYSTEM)

    @scheme.setter
    def scheme(self, scheme: Scheme) -> None:
        self._store.setValue("scheme", scheme.value)

    @property
    def accent(self) -> str:
        """The accent colour as `#rrggbb`, or an empty text for that of the system."""
        accent = self.text("accent")
        return accent if re.fullmatch("#[0-9a-f]{6}", accent) else ""

    @accent.setter
    def accent(self, accent: str) -> None:
        self._store.setValue("accent", accent.lower())

    @property
    def density(self) -> Density:
        """How much room controls and rows take."""
        return self._choice("density", Density.COMFORTABLE)

    @density.setter
    def density(self, density: Density) -> None:
        self._store.setValue("density", density.value)

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
    def start_up(self) -> StartUp:
        """Which listeners start with the window."""
        return self._choice("start_up", StartUp.MARKED)

    @start_up.setter
    def start_up(self, start_up: StartUp) -> None:
        self._store.setValue("start_up", start_up.value)

    def were_on(self, profile: Path) -> frozenset[str]:
        """The names of the listeners of `profile` that were on when its window closed."""
        names = _texts(self._store.value(_on_key(profile)))
        return frozenset(names)

    def save_on(self, profile: Path, names: Iterable[str]) -> None:
        """Save which listeners of `profile` are on."""
        self._store.setValue(_on_key(profile), list(names))

    @property
    def notation(self) -> Notation:
        """How a new console tab reads what is typed."""
        return self._choice("notation", Notation.TEXT)

    @notation.setter
    def notation(self, notation: Notation) -> None:
        self._store.setValue("notation", notation.value)

    @property
    def ending(self) -> LineEnding:
        """What a new console tab appends to what is sent."""
        return self._choice("ending", LineEnding.LF)

    @ending.setter
    def ending(self, ending: LineEnding) -> None:
        self._store.setValue("ending", ending.value)

    @property
    def closes_to_tray(self) -> bool:
        """Whether closing the window leaves Portdeck running with its icon in the tray."""
        return self._is_set("closes_to_tray", default=False)

    @closes_to_tray.setter
    def closes_to_tray(self, closes: bool) -> None:
        self._set("closes_to_tray", closes)

    @property
    def asks_before_closing(self) -> bool:
        """Whether a command that closes live connections asks first."""
        return self._is_set("asks_before_closing", default=True)

    @asks_before_closing.setter
    def asks_before_closing(self, asks: bool) -> None:
        self._set("asks_before_closing", asks)

    def notifies(self, notice: Notice) -> bool:
        """Whether the desktop is notified of these events."""
        return self._is_set(f"notify/{notice.value}", default=False)

    def save_notifies(self, notice: Notice, notifies: bool) -> None:
        """Save whether the desktop is notified of these events."""
        self._set(f"notify/{notice.value}", notifies)

    @property
    def log_level(self) -> int:
        """The least level of a record that is logged."""
        level = self.text("log_level")
        return logging.getLevelNamesMapping()[level] if level in LOG_LEVELS else logging.INFO

    @log_level.setter
    def log_level(self, level: int) -> None:
        self._store.setValue("log_level", logging.getLevelName(level))

    def reset(self) -> None:
        """Forget all choices. The sizes of the window and the recent profiles stay."""
        for key in _CHOICES:
            self._store.remove(key)

    @property
    def enter_submits(self) -> bool:
        """Whether Enter alone sends what is typed into the console."""
        return self._is_set("enter_submits", default=True)

    @enter_submits.setter
    def enter_submits(self, submits: bool) -> None:
        self._set("enter_submits", submits)

    @property
    def shows_snippets(self) -> bool:
        """Whether the snippets panel is shown."""
        return self._is_set("shows_snippets", default=False)

    @shows_snippets.setter
    def shows_snippets(self, shows: bool) -> None:
        self._set("shows_snippets", shows)

    def content_form(self, place: str) -> Form:
        """The form in which content is shown in `place`."""
        return self._choice(f"content_form/{place}", Form.AUTO)

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

    @property
    def language(self) -> Language:
        """The language of the window."""
        return self._choice("language", Language.SYSTEM)

    @language.setter
    def language(self, language: Language) -> None:
        self._store.setValue("language", language.value)

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

    def _choice(self, name: str, usual: _Choice) -> _Choice:
        try:
            return type(usual)(str(self._store.value(name, usual.value)))
        except ValueError:
            return usual

    def _is_set(self, name: str, *, default: bool) -> bool:
        value = str(self._store.value(name, ""))
        return value == "true" if value in ("true", "false") else default

    def _set(self, name: str, value: bool) -> None:
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


class Language(Enum):
    """The languages of the window. The value is the one in the settings."""

    SYSTEM = "system"
    ENGLISH = "en"
    CHINESE = "zh_CN"


def apply_language(app: QApplication, language: Language) -> None:
    """Install the translators of `language` in place of earlier ones. Call it before a window is
    created.

    `SYSTEM` means the language of the desktop if there is a translation, otherwise English.
    """
    for old in app.findChildren(QTranslator, _TRANSLATOR):
        app.removeTranslator(old)
        old.deleteLater()
        old.setObjectName("")
    locale = QLocale() if language is Language.SYSTEM else QLocale(language.value)
    if locale.script() is not QLocale.Script.SimplifiedHanScript:
        return
    # Qt's own texts first, because Qt asks the last installed translator first.
    for name, folder in (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("portdeck", str(resources.resource_path("translations"))),
    ):
        translator = QTranslator(app)
        translator.setObjectName(_TRANSLATOR)
        if translator.load(QLocale(Language.CHINESE.value), name, "_", folder):
            app.installTranslator(translator)
