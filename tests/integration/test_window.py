"""The window as a user has it: its real controls, real sockets, the real reactor."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAccessible, QAction, QDesktopServices
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QMenu, QPushButton
from twisted.internet.protocol import Factory, Protocol

from app import __version__
from app.protocols import catalog
from app.protocols.hello import GREETING
from app.server.listener import State
from app.ui.connections.columns import columns
from app.ui.help.about import AboutDialog
from app.ui.style.palette import is_dark
from tests.integration.clients import Client, Connect
from tests.integration.desk import Desk, OpenWindow

LOOPBACK = "tcp:0:interface=127.0.0.1"
COLUMNS = [column.name for column in columns(lambda row: "")]
PEER, LISTENER, STATE, IN, OUT, RATE = (
    COLUMNS.index(name) for name in ("peer", "listener", "state", "in", "out", "rate")
)


def table(name: str, protocol: str, endpoint: str = LOOPBACK, more: str = "") -> str:
    return (
        f'[[listener]]\nname = "{name}"\nprotocol = "{protocol}"\nendpoint = "{endpoint}"\n{more}\n'
    )


ECHO = "version = 1\n" + table("Echo", "echo")
TWO = ECHO + table("Hello", "hello")


# The main job


def test_a_switch_brings_clients_rows_and_bytes_and_takes_them_away(
    open_window: OpenWindow, connect: Connect
) -> None:
    desk = open_window(ECHO)
    client = connect(desk.switch_on("Echo"))
    desk.until(lambda: desk.peers() == [client.name])
    assert desk.tab_text("connections") == "Connections (1)"
    client.send(b"x" * 1500)
    desk.until(lambda: client.has(b"x" * 1500))
    desk.until(lambda: desk.rows()[0][IN : OUT + 1] == ["1.5 kB", "1.5 kB"])
    desk.until(lambda: desk.rows()[0][RATE] != "")
    assert "1 connected" in desk.row("Echo").status.text()
    desk.flip("Echo")
    desk.until(lambda: client.saw("closed"))
    client.close()
    desk.until(lambda: desk.rows() == [])
    desk.until(lambda: desk.row("Echo").status.text() == "stopped")
    assert not desk.row("Echo").switch.isChecked()
    assert desk.tab_text("connections") == "Connections (0)"


def test_the_first_start_has_echo_and_hello_stopped(open_window: OpenWindow, profile: Path) -> None:
    desk = open_window("")
    assert desk.row("Echo").address.text() == "127.0.0.1:8007"
    assert desk.row("Hello").address.text() == "127.0.0.1:8025"
    assert desk.row("Echo").status.text() == desk.row("Hello").status.text() == "stopped"
    assert desk.window.totals.text.text().startswith("0 of 2 listening")
    assert desk.window.totals.text.text().endswith("loopback only")
    assert profile.exists()


def test_every_listener_is_started_and_stopped_at_once(open_window: OpenWindow) -> None:
    desk = open_window(TWO)
    commands = desk.window.commands
    assert not commands.stop_all.isEnabled()
    desk.press(commands.start_all)
    desk.until(lambda: desk.window.totals.text.text().startswith("2 of 2 listening"))
    desk.until(lambda: not commands.start_all.isEnabled())
    desk.press(commands.stop_all)
    desk.until(lambda: desk.window.totals.text.text().startswith("0 of 2 listening"))
    desk.until(lambda: commands.start_all.isEnabled() and not commands.stop_all.isEnabled())


def test_the_command_of_the_chosen_listener_says_what_it_would_do(open_window: OpenWindow) -> None:
    desk = open_window(ECHO)
    toggle = desk.window.commands.toggle
    assert not toggle.isEnabled()
    desk.choose("Echo")
    assert toggle.text() == "Start"
    desk.do(toggle)
    desk.until(lambda: toggle.text() == "Stop")
    desk.do(toggle)
    desk.until(lambda: toggle.text() == "Start")


@pytest.mark.qt_log_ignore("does not support raise")
def test_the_address_is_copied_by_a_click(open_window: OpenWindow) -> None:
    desk = open_window(ECHO)
    port = desk.switch_on("Echo")
    desk.click(desk.row("Echo").address)
    assert QApplication.clipboard().text() == f"127.0.0.1:{port}"


# The console


def test_the_console_chats_with_echo(open_window: OpenWindow) -> None:
    desk = open_window(TWO)
    port = desk.switch_on("Echo")
    tab = desk.window.console.current
    tab.target_bar.target.setCurrentIndex(
        tab.target_bar.target.findText(f"Echo (127.0.0.1:{port})")
    )
    desk.click(tab.target_bar.connect_button)
    desk.until(lambda: tab.input_bar.send_button.isEnabled())
    assert tab.target_bar.connect_button.text() == "Disconnect"
    desk.qtbot.keyClicks(tab.input_bar.input, "good morning")
    desk.qtbot.keyClick(tab.input_bar.input, Qt.Key.Key_Return)
    desk.until(lambda: "→  good morning" in tab.view.toPlainText())
    desk.until(lambda: "←  good morning" in tab.view.toPlainText())
    assert tab.input_bar.input.text() == ""
    assert desk.window.console.tabText(0) == "Echo #1"
    desk.click(tab.target_bar.connect_button)
    desk.until(lambda: tab.target_bar.connect_button.text() == "Connect")
    desk.until(lambda: desk.rows() == [])


def test_the_console_offers_to_start_a_stopped_listener_and_reads_hello(
    open_window: OpenWindow,
) -> None:
    desk = open_window(TWO)
    tab = desk.window.console.current
    desk.qtbot.keyClicks(tab.target_bar.target.lineEdit(), "hello")
    desk.qtbot.keyClick(tab.target_bar.target.lineEdit(), Qt.Key.Key_Return)
    assert tab.target_bar.prompt.text.text() == "Hello is not listening."
    desk.click(tab.target_bar.prompt.button)
    desk.until(lambda: GREETING.strip() in tab.view.toPlainText())
    desk.until(lambda: tab.target_bar.connect_button.text() == "Connect")
    assert desk.listener("Hello").state is State.LISTENING
    assert not tab.target_bar.prompt.isVisible()


def test_the_console_says_why_an_offered_listener_did_not_start(
    open_window: OpenWindow, taken_port: int
) -> None:
    desk = open_window("version = 1\n" + table("Late", "echo", f"tcp:{taken_port}"))
    desk.choose("Late")
    desk.do(desk.window.commands.open_in_console)
    tab = desk.window.console.current
    desk.click(tab.target_bar.prompt.button)
    prompt = tab.target_bar.prompt.text
    desk.until(lambda: prompt.text().startswith(f"Port {taken_port} is in use by"))
    assert not tab.target_bar.prompt.button.isVisible()


def test_a_tab_that_is_closed_while_its_listener_starts_is_not_missed(
    open_window: OpenWindow, taken_port: int
) -> None:
    desk = open_window("version = 1\n" + table("Late", "echo", f"tcp:{taken_port}"))
    desk.choose("Late")
    desk.do(desk.window.commands.open_in_console)
    tab = desk.window.console.current
    desk.click(tab.target_bar.prompt.button)
    desk.window.console.close_tab(tab)
    desk.until(lambda: desk.listener("Late").state is State.FAILED)


def test_a_console_connection_that_is_refused_says_so(
    open_window: OpenWindow, taken_port: int, free_port: int
) -> None:
    desk = open_window(TWO)
    tab = desk.window.console.current
    desk.qtbot.keyClicks(tab.target_bar.target.lineEdit(), f"127.0.0.1:{free_port}")
    desk.click(tab.target_bar.connect_button)
    desk.until(lambda: "Nothing listens on" in tab.view.toPlainText())
    assert tab.target_bar.connect_button.text() == "Connect"


# What goes wrong


def test_a_port_in_use_is_told_with_what_to_do(open_window: OpenWindow, taken_port: int) -> None:
    desk = open_window("version = 1\n" + table("Echo", "echo", f"tcp:{taken_port}"))
    desk.flip("Echo")
    desk.until(lambda: f"Port {taken_port} is in use by" in desk.row("Echo").status.text())
    assert "choose another port" in desk.row("Echo").status.text()
    assert not desk.row("Echo").switch.isChecked()
    desk.until(lambda: desk.tab_text("log") == "Log (1 new)")
    desk.window.tabs.setCurrentWidget(desk.window.rest.log)
    assert desk.tab_text("log") == "Log"
    assert f"Echo: Port {taken_port} is in use" in desk.log_text()


def test_of_two_listeners_on_one_address_the_second_names_the_first(
    open_window: OpenWindow, free_port: int
) -> None:
    desk = open_window(
        "version = 1\n"
        + table("First", "echo", f"tcp:{free_port}")
        + table("Second", "hello", f"tcp:{free_port}")
    )
    desk.switch_on("First")
    desk.flip("Second")
    desk.until(lambda: "your listener First" in desk.row("Second").status.text())
    desk.flip("First")
    desk.until(lambda: desk.row("First").status.text() == "stopped")
    desk.switch_on("Second")


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        ("tcp:0:interface=192.0.2.1", "is not an address of this machine"),
        ("tcp:0:interface=no-such-host.invalid", "No address is known for"),
    ],
)
def test_an_address_that_is_not_here_is_told(
    open_window: OpenWindow, endpoint: str, sentence: str
) -> None:
    desk = open_window("version = 1\n" + table("Far", "echo", endpoint))
    assert desk.row("Far").badge.isVisible()
    desk.flip("Far")
    desk.until(lambda: sentence in desk.row("Far").status.text())


def test_a_client_that_resets_leaves_a_listener_that_serves_on(
    open_window: OpenWindow, connect: Connect
) -> None:
    desk = open_window(ECHO)
    port = desk.switch_on("Echo")
    rude, polite = connect(port), connect(port)
    desk.until(lambda: len(desk.rows()) == 2)
    rude.send(b"half a sen")
    rude.reset()
    desk.until(lambda: desk.peers() == [polite.name])
    polite.send(b"and on")
    desk.until(lambda: polite.has(b"and on"))


def test_a_protocol_that_fails_loses_one_connection_and_is_in_the_log(
    open_window: OpenWindow, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stumbles(Protocol):
        def dataReceived(self, data: bytes) -> None:
            if data == b"stumble":
                raise LookupError("where was I")
            assert self.transport is not None
            self.transport.write(data)

    echo = catalog.find("echo")
    factory = Factory.forProtocol(Stumbles)
    stumbles = evolve(echo, name="stumbles", build=lambda options, context: factory)
    with_stumbles = (*catalog.definitions(), stumbles)
    monkeypatch.setattr(catalog, "definitions", lambda: with_stumbles)
    desk = open_window("version = 1\n" + table("Clumsy", "stumbles"))
    port = desk.switch_on("Clumsy")
    unlucky, lucky = connect(port), connect(port)
    unlucky.send(b"stumble")
    desk.until(lambda: unlucky.saw("reset"))
    desk.until(lambda: desk.peers() == [lucky.name])
    lucky.send(b"fine")
    desk.until(lambda: lucky.has(b"fine"))
    desk.until(lambda: "LookupError: where was I" in desk.log_text())
    assert f"Clumsy: the protocol failed on the connection from {unlucky.name}" in desk.log_text()
    assert desk.tab_text("log") == "Log (1 new)"


def test_ten_megabytes_thrown_at_hello_do_no_harm(
    open_window: OpenWindow, connect: Connect
) -> None:
    desk = open_window(TWO)
    port = desk.switch_on("Hello")
    client = connect(port)
    rest = memoryview(bytes(10_000_000))

    def thrown() -> bool:
        nonlocal rest
        try:
            rest = rest[client.socket.send(rest) :]
        except BlockingIOError:
            return False
        except (ConnectionResetError, BrokenPipeError):
            return True
        return not rest

    desk.until(thrown)
    assert client.has(GREETING.encode())
    client.close()
    desk.until(lambda: desk.rows() == [])
    other = connect(port)
    desk.until(lambda: other.has(GREETING.encode()))


# The profile


BROKEN = TWO.replace('protocol = "hello"', 'protocol = "helo"\nmax_connections = 0')


def test_a_broken_profile_opens_a_window_that_names_each_mistake(
    open_window: OpenWindow, profile: Path
) -> None:
    desk = open_window(BROKEN)
    message = desk.window.rest.banner.message
    assert str(profile) in message
    assert "listener[1].protocol:" in message
    assert "listener[1].max_connections:" in message
    assert "Did you mean hello?" in message
    assert [each.spec.name for each in desk.deck.listeners] == ["Echo"]
    assert profile.read_text(encoding="utf-8") == BROKEN
    desk.switch_on("Echo")


def test_mistakes_for_which_the_banner_has_no_room_are_in_the_log(open_window: OpenWindow) -> None:
    many = "".join(table(f"No {number}", "no") for number in range(7))
    desk = open_window("version = 1\n" + many)
    assert "listener[4].protocol" in desk.window.rest.banner.message
    assert "… and 2 more" in desk.window.rest.banner.message
    assert "listener[6].protocol" in desk.log_text()


def test_a_broken_profile_is_not_overwritten_by_a_change(
    open_window: OpenWindow, profile: Path
) -> None:
    desk = open_window(BROKEN)
    desk.choose("Echo")
    desk.do(desk.window.commands.remove)
    assert profile.read_text(encoding="utf-8") == BROKEN
    assert "has mistakes, so it is not overwritten" in desk.window.rest.banner.message


def test_a_mended_profile_is_loaded_again(open_window: OpenWindow, profile: Path) -> None:
    desk = open_window(BROKEN)
    profile.write_text(TWO, encoding="utf-8")
    desk.click(desk.offer("Load it again"))
    assert desk.window.rest.banner.message == ""
    assert desk.row("Hello").status.text() == "stopped"


def test_a_broken_profile_is_set_aside_on_request(open_window: OpenWindow, profile: Path) -> None:
    desk = open_window(BROKEN)
    desk.click(desk.offer("Set it aside and go on"))
    (aside,) = profile.parent.glob("profile.broken-*.toml")
    assert aside.read_text(encoding="utf-8") == BROKEN
    assert 'name = "Echo"' in profile.read_text(encoding="utf-8")
    assert desk.row("Echo").isVisible()


def test_a_recording_named_as_profile_is_opened_and_not_set_aside(
    open_window: OpenWindow, profile: Path
) -> None:
    with closing(sqlite3.connect(profile)) as recording:
        recording.execute("CREATE TABLE some (content)")
    desk = open_window("")
    assert "is recorded traffic, not a profile" in desk.window.rest.banner.message
    buttons = desk.window.rest.banner.findChildren(QPushButton)
    assert [each.text() for each in buttons] == ["Open the traffic"]


def test_loading_again_keeps_what_did_not_change_running(
    open_window: OpenWindow, profile: Path, connect: Connect
) -> None:
    desk = open_window(ECHO)
    client = connect(desk.switch_on("Echo"))
    desk.until(lambda: desk.peers() == [client.name])
    profile.write_text(TWO, encoding="utf-8")
    desk.do(desk.menu_item("Load the profile again"))
    desk.until(lambda: desk.row("Hello").isVisible())
    client.send(b"still here")
    desk.until(lambda: client.has(b"still here"))


def test_a_profile_that_another_program_changed_is_not_overwritten(
    open_window: OpenWindow, profile: Path
) -> None:
    desk = open_window(TWO)
    profile.write_text(ECHO, encoding="utf-8")
    desk.choose("Hello")
    desk.do(desk.window.commands.remove)
    assert "changed by another program" in desk.window.rest.banner.message
    assert profile.read_text(encoding="utf-8") == ECHO
    desk.click(desk.offer("Load it again"))
    assert desk.window.rest.banner.message == ""
    assert [each.spec.name for each in desk.deck.listeners] == ["Echo"]


@pytest.mark.parametrize("is_opened", [True, False])
def test_the_profile_is_opened_by_whatever_opens_such_files(
    open_window: OpenWindow,
    tmp_path: Path,
    profile: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_opened: bool,
) -> None:
    asked: list[str] = []

    def open_url(url: QUrl) -> bool:
        asked.append(url.toLocalFile())
        return is_opened

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    desk = open_window(ECHO)
    desk.do(desk.menu_item("Open the profile in an editor"))
    assert asked == [str(profile)]
    assert ("No program here opens" in desk.window.rest.banner.message) is not is_opened


# Making, changing and removing listeners


def test_a_new_listener_is_made_in_the_form_saved_and_chosen(
    open_window: OpenWindow, profile: Path
) -> None:
    desk = open_window(ECHO)
    desk.press(desk.window.commands.new)
    form = desk.form()
    form.identity.name.clear()
    desk.qtbot.keyClicks(form.identity.name, "Second echo")
    desk.click(form.buttons.button(QDialogButtonBox.StandardButton.Save))
    assert desk.window.listeners.chosen is desk.listener("Second echo")
    assert 'name = "Second echo"' in profile.read_text(encoding="utf-8")
    assert desk.row("Second echo").status.text() == "stopped"


def test_a_cancelled_form_changes_nothing(open_window: OpenWindow, profile: Path) -> None:
    desk = open_window(ECHO)
    desk.press(desk.window.commands.new)
    desk.qtbot.keyClick(desk.form(), Qt.Key.Key_Escape)
    assert len(desk.deck.listeners) == 1
    assert profile.read_text(encoding="utf-8") == ECHO


def test_renaming_a_listener_that_is_on_keeps_its_connections(
    open_window: OpenWindow, profile: Path, connect: Connect
) -> None:
    desk = open_window(ECHO)
    client = connect(desk.switch_on("Echo"))
    desk.until(lambda: desk.peers() == [client.name])
    desk.choose("Echo")
    desk.do(desk.window.commands.edit)
    form = desk.form()
    desk.qtbot.keyClick(form.identity.name, Qt.Key.Key_End)
    desk.qtbot.keyClicks(form.identity.name, " & more")
    desk.click(form.buttons.button(QDialogButtonBox.StandardButton.Save))
    desk.until(lambda: [row[LISTENER] for row in desk.rows()] == ["Echo & more"])
    desk.until(lambda: desk.window.rest.connections.listener_chip.text() == "Echo && more")
    assert desk.row("Echo & more").name.text() == "Echo & more"
    assert 'name = "Echo & more"' in profile.read_text(encoding="utf-8")
    client.send(b"same")
    desk.until(lambda: client.has(b"same"))
    late = connect(desk.port("Echo & more"))
    desk.until(lambda: desk.peers() == [client.name, late.name])


def test_changing_the_port_of_a_listener_that_is_on_restarts_it(
    open_window: OpenWindow, connect: Connect, free_port: int
) -> None:
    desk = open_window(ECHO)
    client = connect(desk.switch_on("Echo"))
    desk.until(lambda: desk.peers() == [client.name])
    desk.choose("Echo")
    desk.do(desk.window.commands.edit)
    form = desk.form()
    form.address.port.setValue(free_port)
    save = form.buttons.button(QDialogButtonBox.StandardButton.Save)
    assert save.text() == "Save and restart"
    desk.click(save)
    desk.until(lambda: client.saw("closed"))
    client.close()
    desk.until(lambda: desk.row("Echo").address.text() == f"127.0.0.1:{free_port}")
    desk.until(lambda: desk.listener("Echo").state is State.LISTENING)


def test_a_removed_listener_comes_back_where_it_was_and_as_it_was(
    open_window: OpenWindow, profile: Path, connect: Connect
) -> None:
    desk = open_window(TWO)
    desk.switch_on("Echo")
    desk.choose("Echo")
    desk.do(desk.window.commands.remove)
    assert [each.spec.name for each in desk.deck.listeners] == ["Hello"]
    assert "Echo" not in profile.read_text(encoding="utf-8")
    assert desk.window.rest.banner.message == "Echo was removed."
    assert "of 1 listening" in desk.window.totals.text.text()
    desk.click(desk.offer("Undo"))
    assert "of 2 listening" in desk.window.totals.text.text()
    assert [each.spec.name for each in desk.deck.listeners] == ["Echo", "Hello"]
    assert 'name = "Echo"' in profile.read_text(encoding="utf-8")
    desk.until(lambda: desk.listener("Echo").state is State.LISTENING)
    assert desk.window.rest.banner.message == ""
    client = connect(desk.port("Echo"))
    client.send(b"back")
    desk.until(lambda: client.has(b"back"))


def test_the_last_of_several_removed_listeners_comes_back_first(open_window: OpenWindow) -> None:
    desk = open_window(TWO)
    undo = desk.window.commands.undo
    assert not undo.isEnabled()
    for name in ("Echo", "Hello"):
        desk.choose(name)
        desk.do(desk.window.commands.remove)
    assert desk.window.listeners.chosen is None
    desk.do(undo)
    assert [each.spec.name for each in desk.deck.listeners] == ["Hello"]
    desk.do(undo)
    assert [each.spec.name for each in desk.deck.listeners] == ["Echo", "Hello"]
    assert not undo.isEnabled()


# The connections


@pytest.fixture
def busy(open_window: OpenWindow, connect: Connect) -> tuple[Desk, list[Client]]:
    """Two listeners that echo, three clients at the first and one at the second."""
    desk = open_window("version = 1\n" + table("One", "echo") + table("Two", "echo"))
    first, second = desk.switch_on("One"), desk.switch_on("Two")
    clients = [connect(port) for port in (first, first, first, second)]
    desk.until(lambda: len(desk.rows()) == 4)
    return desk, clients


def test_the_table_is_filtered_by_text(busy: tuple[Desk, list[Client]]) -> None:
    desk, clients = busy
    pane = desk.window.rest.connections
    desk.do(desk.window.commands.find_in_pane)
    desk.qtbot.keyClicks(pane.filter, "two")
    assert desk.peers() == [clients[3].name]
    pane.filter.clear()
    desk.qtbot.keyClicks(pane.filter, clients[1].name)
    assert desk.peers() == [clients[1].name]
    pane.filter.clear()
    assert len(desk.rows()) == 4


def test_find_looks_into_the_transcript_while_the_console_has_the_focus(
    open_window: OpenWindow,
) -> None:
    desk = open_window(ECHO)
    desk.window.activateWindow()
    tab = desk.window.console.current
    tab.input_bar.input.setFocus()
    desk.do(desk.window.commands.find_in_pane)
    assert tab.find_bar.isVisible()
    assert desk.window.focusWidget() is tab.find_bar.line


def test_the_console_is_as_it_was_left_at_the_next_start(open_window: OpenWindow) -> None:
    desk = open_window(ECHO)
    tab = desk.window.console.current
    tab.target_bar.target.setEditText("Echo")
    tab.input_bar.input.set_text("half a thought")
    desk.window.console_area.opener.click()
    desk.window.close()
    again = open_window("")
    assert again.window.console.current.input_bar.input.text() == "half a thought"
    assert again.window.console.current.target_bar.target.currentText() == "Echo"
    assert again.window.console_area.snippets.isVisible()


def test_a_filter_that_nothing_passes_says_so(busy: tuple[Desk, list[Client]]) -> None:
    desk, _ = busy
    desk.qtbot.keyClicks(desk.window.rest.connections.filter, "nobody")
    assert desk.window.rest.connections.hint == "None of the 4 connections passes the filter."


def test_the_table_is_filtered_by_the_chosen_listener(
    busy: tuple[Desk, list[Client]], connect: Connect
) -> None:
    desk, clients = busy
    desk.choose("Two")
    assert desk.peers() == [clients[3].name]
    late = connect(desk.port("Two"))
    connect(desk.port("One"))
    desk.until(lambda: desk.tab_text("connections") == "Connections (2 of 6)")
    assert desk.peers() == [clients[3].name, late.name]
    desk.click(desk.window.rest.connections.listener_chip)
    assert desk.window.listeners.chosen is None
    assert len(desk.rows()) == 6
    assert not desk.window.rest.connections.listener_chip.isVisible()


def test_the_connections_of_several_marked_listeners_are_shown_together(
    busy: tuple[Desk, list[Client]],
) -> None:
    desk, _ = busy
    connections, marked = desk.window.rest.connections, desk.window.listeners.mark
    desk.choose("Two")
    assert len(desk.rows()) == 1
    marked([desk.listener("One"), desk.listener("Two")])
    assert len(desk.rows()) == 4
    assert connections.listener_chip.text() == "2 listeners"
    marked([desk.listener("Two")])
    assert len(desk.rows()) == 1
    assert connections.listener_chip.text() == "Two"


def test_the_selected_connections_are_closed(busy: tuple[Desk, list[Client]]) -> None:
    desk, clients = busy
    assert not desk.window.rest.connections.commands.close.isEnabled()
    desk.select(0, 2)
    desk.press(desk.window.rest.connections.commands.close)
    desk.until(lambda: clients[0].saw("closed") and clients[2].saw("closed"))
    clients[0].close()
    clients[2].close()
    desk.until(lambda: desk.peers() == [clients[1].name, clients[3].name])
    desk.until(lambda: not desk.window.rest.connections.commands.close.isEnabled())


def test_something_is_said_to_the_selected_connections_and_is_in_the_traffic(
    busy: tuple[Desk, list[Client]],
) -> None:
    desk, clients = busy
    desk.select(0, 2)
    desk.press(desk.window.rest.connections.commands.send)
    (dialog,) = desk.window.rest.send_dialogs.dialogs
    desk.qtbot.keyClicks(dialog.bar.input, "news")
    desk.qtbot.keyClick(dialog.bar.input, Qt.Key.Key_Return)
    desk.until(lambda: clients[0].has(b"news\n") and clients[2].has(b"news\n"))
    assert clients[1].has(b"")
    desk.until(lambda: desk.rows()[0][OUT] == "5 B")
    dialog.close()


def test_something_is_said_to_all_connections_of_a_listener(
    busy: tuple[Desk, list[Client]], connect: Connect
) -> None:
    desk, clients = busy
    desk.choose("One")
    desk.do(desk.window.commands.send_to_listener)
    (dialog,) = desk.window.rest.send_dialogs.dialogs
    late = connect(desk.port("One"))
    desk.until(lambda: dialog.recipients_label.text() == "It goes to 4 connections.")
    desk.qtbot.keyClicks(dialog.bar.input, "all")
    desk.qtbot.keyClick(dialog.bar.input, Qt.Key.Key_Return)
    desk.until(lambda: all(each.has(b"all\n") for each in (*clients[:3], late)))
    assert clients[3].has(b"")
    dialog.close()


def test_a_connection_that_closed_is_shown_when_asked_for(
    busy: tuple[Desk, list[Client]],
) -> None:
    desk, clients = busy
    clients[1].send(b"bye")
    desk.until(lambda: clients[1].has(b"bye"))
    clients[1].close()
    desk.until(lambda: len(desk.rows()) == 3)
    desk.press(desk.window.rest.connections.commands.show_closed)
    assert [row[STATE] for row in desk.rows()] == ["open", "closed by the peer", "open", "open"]
    assert desk.rows()[1][IN] == "3 B"


def test_the_selected_connections_are_aborted_with_a_reset(
    busy: tuple[Desk, list[Client]],
) -> None:
    desk, clients = busy
    desk.select(1)
    desk.press(desk.window.rest.connections.commands.abort)
    desk.until(lambda: clients[1].saw("reset"))
    desk.until(lambda: desk.peers() == [clients[0].name, clients[2].name, clients[3].name])


def test_delete_closes_in_the_table_and_not_in_the_filter(busy: tuple[Desk, list[Client]]) -> None:
    desk, clients = busy
    pane = desk.window.rest.connections
    desk.select(0)
    pane.filter.setFocus()
    desk.qtbot.keyClick(pane.filter, Qt.Key.Key_Delete)
    assert clients[0].has(b"")
    pane.table.setFocus()
    desk.qtbot.keyClick(pane.table, Qt.Key.Key_Delete)
    desk.until(lambda: clients[0].saw("closed"))
    assert not clients[1].saw("closed")


def test_a_click_on_a_title_sorts_and_the_selection_stays_on_its_row(
    busy: tuple[Desk, list[Client]],
) -> None:
    desk, clients = busy
    desk.select(0)
    for number, client in enumerate(clients):
        client.send(b"x" * (number + 1))
    desk.until(lambda: all(row[IN] != "0 B" for row in desk.rows()))
    header = desk.window.rest.connections.table.horizontalHeader()
    for click in range(2):
        where = header.sectionViewportPosition(IN) + 5
        desk.qtbot.mouseClick(
            header.viewport(),
            Qt.MouseButton.LeftButton,
            pos=header.viewport().rect().topLeft() + type(header.pos())(where, 5),
        )
        names = [client.name for client in clients]
        assert desk.peers() == (names if click else names[::-1])  # the largest first
    (selected,) = desk.window.rest.connections.selected()
    assert selected.peer == clients[0].name


# The keyboard and the screen reader


def test_tab_walks_through_the_window_from_the_top_left_and_every_stop_has_a_name(
    open_window: OpenWindow,
) -> None:
    desk = open_window(TWO)
    desk.window.activateWindow()
    desk.window.listeners.setFocus()
    names: list[str] = []
    while (at := QApplication.focusWidget()) is not desk.window.listeners or not names:
        assert at is not None
        names.append(QAccessible.queryAccessibleInterface(at).text(QAccessible.Text.Name))
        desk.qtbot.keyClick(at, Qt.Key.Key_Tab)
    rows = [f"Start {name} (127.0.0.1:0)" for name in ("Echo", "Hello")]
    assert names[: len(rows) + 1] == ["Listeners", *rows]
    rest = names[len(rows) + 1 :]
    stops = ["Filter the connections", "Session #1", "New console tab", "Connect", "Text to send"]
    assert [name for name in rest if name in stops] == stops
    assert all(names)


def test_walking_through_does_not_change_what_is_shown(open_window: OpenWindow) -> None:
    desk = open_window(TWO)
    desk.window.listeners.setFocus(Qt.FocusReason.TabFocusReason)
    assert desk.window.listeners.chosen is None
    desk.qtbot.keyClick(desk.window.listeners, Qt.Key.Key_Down)
    assert list(desk.window.rest.connections.listeners) == [desk.listener("Echo")]
    assert desk.window.listeners.accessibleDescription() == "Echo, stopped"


@pytest.mark.parametrize("key", ["Ctrl+Backspace", "Del"])
def test_editing_a_line_removes_no_listener(open_window: OpenWindow, key: str) -> None:
    desk = open_window(TWO)
    desk.choose("Echo")
    line = desk.window.console.current.input_bar.input
    line.setFocus()
    desk.qtbot.keyClicks(line, "two words")
    desk.qtbot.keySequence(line, key)
    assert len(desk.deck.listeners) == 2


def test_the_window_fits_a_small_screen(open_window: OpenWindow) -> None:
    desk = open_window(BROKEN)
    assert desk.window.minimumSizeHint().width() <= 800
    assert desk.window.minimumSizeHint().height() <= 500


# The rest of the menus


def scheme(desk: Desk, words: str) -> QAction:
    menu = desk.menu_item("Appearance").menu()
    assert isinstance(menu, QMenu)
    (found,) = [each for each in menu.actions() if each.text() == words]
    return found


def test_the_window_turns_dark_and_stays_so(open_window: OpenWindow, qapp: QApplication) -> None:
    desk = open_window(ECHO)
    light = desk.row("Echo").light.pixmap().toImage()
    desk.do(scheme(desk, "Dark"))
    assert is_dark(qapp.palette())
    desk.until(lambda: desk.row("Echo").light.pixmap().toImage() != light)
    assert scheme(open_window(""), "Dark").isChecked()
    desk.do(scheme(desk, "As the system"))


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)")
def test_the_menu_of_a_row_has_what_can_be_done_with_it(open_window: OpenWindow) -> None:
    desk = open_window(ECHO)
    desk.click(desk.row("Echo").more)
    (menu,) = [each for each in desk.window.findChildren(QMenu) if each.isVisible()]
    for command in ("toggle", "open_in_console", "edit", "remove"):
        assert getattr(desk.window.commands, command) in menu.actions()
    menu.close()


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)")
def test_the_menu_of_the_table_has_what_can_be_done_with_the_selection(
    busy: tuple[Desk, list[Client]],
) -> None:
    desk, _ = busy
    pane = desk.window.rest.connections
    pane.table.customContextMenuRequested.emit(pane.table.rect().center())
    (menu,) = [each for each in pane.findChildren(QMenu) if each.isVisible()]
    assert {pane.commands.close, pane.commands.abort} < set(menu.actions())
    menu.close()


def test_a_colour_marks_a_listener_and_its_connections(
    open_window: OpenWindow, connect: Connect
) -> None:
    desk = open_window("version = 1\n" + table("Echo", "echo", more='color = "red"'))
    connect(desk.switch_on("Echo"))
    desk.until(lambda: len(desk.rows()) == 1)
    model = desk.window.rest.connections.model
    swatch = model.index(0, LISTENER).data(Qt.ItemDataRole.DecorationRole)
    at_the_row = desk.row("Echo").swatch.pixmap()
    assert swatch.toImage() == at_the_row.toImage()
    listener = desk.listener("Echo")
    desk.workspace.change(listener, evolve(listener.spec, color="sky"))
    desk.until(lambda: desk.row("Echo").swatch.pixmap().toImage() != at_the_row.toImage())
    changed = model.index(0, LISTENER).data(Qt.ItemDataRole.DecorationRole)
    assert changed.toImage() == desk.row("Echo").swatch.pixmap().toImage()


def test_the_line_that_reaches_the_chosen_listener_is_copied_from_the_menu(
    open_window: OpenWindow,
) -> None:
    desk = open_window(ECHO)
    port = desk.switch_on("Echo")
    copies = desk.menu_item("Copy as").menu()
    assert isinstance(copies, QMenu)
    (menu,) = [
        each.menu() for each in desk.window.menuBar().actions() if each.text() == "&Listener"
    ]
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    assert not copies.isEnabled()
    desk.choose("Echo")
    menu.aboutToShow.emit()
    assert copies.isEnabled()
    copies.aboutToShow.emit()
    (nc,) = [each for each in copies.actions() if each.text() == "nc"]
    nc.trigger()
    assert QApplication.clipboard().text() == f"nc 127.0.0.1 {port}"
    assert desk.window.rest.banner.message == f"Copied: nc 127.0.0.1 {port}"


def test_what_portdeck_is_can_be_read_and_closed_by_a_key(
    open_window: OpenWindow, profile: Path
) -> None:
    desk = open_window(ECHO)
    desk.do(desk.window.commands.about)
    (about,) = desk.window.findChildren(AboutDialog)
    texts = [each.text() for each in about.findChildren(QLabel)]
    assert f"Portdeck {__version__}" in texts
    assert str(profile) in about.details.text()
    desk.qtbot.keyClick(about, Qt.Key.Key_Escape)
    assert not about.isVisible()


# Places and the end


def test_places_and_columns_come_back_in_the_next_window(open_window: OpenWindow) -> None:
    first = open_window(ECHO)
    first.window.resize(790, 610)
    size = first.window.size()
    first.window.panes.across.moveSplitter(400, 1)  # as the mouse does
    header = first.window.rest.connections.table.horizontalHeader()
    header.resizeSection(PEER, 222)
    header.moveSection(header.visualIndex(RATE), 0)
    header.setSortIndicator(IN, Qt.SortOrder.DescendingOrder)
    sizes = first.window.panes.across.sizes()
    first.window.close()
    assert first.ending.asked == 1
    second = open_window("")
    header = second.window.rest.connections.table.horizontalHeader()
    assert second.window.size() == size
    assert second.window.panes.across.sizes() == sizes
    assert header.sectionSize(PEER) == 222
    assert header.visualIndex(RATE) == 0
    assert header.sortIndicatorSection() == IN
    assert second.window.rest.connections.model.is_sorted_by_changing_column


def test_closing_the_window_asks_for_the_end_once_and_leaves_it_open_until_then(
    open_window: OpenWindow,
) -> None:
    desk = open_window(ECHO)
    desk.ending.stop = lambda: setattr(desk.ending, "asked", desk.ending.asked + 1)  # type: ignore[method-assign]
    desk.window.close()
    desk.window.close()
    assert desk.ending.asked == 1
    assert desk.window.isVisible()


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
