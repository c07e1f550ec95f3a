"""The tabs of the console: there is always one, and closing a tab ends its session."""

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
def console(reactor: DeckReactor, saved_state: ConsoleState, qtbot: QtBot) -> Iterator[ConsolePane]:
    console = ConsolePane(reactor, Icons(), lambda: None, list, saved_state)
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


def test_the_console_starts_with_one_tab_and_opens_more(console: ConsolePane, qtbot: QtBot) -> None:
    assert titles(console) == ["Session #1"]
    qtbot.mouseClick(console.new_button, Qt.MouseButton.LeftButton)
    assert titles(console) == ["Session #1", "Session #2"]
    assert console.current is list(console.tabs)[1]


def test_tab_numbers_are_never_reused(console: ConsolePane, qtbot: QtBot) -> None:
    console.open_tab()
    qtbot.mouseClick(closer(console, 1), Qt.MouseButton.LeftButton)
    console.open_tab()
    assert titles(console) == ["Session #1", "Session #3"]


def test_closing_the_last_tab_opens_a_new_one(console: ConsolePane, qtbot: QtBot) -> None:
    only = console.current
    qtbot.mouseClick(closer(console, 0), Qt.MouseButton.LeftButton)
    assert titles(console) == ["Session #2"]
    assert console.current is not only


