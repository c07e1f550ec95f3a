"""Another language while the window is open: it is made anew, and the engine goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from app.ui.application import WindowHolder
from app.ui.help.guide import GuideWindow
from app.ui.settings import Language
from app.ui.settings_dialog.dialog import SettingsDialog
from app.ui.widgets.translation import apply_language
from tests.integration.clients import Client
from tests.integration.desk import Desk, OpenWindow

ECHO = """version = 1
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
"""


@pytest.fixture
def desk(open_window: OpenWindow) -> Desk:
    return open_window(ECHO)


@pytest.fixture
def holder(desk: Desk, qapp: QApplication) -> Iterator[WindowHolder]:
    """Holds the window of `desk`, and replaces it as the program does."""
    desk.window.retire()  # the holder makes its own
    holder = WindowHolder(desk.make_window, lambda: apply_language(qapp, desk.settings.language))
    desk.window = holder.window
    yield holder
    desk.window = holder.window
    apply_language(qapp, Language.ENGLISH)
    assert not [each for each in qapp.findChildren(QTranslator) if each.objectName()]


def choose(desk: Desk, language: Language) -> None:
    """Choose `language` in the settings; the window may ask something first."""
    desk.settings.language = language
    desk.window.rest.language_change.ask()


def title(holder: WindowHolder) -> str:
    return holder.window.menuBar().actions()[0].text()


def test_another_language_shows_at_once(desk: Desk, holder: WindowHolder) -> None:
    before = desk.window
    assert title(holder) == "&File"
    choose(desk, Language.CHINESE)
    desk.until(lambda: holder.window is not before)
    assert title(holder) == "文件(&F)"
    assert holder.window.isVisible()
    (dialog,) = holder.window.findChildren(SettingsDialog)
    assert dialog.page == "language"
    dialog.close()
    chinese = holder.window
    desk.window = chinese
    choose(desk, Language.ENGLISH)
    desk.until(lambda: holder.window is not chinese)
    assert title(holder) == "&File"
    holder.window.findChildren(SettingsDialog)[0].close()


def test_the_open_guide_stays_at_its_heading(desk: Desk, holder: WindowHolder) -> None:
    desk.window.rest.help.show_guide("window", "console")
    before = desk.window
    choose(desk, Language.CHINESE)
    desk.until(lambda: holder.window is not before)
    desk.window = holder.window
    (guide,) = desk.window.findChildren(GuideWindow)
    assert guide.isVisible()
    assert guide.page == "window"
    assert guide.view.textCursor().block().text() == "控制台"
    assert guide.anchor == "console"
    guide.close()
    desk.window.findChildren(SettingsDialog)[0].close()


def test_listeners_connections_and_traffic_go_on(desk: Desk, holder: WindowHolder) -> None:
    client = Client(desk.switch_on("Echo"))
    client.send(b"before")
    desk.until(lambda: client.has(b"before"))
    desk.until(lambda: len(desk.rows()) == 1)
    before = desk.window
    choose(desk, Language.CHINESE)
    desk.until(lambda: holder.window is not before)
    desk.window = holder.window
    desk.window.findChildren(SettingsDialog)[0].close()
    desk.until(lambda: desk.peers() == [client.name])
    assert "(1)" in desk.tab_text("connections")
    client.send(b"after")
    desk.until(lambda: client.has(b"beforeafter"))
    (connection,) = desk.deck.connections()
    info = desk.window.rest.traffic.directory.info(connection.number)
    assert info is not None
    assert info.listener == "Echo"
    client.close()
    desk.until(lambda: desk.rows() == [])
    assert "(0)" in desk.tab_text("connections")


def test_a_connected_session_is_asked_about_first(desk: Desk, holder: WindowHolder) -> None:
    desk.switch_on("Echo")
    desk.choose("Echo")
    desk.window.rest.open_in_console()
    desk.until(lambda: next(desk.window.console.sessions)[1].state.is_open)
    before = desk.window
    choose(desk, Language.CHINESE)
    (box,) = desk.window.findChildren(QMessageBox)
    assert "1 session of the console" in box.text()
    later = next(each for each in box.buttons() if each.text() == "At the next start")
    assert isinstance(later, QPushButton)
    later.click()
    QApplication.processEvents()
    assert holder.window is before
    desk.window.rest.language_change.ask()
    box = desk.window.findChildren(QMessageBox)[-1]
    next(each for each in box.buttons() if each.text() == "Open it again now").click()
    desk.until(lambda: holder.window is not before)
    holder.window.findChildren(SettingsDialog)[0].close()


def test_the_exit_saves_the_window_of_now_alone(desk: Desk, holder: WindowHolder) -> None:
    before = desk.window
    choose(desk, Language.CHINESE)
    desk.until(lambda: holder.window is not before)
    holder.window.findChildren(SettingsDialog)[0].close()
    desk.window = holder.window
    desk.window.close()
    desk.until(lambda: desk.ending.asked == 1)
