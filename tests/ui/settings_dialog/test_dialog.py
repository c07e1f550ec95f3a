"""The settings dialog: a change applies immediately, is saved, and its effect is shown."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QColorDialog, QWidget
from pytestqt.qtbot import QtBot

from app.text.notation import LineEnding, Notation
from app.traffic.chunk_log import MAX_BYTES, MAX_CHUNKS, ChunkLog
from app.ui.settings import Language, Notice, Settings, StartUp
from app.ui.settings_dialog.appearance import Appearance
from app.ui.settings_dialog.appearance_page import ACCENTS, AppearancePage
from app.ui.settings_dialog.dialog import SettingsDialog
from app.ui.settings_dialog.page import index_of
from app.ui.settings_dialog.pages import (
    MIB,
    LanguagePage,
    LogPage,
    NotificationsPage,
    StartUpPage,
    TrafficPage,
    setting_titles,
)
from app.ui.style.theme import Theme, mono_font
from app.ui.style.tokens import Density, Scheme


class Login:
    """In place of the desktop's entry."""

    place = "somewhere"
    is_on = False
    error = False

    def turn(self, on: bool) -> None:
        if self.error:
            raise PermissionError(13, "Permission denied")
        self.is_on = on


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(QSettings(str(tmp_path / "window.conf"), QSettings.Format.IniFormat))


@pytest.fixture
def log() -> ChunkLog:
    log = ChunkLog()
    for _ in range(20_000):
        log.append(0.0, 1, False, bytes(100))
    return log


@pytest.fixture
def appearance(settings: Settings, qapp: QApplication) -> Iterator[Appearance]:
    theme = Theme.of(qapp)
    before = theme.scheme, theme.density, theme.zoom
    yield Appearance(theme, settings)
    scheme, density, zoom = before
    theme.use(scheme, accent="", density=density, zoom=zoom, family="", mono_family="")


@pytest.fixture
def dialog(
    log: ChunkLog, settings: Settings, appearance: Appearance, qtbot: QtBot
) -> SettingsDialog:
    dialog = SettingsDialog(log, settings, appearance, has_tray=True, login=Login())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.open_page("traffic")
    return dialog


@pytest.fixture
def traffic(dialog: SettingsDialog) -> TrafficPage:
    return dialog.traffic


def test_it_shows_the_limits_and_the_kept_traffic(traffic: TrafficPage) -> None:
    assert (traffic.memory.value() * MIB, traffic.chunks.value()) == (MAX_BYTES, MAX_CHUNKS)
    assert traffic.outcome.text() == "Kept now: 20,000 chunks, 2.0 MB."


def test_a_smaller_limit_drops_the_oldest_traffic_and_says_so(
    dialog: SettingsDialog, traffic: TrafficPage, log: ChunkLog, settings: Settings
) -> None:
    traffic.chunks.setValue(10_000)
    assert len(log) <= 10_000
    assert f"dropped, to fit: {log.dropped:,} chunks." in traffic.outcome.text()
    assert settings.traffic_bounds == (MAX_BYTES, 10_000)
    traffic.memory.setValue(1)
    assert log.bounds == settings.traffic_bounds == (MIB, 10_000)
    assert log.kept_bytes < MIB


def test_a_half_typed_number_drops_nothing(
    dialog: SettingsDialog, traffic: TrafficPage, log: ChunkLog, qtbot: QtBot
) -> None:
    traffic.chunks.selectAll()
    qtbot.keyClicks(traffic.chunks, "1500")
    assert len(log) == 20_000
    qtbot.keyClick(traffic.chunks, Qt.Key.Key_Return)
    assert len(log) <= 1_500
    assert dialog.isVisible()


def test_reset_restores_the_defaults(
    dialog: SettingsDialog, traffic: TrafficPage, log: ChunkLog, settings: Settings
) -> None:
    traffic.chunks.setValue(50_000)
    dialog.reset_button.click()
    assert log.bounds == settings.traffic_bounds == (MAX_BYTES, MAX_CHUNKS)


@pytest.mark.parametrize("value", ["", "many", "-1", "0", str(10**15)])
def test_invalid_limits_are_ignored(tmp_path: Path, value: str) -> None:
    store = QSettings(str(tmp_path / "window.conf"), QSettings.Format.IniFormat)
    store.setValue("traffic_bytes", value)
    store.setValue("traffic_chunks", value)
    assert Settings(store).traffic_bounds == (MAX_BYTES, MAX_CHUNKS)
    assert Settings(store).number("traffic_bytes", 5) == 0


