"""UDP in the window: its senders are rows, and all that is done with rows is done with them."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox

from app.server.listener import State
from app.ui.connections.columns import columns
from app.ui.listener_form.section import TransportChoice
from tests.integration.desk import Desk, OpenWindow

COLUMNS = [column.name for column in columns(lambda row: "")]
LISTENER, STATE, IN, OUT = (COLUMNS.index(name) for name in ("listener", "state", "in", "out"))

PROFILE = """\
version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "udp:0"

[[listener]]
name = "Hello"
protocol = "hello"
endpoint = "udp:0"
max_connections = 1
"""


class Sender:
    """A plain UDP socket that never blocks."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.name = "{}:{}".format(*self.socket.getsockname())
        self.received: list[bytes] = []

    def send(self, datagram: bytes) -> None:
        self.socket.send(datagram)

    def has(self, *datagrams: bytes) -> bool:
        """Whether exactly these have come so far."""
        try:
            while True:
                self.received.append(self.socket.recv(65535))
        except BlockingIOError:
            return self.received == list(datagrams)


@pytest.fixture
def desk(open_window: OpenWindow) -> Desk:
    """Echo and Hello listen on UDP."""
    desk = open_window(PROFILE)
    for name in ("Echo", "Hello"):
        desk.switch_on(name)
    return desk


@pytest.fixture
def senders(desk: Desk) -> Iterator[list[Sender]]:
    """Two have sent a datagram to Echo, and one to Hello; all were answered."""
    made = [Sender(desk.port(name)) for name in ("Echo", "Echo", "Hello")]
    for number, sender in enumerate(made):
        sender.send(b"hi")
        desk.until(lambda sender=sender: not sender.has())  # type: ignore[misc]
        desk.until(lambda number=number: len(desk.rows()) == number + 1)  # type: ignore[misc]
        sender.received.clear()
    yield made
    for sender in made:
        sender.socket.close()


def test_a_sender_is_a_row_with_its_bytes(desk: Desk, senders: list[Sender]) -> None:
    assert desk.peers() == [sender.name for sender in senders]
    assert [row[LISTENER] for row in desk.rows()] == ["Echo", "Echo", "Hello"]
    desk.until(lambda: [row[IN] for row in desk.rows()] == ["2 B", "2 B", "2 B"])
    desk.until(lambda: "listening · 2 peers" in desk.row("Echo").status.text())
    senders[0].send(b"x" * 1498)
    desk.until(lambda: desk.rows()[0][IN : OUT + 1] == ["1.5 kB", "1.5 kB"])


def test_the_rows_of_the_chosen_listener_are_shown(desk: Desk, senders: list[Sender]) -> None:
    desk.choose("Hello")
    assert desk.peers() == [senders[2].name]


def test_a_closed_row_is_among_the_closed_and_comes_back_with_a_datagram(
    desk: Desk, senders: list[Sender]
) -> None:
    desk.select(0)
    desk.press(desk.window.rest.connections.commands.close)
    desk.until(lambda: desk.peers() == [sender.name for sender in senders[1:]])
    senders[0].send(b"again")
    desk.until(lambda: desk.peers() == [senders[1].name, senders[2].name, senders[0].name])
    desk.press(desk.window.rest.connections.commands.show_closed)
    assert [row[STATE] for row in desk.rows()].count("closed by the listener") == 1


def test_something_is_said_to_the_selected_senders(desk: Desk, senders: list[Sender]) -> None:
    desk.select(0, 2)
    desk.press(desk.window.rest.connections.commands.send)
    (dialog,) = desk.window.rest.send_dialogs.dialogs
    desk.qtbot.keyClicks(dialog.bar.input, "news")
    desk.qtbot.keyClick(dialog.bar.input, Qt.Key.Key_Return)
    desk.until(lambda: senders[0].has(b"news\n") and senders[2].has(b"news\n"))
    assert senders[1].has()
    dialog.close()


def test_a_sender_too_many_is_counted_beside_its_listener(
    desk: Desk, senders: list[Sender]
) -> None:
    late = Sender(desk.port("Hello"))
    late.send(b"hi")
    desk.until(lambda: "1 refused" in desk.row("Hello").status.text())
    assert late.has()
    late.socket.close()


def test_a_removed_listener_comes_back_as_it_was(desk: Desk, senders: list[Sender]) -> None:
    desk.choose("Echo")
    desk.do(desk.window.commands.remove)
    desk.until(lambda: desk.peers() == [senders[2].name])
    desk.click(desk.offer("Undo"))
    desk.until(lambda: desk.listener("Echo").state is State.LISTENING)
    back = Sender(desk.port("Echo"))
    back.send(b"hi")
    desk.until(lambda: back.has(b"hi"))
    back.socket.close()


def test_a_listener_that_is_on_restarts_for_udp(open_window: OpenWindow) -> None:
    desk = open_window(PROFILE.replace("udp:0", "tcp:0", 1))
    desk.switch_on("Echo")
    desk.choose("Echo")
    desk.do(desk.window.commands.edit)
    form = desk.form()
    form.address.choose(TransportChoice.UDP)
    save = form.buttons.button(QDialogButtonBox.StandardButton.Save)
    assert save.text() == "Save and restart"
    desk.click(save)
    desk.until(lambda: desk.row("Echo").protocol.text() == "echo over UDP")
    desk.until(lambda: getattr(desk.listener("Echo").address, "type", "") == "UDP")
    sender = Sender(desk.port("Echo"))
    sender.send(b"hi")
    desk.until(lambda: sender.has(b"hi"))
    sender.socket.close()
