"""The dialog that sends to connections: what it says before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.client.draft import Draft
from app.client.history import HistoryFile
from app.client.saved_tabs import SavedTabsFile
from app.client.snippets import SnippetFile
from app.server.connections.connection import Connection
from app.text.notation import Notation
from app.ui.connections.actions import SendDialogs
from app.ui.connections.send_dialog import SendDialog
from app.ui.console.saved_state import ConsoleState
from app.ui.settings import Settings
from app.ui.style.icons import Icons
from tests.ui.reactor.peers import Peers


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[ConsoleState]:
    settings = QSettings(str(tmp_path / "window.conf"), QSettings.Format.IniFormat)
    memory = ConsoleState(
        HistoryFile(tmp_path / "history.jsonl"),
        SnippetFile(tmp_path / "snippets.toml"),
        SavedTabsFile(tmp_path / "tabs.json", tmp_path),
        Settings(settings),
    )
    yield memory
    memory.save()


@pytest.fixture
def sending(memory: ConsoleState, qtbot: QtBot) -> SendDialogs:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return SendDialogs(window, memory, Icons())


def sent(connection: Connection) -> bytes:
    written: bytes = connection.transport.value()
    return written


def dialog_to(sending: SendDialogs, *connections: Connection) -> SendDialog:
    sending.to(connections)
    return sending.dialogs[-1]


def enter(dialog: SendDialog, text: str, notation: Notation) -> None:
    dialog.bar.put(Draft(text, notation))


@pytest.mark.parametrize(
    ("text", "notation", "data"),
    [
        ("hello", Notation.TEXT, b"hello\n"),
        (r"a\x00b\r", Notation.ESCAPES, b"a\0b\r\n"),
        ("de ad BE:EF", Notation.HEX, b"\xde\xad\xbe\xef"),
    ],
)
def test_it_is_sent_as_it_is_meant(
    text: str, notation: Notation, data: bytes, sending: SendDialogs, peers: Peers, qtbot: QtBot
) -> None:
    one, other = peers.open(), peers.open()
    dialog = dialog_to(sending, one, other)
    enter(dialog, text, notation)
    assert dialog.bar.state.text() == f"{len(data)} bytes"
    qtbot.mouseClick(dialog.bar.send_button, Qt.MouseButton.LeftButton)
    assert sent(one) == sent(other) == data
    assert dialog.told.text() == f"{len(data)} bytes sent to each of 2 connections."


def test_a_mistake_is_pointed_at_and_nothing_is_sent(
    sending: SendDialogs, peers: Peers, qtbot: QtBot
) -> None:
    one = peers.open()
    dialog = dialog_to(sending, one)
    enter(dialog, "12 4x", Notation.HEX)
    assert dialog.bar.state.property("wrong")
    qtbot.mouseClick(dialog.bar.send_button, Qt.MouseButton.LeftButton)
    assert sent(one) == b""


def test_the_title_says_to_whom(sending: SendDialogs, peers: Peers) -> None:
    one, other = peers.open(0), peers.open(1)
    assert dialog_to(sending, one).windowTitle() == "Send to 127.0.0.1:50001 of Echo"
    assert dialog_to(sending, one, other).windowTitle() == "Send to 2 connections"


def test_those_that_closed_meanwhile_are_told(
    sending: SendDialogs, peers: Peers, qtbot: QtBot
) -> None:
    one, other = peers.open(), peers.open()
    dialog = dialog_to(sending, one, other)
    peers.changes.take()
    peers.close(one)
    sending.refresh(peers.changes.take())
    assert dialog.audience.text() == "It goes to 1 of 2 connections; the others are closed."
    enter(dialog, "hi", Notation.TEXT)
    qtbot.mouseClick(dialog.bar.send_button, Qt.MouseButton.LeftButton)
    assert dialog.told.text() == "3 bytes sent to one connection.\n1 were closed meanwhile."
    peers.close(other)
    sending.refresh(peers.changes.take())
    assert dialog.audience.text() == "Nobody is connected."
    assert not dialog.bar.send_button.isEnabled()


def test_what_was_sent_last_is_remembered(
    sending: SendDialogs, memory: ConsoleState, peers: Peers, qtbot: QtBot
) -> None:
    dialog = dialog_to(sending, peers.open())
    enter(dialog, "again", Notation.TEXT)
    qtbot.mouseClick(dialog.bar.send_button, Qt.MouseButton.LeftButton)
    assert dialog.bar.input.text() == ""
    assert memory.past.drafts[-1].text == "again"
    qtbot.keyClick(dialog.bar.input, Qt.Key.Key_Up)
    assert dialog.bar.input.text() == "again"


def press_escape(dialog: SendDialog, qtbot: QtBot) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def press_close(dialog: SendDialog, qtbot: QtBot) -> None:
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Close)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def close_window(dialog: SendDialog, qtbot: QtBot) -> None:
    assert dialog.close(), "Portdeck could not quit"


@pytest.mark.parametrize("leave", [press_escape, press_close, close_window])
def test_it_goes_in_any_way_and_nobody_tells_it_more(
    leave: Callable[[SendDialog, QtBot], None], sending: SendDialogs, peers: Peers, qtbot: QtBot
) -> None:
    dialog = dialog_to(sending, peers.open())
    assert dialog.isVisible()
    leave(dialog, qtbot)
    assert sending.dialogs == []
    qtbot.waitUntil(lambda: not isValid(dialog))