def test_closing_a_tab_closes_its_connection(console: ConsolePane, qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        tab = console.current
        tab.target_bar.target.setEditText(str(listening.getsockname()[1]))
        tab.target_bar.connect_button.click()
        qtbot.waitUntil(lambda: tab.session.state is SessionState.CONNECTED)
        session = tab.session
        console.close_tab(tab)
        qtbot.waitUntil(lambda: session.state is SessionState.CLOSED)


def test_an_unused_tab_is_used_before_a_new_one_opens(console: ConsolePane, qtbot: QtBot) -> None:
    first = console.current
    assert console.unused_tab() is first
    with socket.create_server(("127.0.0.1", 0)) as listening:
        first.target_bar.target.setEditText(str(listening.getsockname()[1]))
        first.target_bar.connect_button.click()
        qtbot.waitUntil(lambda: first.session.state is SessionState.CONNECTED)
        assert console.unused_tab() is not first
        assert titles(console)[1:] == ["Session #2"]


def test_the_title_of_a_tab_is_escaped(console: ConsolePane) -> None:
    first = console.current
    console.open_tab()
    first.title_changed.emit("Q&A")
    assert titles(console) == ["Q&&A #1", "Session #2"]


def test_refresh_updates_every_tab(console: ConsolePane) -> None:
    first = console.current
    console.open_tab()
    first.session.send(b"too early")
    console.refresh()
    assert "Not sent" in first.view.toPlainText()


def test_its_buttons_have_names(console: ConsolePane) -> None:
    assert console.new_button.accessibleName() == "New console tab"
    assert closer(console, 0).accessibleName() == "Close the tab"


# Renaming, duplicating and reopening


def bar(console: ConsolePane) -> ConsoleTabBar:
    found = console.tabBar()
    assert isinstance(found, ConsoleTabBar)
    return found


def connect(console: ConsolePane, listening: socket.socket, qtbot: QtBot) -> SessionTab:
    listening.setblocking(False)
    tab = console.current
    tab.target_bar.target.setEditText(str(listening.getsockname()[1]))
    tab.target_bar.connect_button.click()
    qtbot.waitUntil(lambda: tab.session.state is SessionState.CONNECTED)
    console.refresh()
    return tab


def test_a_double_click_renames_and_the_name_is_not_replaced(
    console: ConsolePane, qtbot: QtBot
) -> None:
    where = bar(console).tabRect(0).center()
    qtbot.mouseDClick(bar(console), Qt.MouseButton.LeftButton, pos=where)
    editor = bar(console).editor
    assert editor is not None
    qtbot.keyClicks(editor, "Q&A")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    console.current.title_changed.emit("Echo")
    assert titles(console) == ["Q&&A"]


def test_an_empty_name_or_escape_keeps_the_title(console: ConsolePane, qtbot: QtBot) -> None:
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


def test_ctrl_w_closes_a_tab_and_it_can_be_reopened(console: ConsolePane, qtbot: QtBot) -> None:
    console.current.input_bar.set_draft(Draft("48 69", Notation.HEX))
    console.current.target_bar.target.setEditText("localhost:1")
    console.activateWindow()
    console.current.input_bar.input.setFocus()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(console.current.input_bar.input, Qt.Key.Key_W, control)
    assert titles(console) == ["Session #2"]
    assert console.current.input_bar.input.text() == ""
    assert console.current.input_bar.input.hasFocus()
    qtbot.keyClick(console.current.input_bar.input, Qt.Key.Key_W, control | shift)
    assert console.current.input_bar.draft == Draft("48 69", Notation.HEX)
    assert console.current.target_bar.target.currentText() == "localhost:1"
    console.reopen()
    assert console.count() == 2


def test_a_duplicate_connects_if_the_original_is_connected(
    console: ConsolePane, qtbot: QtBot
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        connect(console, listening, qtbot)
        console.current.input_bar.set_draft(Draft("draft"))
        console.duplicate()
        copy = console.current
        assert copy is not next(console.tabs)
        assert copy.input_bar.input.text() == "draft"
        qtbot.waitUntil(lambda: copy.session.state is SessionState.CONNECTED)
        for tab in list(console.tabs):
            console.close_tab(tab)


def test_a_tab_shows_its_state_by_icon_and_tool_tip(console: ConsolePane, qtbot: QtBot) -> None:
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


def test_tabs_are_restored_at_the_next_start_without_connecting(
    console: ConsolePane, reactor: DeckReactor, saved_state: ConsoleState, qtbot: QtBot
) -> None:
    console.current.target_bar.target.setEditText("localhost:1")
    console.current.input_bar.set_draft(Draft("GET /", ending=LineEnding.CRLF))
    console.current.transcript_tools.show_display(Display.BOTH)
    console.open_tab().target_bar.target.setEditText("localhost:2")
    console.open_tab()
    console.rename_current()
    editor = bar(console).editor
    assert editor is not None
    editor.setText("mine")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    console.setCurrentIndex(1)
    console.save()
    again = ConsolePane(reactor, Icons(), lambda: None, list, saved_state)
    qtbot.addWidget(again)
    assert titles(again) == ["Session #1", "Session #2", "mine"]
    assert again.currentIndex() == 1
    first = next(again.tabs)
    assert first.target_bar.target.currentText() == "localhost:1"
    assert first.input_bar.draft == Draft("GET /", ending=LineEnding.CRLF)
    assert first.transcript_tools.display is Display.BOTH
    assert all(tab.session.state is SessionState.IDLE for tab in again.tabs)


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)")
def test_a_tab_has_a_menu(console: ConsolePane, qtbot: QtBot) -> None:
    bar(console).menu_wanted.emit(0, console.mapToGlobal(console.rect().center()))
    (menu,) = [each for each in console.findChildren(QMenu) if each.isVisible()]
    named = [action.text() for action in menu.actions()]
    assert named == ["Rename…", "Duplicate", "Close the tab", "Reopen the closed tab"]
    menu.close()


def test_reopen_is_enabled_only_after_a_tab_was_closed(console: ConsolePane) -> None:
    reopen = console.actions_of_tab[-1]
    assert not reopen.isEnabled()
    console.current.input_bar.set_draft(Draft("48 69", Notation.HEX))
    console.close_current()
    assert reopen.isEnabled()
    console.reopen()
    assert not reopen.isEnabled()


def test_bytes_are_put_into_the_input_of_the_current_tab(console: ConsolePane) -> None:
    console.put_bytes(b"\x00")
    assert console.current.input_bar.draft.compose() == b"\x00"


PENDING_DATA = b"last words" * 200_000
"""More than the send buffer of the system holds."""


@pytest.mark.parametrize("before", ["open", "half-closed", "closing"])
def test_closing_a_tab_still_sends_pending_data(
    console: ConsolePane, qtbot: QtBot, before: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        session = connect(console, listening, qtbot).session
        peer, _ = listening.accept()
        peer.setblocking(False)
        session.send(PENDING_DATA)
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
        assert said == PENDING_DATA
        qtbot.waitUntil(lambda: session.state is SessionState.CLOSED)
