"""The tabs of the console: there is always one, and closing one lets its peer go."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QTabBar, QToolButton
from pytestqt.qtbot import QtBot

from app.client.draft import Draft
from app.client.session_messages import SessionState
from app.client.transcript import Display
from app.text.notation import LineEnding, Notation
from app.ui.console.pane import ConsolePane
from app.ui.console.saved_state import ConsoleState
from app.ui.console.session_tab import ConsoleTabBar, SessionTab
from app.ui.reactor.reactor import DeckReactor
from app.ui.style.icons import Icons


@pytest.fixture
def console(reactor: DeckReactor, memory: ConsoleState, qtbot: QtBot) -> Iterator[ConsolePane]:
    console = ConsolePane(reactor, Icons(), lambda: None, list, memory)
    qtbot.addWidget(console)
    console.show()
    yield console
    for tab in console.tabs:
        tab.close_session()
        tab.session.abort()


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
        qtbot.waitUntil(lambda: tab.session.state is SessionState.CONNECTED)
        session = tab.session
        console.close_tab(tab)
        qtbot.waitUntil(lambda: session.state is SessionState.CLOSED)


def test_a_tab_without_a_session_is_used_before_a_new_one_is_opened(
    console: ConsolePane, qtbot: QtBot
) -> None:
    first = console.current
    assert console.unused_tab() is first
    with socket.create_server(("127.0.0.1", 0)) as listening:
        first.head.target.setEditText(str(listening.getsockname()[1]))
        first.head.connect_button.click()
        qtbot.waitUntil(lambda: first.session.state is SessionState.CONNECTED)
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


# Names, copies, and what comes back


def bar(console: ConsolePane) -> ConsoleTabBar:
    found = console.tabBar()
    assert isinstance(found, ConsoleTabBar)
    return found


def connect(console: ConsolePane, listening: socket.socket, qtbot: QtBot) -> SessionTab:
    listening.setblocking(False)
    tab = console.current
    tab.head.target.setEditText(str(listening.getsockname()[1]))
    tab.head.connect_button.click()
    qtbot.waitUntil(lambda: tab.session.state is SessionState.CONNECTED)
    console.refresh()
    return tab


def test_a_double_click_renames_and_the_name_stays(console: ConsolePane, qtbot: QtBot) -> None:
    where = bar(console).tabRect(0).center()
    qtbot.mouseDClick(bar(console), Qt.MouseButton.LeftButton, pos=where)
    editor = bar(console).editor
    assert editor is not None
    qtbot.keyClicks(editor, "Q&A")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    console.current.title_changed.emit("Echo")
    assert titles(console) == ["Q&&A"]


def test_an_empty_name_is_none_and_escape_leaves_the_old_one(
    console: ConsolePane, qtbot: QtBot
) -> None:
    for text, key in (("", Qt.Key.Key_Return), ("other", Qt.Key.Key_Escape)):
        console.rename_current()
        editor = bar(console).editor
        assert editor is not None
        editor.setText(text)
        qtbot.keyClick(editor, key)
        assert titles(console) == ["Session #1"]
        assert bar(console).editor is None


def test_a_middle_click_closes(console: ConsolePane, qtbot: QtBot) -> None:
    console.open_tab()
    where = bar(console).tabRect(0).center()
    qtbot.mouseClick(bar(console), Qt.MouseButton.MiddleButton, pos=where)
    assert titles(console) == ["Session #2"]


def test_ctrl_w_closes_and_the_closed_one_comes_back(console: ConsolePane, qtbot: QtBot) -> None:
    console.current.foot.put(Draft("48 69", Notation.HEX))
    console.current.head.target.setEditText("localhost:1")
    console.activateWindow()
    console.current.foot.input.setFocus()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(console.current.foot.input, Qt.Key.Key_W, control)
    assert titles(console) == ["Session #2"]
    assert console.current.foot.input.text() == ""
    assert console.current.foot.input.hasFocus()
    qtbot.keyClick(console.current.foot.input, Qt.Key.Key_W, control | shift)
    assert console.current.foot.draft == Draft("48 69", Notation.HEX)
    assert console.current.head.target.currentText() == "localhost:1"
    console.reopen()
    assert console.count() == 2


def test_a_copy_connects_if_its_model_is_connected(console: ConsolePane, qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        connect(console, listening, qtbot)
        console.current.foot.put(Draft("draft"))
        console.duplicate()
        copy = console.current
        assert copy is not next(console.tabs)
        assert copy.foot.input.text() == "draft"
        qtbot.waitUntil(lambda: copy.session.state is SessionState.CONNECTED)
        for tab in list(console.tabs):
            console.close_tab(tab)


def test_a_tab_shows_its_state_by_sign_and_words(console: ConsolePane, qtbot: QtBot) -> None:
    assert console.tabIcon(0).isNull()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        tab = connect(console, listening, qtbot)
        assert not console.tabIcon(0).isNull()
        assert console.tabToolTip(0) == f"Connected to {tab.session.target}"
        assert "Connected to" in bar(console).accessibleTabName(0)
        tab.session.abort()
        qtbot.waitUntil(lambda: tab.session.state is SessionState.CLOSED)
        console.refresh()
        assert "is closed" in console.tabToolTip(0)


def test_the_tabs_come_back_at_the_next_start_and_are_not_connected(
    console: ConsolePane, reactor: DeckReactor, memory: ConsoleState, qtbot: QtBot
) -> None:
    console.current.head.target.setEditText("localhost:1")
    console.current.foot.put(Draft("GET /", ending=LineEnding.CRLF))
    console.current.tools.show_display(Display.BOTH)
    console.open_tab().head.target.setEditText("localhost:2")
    console.open_tab()
    console.rename_current()
    editor = bar(console).editor
    assert editor is not None
    editor.setText("mine")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    console.setCurrentIndex(1)
    console.keep()
    again = ConsolePane(reactor, Icons(), lambda: None, list, memory)
    qtbot.addWidget(again)
    assert titles(again) == ["Session #1", "Session #2", "mine"]
    assert again.currentIndex() == 1
    first = next(again.tabs)
    assert first.head.target.currentText() == "localhost:1"
    assert first.foot.draft == Draft("GET /", ending=LineEnding.CRLF)
    assert first.tools.display is Display.BOTH
    assert all(tab.session.state is SessionState.IDLE for tab in again.tabs)


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)")
def test_a_tab_has_a_menu(console: ConsolePane, qtbot: QtBot) -> None:
    bar(console).menu_wanted.emit(0, console.mapToGlobal(console.rect().center()))
    (menu,) = [each for each in console.findChildren(QMenu) if each.isVisible()]
    named = [action.text() for action in menu.actions()]
    assert named == ["Rename…", "Duplicate", "Close the tab", "Reopen the closed tab"]
    menu.close()


def test_only_what_was_closed_can_be_reopened(console: ConsolePane) -> None:
    reopen = console.actions_of_tab[-1]
    assert not reopen.isEnabled()
    console.current.foot.put(Draft("48 69", Notation.HEX))
    console.close_current()
    assert reopen.isEnabled()
    console.reopen()
    assert not reopen.isEnabled()


def test_bytes_that_are_offered_are_in_the_input_of_the_tab_on_show(console: ConsolePane) -> None:
    console.offer_bytes(b"\x00")
    assert console.current.foot.draft.compose() == b"\x00"


LAST_WORDS = b"last words" * 200_000
"""More than the system takes at once."""


@pytest.mark.parametrize("before", ["open", "half-closed", "closing"])
def test_closing_a_tab_still_sends_what_was_said(
    console: ConsolePane, qtbot: QtBot, before: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        session = connect(console, listening, qtbot).session
        peer, _ = listening.accept()
        peer.setblocking(False)
        session.send(LAST_WORDS)
        if before == "half-closed":
            session.half_close()
        elif before == "closing":
            session.disconnect()
        console.close_tab(console.current)
        said = bytearray()

        def is_over() -> bool:
            with suppress(BlockingIOError):
                piece = peer.recv(1_000_000)
                said.extend(piece)
                return not piece
            return False

        with peer:
            qtbot.waitUntil(is_over)
        assert said == LAST_WORDS
        qtbot.waitUntil(lambda: session.state is SessionState.CLOSED)
