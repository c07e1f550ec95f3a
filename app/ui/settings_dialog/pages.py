"""The pages of the settings dialog. Each change is saved and applied at once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import ClassVar, Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from app.text import readable
from app.text.notation import LineEnding, Notation
from app.text.sentence import system_reason
from app.traffic.chunk_log import MAX_BYTES, MAX_CHUNKS, ChunkLog
from app.ui.commands import QT_TRANSLATE_NOOP
from app.ui.settings import (
    LEAST_BYTES,
    LEAST_CHUNKS,
    LOG_LEVELS,
    MOST_BYTES,
    MOST_CHUNKS,
    Language,
    LoginStart,
    Notice,
    Settings,
    StartUp,
)
from app.ui.settings_dialog.appearance_page import AppearancePage
from app.ui.settings_dialog.page import SettingsPage, index_of, number
from app.ui.style.theme import Theme
from app.ui.widgets.translation import translated

MIB: Final = 1024 * 1024
WINDOW_MIB: Final = 120
NAMES_AND_LOG_MIB: Final = 60
"""Measured on 64-bit Linux, with a full log and the names of 100,000 connections."""


class LanguagePage(SettingsPage):
    """The language of the window."""

    name = "language"
    title = QT_TRANSLATE_NOOP("SettingsDialog", "Language")
    titles: ClassVar = {"language": QT_TRANSLATE_NOOP("SettingsPage", "Language")}

    chosen = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.language = self.add_choice(
            "language",
            (
                (self.tr("As the system"), Language.SYSTEM),
                ("English", Language.ENGLISH),
                ("简体中文", Language.CHINESE),
            ),
            settings.language,
            self._choose,
        )
        self.add_note(
            self.tr(
                "The window opens again in the chosen language. Listeners and their connections go "
                "on meanwhile; sessions of the console end."
            )
        )
        self.end()

    def reset(self) -> None:
        self.language.setCurrentIndex(index_of(self.language, Language.SYSTEM))

    def _choose(self, language: Language) -> None:
        if language is not self._settings.language:
            self._settings.language = language
            self.chosen.emit()


class StartUpPage(SettingsPage):
    """Which listeners start with the window, and what closing it does."""

    name = "start_up"
    title = QT_TRANSLATE_NOOP("SettingsDialog", "Start and end")
    titles: ClassVar = {
        "listeners": QT_TRANSLATE_NOOP("SettingsPage", "Listeners at the start"),
        "at_login": QT_TRANSLATE_NOOP("SettingsPage", "Login"),
        "to_tray": QT_TRANSLATE_NOOP("SettingsPage", "Closing the window"),
        "asks": QT_TRANSLATE_NOOP("SettingsPage", "Live connections"),
    }

    def __init__(
        self, settings: Settings, *, has_tray: bool, login: LoginStart | None = None
    ) -> None:
        """Without `login`, this desktop starts nothing at the login."""
        super().__init__()
        self._settings = settings
        self._login = login
        self.listeners = self.add_choice(
            "listeners",
            (
                (self.tr("Those that start automatically"), StartUp.MARKED),
                (self.tr("As they were, too"), StartUp.AS_BEFORE),
            ),
            settings.start_up,
            lambda choice: setattr(settings, "start_up", choice),
        )
        self.at_login = QCheckBox(self.tr("Starts Portdeck, hidden if there is a tray"), self)
        self.at_login.setVisible(login is not None)
        if login is not None:
            self.at_login.toggled.connect(self._start_at_login)
            self.add_setting("at_login", self.at_login)
        self.to_tray = QCheckBox(self.tr("Keeps Portdeck running in the tray"))
        self.to_tray.setChecked(settings.closes_to_tray)
        self.to_tray.toggled.connect(lambda on: setattr(settings, "closes_to_tray", on))
        self.add_setting("to_tray", self.to_tray)
        self.to_tray.setEnabled(has_tray)
        self.asks = QCheckBox(self.tr("Ask before a command closes them"))
        self.asks.setChecked(settings.asks_before_closing)
        self.asks.toggled.connect(lambda on: setattr(settings, "asks_before_closing", on))
        self.add_setting("asks", self.asks)
        self.add_note(
            self.tr("File → Quit always ends Portdeck.")
            if has_tray
            else self.tr("This desktop shows no tray icons, so closing the window ends Portdeck.")
        )
        self.login_note = self.add_note("")
        self._show_login()
        self.end()

    def _start_at_login(self, on: bool) -> None:
        """Write the entry of the desktop, and show what is true then."""
        assert self._login is not None
        problem = ""
        try:
            self._login.turn(on)
        except OSError as error:
            problem = self.tr("The entry for the login cannot be changed ({0}).").format(
                translated(system_reason(error))
            )
        self._show_login(problem)

    def _show_login(self, problem: str = "") -> None:
        is_on = self._login is not None and self._login.is_on
        place = self._login.place if self._login is not None and is_on else ""
        self.at_login.blockSignals(True)
        self.at_login.setChecked(is_on)
        self.at_login.blockSignals(False)
        words = self.tr("The entry for the login: {0}").format(place) if place else ""
        self.login_note.setText(problem or words)
        self.login_note.setVisible(bool(problem or words))

    def reset(self) -> None:
        if self._login is not None:
            self.at_login.setChecked(False)
        self.listeners.setCurrentIndex(index_of(self.listeners, StartUp.MARKED))
        self.to_tray.setChecked(False)
        self.asks.setChecked(True)


class ConsolePage(SettingsPage):
    """What a new console tab begins with."""

    name = "console"
    title = QT_TRANSLATE_NOOP("SettingsDialog", "Console")
    titles: ClassVar = {
        "notation": QT_TRANSLATE_NOOP("SettingsPage", "Notation"),
        "ending": QT_TRANSLATE_NOOP("SettingsPage", "Line ending"),
        "enter": QT_TRANSLATE_NOOP("SettingsPage", "Enter key"),
    }

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.notation = self.add_choice(
            "notation",
            (
                (self.tr("Text"), Notation.TEXT),
                (self.tr("Escapes"), Notation.ESCAPES),
                (self.tr("Hex"), Notation.HEX),
            ),
            settings.notation,
            lambda notation: setattr(settings, "notation", notation),
        )
        self.ending = self.add_choice(
            "ending",
            ((ending.label, ending) for ending in LineEnding),
            settings.ending,
            lambda ending: setattr(settings, "ending", ending),
        )
        self.enter = self.add_choice(
            "enter",
            (
                (self.tr("Sends; Shift+Enter begins a new line"), True),
                (self.tr("Begins a new line; Ctrl+Enter sends"), False),
            ),
            settings.enter_submits,
            lambda submits: setattr(settings, "enter_submits", submits),
        )
        self.add_note(
            self.tr("Notation and line ending count for tabs that are opened from now on.")
        )
        self.end()

    def reset(self) -> None:
        self.notation.setCurrentIndex(index_of(self.notation, Notation.TEXT))
        self.ending.setCurrentIndex(index_of(self.ending, LineEnding.LF))
        self.enter.setCurrentIndex(index_of(self.enter, True))


class TrafficPage(SettingsPage):
    """How much captured traffic is kept, and what that costs in all."""

    name = "traffic"
    title = QT_TRANSLATE_NOOP("SettingsDialog", "Traffic")
    titles: ClassVar = {
        "memory": QT_TRANSLATE_NOOP("SettingsPage", "Memory"),
        "chunks": QT_TRANSLATE_NOOP("SettingsPage", "Chunks, at most"),
    }

    def __init__(self, log: ChunkLog, settings: Settings) -> None:
        super().__init__()
        self._log = log
        self._settings = settings
        self._dropped = log.dropped
        max_bytes, max_chunks = log.bounds
        self.memory = number(LEAST_BYTES // MIB, MOST_BYTES // MIB, max_bytes // MIB, 16)
        self.memory.setSuffix(self.tr(" MiB"))
        self.chunks = number(LEAST_CHUNKS, MOST_CHUNKS, max_chunks, 100_000)
        for name, box in (("memory", self.memory), ("chunks", self.chunks)):
            self.add_setting(name, box)
            box.valueChanged.connect(self._apply)
        self.add_note(
            self.tr(
                "The oldest is dropped when one of the two is reached, and counted. The views of "
                "messages may take as much again while they are on show."
            )
        )
        self.cost = self.add_note("")
        self.outcome = QLabel()
        self.outcome.setTextFormat(Qt.TextFormat.PlainText)
        self.outcome.setWordWrap(True)
        self._layout.addWidget(self.outcome)
        self.end()
        self._say()

    def reset(self) -> None:
        for box, value in ((self.memory, MAX_BYTES // MIB), (self.chunks, MAX_CHUNKS)):
            box.setValue(value)

    def _apply(self) -> None:
        bounds = self.memory.value() * MIB, self.chunks.value()
        self._log.resize(*bounds)
        self._settings.traffic_bounds = bounds
        self._say()

    def _say(self) -> None:
        """Show the cost, how much is kept now, and how much was dropped since the page opened."""
        memory = self.memory.value()
        words = self.tr(
            "With this, Portdeck takes about {0} MiB at most: {1} MiB for traffic, about {2} MiB "
            "for the window itself, and some {3} MiB for names and the log."
        )
        total = memory + WINDOW_MIB + NAMES_AND_LOG_MIB
        self.cost.setText(words.format(f"{total:,}", f"{memory:,}", WINDOW_MIB, NAMES_AND_LOG_MIB))
        kept = self.tr("Kept now: {0} chunks, {1}.").format(
            f"{len(self._log):,}", readable.format_size(self._log.kept_bytes)
        )
        dropped = self._log.dropped - self._dropped
        if dropped:
            words = self.tr("The oldest were dropped, to fit: {0} chunks.")
            kept = f"{kept} {words.format(f'{dropped:,}')}"
        self.outcome.setText(kept)


class NotificationsPage(SettingsPage):
    """The events of which the desktop is notified."""

    name = "notifications"
    title = QT_TRANSLATE_NOOP("SettingsDialog", "Notifications")
    titles: ClassVar = {"notices": QT_TRANSLATE_NOOP("SettingsPage", "Notify me when")}

    def __init__(self, settings: Settings, *, has_tray: bool) -> None:
        super().__init__()
        self.boxes: dict[Notice, QCheckBox] = {}
        group = QWidget()
        column = QVBoxLayout(group)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        height = Theme.of_application().design.sizes.control  # as high as the text beside the first
        for notice, words in (
            (Notice.FAILED, self.tr("A listener fails")),
            (Notice.FIRST_CLIENT, self.tr("The first client of a listener connects")),
            (Notice.RULE_HIT, self.tr("A rule matches (at most every half minute for each)")),
        ):
            box = QCheckBox(words)
            box.setMinimumHeight(height)
            box.setChecked(settings.notifies(notice))
            box.toggled.connect(lambda on, notice=notice: settings.save_notifies(notice, on))
            box.setEnabled(has_tray)
            column.addWidget(box)
            self.boxes[notice] = box
        group.setFocusProxy(self.boxes[Notice.FAILED])
        self.add_setting("notices", group)
        self.add_note(
            self.tr("Only while the window is not in front.")
            if has_tray
            else self.tr("This desktop shows no notifications of programs.")
        )
        self.end()

    def reset(self) -> None:
        for box in self.boxes.values():
            box.setChecked(False)


class LogPage(SettingsPage):
    """How much is logged."""

    name = "log"
    title = QT_TRANSLATE_NOOP("SettingsDialog", "Log")
    titles: ClassVar = {"level": QT_TRANSLATE_NOOP("SettingsPage", "Minimum level")}

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        names = {
            "DEBUG": self.tr("Everything"),
            "INFO": self.tr("What happens"),
            "WARNING": self.tr("Warnings and errors"),
            "ERROR": self.tr("Errors"),
        }
        levels = logging.getLevelNamesMapping()
        self.level = self.add_choice(
            "level",
            ((names[name], levels[name]) for name in LOG_LEVELS),
            settings.log_level,
            self._choose,
        )
        self.add_note(self.tr("It counts for the log pane and for the log file, at once."))
        self.end()

    def reset(self) -> None:
        self.level.setCurrentIndex(index_of(self.level, logging.INFO))

    def _choose(self, level: int) -> None:
        self._settings.log_level = level
        logging.getLogger().setLevel(level)


PAGES: Final[tuple[type[SettingsPage], ...]] = (
    AppearancePage,
    LanguagePage,
    StartUpPage,
    ConsolePage,
    TrafficPage,
    NotificationsPage,
    LogPage,
)
"""The pages in their order."""


def setting_titles() -> Iterator[tuple[str, str, str]]:
    """For each setting the name of its page, the page's title, and the setting's title."""
    translate = QCoreApplication.translate
    for page in PAGES:
        for title in page.titles.values():
            yield (
                page.name,
                translate("SettingsDialog", page.title),
                translate("SettingsPage", title),
            )
