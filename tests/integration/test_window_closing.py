"""Nothing is lost in silence: what closes live connections asks first, and offers to drain."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from app.server.listener import State
from tests.integration.clients import Client
from tests.integration.desk import Desk, OpenWindow

ECHO = """version = 1
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
"""
Connect = Callable[[int], Client]


@pytest.fixture
def clients() -> Iterator[list[Client]]:
    clients: list[Client] = []
    yield clients
    for client in clients:
        client.close()


@pytest.fixture
def desk(open_window: OpenWindow, clients: list[Client]) -> Desk:
    """A window with two clients of Echo."""
    desk = open_window(ECHO)
    desk.settings.asks_before_closing = True
    port = desk.switch_on("Echo")
    clients += [Client(port), Client(port)]
    desk.until(lambda: len(desk.rows()) == 2)
    return desk


def box(desk: Desk) -> QMessageBox:
    QApplication.processEvents()
    (found,) = [each for each in desk.window.findChildren(QMessageBox) if each.isVisible()]
    return found


def answer(desk: Desk, word: str) -> None:
    asked = box(desk)
    next(each for each in asked.buttons() if each.text().replace("&", "") == word).click()
    QApplication.processEvents()


def test_stopping_says_how_many_and_offers_to_drain(desk: Desk, clients: list[Client]) -> None:
    desk.flip("Echo")
    assert "Echo has 2 connections. Stopping closes them at once." in box(desk).text()
    assert desk.row("Echo").switch.isChecked()
    answer(desk, "Drain")
    assert desk.listener("Echo").state is State.DRAINING
    assert len(desk.rows()) == 2
    for client in clients:
        client.close()
    desk.until(lambda: desk.listener("Echo").state is State.STOPPED)


def test_stopping_at_once_closes_them(desk: Desk, clients: list[Client]) -> None:
    desk.flip("Echo")
    answer(desk, "Stop now")
    desk.until(lambda: all(client.saw("closed") for client in clients))


def test_cancel_changes_nothing(desk: Desk) -> None:
    desk.flip("Echo")
    answer(desk, "Cancel")
    assert desk.listener("Echo").state is State.LISTENING
    assert desk.row("Echo").switch.isChecked()


def test_a_listener_without_connections_stops_without_a_question(
    desk: Desk, clients: list[Client]
) -> None:
    for client in clients:
        client.close()
    desk.until(lambda: desk.rows() == [])
    desk.flip("Echo")
    desk.until(lambda: desk.listener("Echo").state is State.STOPPED)


def test_removing_asks_and_undo_says_what_it_cannot_restore(
    desk: Desk, clients: list[Client]
) -> None:
    desk.choose("Echo")
    desk.do(desk.window.commands.remove)
    assert "Undo does not restore them" in box(desk).text()
    answer(desk, "Remove now")
    assert desk.deck.listeners == []
    assert "not their connections (2)" in desk.window.rest.banner.message
    desk.click(desk.offer("Undo"))
    desk.until(lambda: desk.listener("Echo").state is State.LISTENING)


def test_removing_after_draining_waits_for_the_last_client(
    desk: Desk, clients: list[Client]
) -> None:
    desk.choose("Echo")
    desk.do(desk.window.commands.remove)
    answer(desk, "Drain, then remove")
    assert desk.listener("Echo").state is State.DRAINING
    for client in clients:
        client.close()
    desk.until(lambda: desk.deck.listeners == [])
    assert "connections" not in desk.window.rest.banner.message


def test_a_restart_asks_too(desk: Desk, clients: list[Client]) -> None:
    desk.choose("Echo")
    desk.do(desk.window.commands.restart)
    answer(desk, "Drain, then start")
    for client in clients:
        client.close()
    desk.until(lambda: desk.listener("Echo").state is State.LISTENING)


def test_one_need_not_be_asked_again(desk: Desk) -> None:
    desk.flip("Echo")
    silence = box(desk).checkBox()
    silence.setChecked(True)
    answer(desk, "Cancel")
    assert desk.settings.asks_before_closing
    desk.flip("Echo")
    box(desk).checkBox().setChecked(True)
    answer(desk, "Stop now")
    assert not desk.settings.asks_before_closing


def test_quitting_asks_and_cancel_stays(desk: Desk) -> None:
    desk.window.close()
    assert "Quitting closes them at once." in box(desk).text()
    answer(desk, "Cancel")
    assert desk.ending.asked == 0
    desk.do(desk.window.commands.quit)
    answer(desk, "Quit now")
    assert desk.ending.asked == 1


def test_quitting_after_draining_waits_for_the_last_client(
    desk: Desk, clients: list[Client]
) -> None:
    desk.do(desk.window.commands.quit)
    answer(desk, "Drain, then quit")
    assert "2 now" in desk.window.rest.banner.message
    clients[0].close()
    desk.until(lambda: len(desk.rows()) == 1)
    assert desk.ending.asked == 0
    clients[1].close()
    desk.until(lambda: desk.ending.asked == 1)


def test_one_may_stay_after_all(desk: Desk, clients: list[Client]) -> None:
    desk.do(desk.window.commands.quit)
    answer(desk, "Drain, then quit")
    desk.click(desk.offer("Stay"))
    desk.until(lambda: desk.listener("Echo").state is State.LISTENING)
    for client in clients:
        client.close()
    desk.until(lambda: desk.rows() == [])
    assert desk.ending.asked == 0


def test_closing_to_the_tray_hides_the_window(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.settings.closes_to_tray = True
    monkeypatch.setattr(type(desk.window.rest.tray), "is_shown", True)
    event = QCloseEvent()
    desk.window.closeEvent(event)
    assert not event.isAccepted()
    assert desk.window.isHidden()
    assert desk.ending.asked == 0
    desk.window.bring_to_front()
    assert desk.window.isVisible()


def test_without_a_tray_closing_quits(desk: Desk) -> None:
    desk.settings.closes_to_tray = True
    desk.settings.asks_before_closing = False
    desk.window.close()
    assert desk.ending.asked == 1


def test_what_is_on_is_saved_for_the_next_start(desk: Desk) -> None:
    path = desk.workspace.file.path
    desk.until(lambda: desk.settings.were_on(path) == {"Echo"})
    desk.settings.asks_before_closing = False
    desk.flip("Echo")
    desk.until(lambda: desk.settings.were_on(path) == frozenset())
