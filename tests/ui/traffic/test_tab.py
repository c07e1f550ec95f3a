"""The traffic tab: the pane is created late, and knows all connections from before."""

from __future__ import annotations

import pytest
from attrs import evolve
from pytestqt.qtbot import QtBot

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import ChunkLog
from app.ui.style.icons import Icons
from app.ui.traffic.connection_names import ConnectionTracker
from app.ui.traffic.filter_bar import FilterSource
from app.ui.traffic.model import CONNECTION
from app.ui.traffic.tab import TrafficTab
from tests.server.reactors import HandReactor
from tests.server.record import Record
from tests.ui.traffic.conftest import Say
from tests.ui.traffic.panes import connection


@pytest.fixture
def tracker(log: ChunkLog) -> ConnectionTracker:
    return ConnectionTracker(log)


@pytest.fixture
def tab(log: ChunkLog, tracker: ConnectionTracker, qtbot: QtBot) -> TrafficTab:
    tab = TrafficTab(log, Icons(), tracker)
    qtbot.addWidget(tab)
    return tab


def test_the_pane_is_created_when_the_tab_is_first_shown(tab: TrafficTab) -> None:
    assert tab.pane is None
    tab.show()
    pane = tab.pane
    assert pane is not None
    assert pane.isVisible()
    tab.hide()
    tab.show()
    assert tab.pane is pane


def test_the_pane_knows_the_connections_from_before_it_was_created(
    tab: TrafficTab, tracker: ConnectionTracker, say: Say, qtbot: QtBot
) -> None:
    early, gone = connection(1, "Echo"), connection(2, "Hello")
    tracker.opened(early)
    tracker.opened(gone)
    say(b"one", connection=1)
    say(b"two", connection=2)
    tracker.closed(gone)
    tab.show()
    assert tab.pane is not None
    model = tab.pane.table.rows
    qtbot.waitUntil(lambda: model.rowCount() == 2)
    told = [model.index(row, CONNECTION).data() for row in range(2)]
    assert told == ["Echo · peer 1", "Hello · peer 2"]
    source = tab.pane.filter_bar.source
    assert [source.itemText(i) for i in range(source.count())][1:] == ["Echo", "Hello"]


def test_the_pane_shows_new_connections(
    tab: TrafficTab, tracker: ConnectionTracker, say: Say, qtbot: QtBot
) -> None:
    tab.show()
    assert tab.pane is not None
    tracker.opened(connection(7, "Echo"))
    say(b"hello", connection=7)
    tab.refresh(ChangeBatch())
    model = tab.pane.table.rows
    qtbot.waitUntil(lambda: model.rowCount() == 1)
    assert model.index(0, CONNECTION).data() == "Echo · peer 7"


def test_a_renamed_listener_stays_the_chosen_source(
    tab: TrafficTab, tracker: ConnectionTracker, say: Say, qtbot: QtBot
) -> None:
    spec = ListenerSpec(name="Secure", protocol="echo", endpoint="tcp:0")
    listener = Deck(HandReactor(), Record()).add(spec)
    one, other = connection(1, "Secure"), connection(2, "Hello")
    tracker.opened(one)
    tracker.opened(other)
    tab.refresh(ChangeBatch(listeners={listener}))
    tab.show()
    pane = tab.pane
    assert pane is not None
    say(b"one", connection=1)
    say(b"other", connection=2)
    tab.refresh(ChangeBatch())
    pane.filter_bar.show_only(FilterSource(listener="Secure"), "Secure")
    model = pane.table.rows
    qtbot.waitUntil(lambda: model.rowCount() == 1)
    listener.change(evolve(spec, name="Renamed"))
    one.factory.spec.name = "Renamed"
    tab.refresh(ChangeBatch(listeners={listener}))
    source = pane.filter_bar.source
    assert [source.itemText(i) for i in range(source.count())][1:] == ["Renamed", "Hello"]
    assert source.currentText() == "Renamed"
    say(b"more", connection=1)
    tab.refresh(ChangeBatch())
    qtbot.waitUntil(lambda: model.rowCount() == 2)
