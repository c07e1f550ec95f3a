"""The tabs of the console: there is always one, and closing one lets its peer go."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar, QToolButton
from pytestqt.qtbot import QtBot

from app.client.session import State
from app.ui.console.memory import Memory
from app.ui.console.pane import ConsolePane
from app.ui.icons import Icons
from app.ui.reactor import DeckReactor


@pytest.fixture
def console(reactor: DeckReactor, memory: Memory, qtbot: QtBot) -> Iterator[ConsolePane]:
    console = ConsolePane(reactor, Icons(), lambda: None, list, memory)
    qtbot.addWidget(console)
    console.show()
    yield console
    for tab in console.tabs:
        tab.close_session()


def closer(console: ConsolePane, index: int) -> QToolButton:
    button = console.tabBar().tabButton(index, QTabBar.ButtonPosition.RightSide)
    assert isinstance(button, QToolButton)
    return button


def titles(console: ConsolePane) -> list[str]:
    return [console.tabText(index) for index in range(console.count())]


def test_there_is_one_tab_at_first_and_more_on_request(console: ConsolePane, qtbot: QtBot) -> None:
    assert titles(console) == ["Session #1"]
    qtbot.mouseClick(console.new_button, Qt.MouseButton.LeftButton)
    assert titles(console) == ["Session #1", "Session #2"]
    assert console.current is list(console.tabs)[1]


def test_numbers_are_never_given_twice(console: ConsolePane, qtbot: QtBot) -> None:
    console.open_tab()
    qtbot.mouseClick(closer(console, 1), Qt.MouseButton.LeftButton)
    console.open_tab()
    assert titles(console) == ["Session #1", "Session #3"]


def test_the_last_tab_that_is_closed_makes_room_for_a_new_one(
    console: ConsolePane, qtbot: QtBot
) -> None:
    only = console.current
    qtbot.mouseClick(closer(console, 0), Qt.MouseButton.LeftButton)
    assert titles(console) == ["Session #2"]
    assert console.current is not only


def test_closing_a_tab_lets_its_peer_go(console: ConsolePane, qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        tab = console.current
        tab.head.target.setEditText(str(listening.getsockname()[1]))
        tab.head.connect_button.click()
        qtbot.waitUntil(lambda: tab.session.state is State.CONNECTED)
        session = tab.session
        console.close_tab(tab)
        qtbot.waitUntil(lambda: session.state is State.CLOSED)


def test_a_tab_without_a_session_is_used_before_a_new_one_is_opened(
    console: ConsolePane, qtbot: QtBot
) -> None:
    first = console.current
    assert console.unused_tab() is first
    with socket.create_server(("127.0.0.1", 0)) as listening:
        first.head.target.setEditText(str(listening.getsockname()[1]))
        first.head.connect_button.click()
        qtbot.waitUntil(lambda: first.session.state is State.CONNECTED)
        assert console.unused_tab() is not first
        assert titles(console)[1:] == ["Session #2"]


def test_a_name_is_written_as_it_is_and_the_right_tab_has_it(console: ConsolePane) -> None:
    first = console.current
    console.open_tab()
    first.title_changed.emit("Q&A")
    assert titles(console) == ["Q&&A #1", "Session #2"]


def test_every_tab_pulls_what_is_new(console: ConsolePane) -> None:
    first = console.current
    console.open_tab()
    first.session.send(b"too early")
    console.refresh()
    assert "Not sent" in first.view.toPlainText()


def test_its_buttons_have_names(console: ConsolePane) -> None:
    assert console.new_button.accessibleName() == "New console tab"
    assert closer(console, 0).accessibleName() == "Close the tab"
