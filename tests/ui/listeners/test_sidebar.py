"""The sidebar: search, groups, and compact rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from PySide6.QtCore import QPoint, QSettings, Qt
from pytestqt.qtbot import QtBot
from twisted.internet.testing import MemoryReactorClock

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import Listener
from app.server.monitor import ChangeBatch, Changes, RateMeter
from app.ui.listeners.groups import arrange
from app.ui.listeners.panel import ListenersPanel
from app.ui.listeners.row_buttons import RowAction, buttons_for
from app.ui.listeners.sidebar import MANY, Sidebar
from app.ui.listeners.status import status_text
from app.ui.settings import Settings
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors

GROUPS = ("web", "", "mail", "web", "")
LEFT = Qt.MouseButton.LeftButton


def spec(number: int, group: str) -> ListenerSpec:
    return ListenerSpec(
        name=f"L{number}", protocol="echo", endpoint=f"tcp:{9_000 + number}", group=group
    )


@pytest.fixture
def deck() -> Deck:
    deck = Deck(MemoryReactorClock(), Changes(lambda: None))
    deck.update([spec(number, group) for number, group in enumerate(GROUPS)])
    return deck


@pytest.fixture
def sidebar(deck: Deck, qtbot: QtBot) -> Sidebar:
    icons = Icons()
    panel = ListenersPanel(icons, ListenerColors(lambda: (each.spec for each in deck.listeners)))
    sidebar = Sidebar(panel, icons)
    qtbot.addWidget(sidebar)
    panel.show_listeners(deck.listeners)
    sidebar.resize(300, 700)
    sidebar.show()
    return sidebar


def names(listeners: list[Listener]) -> list[str]:
    return [each.spec.name for each in listeners]


def visible(sidebar: Sidebar, deck: Deck) -> list[str]:
    """The names of the rows on show, from top to bottom."""
    rows = [sidebar.panel.row(each) for each in deck.listeners]
    shown = sorted((row for row in rows if row.isVisible()), key=lambda row: row.y())
    return [row.name.text() for row in shown]


def change(sidebar: Sidebar, deck: Deck, listener: Listener, spec: ListenerSpec) -> None:
    listener.change(spec)
    sidebar.panel.refresh(ChangeBatch(listeners={listener}), RateMeter())


def test_groups_stand_below_the_listeners_without_one(sidebar: Sidebar, deck: Deck) -> None:
    assert visible(sidebar, deck) == ["L1", "L4", "L0", "L3", "L2"]
    assert sidebar.panel.shown == list(deck.listeners)


def test_the_places_of_a_program_stay_in_its_group(deck: Deck) -> None:
    program, place = deck.listeners[0], deck.listeners[1]
    assert arrange([program, place], {place})["web"] == [program, place]


def test_a_listener_moves_when_its_group_changes(sidebar: Sidebar, deck: Deck) -> None:
    first = deck.listeners[0]
    change(sidebar, deck, first, evolve(first.spec, group="mail"))
    assert visible(sidebar, deck) == ["L1", "L4", "L0", "L2", "L3"]
    for listener in deck.listeners:
        change(sidebar, deck, listener, evolve(listener.spec, group=""))
    assert visible(sidebar, deck) == ["L0", "L1", "L2", "L3", "L4"]


def test_a_folded_group_is_hidden_and_left_out_by_the_arrows(
    sidebar: Sidebar, deck: Deck, qtbot: QtBot
) -> None:
    qtbot.mouseClick(sidebar.panel.header("web").fold_button, LEFT)
    assert visible(sidebar, deck) == ["L1", "L4", "L2"]
    sidebar.panel.choose(deck.listeners[4])
    qtbot.keyClick(sidebar.panel, Qt.Key.Key_Down)
    assert sidebar.panel.chosen is deck.listeners[2]


def test_choosing_a_hidden_listener_shows_it(sidebar: Sidebar, deck: Deck) -> None:
    sidebar.panel.fold(["web"])
    sidebar.panel.choose(deck.listeners[3])
    assert "L3" in visible(sidebar, deck)
    sidebar.search.setText("L1")
    sidebar.panel.choose(deck.listeners[2])
    assert sidebar.search.text() == ""
    assert "L2" in visible(sidebar, deck)


def test_a_group_is_started_and_stopped_as_a_whole(
    sidebar: Sidebar, deck: Deck, qtbot: QtBot
) -> None:
    asked: list[tuple[list[str], bool]] = []
    sidebar.panel.group_switched.connect(lambda each, on: asked.append((names(each), on)))
    header = sidebar.panel.header("web")
    assert header.count.text() == "0 of 2"
    qtbot.mouseClick(header.switch_button, LEFT)
    assert asked == [(["L0", "L3"], True)]
    deck.start(deck.listeners[0])
    sidebar.panel.refresh(ChangeBatch(listeners={deck.listeners[0]}), RateMeter())
    assert header.count.text() == "1 of 2"
    qtbot.keyClick(header.fold_button, Qt.Key.Key_Return)
    assert asked[-1] == (["L0", "L3"], False)
    deck.stop_all()


def test_the_keys_of_a_header(sidebar: Sidebar, deck: Deck, qtbot: QtBot) -> None:
    header = sidebar.panel.header("web")
    for key, is_open in ((Qt.Key.Key_Left, False), (Qt.Key.Key_Right, True)):
        qtbot.keyClick(header.fold_button, key)
        assert header.is_open is is_open
    qtbot.keyClick(header.fold_button, Qt.Key.Key_Down)
    assert sidebar.panel.chosen is deck.listeners[0]
    qtbot.keyClick(header.fold_button, Qt.Key.Key_Up)
    assert sidebar.panel.chosen is deck.listeners[4]


def test_a_row_is_dropped_before_the_row_that_is_below_it(sidebar: Sidebar, deck: Deck) -> None:
    placed: list[tuple[str, int]] = []
    sidebar.panel.placed.connect(lambda each, gap: placed.append((each.spec.name, gap)))
    moved, below = sidebar.panel.row(deck.listeners[1]), sidebar.panel.row(deck.listeners[3])
    moved.dropped.emit(below.mapToGlobal(QPoint(5, 1)))
    last = sidebar.panel.row(deck.listeners[2])
    moved.dropped.emit(last.mapToGlobal(QPoint(5, last.height() - 1)))
    assert placed == [("L1", 3), ("L1", 3)]


@pytest.mark.parametrize(
    ("text", "found"), [("L3", ["L3"]), ("WEB", ["L0", "L3"]), ("9002", ["L2"]), ("nothing", [])]
)
def test_the_search_finds_names_groups_and_addresses(
    sidebar: Sidebar, deck: Deck, text: str, found: list[str]
) -> None:
    sidebar.search.setText(text)
    assert visible(sidebar, deck) == found
    assert bool(sidebar.panel.hint) is not bool(found)


def test_the_search_looks_into_folded_groups(sidebar: Sidebar, deck: Deck) -> None:
    sidebar.panel.fold(["web"])
    sidebar.search.setText("L0")
    assert visible(sidebar, deck) == ["L0"]
    sidebar.search.clear()
    assert "L0" not in visible(sidebar, deck)


def test_the_keys_of_the_search_field(sidebar: Sidebar, deck: Deck, qtbot: QtBot) -> None:
    qtbot.keyClicks(sidebar.search, "L3")
    qtbot.keyClick(sidebar.search, Qt.Key.Key_Down)
    assert sidebar.panel.chosen is deck.listeners[3]
    sidebar.begin_search()
    qtbot.keyClick(sidebar.search, Qt.Key.Key_Escape)
    assert sidebar.search.text() == ""


def test_compact_rows_are_one_line_and_still_tell_of_problems(
    sidebar: Sidebar, deck: Deck, qtbot: QtBot
) -> None:
    row = sidebar.panel.row(deck.listeners[0])
    height = row.height()
    qtbot.mouseClick(sidebar.compact_button, LEFT)
    assert row.sizeHint().height() < height / 2
    assert row.summary is not None
    assert row.summary.text() == "9000"
    assert not row.address.isVisible()
    assert not row.status.isVisible()
    qtbot.mouseClick(sidebar.compact_button, LEFT)
    assert row.address.isVisible()


def test_many_rows_are_compact_by_themselves(sidebar: Sidebar, deck: Deck) -> None:
    assert not sidebar.compact_button.isChecked()
    deck.update([spec(number, "") for number in range(MANY + 1)])
    sidebar.panel.show_listeners(deck.listeners)
    assert sidebar.compact_button.isChecked()


def test_rows_and_groups_come_back(
    sidebar: Sidebar, deck: Deck, qtbot: QtBot, tmp_path: Path
) -> None:
    settings = Settings(QSettings(str(tmp_path / "w.conf"), QSettings.Format.IniFormat))
    qtbot.mouseClick(sidebar.compact_button, LEFT)
    sidebar.panel.fold(["mail"])
    sidebar.save(settings)
    qtbot.mouseClick(sidebar.compact_button, LEFT)
    sidebar.panel.fold([])
    sidebar.restore(settings)
    assert sidebar.compact_button.isChecked()
    assert visible(sidebar, deck) == ["L1", "L4", "L0", "L3"]


def test_a_listener_whose_code_raised_says_so_and_offers_the_log(
    sidebar: Sidebar, deck: Deck
) -> None:
    listener = deck.listeners[0]
    deck.start(listener)
    assert listener.factory is not None
    assert "raised" not in status_text(listener)
    listener.factory.code_errors.add("ValueError: boom")
    assert "Its code raised ValueError: boom" in status_text(listener)
    listener.factory.code_errors.add("ValueError: boom")
    assert "2 exceptions" in status_text(listener)
    assert [each.action for each in buttons_for(listener)] == [RowAction.LOG]
    sidebar.panel.show_compact(True)
    sidebar.panel.row(listener).refresh()
    assert sidebar.panel.row(listener).status.isVisible()
    deck.stop_all()
