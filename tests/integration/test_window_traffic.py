"""Traffic in the whole window: of listeners and of the console, beside each other."""

from __future__ import annotations

from app.client.session_messages import SessionState
from app.ui.settings_dialog.dialog import SettingsDialog
from tests.integration.clients import Client
from tests.integration.desk import OpenWindow
from tests.integration.test_window import ECHO


def test_a_console_session_is_in_the_traffic_beside_the_listener(open_window: OpenWindow) -> None:
    desk = open_window(ECHO)
    desk.switch_on("Echo")
    desk.window.tabs.setCurrentWidget(desk.window.rest.traffic)
    pane = desk.window.rest.traffic.pane
    assert pane is not None
    tab = desk.window.console.current
    tab.target_bar.connect_to(desk.listener("Echo"))
    desk.until(lambda: tab.session.state is SessionState.CONNECTED)
    tab.session.send(b"ping")
    rows = pane.table.rows
    desk.until(lambda: rows.rowCount() == 4)
    told = [
        (rows.index(row, 1).data().partition(" · ")[0], rows.index(row, 2).data())
        for row in range(4)
    ]
    console = f"Console: {desk.window.console.tabText(0)}"
    assert told == [(console, "→"), ("Echo", "←"), ("Echo", "→"), (console, "←")]
    pane.filter_bar.source.setCurrentText(console)
    desk.until(lambda: rows.rowCount() == 2)


def test_the_bounds_and_the_chosen_tab_hold_at_the_next_start(open_window: OpenWindow) -> None:
    desk = open_window(ECHO)
    desk.do(desk.window.commands.settings)
    (dialog,) = desk.window.findChildren(SettingsDialog)
    dialog.traffic.chunks.setValue(5_000)
    dialog.close()
    desk.window.tabs.setCurrentWidget(desk.window.rest.traffic)
    desk.ending.stop()
    again = open_window("")
    assert again.window.tabs.currentWidget() is again.window.rest.traffic
    assert again.window.rest.traffic.pane is not None
    assert again.window.rest.traffic.log.bounds[1] == 5_000


def test_the_traffic_of_a_listener_can_be_switched_off_and_on_while_it_runs(
    open_window: OpenWindow,
) -> None:
    desk = open_window(ECHO)
    port = desk.switch_on("Echo")
    desk.window.tabs.setCurrentWidget(desk.window.rest.traffic)
    pane, log = desk.window.rest.traffic.pane, desk.window.rest.traffic.log
    assert pane is not None
    client = Client(port)
    desk.choose("Echo")
    for is_on, kept in ((False, 0), (True, 2)):
        desk.do(desk.window.commands.edit)
        desk.form().switches.check_boxes["traffic"].setChecked(is_on)
        desk.form().accept()
        client.received = b""
        client.send(b"hello")
        desk.until(lambda: client.has(b"hello"))
        desk.until(lambda kept=kept: len(log) == kept)  # type: ignore[misc]
        desk.until(lambda on=is_on: pane.disabled_note.isVisible() is not on)  # type: ignore[misc]
        assert ("traffic off" in desk.row("Echo").protocol.text()) is not is_on
    factory = desk.listener("Echo").factory
    assert factory is not None
    assert (factory.bytes_in, factory.bytes_out) == (10, 10)
    client.close()


def test_what_crossed_can_be_sent_again_through_the_console(open_window: OpenWindow) -> None:
    desk = open_window(ECHO)
    port = desk.switch_on("Echo")
    desk.window.tabs.setCurrentWidget(desk.window.rest.traffic)
    pane = desk.window.rest.traffic.pane
    assert pane is not None
    client = Client(port)
    client.send(b"\x00\xffagain\n")
    desk.until(lambda: pane.table.rows.rowCount() == 2)
    pane.table.selectRow(0)
    chunk = pane.views.chosen_chunk
    assert chunk is not None
    menu = pane._menu_for(chunk)
    (again,) = [each for each in menu.actions() if each.text().startswith("Send again")]
    again.trigger()
    menu.close()
    assert desk.window.console.current.input_bar.compose() == b"\x00\xffagain\n"
    client.close()
