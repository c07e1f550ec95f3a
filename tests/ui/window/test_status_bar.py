"""The status bar: totals, rates, and which listeners other computers can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.monitor import Changes, RateMeter
from app.ui.reactor.reactor import DeckReactor
from app.ui.window.deck_display import StatusBarTotals


@pytest.fixture
def deck(reactor: DeckReactor, result_of: Callable[[Deferred[None]], None]) -> Iterator[Deck]:
    deck = Deck(reactor, Changes(lambda: None))
    deck.add(ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:0"))
    deck.add(ListenerSpec(name="Wide", protocol="echo", endpoint="tcp:0:interface=0.0.0.0"))
    yield deck
    result_of(deck.stop_all())


@pytest.fixture
def totals(qtbot: QtBot) -> StatusBarTotals:
    totals = StatusBarTotals()
    qtbot.addWidget(totals)
    return totals


def parts(totals: StatusBarTotals, deck: Deck, meter: RateMeter | None = None) -> list[str]:
    totals.refresh(deck.listeners, meter or RateMeter())
    return [part.strip() for part in totals.text.text().split("·")]


def test_nothing_listens_at_first(totals: StatusBarTotals, deck: Deck) -> None:
    assert parts(totals, deck) == [
        "0 of 2 listening",
        "0 connections",
        "↓ 0 B/s  ↑ 0 B/s",
        "loopback only",
    ]


def test_refused_connections_are_counted(
    totals: StatusBarTotals, deck: Deck, result_of: Callable[[Deferred[None]], None]
) -> None:
    result_of(deck.start_all())
    for listener in deck.listeners:
        assert listener.factory is not None
        listener.factory.refusals.add("too many connections")
    assert parts(totals, deck)[1] == "0 connections, 2 refused"


def test_both_rates_are_shown(totals: StatusBarTotals, deck: Deck) -> None:
    meter = RateMeter()
    meter.bytes_in, meter.bytes_out = 1_200_000.0, 34.0
    assert parts(totals, deck, meter)[2] == "↓ 1.2 MB/s  ↑ 34 B/s"


def test_only_running_listeners_count_as_reachable(
    totals: StatusBarTotals, deck: Deck, result_of: Callable[[Deferred[None]], None]
) -> None:
    echo, wide = deck.listeners
    result_of(deck.start(echo))
    assert parts(totals, deck)[::3] == ["1 of 2 listening", "loopback only"]
    result_of(deck.start(wide))
    assert parts(totals, deck)[::3] == ["2 of 2 listening", "others can reach Wide"]


def test_a_new_text_does_not_lay_out_the_window_again(totals: StatusBarTotals) -> None:
    class Layouts(QObject):
        count = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.count += event.type() is QEvent.Type.LayoutRequest
            return False

    totals.show()
    QCoreApplication.processEvents()
    layouts = Layouts()
    totals.installEventFilter(layouts)
    totals.text.setText("1 of 2 listening")
    totals.text.setText("2 of 2 listening")
    QCoreApplication.processEvents()
    assert totals.text.text() == totals.text.accessibleName() == "2 of 2 listening"
    assert layouts.count == 0
