"""The dialog that sends to connections: its recipients, send_dialogs, and the result."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.client.draft import Draft
from app.server.connections.connection import Connection
from app.text.notation import Notation
from app.ui.connections.actions import SendDialogs
from app.ui.connections.send_dialog import SendDialog
from app.ui.console.saved_state import ConsoleState
from app.ui.style.icons import Icons
from tests.ui.reactor.peers import Peers


@pytest.fixture
def send_dialogs(saved_state: ConsoleState, qtbot: QtBot) -> SendDialogs:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return SendDialogs(window, saved_state, Icons())


def sent(connection: Connection) -> bytes:
    written: bytes = connection.transport.value()
    return written


def dialog_to(send_dialogs: SendDialogs, *connections: Connection) -> SendDialog:
    send_dialogs.open_for(connections)
    return send_dialogs.dialogs[-1]


def enter(dialog: SendDialog, text: str, notation: Notation) -> None:
    dialog.bar.set_draft(Draft(text, notation))


@pytest.mark.parametrize(
    ("text", "notation", "data"),
    [
        ("hello", Notation.TEXT, b"hello\n"),
        (r"a\x00b\r", Notation.ESCAPES, b"a\0b\r\n"),
        ("de ad BE:EF", Notation.HEX, b"\xde\xad\xbe\xef"),
    ],
)
def test_input_is_sent_in_its_notation(
    text: str,
    notation: Notation,
    data: bytes,
    send_dialogs: SendDialogs,
    peers: Peers,
    qtbot: QtBot,
) -> None:
    one, other = peers.open(), peers.open()
    dialog = dialog_to(send_dialogs, one, other)
    enter(dialog, text, notation)
    assert dialog.bar.state.text() == f"{len(data)} bytes"
    qtbot.mouseClick(dialog.bar.send_button, Qt.MouseButton.LeftButton)
    assert sent(one) == sent(other) == data
    assert dialog.result_label.text() == f"{len(data)} bytes sent to each of 2 connections."


def test_a_mistake_is_shown_and_nothing_is_sent(
    send_dialogs: SendDialogs, peers: Peers, qtbot: QtBot
) -> None:
    one = peers.open()
    dialog = dialog_to(send_dialogs, one)
    enter(dialog, "12 4x", Notation.HEX)
    assert dialog.bar.state.property("wrong")
    qtbot.mouseClick(dialog.bar.send_button, Qt.MouseButton.LeftButton)
    assert sent(one) == b""


def test_the_title_names_the_recipients(send_dialogs: SendDialogs, peers: Peers) -> None:
    one, other = peers.open(0), peers.open(1)
    assert dialog_to(send_dialogs, one).windowTitle() == "Send to 127.0.0.1:50001 of Echo"
    assert dialog_to(send_dialogs, one, other).windowTitle() == "Send to 2 connections"


def test_closed_recipients_are_counted(
    send_dialogs: SendDialogs, peers: Peers, qtbot: QtBot
) -> None:
    one, other = peers.open(), peers.open()
    dialog = dialog_to(send_dialogs, one, other)
    peers.changes.take()
    peers.close(one)
    send_dialogs.refresh(peers.changes.take())
    assert dialog.recipients_label.text() == "It goes to 1 of 2 connections; the others are closed."
    enter(dialog, "hi", Notation.TEXT)
    qtbot.mouseClick(dialog.bar.send_button, Qt.MouseButton.LeftButton)
    assert dialog.result_label.text() == "3 bytes sent to one connection.\n1 were closed meanwhile."
    peers.close(other)
    send_dialogs.refresh(peers.changes.take())
    assert dialog.recipients_label.text() == "Nobody is connected."
    assert not dialog.bar.send_button.isEnabled()


def test_sent_input_is_in_the_history(
    send_dialogs: SendDialogs, saved_state: ConsoleState, peers: Peers, qtbot: QtBot
) -> None:
    dialog = dialog_to(send_dialogs, peers.open())
    enter(dialog, "again", Notation.TEXT)
    qtbot.mouseClick(dialog.bar.send_button, Qt.MouseButton.LeftButton)
    assert dialog.bar.input.text() == ""
    assert saved_state.history.drafts[-1].text == "again"
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
def test_the_dialog_closes_in_every_way_and_is_deleted(
    leave: Callable[[SendDialog, QtBot], None],
    send_dialogs: SendDialogs,
    peers: Peers,
    qtbot: QtBot,
) -> None:
    dialog = dialog_to(send_dialogs, peers.open())
    assert dialog.isVisible()
    leave(dialog, qtbot)
    assert send_dialogs.dialogs == []
    qtbot.waitUntil(lambda: not isValid(dialog))
