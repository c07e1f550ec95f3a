"""The tray icon: the state of the listeners, its menu, and a desktop without a tray."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot
from twisted.internet.testing import MemoryReactorClock

from app.profile import ListenerSpec
from app.rules.running import RunningRules
from app.rules.spec import AnyMatcher, Rule, RuleSet
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.server.monitor import ChangeBatch, Changes
from app.ui.command_table import COMMANDS
from app.ui.commands import Commands
from app.ui.desktop import tray
from app.ui.desktop.notifications import MOST_AT_ONCE, RULE_SECONDS, Notifications
from app.ui.desktop.tray import MOST_LISTENERS, Tray, overall_state
from app.ui.settings import Notice, Settings
from app.ui.style.icons import Icons

LOOPBACK = "tcp:0:interface=127.0.0.1"


class DeckTray:
    """A tray over a deck, and what its entries asked for."""

    def __init__(self, window: QMainWindow, is_available: bool) -> None:
        self.asked: list[object] = []
        self.deck = Deck(MemoryReactorClock(), Changes(lambda: None))
        self.tray = Tray(
            window,
            Commands(window, Icons(), COMMANDS),
            listeners=lambda: self.deck.listeners,
            switch=lambda listener, on: self.asked.append((listener.spec.name, on)),
            show_window=lambda: self.asked.append("show"),
            quit_program=lambda: self.asked.append("quit"),
            is_available=lambda: is_available,
        )

    def add(self, name: str, state: State = State.STOPPED, reason: str = "") -> Listener:
        listener = self.deck.add(ListenerSpec(name=name, protocol="echo", endpoint=LOOPBACK))
        listener.state = state
        listener.reason = reason
        return listener

    def entries(self) -> list[str]:
        self.tray.fill()
        return [each.text() for each in self.tray.menu.actions() if each.text()]

    def choose(self, start: str) -> None:
        self.tray.fill()
        (action,) = [each for each in self.tray.menu.actions() if each.text().startswith(start)]
        action.trigger()


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def deck_tray(window: QMainWindow) -> DeckTray:
    return DeckTray(window, is_available=True)


def test_each_listener_has_an_entry_that_starts_or_stops_it(deck_tray: DeckTray) -> None:
    deck_tray.add("Echo & co")
    deck_tray.add("Hello", State.LISTENING)
    assert deck_tray.entries()[:3] == [
        "Show Portdeck",
        "Echo && co   127.0.0.1:0",
        "Hello   127.0.0.1:0",
    ]
    deck_tray.choose("Echo")
    deck_tray.choose("Hello")
    deck_tray.choose("Show")
    deck_tray.choose("Quit")
    assert deck_tray.asked == [("Echo & co", True), ("Hello", False), "show", "quit"]


def test_the_menu_is_bounded_and_says_how_many_are_left_out(
    deck_tray: DeckTray,
) -> None:
    for number in range(MOST_LISTENERS + 7):
        deck_tray.add(f"L{number}")
    assert "… and 7 more in the window" in deck_tray.entries()


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ((), State.STOPPED),
        ((State.STOPPED, State.LISTENING), State.LISTENING),
        ((State.LISTENING, State.FAILED), State.FAILED),
        ((State.LISTENING, State.DRAINING), State.DRAINING),
        ((State.PAUSED, State.LISTENING), State.PAUSED),
    ],
)
def test_the_icon_shows_the_state_that_needs_attention(
    deck_tray: DeckTray, states: tuple[State, ...], shown: State
) -> None:
    for number, state in enumerate(states):
        deck_tray.add(f"L{number}", state)
    assert overall_state(deck_tray.deck.listeners) is shown


def test_without_a_tray_nothing_is_shown(window: QMainWindow) -> None:
    deck_tray = DeckTray(window, is_available=False)
    deck_tray.tray.show()
    deck_tray.tray.refresh()
    assert not deck_tray.tray.is_shown
    assert not deck_tray.tray.icon.isVisible()


class Shown:
    """Notifications of a window that is not in front."""

    def __init__(self, deck_tray: DeckTray, window: QMainWindow, settings: Settings) -> None:
        self.now = 0.0
        self.notes: list[tuple[str, str, bool]] = []
        self.notifications = Notifications(
            deck_tray.tray,
            settings,
            window,
            lambda *note: self.notes.append(note),
            seconds=lambda: self.now,
            listeners=lambda: deck_tray.deck.listeners,
        )

    def change(self, *listeners: Listener) -> list[tuple[str, str, bool]]:
        self.notes.clear()
        self.notifications.refresh(ChangeBatch(listeners=set(listeners)))
        return list(self.notes)


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    from PySide6.QtCore import QSettings

    path = tmp_path_factory.mktemp("settings") / "window.conf"
    return Settings(QSettings(str(path), QSettings.Format.IniFormat))


@pytest.fixture
def shown(
    deck_tray: DeckTray, window: QMainWindow, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Shown:
    monkeypatch.setattr(Tray, "is_shown", True)
    return Shown(deck_tray, window, settings)


def test_a_failure_is_notified_once_if_the_user_wants_it(
    deck_tray: DeckTray, shown: Shown, settings: Settings
) -> None:
    echo = deck_tray.add("Echo", State.FAILED, "Port 8007 is in use.")
    assert shown.change(echo) == []
    echo.state = State.STOPPED
    shown.change(echo)
    settings.save_notifies(Notice.FAILED, True)
    echo.state = State.FAILED
    assert shown.change(echo) == [("Echo failed", "Port 8007 is in use.", True)]
    assert shown.change(echo) == []


def test_many_failures_are_counted(deck_tray: DeckTray, shown: Shown, settings: Settings) -> None:
    settings.save_notifies(Notice.FAILED, True)
    many = [deck_tray.add(f"L{number}", State.FAILED, "No.") for number in range(20)]
    notes = shown.change(*many)
    assert len(notes) == MOST_AT_ONCE
    assert notes[-1][1].endswith("… and 17 more like it")


def test_a_notification_has_no_markup(
    deck_tray: DeckTray, shown: Shown, settings: Settings
) -> None:
    settings.save_notifies(Notice.FAILED, True)
    notes = shown.change(deck_tray.add("<b>x</b>", State.FAILED, "<img src=x> & more"))
    assert not any(letter in text for note in notes for text in note[:2] for letter in "<>&")


def test_without_a_tray_there_is_no_notification(window: QMainWindow, settings: Settings) -> None:
    deck_tray = DeckTray(window, is_available=False)
    shown = Shown(deck_tray, window, settings)
    settings.save_notifies(Notice.FAILED, True)
    assert shown.change(deck_tray.add("Echo", State.FAILED)) == []


def test_a_hidden_window_waits_for_the_tray_and_is_shown_if_none_comes(
    deck_tray: DeckTray, window: QMainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tray, "WAIT_STEP_MS", 1)
    monkeypatch.setattr(tray, "LONGEST_WAIT_MS", 3)
    without_tray = DeckTray(window, is_available=False)
    without_tray.tray.wait(otherwise=lambda: without_tray.asked.append("shown"))
    qtbot.waitUntil(lambda: without_tray.asked == ["shown"])
    monkeypatch.setattr(Tray, "is_shown", True)
    monkeypatch.setattr(deck_tray.tray.icon, "show", lambda: deck_tray.asked.append("icon"))
    deck_tray.tray.wait(otherwise=lambda: deck_tray.asked.append("shown"))
    qtbot.waitUntil(lambda: bool(deck_tray.asked))
    qtbot.wait(10)
    assert deck_tray.asked == ["icon"]


def test_a_rule_is_notified_now_and_then_with_its_hits(
    deck_tray: DeckTray,
    shown: Shown,
    window: QMainWindow,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listener = deck_tray.add("Replies", State.LISTENING)
    rules = RunningRules(
        RuleSet(rules=(Rule(matcher=AnyMatcher(), name="greet"), Rule(matcher=AnyMatcher()))),
        seconds=lambda: 0.0,
    )
    factory: Any = SimpleNamespace(service=SimpleNamespace(rules=rules), connections=())
    listener.factory = factory
    greet, other = rules.rules
    greet.hits = 1
    assert shown.change() == []  # nobody asked for it
    settings.save_notifies(Notice.RULE_HIT, True)
    assert shown.change() == [('Replies: rule "greet" matched', "Once.", False)]
    greet.hits = 4
    other.hits = 1
    (note,) = shown.change()
    assert note[0].startswith("Replies: rule ")
    assert "greet" not in note[0]
    shown.now += RULE_SECONDS
    assert shown.change() == [('Replies: rule "greet" matched', "3 times.", False)]
    rules.reset_counts()
    shown.now += RULE_SECONDS
    assert shown.change() == []
    greet.hits = 1
    monkeypatch.setattr(window, "isActiveWindow", lambda: True)
    assert shown.change() == []  # it is on show
    monkeypatch.setattr(window, "isActiveWindow", lambda: False)
    assert shown.change() == []
