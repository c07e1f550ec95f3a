"""Servers that behave as told, in the whole window and with real clients."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.faults.spec import FaultKind
from app.ui.conversations.make_listener import MakeListenerDialog
from app.ui.conversations.play_window import PlayWindow
from app.ui.conversations.reading import RecordedConnection
from tests.integration.clients import Client
from tests.integration.desk import Desk, OpenWindow
from tests.integration.test_window import ECHO
from tests.traffic.capture.packets import exchange, pcap, timed

MOCK = """version = 1

[[listener]]
name = "Mock"
protocol = "replies"
endpoint = "tcp:0:interface=127.0.0.1"

[listener.options]
greeting = "READY\\r\\n"

[[listener.options.rule]]
equals = "PING"
reply = "PONG\\r\\n"
"""


def test_a_stall_acts_at_once_and_clearing_it_loses_nothing(open_window: OpenWindow) -> None:
    desk = open_window(ECHO)
    client = Client(desk.switch_on("Echo"))
    client.send(b"one")
    desk.until(lambda: client.has(b"one"))
    desk.choose("Echo")
    desk.do(desk.window.commands.faults)
    (panel,) = desk.window.rest.task_windows.faults.panels
    panel.editor.append(FaultKind.STALL)
    desk.until(lambda: bool(desk.listener("Echo").spec.faults))
    desk.until(lambda: desk.row("Echo").faults.isVisible())
    assert desk.window.rest.task_windows.faults.mark.isVisible()
    client.send(b"two")
    desk.until(lambda: desk.rows()[0][0] == client.name)
    assert client.has(b"one")
    desk.do(desk.window.commands.clear_faults)
    desk.until(lambda: client.has(b"onetwo"))
    assert not desk.window.rest.task_windows.faults.mark.isVisible()
    assert "All faults are off" in desk.window.rest.banner.message
    client.close()
    panel.close()


def test_the_key_that_clears_all_faults_works_in_the_window_of_the_faults(
    open_window: OpenWindow,
) -> None:
    desk = open_window(ECHO)
    desk.choose("Echo")
    desk.do(desk.window.commands.faults)
    (panel,) = desk.window.rest.task_windows.faults.panels
    panel.editor.append(FaultKind.STALL)
    desk.until(lambda: bool(desk.listener("Echo").spec.faults))
    panel.activateWindow()
    desk.until(panel.isActiveWindow)
    every = Qt.KeyboardModifier
    QTest.keyClick(
        panel,
        Qt.Key.Key_F,
        every.ControlModifier | every.AltModifier | every.ShiftModifier,
    )
    desk.until(lambda: not any(each.enabled for each in desk.listener("Echo").spec.faults))
    panel.close()


def test_a_connection_is_disturbed_alone(open_window: OpenWindow) -> None:
    desk = open_window(ECHO)
    port = desk.switch_on("Echo")
    disturbed, calm = Client(port), Client(port)
    desk.until(lambda: len(desk.rows()) == 2)
    desk.select(desk.peers().index(disturbed.name))
    desk.do(desk.window.rest.connections.commands.faults)
    (panel,) = desk.window.rest.task_windows.faults.panels
    panel.editor.append(FaultKind.STALL)
    desk.until(lambda: "1 connection" in desk.window.rest.task_windows.faults.mark.text())
    disturbed.send(b"a")
    calm.send(b"b")
    desk.until(lambda: calm.has(b"b"))
    assert disturbed.has(b"")
    panel.as_listener.click()
    desk.until(lambda: disturbed.has(b"a"))
    for client in (disturbed, calm):
        client.close()
    panel.close()


def test_rules_change_while_a_client_is_connected(open_window: OpenWindow) -> None:
    desk = open_window(MOCK)
    client = Client(desk.switch_on("Mock"))
    client.send(b"HELLO\r\n")
    desk.choose("Mock")
    desk.do(desk.window.commands.rules)
    (editor,) = desk.window.rest.task_windows.rules.editors
    desk.until(lambda: editor.unmatched.model.rowCount() == 1)
    editor.unmatched.table.selectRow(0)
    editor.unmatched.make_rule.click()
    editor.form.replies.editor.pieces[0].content.setText(r"HI\r\n")
    editor.save_rules()
    client.send(b"HELLO\r\n")
    desk.until(lambda: client.has(b"READY\r\nHI\r\n"))
    desk.until(lambda: editor.model.index(1, 3).data() == "1")
    client.close()
    editor.close()


def _traffic_of(desk: Desk, number: int = 1) -> RecordedConnection:
    traffic = desk.window.rest.traffic
    return RecordedConnection(traffic.log, traffic.directory, number)


def test_a_conversation_becomes_a_listener_that_its_client_cannot_tell_apart(
    open_window: OpenWindow,
) -> None:
    desk = open_window(MOCK)
    client = Client(desk.switch_on("Mock"))
    client.send(b"PING\r\n")
    desk.until(lambda: client.has(b"READY\r\nPONG\r\n"))
    client.close()
    desk.until(lambda: not desk.rows())
    actions = desk.window.rest.task_windows.conversations
    actions._make_listener(_traffic_of(desk), None, desk.window)
    dialog = desk.window.findChild(MakeListenerDialog)
    assert dialog is not None
    dialog.name.setText("Copy")
    dialog.endpoint.setText("tcp:0:interface=127.0.0.1")
    desk.until(dialog.make.isEnabled)
    dialog.make.click()
    desk.switch_on("Copy")
    actions._play(_traffic_of(desk), None, desk.window)
    (window,) = actions.windows
    assert isinstance(window, PlayWindow)
    window.target.setCurrentText("Copy")
    window.at_once.setChecked(True)
    desk.until(lambda: not window.reading.is_reading)
    window.play.click()
    desk.until(lambda: window.said.text() == "Played.")
    assert window.comparison.summary.text() == "Messages: 2 equal."
    window.close()


def test_a_capture_is_opened_and_its_conversation_played(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    desk = open_window(ECHO)
    desk.switch_on("Echo")
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap(timed(exchange((False, b"hi\n"), (True, b"hi\n")))))
    captures = desk.window.rest.task_windows.captures
    captures.open(path)
    (window,) = captures.opened
    desk.until(lambda: window.pane.table.rows.rowCount() == 2)
    actions = desk.window.rest.task_windows.conversations
    actions._play(RecordedConnection(window.capture, window.capture, 0), None, window)
    (player,) = actions.windows
    assert isinstance(player, PlayWindow)
    desk.until(lambda: not player.reading.is_reading)
    player.target.setCurrentText("Echo")
    player.play.click()
    desk.until(lambda: player.comparison.summary.text() == "Messages: 1 equal.")
    window.close()
    desk.until(lambda: not actions.windows)


@contextmanager
def _echo_server() -> Iterator[tuple[int, list[bytes]]]:
    """A server that is no listener of Portdeck: its port, and what it received."""
    received: list[bytes] = []
    with create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(1000):
                    received.append(data)
                    connection.sendall(data)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], received
        thread.join(10)


def test_a_message_between_client_and_server_is_held_edited_and_released(
    open_window: OpenWindow,
) -> None:
    with _echo_server() as (port, received):
        desk = open_window(f"""version = 1

[[listener]]
name = "Between"
protocol = "forward"
endpoint = "tcp:0:interface=127.0.0.1"

[listener.options]
to = "127.0.0.1:{port}"
framing = "line"

[listener.options.hold]
direction = "in"
""")
        client = Client(desk.switch_on("Between"))
        client.send(b"secret\n")
        desk.choose("Between")
        desk.do(desk.window.commands.held)
        (panel,) = desk.window.rest.task_windows.rules.held
        desk.until(lambda: panel.model.rowCount() == 1)
        assert not received
        panel.edit.text.setPlainText(r"public\n")
        panel.release.click()
        desk.until(lambda: client.has(b"public\n"))
        assert received == [b"public\n"]
        client.close()
        panel.close()
        desk.until(lambda: not desk.rows())
