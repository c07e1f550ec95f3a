"""What one does with several listeners, or about the state of one, in the real window."""

from __future__ import annotations

import socket

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton

from app.server.listener import State
from tests.integration.clients import Connect
from tests.integration.desk import LEFT, Desk, OpenWindow

TABLE = """
[[listener]]
name = "{name}"
protocol = "echo"
endpoint = "tcp:{port}:interface=127.0.0.1"
"""


def profile(**ports: int) -> str:
    tables = (TABLE.format(name=name, port=port) for name, port in ports.items())
    return "version = 1\n" + "".join(tables)


THREE = profile(One=0, Two=0, Three=0)


def offer(desk: Desk, name: str, word: str) -> QPushButton:
    """The button of a row that says `word`, once it is there."""

    def found() -> list[QPushButton]:
        offers = desk.row(name).action_buttons
        return [] if offers is None else [each for each in offers.buttons if each.text() == word]

    desk.until(lambda: any(each.isVisible() for each in found()))
    return found()[0]


def mark(desk: Desk, *names: str) -> None:
    desk.choose(names[0])
    for name in names[1:]:
        row = desk.row(name)
        where = QPoint(row.width() // 2, row.height() - 3)
        desk.qtbot.mouseClick(row, LEFT, Qt.KeyboardModifier.ControlModifier, where)


def states(desk: Desk) -> list[State]:
    return [each.state for each in desk.deck.listeners]


def names(desk: Desk) -> list[str]:
    return [each.spec.name for each in desk.deck.listeners]


def tops(desk: Desk) -> list[int]:
    """Where the rows stand, in the order of the deck."""
    return [desk.row(name).y() for name in names(desk)]


def test_the_marked_ones_start_and_stop_and_the_others_do_not(open_window: OpenWindow) -> None:
    desk = open_window(THREE)
    commands = desk.window.commands
    mark(desk, "One", "Three")
    assert commands.start_all.text() == "Start 2 marked"
    desk.press(commands.start_all)
    on, off = State.LISTENING, State.STOPPED
    desk.until(lambda: states(desk) == [on, off, on])
    desk.choose("Two")
    desk.until(lambda: commands.start_all.text() == "Start all")
    desk.press(commands.start_all)
    desk.until(lambda: states(desk) == [on, on, on])
    mark(desk, "One", "Two")
    desk.press(commands.stop_all)
    desk.until(lambda: states(desk) == [off, off, on])


def test_those_that_are_removed_together_come_back_together(open_window: OpenWindow) -> None:
    desk = open_window(THREE)
    desk.switch_on("Three")
    mark(desk, "One", "Three")
    desk.do(desk.window.commands.remove)
    assert names(desk) == ["Two"]
    assert desk.window.rest.banner.message == "2 listeners were removed."
    desk.click(desk.offer("Undo"))
    assert names(desk) == ["One", "Two", "Three"]
    desk.until(lambda: states(desk) == [State.STOPPED, State.STOPPED, State.LISTENING])
    assert [each.spec.name for each in desk.window.listeners.marked] == ["One", "Three"]


def test_a_twin_stands_below_and_listeners_move(open_window: OpenWindow) -> None:
    desk = open_window(THREE)
    commands = desk.window.commands
    desk.choose("One")
    desk.do(commands.duplicate)
    assert names(desk) == ["One", "One 2", "Two", "Three"]
    chosen = desk.window.listeners.chosen
    assert chosen is not None
    assert chosen.spec.name == "One 2"
    desk.do(commands.move_down)
    desk.do(commands.move_down)
    assert names(desk) == ["One", "Two", "Three", "One 2"]
    assert not commands.move_down.isEnabled()
    desk.until(lambda: tops(desk) == sorted(set(tops(desk))))
    desk.do(commands.move_up)
    assert [each.name for each in desk.workspace.file.load_again().listeners] == names(desk)


def test_draining_waits_for_the_clients_and_says_how_many_are_left(
    open_window: OpenWindow, connect: Connect
) -> None:
    desk = open_window(THREE)
    port = desk.switch_on("One")
    first, second = connect(port), connect(port)
    desk.until(lambda: len(desk.peers()) == 2)
    desk.choose("One")
    desk.do(desk.window.commands.drain)
    desk.until(lambda: desk.row("One").status.text() == "draining · 2 left")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    first.close()
    desk.until(lambda: desk.row("One").status.text() == "draining · 1 left")
    second.send(b"still here")
    desk.until(lambda: second.has(b"still here"))
    second.close()
    desk.until(lambda: desk.row("One").status.text() == "stopped")


def test_draining_can_be_taken_back_or_cut_short(open_window: OpenWindow, connect: Connect) -> None:
    desk = open_window(THREE)
    client = connect(desk.switch_on("One"))
    desk.until(lambda: len(desk.peers()) == 1)
    desk.choose("One")
    desk.do(desk.window.commands.drain)
    desk.click(offer(desk, "One", "Accept again"))
    desk.until(lambda: desk.listener("One").state is State.LISTENING)
    desk.until(desk.window.commands.drain.isEnabled)
    client.send(b"hello")
    desk.until(lambda: client.has(b"hello"))
    desk.do(desk.window.commands.drain)
    desk.click(offer(desk, "One", "Close them"))
    desk.until(lambda: client.saw("closed"))
    client.close()
    desk.until(lambda: desk.listener("One").state is State.STOPPED)


def test_a_taken_port_leads_to_who_has_it_and_to_a_free_one(open_window: OpenWindow) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    desk = open_window(profile(Echo=port, Second=port))
    desk.switch_on("Echo")
    desk.flip("Second")
    desk.until(lambda: desk.listener("Second").state is State.FAILED)
    assert "in use by your listener Echo" in desk.listener("Second").reason
    desk.click(offer(desk, "Second", "Show that listener"))
    assert desk.window.listeners.chosen is desk.listener("Echo")
    taken = desk.listener("Second").port_conflict
    assert taken is not None
    free = taken.free_port
    desk.click(offer(desk, "Second", f"Use port {free}"))
    desk.until(lambda: desk.listener("Second").state is State.LISTENING)
    assert desk.port("Second") == free
    assert desk.workspace.file.load_again().listeners[1].endpoint == (
        f"tcp:{free}:interface=127.0.0.1"
    )


def test_a_taken_port_can_be_tried_again(open_window: OpenWindow) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        desk = open_window(profile(Echo=other.getsockname()[1]))
        desk.flip("Echo")
        again = offer(desk, "Echo", "Try again")
    desk.click(again)
    desk.until(lambda: desk.listener("Echo").state is State.LISTENING)


def test_a_change_may_wait_and_be_applied_from_the_row(
    open_window: OpenWindow, connect: Connect
) -> None:
    desk = open_window(THREE)
    client = connect(desk.switch_on("One"))
    desk.until(lambda: len(desk.peers()) == 1)
    desk.choose("One")
    desk.do(desk.window.commands.edit)
    form = desk.form()
    form.identity.protocol.setCurrentIndex(form.identity.protocol.findData("discard"))
    desk.click(form.later)
    desk.until(lambda: "The last change counts" in desk.row("One").status.text())
    client.send(b"hello")
    desk.until(lambda: client.has(b"hello"))
    client.close()
    desk.click(offer(desk, "One", "Restart to apply"))
    desk.until(lambda: desk.row("One").status.text().endswith("0 connected"))
    assert not desk.listener("One").is_stale
