"""Another language while the window is open: it is made anew, and the engine goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from app.ui.application import WindowHolder
from app.ui.preferences.dialog import Preferences
from app.ui.settings import Language, apply_language
from tests.integration.desk import Desk, OpenWindow
from tests.integration.people import Client

ECHO = """version = 1
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
"""


@pytest.fixture
def desk(open_window: OpenWindow, qapp: QApplication) -> Iterator[Desk]:
    desk = open_window(ECHO)
    desk.window.retire()  # the holder makes its own
    desk.holder = WindowHolder(
        desk.make_window, lambda: apply_language(qapp, desk.settings.language)
    )
    desk.window = desk.holder.window
    yield desk
    desk.window = desk.holder.window
    apply_language(qapp, Language.ENGLISH)
    assert not [each for each in qapp.findChildren(QTranslator) if each.objectName()]


def choose(desk: Desk, language: Language) -> None:
    """Choose `language` in the settings; the window may ask something first."""
    desk.settings.language = language
    desk.window.renewal.ask()


def title(desk: Desk) -> str:
    return desk.holder.window.menuBar().actions()[0].text()


def test_another_language_shows_at_once(desk: Desk) -> None:
    before = desk.window
    assert title(desk) == "&File"
    choose(desk, Language.CHINESE)
    desk.until(lambda: desk.holder.window is not before)
    assert title(desk) == "文件(&F)"
    assert desk.holder.window.isVisible()
    (dialog,) = desk.holder.window.findChildren(Preferences)
    assert dialog.page == "language"
    dialog.close()
    chinese = desk.holder.window
    desk.window = chinese
    choose(desk, Language.ENGLISH)
    desk.until(lambda: desk.holder.window is not chinese)
    assert title(desk) == "&File"
    desk.holder.window.findChildren(Preferences)[0].close()


def test_listeners_connections_and_traffic_go_on(desk: Desk) -> None:
    client = Client(desk.switch_on("Echo"))
    client.send(b"before")
    desk.until(lambda: client.has(b"before"))
    desk.until(lambda: len(desk.rows()) == 1)
    before = desk.window
    choose(desk, Language.CHINESE)
    desk.until(lambda: desk.holder.window is not before)
    desk.window = desk.holder.window
    desk.window.findChildren(Preferences)[0].close()
    desk.until(lambda: desk.peers() == [client.name])
    assert "(1)" in desk.window.tabs.tabText(0)
    client.send(b"after")
    desk.until(lambda: client.has(b"beforeafter"))
    (connection,) = desk.deck.connections()
    info = desk.window.traffic.directory.info(connection.number)
    assert info is not None
    assert info.listener == "Echo"
    client.close()
    desk.until(lambda: desk.rows() == [])
    assert "(0)" in desk.window.tabs.tabText(0)


def test_a_connected_session_is_asked_about_first(desk: Desk) -> None:
    desk.switch_on("Echo")
    desk.choose("Echo")
    desk.window.open_in_console()
    desk.until(lambda: next(desk.window.console.sessions)[1].state.is_open)
    before = desk.window
    choose(desk, Language.CHINESE)
    (box,) = desk.window.findChildren(QMessageBox)
    assert "1 session of the console" in box.text()
    later = next(each for each in box.buttons() if each.text() == "At the next start")
    assert isinstance(later, QPushButton)
    later.click()
    QApplication.processEvents()
    assert desk.holder.window is before
    desk.window.renewal.ask()
    box = desk.window.findChildren(QMessageBox)[-1]
    next(each for each in box.buttons() if each.text() == "Open it again now").click()
    desk.until(lambda: desk.holder.window is not before)
    desk.holder.window.findChildren(Preferences)[0].close()


def test_the_exit_saves_the_window_of_now_alone(desk: Desk) -> None:
    before = desk.window
    choose(desk, Language.CHINESE)
    desk.until(lambda: desk.holder.window is not before)
    desk.holder.window.findChildren(Preferences)[0].close()
    desk.window = desk.holder.window
    desk.window.close()
    desk.until(lambda: desk.ending.asked == 1)
