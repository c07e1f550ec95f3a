"""The window by keyboard alone: the command palette, the panes, undo and redo, zoom, the help."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui.command_palette.entries import Group
from app.ui.command_palette.palette import CommandPalette
from app.ui.command_table import COMMANDS
from app.ui.commands import Command
from app.ui.help.guide import GuideWindow
from app.ui.help.shortcuts import ShortcutSheet
from app.ui.settings_dialog.dialog import SettingsDialog
from app.ui.settings_dialog.pages import setting_titles
from app.ui.style.theme import Theme
from tests.integration.desk import Desk, OpenWindow

NO_KEYS = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LOOPBACK = "tcp:0:interface=127.0.0.1"
TWO = "version = 1\n" + "".join(
    f'[[listener]]\nname = "{name}"\nprotocol = "{protocol}"\nendpoint = "{LOOPBACK}"\n'
    for name, protocol in (("Echo", "echo"), ("Hello", "hello"))
)


@pytest.fixture
def desk(open_window: OpenWindow, qtbot: QtBot) -> Desk:
    desk = open_window(TWO)
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)
    return desk


def press(desk: Desk, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    desk.qtbot.keyClick(QApplication.focusWidget() or desk.window, key, keys)


def palette(desk: Desk) -> CommandPalette:
    press(desk, Qt.Key.Key_K, CTRL)
    (found,) = [each for each in desk.window.findChildren(CommandPalette) if each.isVisible()]
    return found


def focus_is_in(widget: QWidget) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and (focus is widget or widget.isAncestorOf(focus))


def test_the_palette_has_every_command_listener_connection_and_setting(desk: Desk) -> None:
    entries = palette(desk)._entries
    of_group = {group: [each for each in entries if each.group is group] for group in Group}
    originals = {each.also for each in of_group[Group.COMMAND]}
    assert {each.text for each in COMMANDS if isinstance(each, Command)} <= originals
    assert [each.text for each in of_group[Group.LISTENER]] == [
        *("Show Echo", "Start Echo", "Start Hello", "Show Hello")
    ]
    assert len(of_group[Group.SETTING]) == len(list(setting_titles()))


def test_every_action_with_a_key_is_in_the_palette_and_on_the_sheet(desk: Desk) -> None:
    entries = palette(desk)._entries
    keys = {each.keys for each in entries if each.keys}
    desk.window.rest.help.show_shortcuts()
    (sheet,) = desk.window.findChildren(ShortcutSheet)
    on_sheet = {keys for _, keys in sheet.shown}
    for action in desk.window.actions():
        shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        if shortcut:
            assert shortcut in keys, action.text()
            assert shortcut in on_sheet, action.text()
    sheet.close()


def test_no_two_commands_of_the_window_have_the_same_key(desk: Desk) -> None:
    keys = [key.toString() for each in desk.window.actions() for key in each.shortcuts()]
    assert len(keys) == len(set(keys))


def test_a_listener_is_started_and_shown_from_the_palette(desk: Desk) -> None:
    opened = palette(desk)
    desk.qtbot.keyClicks(opened.line, "start echo")
    press(desk, Qt.Key.Key_Return)
    desk.until(lambda: desk.listener("Echo").is_on)
    opened = palette(desk)
    desk.qtbot.keyClicks(opened.line, "hello")
    press(desk, Qt.Key.Key_Return)
    desk.until(lambda: desk.window.listeners.chosen is desk.listener("Hello"))
    assert focus_is_in(desk.window.listeners)


def test_a_setting_opens_its_page(desk: Desk) -> None:
    opened = palette(desk)
    desk.qtbot.keyClicks(opened.line, "line ending")
    press(desk, Qt.Key.Key_Return)
    desk.until(lambda: bool(desk.window.findChildren(SettingsDialog)))
    (dialog,) = desk.window.findChildren(SettingsDialog)
    assert dialog.page == "console"
    dialog.close()


def test_f6_goes_round_the_panes_and_ctrl_with_a_number_to_one(desk: Desk) -> None:
    window = desk.window
    panes: tuple[QWidget, ...] = (window.listeners, window.tabs, window.console)
    for number, key in enumerate((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3)):
        press(desk, key, CTRL)
        assert focus_is_in(panes[number])
    for pane in (window.listeners, window.tabs, window.console):
        press(desk, Qt.Key.Key_F6)
        assert focus_is_in(pane)
    press(desk, Qt.Key.Key_F6, SHIFT)
    assert focus_is_in(window.tabs)


def test_each_tab_has_a_key(desk: Desk) -> None:
    for key, tab in (
        (Qt.Key.Key_6, desk.window.rest.traffic),
        (Qt.Key.Key_7, desk.window.rest.log),
        (Qt.Key.Key_4, desk.window.overview),
        (Qt.Key.Key_5, desk.window.rest.connections),
    ):
        press(desk, key, CTRL)
        assert desk.window.tabs.currentWidget() is tab
        assert focus_is_in(desk.window.tabs)


def test_undo_and_redo_of_a_removal(desk: Desk) -> None:
    desk.choose("Hello")
    press(desk, Qt.Key.Key_Delete, CTRL | SHIFT)
    assert [each.spec.name for each in desk.deck.listeners] == ["Echo"]
    press(desk, Qt.Key.Key_Z, CTRL)
    assert [each.spec.name for each in desk.deck.listeners] == ["Echo", "Hello"]
    press(desk, Qt.Key.Key_Z, CTRL | SHIFT)
    assert [each.spec.name for each in desk.deck.listeners] == ["Echo"]
    press(desk, Qt.Key.Key_Z, CTRL)
    assert [each.spec.name for each in desk.deck.listeners] == ["Echo", "Hello"]


def test_a_text_field_keeps_its_own_undo_and_redo(desk: Desk) -> None:
    desk.choose("Hello")
    press(desk, Qt.Key.Key_Delete, CTRL | SHIFT)
    line = desk.window.rest.connections.filter
    assert isinstance(line, QLineEdit)
    line.setFocus()
    desk.qtbot.keyClicks(line, "abc")
    press(desk, Qt.Key.Key_Z, CTRL)
    assert line.text() == ""
    press(desk, Qt.Key.Key_Z, CTRL | SHIFT)
    assert line.text() == "abc"
    assert len(desk.deck.listeners) == 1


def test_zoom_by_key_is_remembered(desk: Desk, qapp: QApplication) -> None:
    theme = Theme.of(qapp)
    before = theme.zoom
    try:
        press(desk, Qt.Key.Key_0, CTRL)
        press(desk, Qt.Key.Key_Plus, CTRL)
        assert theme.zoom == desk.settings.zoom == 1.1
        press(desk, Qt.Key.Key_Equal, CTRL)
        assert theme.zoom == 1.25
        press(desk, Qt.Key.Key_Minus, CTRL)
        press(desk, Qt.Key.Key_0, CTRL)
        assert theme.zoom == desk.settings.zoom == 1.0
    finally:
        theme.use(zoom=before)


def test_f1_opens_the_guide_and_only_one(desk: Desk) -> None:
    press(desk, Qt.Key.Key_F1)
    desk.window.rest.help.show_guide()
    (guide,) = desk.window.findChildren(GuideWindow)
    assert guide.isVisible()
    guide.close()


def test_the_keys_of_a_command_are_shown_in_its_menu(desk: Desk) -> None:
    action: QAction = desk.window.commands.palette
    assert action.shortcut() == QKeySequence("Ctrl+K")
    assert action in desk.window.actions()


def test_the_whole_job_by_keyboard(desk: Desk) -> None:
    """Choose, start, connect, type, send, see the traffic, stop."""
    window = desk.window
    press(desk, Qt.Key.Key_1, CTRL)
    press(desk, Qt.Key.Key_Down)
    assert window.listeners.chosen is desk.listener("Echo")
    press(desk, Qt.Key.Key_Return, CTRL)
    desk.until(lambda: desk.listener("Echo").is_on)
    press(desk, Qt.Key.Key_T, CTRL | SHIFT)
    session = window.console.current.session
    desk.until(lambda: session.state.is_open and focus_is_in(window.console.current.input_bar))
    desk.qtbot.keyClicks(QApplication.focusWidget(), "hello")
    press(desk, Qt.Key.Key_Return)
    desk.until(lambda: session.bytes_in == len("hello\n"))
    press(desk, Qt.Key.Key_6, CTRL)
    desk.until(lambda: window.rest.traffic.open_pane.table.rows.rowCount() > 0)
    press(desk, Qt.Key.Key_Down)
    desk.until(lambda: window.rest.traffic.open_pane.views.chosen_chunk is not None)
    chunk = window.rest.traffic.open_pane.views.chosen_chunk
    assert chunk is not None
    assert chunk.data == b"hello\n"
    press(desk, Qt.Key.Key_1, CTRL)
    press(desk, Qt.Key.Key_Return, CTRL)
    desk.until(lambda: not desk.listener("Echo").is_on)