def test_every_setting_is_on_the_page_that_the_palette_names(dialog: SettingsDialog) -> None:
    on_pages = [
        (name, page.title, field.accessibleName())
        for name, page in dialog.pages.items()
        for field in page.fields
    ]
    assert on_pages == list(setting_titles())


def test_every_control_has_an_accessible_name(dialog: SettingsDialog) -> None:
    for page in dialog.pages.values():
        for control in page.findChildren(QWidget):
            takes_focus = control.focusPolicy() & Qt.FocusPolicy.TabFocus
            if takes_focus and control.isVisibleTo(page) and control.focusProxy() is None:
                interface = QAccessible.queryAccessibleInterface(control)
                assert interface.text(QAccessible.Text.Name), control


def test_the_cost_in_all_follows_the_bound(traffic: TrafficPage) -> None:
    traffic.memory.setValue(128)
    assert "about 308 MiB at most: 128 MiB for traffic" in traffic.cost.text()
    traffic.memory.setValue(1)
    assert "about 181 MiB at most" in traffic.cost.text()


def test_a_change_of_the_appearance_shows_at_once_and_is_saved(
    dialog: SettingsDialog, settings: Settings, qapp: QApplication
) -> None:
    page = dialog.pages["appearance"]
    assert isinstance(page, AppearancePage)
    page.scheme.setCurrentIndex(index_of(page.scheme, Scheme.DARK))
    page.accent.setCurrentIndex(index_of(page.accent, ACCENTS[3]))
    page.density.setCurrentIndex(index_of(page.density, Density.COMPACT))
    page.zoom.setCurrentIndex(index_of(page.zoom, 1.25))
    theme = Theme.of(qapp)
    assert (theme.scheme, theme.density, theme.zoom) == (Scheme.DARK, Density.COMPACT, 1.25)
    assert theme.design.is_dark
    saved = (settings.scheme, settings.accent, settings.density, settings.zoom)
    assert saved == (Scheme.DARK, ACCENTS[3], Density.COMPACT, 1.25)


def test_a_choice_of_another_accent_that_is_cancelled_leaves_the_accent(
    dialog: SettingsDialog, settings: Settings
) -> None:
    page = dialog.pages["appearance"]
    assert isinstance(page, AppearancePage)
    page.accent.setCurrentIndex(index_of(page.accent, ACCENTS[3]))
    page.accent.setCurrentIndex(index_of(page.accent, None))
    (colors,) = page.findChildren(QColorDialog)
    colors.reject()
    assert page.accent.currentData() == settings.accent == ACCENTS[3]


def test_a_chosen_font_shows_at_once_and_the_system_font_fills_its_gaps(
    dialog: SettingsDialog, settings: Settings, qapp: QApplication
) -> None:
    page = dialog.pages["appearance"]
    assert isinstance(page, AppearancePage)
    before = qapp.font().family(), mono_font().family()
    chosen = page.text_font.itemData(page.text_font.count() - 1), page.data_font.itemData(1)
    page.text_font.setCurrentIndex(page.text_font.count() - 1)
    page.data_font.setCurrentIndex(1)
    assert (settings.font, settings.data_font) == chosen
    assert qapp.font().families() == [chosen[0], before[0]]
    qapp.processEvents()
    assert dialog.font().family() == chosen[0]
    assert mono_font().families()[0] == chosen[1]
    page.reset()
    assert (qapp.font().family(), mono_font().family()) == before
    assert (settings.font, settings.data_font) == ("", "")


def test_a_saved_font_that_is_not_installed_shows_as_that_of_the_system(
    log: ChunkLog, settings: Settings, appearance: Appearance, qtbot: QtBot
) -> None:
    settings.font = "No Such Font"
    page = AppearancePage(settings, appearance)
    qtbot.addWidget(page)
    assert page.text_font.currentData() == ""


def test_the_saved_appearance_is_applied_at_the_next_start(
    settings: Settings, appearance: Appearance, qapp: QApplication
) -> None:
    settings.zoom, settings.density = 1.5, Density.COMPACT
    appearance.apply()
    assert (Theme.of(qapp).zoom, Theme.of(qapp).density) == (1.5, Density.COMPACT)


