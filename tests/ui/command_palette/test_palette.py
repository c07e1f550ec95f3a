"""The palette's panel: typing finds, arrows choose, Enter runs, Esc closes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from twisted.internet.task import Clock

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.monitor import Changes
from app.ui.command_palette.entries import (
    MOST_SHOWN,
    Entry,
    Group,
    command_entries,
    find,
    likely_first,
    show_key,
    switch_key,
)
from app.ui.command_palette.palette import CommandPalette, spoken
from app.ui.command_table import COMMANDS
from app.ui.commands import Command, Commands
from app.ui.style.icons import Icons


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    field = QLineEdit()
    window.setCentralWidget(field)
    window.resize(900, 560)
    window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    return window


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def palette(window: QMainWindow, ran: list[str]) -> Iterator[CommandPalette]:
    entries = [
        Entry(Group.COMMAND, "Start all", lambda: ran.append("start"), "Listener", "F5"),
        Entry(Group.COMMAND, "Restart", lambda: ran.append("restart"), is_enabled=False),
        Entry(Group.LISTENER, "Echo", lambda: ran.append("echo"), "127.0.0.1:8007"),
        Entry(Group.LISTENER, "<h1>x</h1><img src=x>", lambda: ran.append("hostile")),
    ]
    palette = CommandPalette(entries, window)
    palette.open()
    yield palette
    if isValid(palette):
        palette.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def texts(palette: CommandPalette) -> list[str]:
    return [palette.model.index(row, 0).data() for row in range(palette.model.rowCount())]


def test_every_command_is_in_it(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    commands = Commands(window, Icons(), COMMANDS)
    entries = list(command_entries(commands))
    wanted = [each for each in COMMANDS if isinstance(each, Command)]
    assert [entry.also for entry in entries] == [each.text for each in wanted]
    for command, entry in zip(wanted, entries, strict=True):
        action: QAction = getattr(commands, command.name)
        assert bool(entry.keys) == bool(command.keys), command.name
        assert entry in [found.entry for found in find(command.text, entries)]
        assert entry.text == action.text().replace("&", "")


def test_typing_finds_and_enter_runs(
    palette: CommandPalette, window: QMainWindow, ran: list[str], qtbot: QtBot
) -> None:
    qtbot.keyClicks(palette.line, "sta")
    assert texts(palette) == ["Start all", "Restart"]
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: ran == ["start"])
    assert QApplication.focusWidget() is window.centralWidget()
    assert not isValid(palette) or palette.isHidden()


def test_the_arrows_choose_and_go_round(palette: CommandPalette, qtbot: QtBot) -> None:
    rows = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_PageUp):
        qtbot.keyClick(palette.line, key)
        rows.append(palette.list.currentIndex().row())
    assert rows == [1, 0, 3, 0]


def test_what_is_not_possible_now_is_shown_and_does_nothing(
    palette: CommandPalette, ran: list[str], qtbot: QtBot
) -> None:
    qtbot.keyClicks(palette.line, "restart")
    assert texts(palette) == ["Restart"]
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    qtbot.wait(10)
    assert ran == []
    assert palette.isVisible()
    assert "not possible now" in palette.line.accessibleDescription()


def test_escape_closes_it_and_gives_the_focus_back(
    palette: CommandPalette, window: QMainWindow, ran: list[str], qtbot: QtBot
) -> None:
    qtbot.keyClick(palette.line, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is window.centralWidget()
    assert ran == []


def test_it_says_so_if_nothing_is_found(palette: CommandPalette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.line, "no such thing")
    assert palette.empty.isVisible()
    assert palette.line.accessibleDescription() == palette.empty.text()
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.line.clear()
    assert not palette.empty.isVisible()


def test_a_click_elsewhere_closes_it(
    palette: CommandPalette, window: QMainWindow, qtbot: QtBot
) -> None:
    field = window.centralWidget()
    assert field is not None
    field.setFocus()
    qtbot.waitUntil(lambda: not isValid(palette) or palette.isHidden())


def test_a_click_runs(palette: CommandPalette, ran: list[str], qtbot: QtBot) -> None:
    at = palette.list.visualRect(palette.model.index(2, 0)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: ran == ["echo"])


def test_the_detail_finds_too_but_counts_less(palette: CommandPalette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.line, "8007")
    assert texts(palette) == ["Echo"]


def test_it_stays_inside_a_small_window(palette: CommandPalette, window: QMainWindow) -> None:
    window.resize(500, 400)
    QApplication.processEvents()
    assert window.rect().contains(palette.geometry())


def test_a_screen_reader_hears_the_chosen_entry(palette: CommandPalette, qtbot: QtBot) -> None:
    assert palette.line.accessibleDescription() == "Start all, Command, Listener, F5"
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    assert palette.line.accessibleDescription().startswith("Restart")
    assert QAccessible.queryAccessibleInterface(palette.line).text(QAccessible.Text.Name)


def test_before_anything_is_typed_the_likely_entries_lead() -> None:
    def entry(key: str, *, is_enabled: bool = True) -> Entry:
        return Entry(Group.COMMAND, key, lambda: None, is_enabled=is_enabled, key=key)

    deck = Deck(Clock(), Changes(lambda: None))
    for name in ("Echo", "Hello"):
        deck.add(ListenerSpec(name=name, protocol="echo", endpoint="tcp:0"))
    echo, hello = deck.listeners
    keys = ("quit", "settings", "new", "undo", switch_key(hello), switch_key(echo), "about")
    entries = [entry(key, is_enabled=key != "new") for key in keys]
    ordered = likely_first(entries, ["about", "gone", "undo", "quit"], deck.listeners)
    assert [each.key for each in ordered] == [
        *("about", "undo"),
        *(switch_key(echo), switch_key(hello)),
        "settings",
        *("quit", "new"),
    ]


def test_the_first_entry_stops_nothing() -> None:
    deck = Deck(Clock(), Changes(lambda: None))
    echo = deck.add(ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:0"))

    def entry(key: str, *, is_harmless: bool) -> Entry:
        return Entry(Group.COMMAND, key, lambda: None, key=key, is_harmless=is_harmless)

    entries = [
        *(entry(key, is_harmless=False) for key in ("quit", switch_key(echo))),
        *(entry(key, is_harmless=True) for key in ("about", "new", show_key(echo))),
    ]
    for recent, listeners, first in (
        ([], [echo], show_key(echo)),
        (["quit", switch_key(echo)], [echo], show_key(echo)),
        (["quit", "about"], [echo], "about"),
        (["quit"], [], "new"),
    ):
        assert likely_first(entries, recent, listeners)[0].key == first


def test_scattered_letters_are_no_match_where_something_has_the_word() -> None:
    entries = [
        Entry(Group.COMMAND, "About Portdeck", lambda: None, "Help", also="Command"),
        Entry(Group.LISTENER, "Stop Secure echo", lambda: None),
        Entry(Group.CONNECTION, "127.0.0.1:21001", lambda: None, "Echo"),
    ]
    assert [found.entry for found in find("echo", entries)] == entries[1:]
    assert [found.entry for found in find("abpo", entries)] == entries[:1]


def test_at_most_so_many_are_shown() -> None:
    many = [Entry(Group.CONNECTION, f"127.0.0.1:{port}", lambda: None) for port in range(2000)]
    assert len(find("", many)) == len(find("127", many)) == MOST_SHOWN
    assert find("127.0.0.1:1999", many)[0].entry is many[1999]


def test_a_text_that_looks_like_markup_is_text(palette: CommandPalette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.line, "<h1>")
    assert texts(palette) == ["<h1>x</h1><img src=x>"]
    palette.grab()
    found = palette.model.found(palette.model.index(0, 0))
    assert found is not None
    assert spoken(found.entry).startswith("<h1>")
