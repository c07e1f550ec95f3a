"""What the window remembers of itself between two runs: places and sizes, never listeners."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QLibraryInfo, QLocale, QSettings, QTranslator
from PySide6.QtWidgets import QApplication, QHeaderView, QMainWindow, QSplitter

from app.runtime import resources
from app.traffic.chunk_log import MAX_BYTES, MAX_CHUNKS
from app.ui.style.theme import Scheme

# MERGED ui/language: The language of the window: the desktop's, where Portdeck speaks it, or the one that was chosen.
#
# What the engine says, such as the reason of a failure, is English in all of them.


class Language(Enum):
    """What may be chosen. The value is what the settings hold."""

    SYSTEM = "system"
    ENGLISH = "en"
    CHINESE = "zh_CN"


def apply_language(app: QApplication, language: Language) -> None:
    """Translate every text that is asked for from now on; call it before there is a window."""
    locale = QLocale() if language is Language.SYSTEM else QLocale(language.value)
    if locale.script() is not QLocale.Script.SimplifiedHanScript:
        return
    # Qt's own texts first: a translator that comes later is asked earlier.
    for name, folder in (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("portdeck", str(resources.resource_path("translations"))),
    ):
        translator = QTranslator(app)
        if translator.load(QLocale(Language.CHINESE.value), name, "_", folder):
            app.installTranslator(translator)


MOST_RECENT: Final = 8
_RECENT: Final = "recent_profiles"


LEAST_BYTES, MOST_BYTES = 1024 * 1024, 16 * 1024**3
LEAST_CHUNKS, MOST_CHUNKS = 1_000, 100_000_000
"""Of the traffic that is kept."""


class Settings:
    """Reads and writes the platform's settings for Portdeck. Broken values count as none."""

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or QSettings("portdeck", "window")

    @property
    def scheme(self) -> Scheme:
        """Light, dark or as the system has it."""
        try:
            return Scheme(str(self._store.value("scheme", Scheme.SYSTEM.value)))
        except ValueError:
            return Scheme.SYSTEM

    @scheme.setter
    def scheme(self, scheme: Scheme) -> None:
        self._store.setValue("scheme", scheme.value)

    @property
    def enter_submits(self) -> bool:
        """Whether Enter alone sends what is typed into the console."""
        return self._is_set("enter_submits", default=True)

    @enter_submits.setter
    def enter_submits(self, submits: bool) -> None:
        self._set("enter_submits", submits)

    @property
    def shows_snippets(self) -> bool:
        """Whether the snippets are beside the console."""
        return self._is_set("shows_snippets", default=False)

    @shows_snippets.setter
    def shows_snippets(self, shows: bool) -> None:
        self._set("shows_snippets", shows)

    @property
    def traffic_bounds(self) -> tuple[int, int]:
        """Bytes and chunks that the traffic may have."""
        most_bytes = self._number("traffic_bytes", MAX_BYTES, LEAST_BYTES, MOST_BYTES)
        most_chunks = self._number("traffic_chunks", MAX_CHUNKS, LEAST_CHUNKS, MOST_CHUNKS)
        return most_bytes, most_chunks

    @traffic_bounds.setter
    def traffic_bounds(self, bounds: tuple[int, int]) -> None:
        most_bytes, most_chunks = bounds
        self._store.setValue("traffic_bytes", most_bytes)
        self._store.setValue("traffic_chunks", most_chunks)

    def text(self, name: str) -> str:
        """What was kept under `name`; empty if nothing was."""
        value = self._store.value(name)
        return value if isinstance(value, str) else ""

    def keep_text(self, name: str, text: str) -> None:
        """Remember `text` under `name`."""
        self._store.setValue(name, text)

    @property
    def language(self) -> Language:
        """The language to speak from the next start on."""
        try:
            return Language(str(self._store.value("language", Language.SYSTEM.value)))
        except ValueError:
            return Language.SYSTEM

    @language.setter
    def language(self, language: Language) -> None:
        self._store.setValue("language", language.value)

    @property
    def recent_profiles(self) -> list[Path]:
        """The profiles that had a window, the last one first."""
        self._store.sync()  # other windows write them too
        kept = self._store.value(_RECENT)
        paths = kept if isinstance(kept, list) else [kept]  # as the store gives a single one
        return [Path(path) for path in paths if isinstance(path, str) and path][:MOST_RECENT]

    def keep_recent(self, profile: Path) -> None:
        """Remember that `profile` has a window."""
        others = [path for path in self.recent_profiles if path != profile]
        self._store.setValue(_RECENT, [str(path) for path in [profile, *others]][:MOST_RECENT])

    def forget_recent(self) -> None:
        """Remember no profile any more."""
        self._store.remove(_RECENT)

    def restore_window(self, window: QMainWindow) -> bool:
        """Put `window` where it was. Whether it was anywhere."""
        geometry = self._store.value("geometry")
        return isinstance(geometry, QByteArray) and window.restoreGeometry(geometry)

    def restore_part(self, name: str, part: QHeaderView | QSplitter) -> bool:
        """Give `part` the sizes it had under `name`. Whether it had any."""
        state = self._store.value(name)
        return isinstance(state, QByteArray) and part.restoreState(state)

    def keep_window(self, window: QMainWindow) -> None:
        """Remember where `window` is."""
        self._store.setValue("geometry", window.saveGeometry())

    def keep_part(self, name: str, part: QHeaderView | QSplitter) -> None:
        """Remember the sizes of `part` under `name`."""
        self._store.setValue(name, part.saveState())

    def _is_set(self, name: str, *, default: bool) -> bool:
        value = str(self._store.value(name, ""))
        return value == "true" if value in ("true", "false") else default

    def _set(self, name: str, value: bool) -> None:
        self._store.setValue(name, "true" if value else "false")

    def keep_number(self, name: str, number: int) -> None:
        """Remember `number` under `name`."""
        self._store.setValue(name, number)

    def number(self, name: str, most: int) -> int:
        """What was kept under `name`, from 0 to `most`; 0 if nothing was."""
        return self._number(name, 0, 0, most)

    def _number(self, name: str, usual: int, least: int, most: int) -> int:
        try:
            number = int(str(self._store.value(name, usual)))
        except ValueError:
            return usual
        return number if least <= number <= most else usual
