"""The panel of details in the window, and the ways between connections and their traffic."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from tests.integration.desk import Desk, OpenWindow

TWO = """version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"

[[listener]]
name = "Hello"
protocol = "hello"
endpoint = "tcp:0:interface=127.0.0.1"
"""


@pytest.fixture
def desk(open_window: OpenWindow) -> Desk:
    return open_window(TWO)


@pytest.fixture
def peer(desk: Desk) -> Iterator[socket.socket]:
    """A connection to Echo that has said something."""
    port = desk.switch_on("Echo")
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(b"hello")
        desk.until(lambda: len(desk.rows()) == 1)
        desk.until(lambda: len(desk.window.traffic.log) == 2)
        yield peer
    desk.until(lambda: not desk.rows())


def test_the_details_follow_what_is_chosen(desk: Desk, peer: socket.socket) -> None:
    panel = desk.window.insight.panel
    desk.do(desk.window.commands.details)
    assert panel.isVisible()
    desk.choose("Hello")
    assert panel.name.text() == "Hello"
    desk.window.listeners.choose(None)
    desk.select(0)
    assert panel.name.text() == desk.peers()[0]
    desk.click(panel.listener_button)
    assert panel.name.text() == "Echo"
    assert desk.window.listeners.chosen is desk.listener("Echo")


def test_hidden_details_read_nothing_and_start_no_timer(desk: Desk, peer: socket.socket) -> None:
    panel = desk.window.insight.panel
    desk.choose("Echo")
    assert not panel.plot.is_moving
    desk.do(desk.window.commands.details)
    assert panel.plot.is_moving
    desk.do(desk.window.commands.details)
    assert not panel.plot.is_moving


def test_a_double_click_shows_the_traffic_of_a_connection(desk: Desk, peer: socket.socket) -> None:
    window = desk.window
    table = window.connections.table
    at = table.visualRect(window.connections.model.index(0, 0)).center()
    desk.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    desk.qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert window.tabs.currentWidget() is window.traffic
    assert window.traffic.pane is not None
    assert window.traffic.pane.filter_bar.more.text() == "Filters (1)"
    desk.until(lambda: window.traffic.pane.table.rows.rowCount() == 2)


def test_the_menu_of_a_chunk_leads_back_to_its_connection(desk: Desk, peer: socket.socket) -> None:
    window = desk.window
    window.insight.show_traffic(desk.listener("Echo"))
    pane = window.traffic.pane
    assert pane is not None
    desk.until(lambda: pane.table.rows.rowCount() == 2)
    chunk = pane.table.rows.chunk(0)
    menu = QMenu(window)
    pane.row_menu_opening.emit(menu, chunk)
    (back,) = [each for each in menu.actions() if each.text() == "Show its connection"]
    window.connections.filter.setText("nothing like it")
    back.trigger()
    assert window.tabs.currentWidget() is window.connections
    (row,) = window.connections.selected()
    assert row.peer == desk.peers()[0]


def test_the_way_back_shows_closed_connections_too(desk: Desk) -> None:
    port = desk.switch_on("Echo")
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(b"hello")
        desk.until(lambda: len(desk.rows()) == 1)
        number = desk.window.connections.model.row(0).number
    desk.until(lambda: not desk.rows())
    desk.window.insight.show_connection(number)
    assert desk.window.connections.commands.show_closed.isChecked()
    assert len(list(desk.window.connections.selected())) == 1


def test_addresses_are_copied(desk: Desk, peer: socket.socket) -> None:
    desk.select(0)
    desk.do(desk.window.connections.commands.copy_address)
    assert QGuiApplication.clipboard().text() == desk.peers()[0]
    desk.choose("Echo")
    desk.do(desk.window.commands.copy_address)
    assert QGuiApplication.clipboard().text() == desk.listener("Echo").where


def test_the_traffic_and_the_log_of_a_listener(desk: Desk, peer: socket.socket) -> None:
    panel = desk.window.insight.panel
    desk.do(desk.window.commands.details)
    desk.choose("Echo")
    desk.click(panel.traffic_button)
    assert desk.window.tabs.currentWidget() is desk.window.traffic
    desk.click(panel.log_button)
    assert desk.window.tabs.currentWidget() is desk.window.log
