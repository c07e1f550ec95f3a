"""The pages of the settings dialog. Each change is saved and applied at once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QColor, QFontDatabase
from PySide6.QtWidgets import QCheckBox, QColorDialog, QLabel, QVBoxLayout, QWidget

from app.text import readable
from app.text.notation import LineEnding, Notation
from app.text.sentence import system_reason
from app.traffic.chunk_log import MAX_BYTES, MAX_CHUNKS, ChunkLog
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
from app.ui.settings_dialog.appearance import Appearance
from app.ui.settings_dialog.page import SettingsPage, index_of, number, swatch
from app.ui.style.tokens import ZOOMS, Density, Scheme
from app.ui.widgets.translation import translated

MIB: Final = 1024 * 1024
WINDOW_MIB: Final = 120
NAMES_AND_LOG_MIB: Final = 60
"""Measured on 64-bit Linux, with a full log and the names of 100,000 connections."""

ACCENTS: Final = ("#2f6fdb", "#6b57d2", "#b0369c", "#c2371f", "#a35c00", "#287a3c", "#007a80")
translate = QCoreApplication.translate


class AppearancePage(SettingsPage):
    """Light or dark, accent, density, zoom and fonts."""

    def __init__(self, settings: Settings, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self.scheme = self.add_choice(
            translate("SettingsPage", "Colours"),
            (
                (self.tr("As the system"), Scheme.SYSTEM),
                (self.tr("Light"), Scheme.LIGHT),
                (self.tr("Dark"), Scheme.DARK),
            ),
            settings.scheme,
            appearance.set_scheme,
        )
        self.accent = self.add_choice(
            translate("SettingsPage", "Accent"),
            self._accents(settings.accent),
            settings.accent,
            self._set_accent,
        )
        for index in range(self.accent.count()):
            color = self.accent.itemData(index)
            if color:
                self.accent.setItemIcon(index, swatch(color))
        self.density = self.add_choice(
            translate("SettingsPage", "Density"),
            (
                (self.tr("Comfortable"), Density.COMFORTABLE),
                (self.tr("Compact"), Density.COMPACT),
            ),
            settings.density,
            appearance.set_density,
        )
        self.zoom = self.add_choice(
            translate("SettingsPage", "Zoom"),
            ((f"{round(zoom * 100)} %", zoom) for zoom in ZOOMS),
            settings.zoom,
            appearance.set_zoom,
        )
        self.text_font = self.add_choice(
            translate("SettingsPage", "Font"),
            self._families(is_fixed=False),
            settings.font,
            appearance.set_font,
        )
        self.data_font = self.add_choice(
            translate("SettingsPage", "Font for data"),
            self._families(is_fixed=True),
            settings.data_font,
            appearance.set_data_font,
        )
        self.add_note(self.tr("Ctrl++ and Ctrl+- zoom too, and Ctrl+0 goes back to 100 %."))
        self.end()

    def reset(self) -> None:
        self.scheme.setCurrentIndex(index_of(self.scheme, Scheme.SYSTEM))
        self.accent.setCurrentIndex(index_of(self.accent, ""))
        self.density.setCurrentIndex(index_of(self.density, Density.COMFORTABLE))
        self.zoom.setCurrentIndex(index_of(self.zoom, 1.0))
        self.text_font.setCurrentIndex(index_of(self.text_font, ""))
        self.data_font.setCurrentIndex(index_of(self.data_font, ""))

    def _families(self, *, is_fixed: bool) -> Iterator[tuple[str, str]]:
        """The families of fonts that have Latin letters, after that of the system."""
        yield self.tr("As the system"), ""
        for family in QFontDatabase.families(QFontDatabase.WritingSystem.Latin):
            is_usable = not QFontDatabase.isPrivateFamily(family)
            if is_usable and QFontDatabase.isFixedPitch(family) is is_fixed:
                yield family, family

    def _accents(self, chosen: str) -> list[tuple[str, str | None]]:
        names = (
            self.tr("Blue"),
            self.tr("Violet"),
            self.tr("Pink"),
            self.tr("Red"),
            self.tr("Amber"),
            self.tr("Green"),
            self.tr("Teal"),
        )
        choices: list[tuple[str, str | None]] = [(self.tr("As the system"), "")]
        choices += zip(names, ACCENTS, strict=True)
        if chosen and chosen not in ACCENTS:
            choices.append((chosen, chosen))
        return [*choices, (self.tr("Another…"), None)]

    def _set_accent(self, accent: str | None) -> None:
        if accent is not None:
            self._appearance.set_accent(accent)
            return
        dialog = QColorDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(self._take_color)
        dialog.rejected.connect(lambda: self.accent.setCurrentIndex(0))
        dialog.open()

    def _take_color(self, color: QColor) -> None:
        name = color.name()
        if self.accent.findData(name) < 0:
            self.accent.insertItem(self.accent.count() - 1, swatch(name), name, name)
        self.accent.setCurrentIndex(self.accent.findData(name))


class LanguagePage(SettingsPage):
    """The language of the window."""

    chosen = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.language = self.add_choice(
            translate("SettingsPage", "Language"),
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

    def __init__(
        self, settings: Settings, *, has_tray: bool, login: LoginStart | None = None
    ) -> None:
        """Without `login`, this desktop starts nothing at the login."""
        super().__init__()
        self._settings = settings
        self._login = login
        self.listeners = self.add_choice(
            translate("SettingsPage", "Listeners at the start"),
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
            self.add_setting(translate("SettingsPage", "Login"), self.at_login)
        self.to_tray = QCheckBox(self.tr("Keeps Portdeck running in the tray"))
        self.to_tray.setChecked(settings.closes_to_tray)
        self.to_tray.toggled.connect(lambda on: setattr(settings, "closes_to_tray", on))
        self.add_setting(translate("SettingsPage", "Closing the window"), self.to_tray)
        self.to_tray.setEnabled(has_tray)
        self.asks = QCheckBox(self.tr("Ask before a command closes them"))
        self.asks.setChecked(settings.asks_before_closing)
        self.asks.toggled.connect(lambda on: setattr(settings, "asks_before_closing", on))
        self.add_setting(translate("SettingsPage", "Live connections"), self.asks)
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

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.notation = self.add_choice(
            translate("SettingsPage", "Notation"),
            (
                (self.tr("Text"), Notation.TEXT),
                (self.tr("Escapes"), Notation.ESCAPES),
                (self.tr("Hex"), Notation.HEX),
            ),
            settings.notation,
            lambda notation: setattr(settings, "notation", notation),
        )
        self.ending = self.add_choice(
            translate("SettingsPage", "Line ending"),
            ((ending.label, ending) for ending in LineEnding),
            settings.ending,
            lambda ending: setattr(settings, "ending", ending),
        )
        self.enter = self.add_choice(
            translate("SettingsPage", "Enter key"),
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

    def __init__(self, log: ChunkLog, settings: Settings) -> None:
        super().__init__()
        self._log = log
        self._settings = settings
        self._dropped = log.dropped
        max_bytes, max_chunks = log.bounds
        self.memory = number(LEAST_BYTES // MIB, MOST_BYTES // MIB, max_bytes // MIB, 16)
        self.memory.setSuffix(self.tr(" MiB"))
        self.chunks = number(LEAST_CHUNKS, MOST_CHUNKS, max_chunks, 100_000)
        for title, box in (
            (translate("SettingsPage", "Memory"), self.memory),
            (translate("SettingsPage", "Chunks, at most"), self.chunks),
        ):
            self.add_setting(title, box)
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

    def __init__(self, settings: Settings, *, has_tray: bool) -> None:
        super().__init__()
        self.boxes: dict[Notice, QCheckBox] = {}
        group = QWidget()
        column = QVBoxLayout(group)
        column.setContentsMargins(0, 0, 0, 0)
        for notice, words in (
            (Notice.FAILED, self.tr("A listener fails")),
            (Notice.FIRST_CLIENT, self.tr("The first client of a listener connects")),
            (Notice.RULE_HIT, self.tr("A rule matches (at most every half minute for each)")),
        ):
            box = QCheckBox(words)
            box.setChecked(settings.notifies(notice))
            box.toggled.connect(lambda on, notice=notice: settings.save_notifies(notice, on))
            box.setEnabled(has_tray)
            column.addWidget(box)
            self.boxes[notice] = box
        group.setFocusProxy(self.boxes[Notice.FAILED])
        self.add_setting(translate("SettingsPage", "Notify me when"), group)
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
            translate("SettingsPage", "Minimum level"),
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
