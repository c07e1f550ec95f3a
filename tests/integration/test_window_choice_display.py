"""The panel of details in the window, and the ways between connections and their traffic."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMenu

from app.profile import parse
from app.server.listener import State
from app.ui.window import window_frame
from tests.integration.desk import LEFT, Desk, OpenWindow

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
        desk.until(lambda: len(desk.window.rest.traffic.log) == 2)
        yield peer
    desk.until(lambda: not desk.rows())


def test_the_details_follow_what_is_chosen(desk: Desk, peer: socket.socket) -> None:
    panel = desk.window.rest.choice_display.panel
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
    panel = desk.window.rest.choice_display.panel
    desk.choose("Echo")
    assert not panel.plot.is_moving
    desk.do(desk.window.commands.details)
    assert panel.plot.is_moving
    desk.do(desk.window.commands.details)
    assert not panel.plot.is_moving


def test_a_double_click_shows_the_traffic_of_a_connection(desk: Desk, peer: socket.socket) -> None:
    window = desk.window
    table = window.rest.connections.table
    at = table.visualRect(window.rest.connections.model.index(0, 0)).center()
    desk.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    desk.qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert window.tabs.currentWidget() is window.rest.traffic
    pane = window.rest.traffic.open_pane
    assert pane.filter_bar.more.text() == "Filters (1)"
    desk.until(lambda: pane.table.rows.rowCount() == 2)


def test_chunks_between_two_ticks_are_those_of_their_listener(desk: Desk) -> None:
    window = desk.window
    port = desk.switch_on("Echo")
    desk.ticker.remove(window.tick)
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(b"hello")
        desk.until(lambda: len(window.rest.traffic.log) == 2)
        window.rest.choice_display.show_traffic(desk.listener("Echo"))
        assert window.rest.traffic.open_pane.table.rows.rowCount() == 2
        desk.ticker.add(window.tick)
        desk.until(lambda: len(desk.rows()) == 1)
    desk.until(lambda: not desk.rows())


def test_the_menu_of_a_chunk_leads_back_to_its_connection(desk: Desk, peer: socket.socket) -> None:
    window = desk.window
    window.rest.choice_display.show_traffic(desk.listener("Echo"))
    pane = window.rest.traffic.pane
    assert pane is not None
    desk.until(lambda: pane.table.rows.rowCount() == 2)
    chunk = pane.table.rows.chunk(0)
    menu = QMenu(window)
    pane.row_menu_opening.emit(menu, chunk)
    (back,) = [each for each in menu.actions() if each.text() == "Show its connection"]
    window.rest.connections.filter.setText("nothing like it")
    back.trigger()
    assert window.tabs.currentWidget() is window.rest.connections
    (row,) = window.rest.connections.selected()
    assert row.peer == desk.peers()[0]


def test_the_way_back_shows_closed_connections_too(desk: Desk) -> None:
    port = desk.switch_on("Echo")
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(b"hello")
        desk.until(lambda: len(desk.rows()) == 1)
        number = desk.window.rest.connections.model.row(0).number
    desk.until(lambda: not desk.rows())
    desk.window.rest.choice_display.show_connection(number)
    assert desk.window.rest.connections.commands.show_closed.isChecked()
    assert len(list(desk.window.rest.connections.selected())) == 1


def test_addresses_are_copied(desk: Desk, peer: socket.socket) -> None:
    desk.select(0)
    desk.do(desk.window.rest.connections.commands.copy_address)
    assert QGuiApplication.clipboard().text() == desk.peers()[0]
    desk.choose("Echo")
    desk.do(desk.window.commands.copy_listener_address)
    assert QGuiApplication.clipboard().text() == desk.listener("Echo").where


def test_the_traffic_and_the_log_of_a_listener(desk: Desk, peer: socket.socket) -> None:
    panel = desk.window.rest.choice_display.panel
    desk.do(desk.window.commands.details)
    desk.choose("Echo")
    desk.click(panel.traffic_button)
    assert desk.window.tabs.currentWidget() is desk.window.rest.traffic
    desk.click(panel.log_button)
    assert desk.window.tabs.currentWidget() is desk.window.rest.log


def test_with_nothing_chosen_there_is_a_tile_for_each_listener(
    desk: Desk, peer: socket.socket
) -> None:
    window, overview = desk.window, desk.window.overview
    desk.do(window.commands.show_overview)
    tiles = overview.tiles
    assert [tile.name.text() for tile in tiles] == ["Echo", "Hello"]
    assert "1 connected" in tiles[0].accessibleName()
    desk.qtbot.keyClick(tiles[1], Qt.Key.Key_Return)
    assert window.listeners.chosen is desk.listener("Hello")
    assert window.tabs.currentWidget() is window.rest.connections
    desk.qtbot.keyClick(window.listeners, Qt.Key.Key_Escape)
    assert window.listeners.chosen is None
    assert overview.isVisible()
    desk.qtbot.mouseClick(tiles[0], LEFT)
    body = window.listeners.viewport()
    desk.qtbot.mouseClick(body, LEFT, pos=body.rect().bottomRight() - QPoint(9, 9))
    assert window.listeners.chosen is None
    assert overview.isVisible()


def test_escape_goes_back_from_the_connections_too(desk: Desk) -> None:
    window = desk.window
    window.panes.show_sidebar(False)
    desk.do(window.commands.show_overview)
    desk.qtbot.keyClick(window.overview.tiles[0], Qt.Key.Key_Return)
    assert window.listeners.chosen is desk.listener("Echo")
    window.rest.connections.filter.setText("x")
    desk.qtbot.keyClick(window.rest.connections.filter, Qt.Key.Key_Escape)
    assert not window.rest.connections.filter.text()
    desk.qtbot.keyClick(window.rest.connections.table, Qt.Key.Key_Escape)
    assert window.listeners.chosen is None
    assert window.overview.isVisible()


def test_the_arrow_keys_go_from_tile_to_tile(desk: Desk) -> None:
    desk.do(desk.window.commands.show_overview)
    tiles = desk.window.overview.tiles
    tiles[0].setFocus()
    desk.qtbot.keyClick(tiles[0], Qt.Key.Key_Right)
    assert tiles[1].hasFocus()
    desk.qtbot.keyClick(tiles[1], Qt.Key.Key_Right)
    assert tiles[1].hasFocus()
    desk.qtbot.keyClick(tiles[1], Qt.Key.Key_Left)
    assert tiles[0].hasFocus()


def test_a_tile_starts_and_stops_its_listener(desk: Desk) -> None:
    desk.do(desk.window.commands.show_overview)
    tile = desk.window.overview.tiles[0]
    desk.click(tile.switch)
    desk.until(lambda: tile.state.text() == "0 connected")
    assert desk.window.listeners.chosen is None
    tile.setFocus()
    desk.qtbot.keyClick(tile, Qt.Key.Key_Space)
    desk.until(lambda: tile.state.text().startswith("stopped"))


def test_the_overview_moves_only_while_it_is_seen_and_something_crossed(
    desk: Desk, peer: socket.socket
) -> None:
    overview = desk.window.overview
    assert not overview.is_moving
    desk.do(desk.window.commands.show_overview)
    assert overview.is_moving
    assert "↓" in overview.tiles[0].rate.text() or not overview.tiles[0].rate.text()
    desk.do(desk.window.commands.show_connections)
    assert not overview.is_moving


def test_the_empty_table_offers_what_leads_to_a_connection(desk: Desk) -> None:
    button = desk.window.rest.connections.table.offer_button
    desk.until(lambda: button.text() == "Start all")
    desk.click(button)
    desk.until(lambda: button.text() == "Connect with the console")
    desk.click(button)
    desk.until(lambda: len(desk.rows()) == 1)
    assert not button.isVisible()
    desk.window.console.current.session.abort()
    desk.until(lambda: not desk.rows())


def test_the_empty_table_of_a_listener_that_is_off_offers_to_start_it(desk: Desk) -> None:
    pane = desk.window.rest.connections
    desk.choose("Hello")
    assert pane.hint == "Hello is not listening."
    assert pane.table.offer_button.text() == "Start Hello"
    desk.click(pane.table.offer_button)
    desk.until(lambda: pane.hint == "Nobody is connected to Hello.")
    assert pane.table.offer_button.text() == "Connect with the console"


def test_the_first_run_leads_to_a_conversation_in_three_steps(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_frame, "FIRST_LISTENERS", parse(TWO).listeners)
    desk = open_window(TWO)
    desk.window.panes.show_console(False)
    card = desk.window.first_steps
    assert card is not None
    desk.do(desk.window.commands.show_overview)
    assert card.isVisible()
    assert not card.connect_button.isEnabled()
    desk.click(card.tour)
    assert desk.window.tabs.currentWidget() is desk.window.rest.tour.pane
    desk.window.rest.tour.end()
    assert card.isVisible()
    assert not card.trouble.isVisible()
    with monkeypatch.context() as patch:
        assert card.listener is not None
        patch.setattr(card.listener, "state", State.FAILED)
        patch.setattr(card.listener, "reason", "Port 8007 is in use.")
        card.refresh()
        assert card.trouble.isVisible()
        assert card.trouble.text() == "Port 8007 is in use."
    desk.click(card.start)
    desk.until(card.connect_button.isEnabled)
    assert not card.trouble.isVisible()
    desk.click(card.copy)
    assert QGuiApplication.clipboard().text() == f"nc 127.0.0.1 {desk.port('Echo')}"
    desk.click(card.connect_button)
    assert desk.window.console_area.isVisible()
    desk.until(card.send.isEnabled)
    desk.click(card.send)
    desk.until(lambda: "answered" in card.title.text())
    assert card.tour.isDefault()
    desk.click(card.close_button)
    assert desk.window.first_steps is None
    desk.window.console.current.session.abort()
    desk.until(lambda: not desk.rows())


def test_the_card_of_the_first_run_does_not_come_again(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_frame, "FIRST_LISTENERS", parse(TWO).listeners)
    first = open_window(TWO)
    card = first.window.first_steps
    assert card is not None
    first.do(first.window.commands.show_overview)
    first.click(card.close_button)
    first.window.close()
    assert open_window("").window.first_steps is None


def test_a_recording_is_seen_and_stopped_from_everywhere(
    desk: Desk, peer: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, sign = desk.window, desk.window.rest.choice_display.recording
    opened: list[QUrl] = []
    is_taken = True

    def open_url(url: QUrl) -> bool:
        opened.append(url)
        return is_taken

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    assert not sign.isVisible()
    pane = window.rest.traffic.open_pane
    assert pane.recording is not None
    pane.recording.record(tmp_path / "a.sqlite")
    assert sign.isVisible()
    assert sign.words.text().startswith("Recording 00:00")
    assert window.commands.record.text() == "Stop recording"
    assert pane.status_bar.record_button.accessibleName() == "Stop recording"
    peer.sendall(b"more")
    desk.until(lambda: "B" in sign.words.text())
    desk.click(sign.stop_button)
    desk.until(lambda: sign.words.text().startswith("a.sqlite · "))
    assert "Record" in window.commands.record.text()
    assert not sign.dot.isVisible()
    desk.click(sign.folder_button)
    assert opened[0].toLocalFile() == str(tmp_path)
    assert window.rest.banner.message == f"The desktop was asked to show {tmp_path}."
    is_taken = False
    desk.click(sign.folder_button)
    assert str(tmp_path) in window.rest.banner.message
    desk.click(desk.offer("Copy the path"))
    assert QGuiApplication.clipboard().text() == str(tmp_path)
    desk.click(sign.open_button)
    (recording,) = window.rest.task_windows.recordings.opened
    assert recording.windowTitle().startswith("a.sqlite")
    recording.close()
    desk.click(sign.close_button)
    assert not sign.isVisible()