def test_zoom_goes_in_steps_and_is_remembered(settings: Settings, appearance: Appearance) -> None:
    appearance.set_zoom(1.0)
    appearance.step_zoom(+1)
    assert appearance.zoom == settings.zoom == 1.1
    appearance.step_zoom(-2)
    assert settings.zoom == 0.9
    for _ in range(20):
        appearance.step_zoom(-1)
    assert settings.zoom == 0.8


def test_another_language_is_saved_and_told(
    dialog: SettingsDialog, settings: Settings, qtbot: QtBot
) -> None:
    page = dialog.pages["language"]
    assert isinstance(page, LanguagePage)
    with qtbot.waitSignal(dialog.language_changed):
        page.language.setCurrentIndex(index_of(page.language, Language.CHINESE))
    assert settings.language is Language.CHINESE


def test_the_log_level_counts_at_once(dialog: SettingsDialog, settings: Settings) -> None:
    page = dialog.pages["log"]
    assert isinstance(page, LogPage)
    before = logging.getLogger().level
    try:
        page.level.setCurrentIndex(index_of(page.level, logging.ERROR))
        assert logging.getLogger().level == settings.log_level == logging.ERROR
        dialog.reset_all_button.click()
        assert logging.getLogger().level == settings.log_level == logging.INFO
    finally:
        logging.getLogger().setLevel(before)


def test_reset_all_restores_every_default(
    log: ChunkLog, settings: Settings, appearance: Appearance, qtbot: QtBot
) -> None:
    settings.notation, settings.ending = Notation.HEX, LineEnding.CRLF
    settings.start_up, settings.closes_to_tray = StartUp.AS_BEFORE, True
    settings.save_notifies(Notice.FAILED, True)
    appearance.set_zoom(2.0)
    before = logging.getLogger().level
    dialog = SettingsDialog(log, settings, appearance, has_tray=True)
    qtbot.addWidget(dialog)
    dialog.reset_all_button.click()
    logging.getLogger().setLevel(before)
    assert (settings.notation, settings.ending) == (Notation.TEXT, LineEnding.LF)
    assert (settings.start_up, settings.closes_to_tray) == (StartUp.MARKED, False)
    assert not settings.notifies(Notice.FAILED)
    assert settings.zoom == 1.0


def test_the_settings_of_all_pages_begin_at_the_same_place(
    log: ChunkLog, settings: Settings, appearance: Appearance, qtbot: QtBot
) -> None:
    dialog = SettingsDialog(log, settings, appearance, has_tray=True, login=Login())
    qtbot.addWidget(dialog)
    dialog.show()
    starts = set()
    for name, page in dialog.pages.items():
        dialog.open_page(name)
        QApplication.processEvents()
        starts |= {each.mapTo(dialog, QPoint()).x() for each in page.fields}
    assert len(starts) == 1


def test_without_a_tray_its_settings_are_disabled_and_say_why(
    log: ChunkLog, settings: Settings, appearance: Appearance, qtbot: QtBot
) -> None:
    dialog = SettingsDialog(log, settings, appearance, has_tray=False)
    qtbot.addWidget(dialog)
    start_up, notifications = dialog.pages["start_up"], dialog.pages["notifications"]
    assert isinstance(start_up, StartUpPage)
    assert isinstance(notifications, NotificationsPage)
    assert not start_up.to_tray.isEnabled()
    assert not any(box.isEnabled() for box in notifications.boxes.values())


@pytest.mark.parametrize("name", ["accent", "density", "zoom_percent", "start_up", "log_level"])
def test_invalid_values_count_as_missing(tmp_path: Path, name: str) -> None:
    store = QSettings(str(tmp_path / "window.conf"), QSettings.Format.IniFormat)
    store.setValue(name, "<h1>")
    settings = Settings(store)
    assert settings.accent == ""
    assert (settings.density, settings.zoom) == (Density.COMFORTABLE, 1.0)
    assert (settings.start_up, settings.log_level) == (StartUp.MARKED, logging.INFO)


def test_the_start_at_login_shows_what_is_true(settings: Settings, qtbot: QtBot) -> None:
    login = Login()
    page = StartUpPage(settings, has_tray=True, login=login)
    qtbot.addWidget(page)
    assert not page.at_login.isChecked()
    page.at_login.click()
    assert login.is_on
    assert "somewhere" in page.login_note.text()
    login.error = True
    page.at_login.click()
    assert page.at_login.isChecked()
    assert "Permission denied" in page.login_note.text()
    login.error = False
    page.reset()
    assert not login.is_on
    assert page.login_note.isHidden()
