"""The overview of many listeners has tiles for those in view only."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from twisted.internet.testing import MemoryReactorClock

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import Listener
from app.server.monitor import Changes
from app.ui.details.history import Histories
from app.ui.details.overview import Overview
from app.ui.details.tile import PLOT_HEIGHT
from app.ui.style.listener_colors import ListenerColors

COUNT = 200
MOST_TILES = 50
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def deck() -> Deck:
    deck = Deck(MemoryReactorClock(), Changes(lambda: None))
    deck.update(
        [
            ListenerSpec(name=f"L{number}", protocol="echo", endpoint=f"tcp:{9_000 + number}")
            for number in range(COUNT)
        ]
    )
    return deck


@pytest.fixture
def overview(deck: Deck, qtbot: QtBot) -> Overview:
    histories: Histories[Listener] = Histories()
    overview = Overview(
        ListenerColors(list), lambda: 0.0, lambda: list(deck.listeners), histories.of
    )
    qtbot.addWidget(overview)
    overview.resize(700, 400)
    overview.show()
    QApplication.processEvents()
    return overview


def in_view(overview: Overview) -> list[str]:
    return [tile.name.text() for tile in overview.tiles if not tile.visibleRegion().isEmpty()]


def to_the_end(overview: Overview) -> None:
    bar = overview.verticalScrollBar()
    bar.setValue(bar.maximum())
    QApplication.processEvents()


def test_only_the_tiles_in_view_exist(overview: Overview) -> None:
    assert in_view(overview)[0] == "L0"
    to_the_end(overview)
    assert in_view(overview)[-1] == f"L{COUNT - 1}"
    assert len(overview.tiles) < MOST_TILES


def test_a_few_tiles_use_the_room_and_many_are_small(
    overview: Overview, deck: Deck, qtbot: QtBot
) -> None:
    overview.resize(1_800, 800)
    small = overview.tiles[0].size()
    deck.update([each.spec for each in deck.listeners[:6]])
    overview.refresh()
    QApplication.processEvents()
    large = overview.tiles[0].size()
    assert large.width() > small.width()
    assert large.height() > small.height()
    assert in_view(overview) == [f"L{number}" for number in range(6)]
    assert overview.verticalScrollBar().maximum() == 0
    plot = overview.tiles[0].plot
    assert plot.height() > PLOT_HEIGHT


def test_a_scroll_bar_does_not_change_the_size_of_the_tiles(overview: Overview, deck: Deck) -> None:
    deck.update([each.spec for each in deck.listeners[:6]])
    overview.refresh()
    sizes = []
    for policy in (Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAlwaysOn):
        overview.setVerticalScrollBarPolicy(policy)
        QApplication.processEvents()
        sizes.append((overview.tiles[0].height(), overview.tiles[1].y()))
    assert len(set(sizes)) == 1


def test_a_tile_acts_on_the_listener_that_it_shows_now(
    overview: Overview, deck: Deck, qtbot: QtBot
) -> None:
    chosen: list[Listener] = []
    switched: list[tuple[Listener, bool]] = []
    overview.chosen.connect(chosen.append)
    overview.switched.connect(lambda listener, on: switched.append((listener, on)))
    to_the_end(overview)
    tile = overview.tiles[-1]
    qtbot.mouseClick(tile, LEFT)
    qtbot.mouseClick(tile.switch, LEFT)
    assert chosen == [deck.listeners[-1]]
    assert switched == [(deck.listeners[-1], True)]
    assert tile.accessibleName() == f"L{COUNT - 1}, stopped"


def test_the_arrows_go_through_all_tiles(overview: Overview, qtbot: QtBot) -> None:
    overview.activateWindow()
    overview.tiles[0].setFocus()
    for _ in range(30):
        focused = overview.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Down)
    focused = overview.focusWidget()
    assert focused is not None
    rows = [tile.y() for tile in overview.tiles]
    columns = rows.count(rows[0])
    assert focused.accessibleName() == f"L{30 * columns}, stopped"
    assert not focused.visibleRegion().isEmpty()


def test_a_removed_listener_has_no_tile(overview: Overview, deck: Deck) -> None:
    deck.remove(deck.listeners[0])
    overview.refresh()
    assert in_view(overview)[0] == "L1"
