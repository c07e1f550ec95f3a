"""The tray icon: the state of the listeners, its menu, and a desktop without a tray."""

from __future__ import annotations

from collections.abc import Callable
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
from app.ui.commands import Commands
from app.ui.desktop import tray
from app.ui.desktop.notifications import MOST_AT_ONCE, RULE_SECONDS, Notifications
from app.ui.desktop.tray import MOST_LISTENERS, Tray, overall_state
from app.ui.settings import Notice, Settings
from app.ui.style.icons import Icons

LOOPBACK = "tcp:0:interface=127.0.0.1"


class Hands:
    """A tray over a deck, and what its entries asked for."""

    def __init__(self, window: QMainWindow, is_available: bool) -> None:
        self.asked: list[object] = []
        self.deck = Deck(MemoryReactorClock(), Changes(lambda: None))
        self.tray = Tray(
            window,
            Commands(window, Icons()),
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
def make(window: QMainWindow) -> Callable[[bool], Hands]:
    return lambda is_available: Hands(window, is_available)


def test_each_listener_has_an_entry_that_starts_or_stops_it(make: Callable[[bool], Hands]) -> None:
    hands = make(True)
    hands.add("Echo & co")
    hands.add("Hello", State.LISTENING)
    assert hands.entries()[:3] == [
        "Show Portdeck",
        "Echo && co   127.0.0.1:0",
        "Hello   127.0.0.1:0",
    ]
    hands.choose("Echo")
    hands.choose("Hello")
    hands.choose("Show")
    hands.choose("Quit")
    assert hands.asked == [("Echo & co", True), ("Hello", False), "show", "quit"]


def test_the_menu_is_bounded_and_says_how_many_are_left_out(
    make: Callable[[bool], Hands],
) -> None:
    hands = make(True)
    for number in range(MOST_LISTENERS + 7):
        hands.add(f"L{number}")
    assert "… and 7 more in the window" in hands.entries()


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
    make: Callable[[bool], Hands], states: tuple[State, ...], shown: State
) -> None:
    hands = make(True)
    for number, state in enumerate(states):
        hands.add(f"L{number}", state)
    assert overall_state(hands.deck.listeners) is shown


def test_without_a_tray_nothing_is_shown(make: Callable[[bool], Hands]) -> None:
    hands = make(False)
    hands.tray.show()
    hands.tray.refresh()
    assert not hands.tray.is_shown
    assert not hands.tray.icon.isVisible()


class Shown:
    """Notifications of a window that is not in front."""

    def __init__(self, hands: Hands, window: QMainWindow, settings: Settings) -> None:
        self.now = 0.0
        self.notes: list[tuple[str, str, bool]] = []
        self.notifications = Notifications(
            hands.tray,
            settings,
            window,
            lambda *note: self.notes.append(note),
            seconds=lambda: self.now,
            listeners=lambda: hands.deck.listeners,
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


def test_a_failure_is_notified_once_if_the_user_wants_it(
    make: Callable[[bool], Hands],
    window: QMainWindow,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Tray, "is_shown", True)
    hands = make(True)
    shown = Shown(hands, window, settings)
    echo = hands.add("Echo", State.FAILED, "Port 8007 is in use.")
    assert shown.change(echo) == []
    echo.state = State.STOPPED
    shown.change(echo)
    settings.save_notifies(Notice.FAILED, True)
    echo.state = State.FAILED
    assert shown.change(echo) == [("Echo failed", "Port 8007 is in use.", True)]
    assert shown.change(echo) == []


def test_many_failures_are_counted(
    make: Callable[[bool], Hands],
    window: QMainWindow,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Tray, "is_shown", True)
    hands = make(True)
    shown = Shown(hands, window, settings)
    settings.save_notifies(Notice.FAILED, True)
    many = [hands.add(f"L{number}", State.FAILED, "No.") for number in range(20)]
    notes = shown.change(*many)
    assert len(notes) == MOST_AT_ONCE
    assert notes[-1][1].endswith("… and 17 more like it")


def test_a_notification_has_no_markup(
    make: Callable[[bool], Hands],
    window: QMainWindow,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Tray, "is_shown", True)
    hands = make(True)
    shown = Shown(hands, window, settings)
    settings.save_notifies(Notice.FAILED, True)
    notes = shown.change(hands.add("<b>x</b>", State.FAILED, "<img src=x> & more"))
    assert not any(letter in text for note in notes for text in note[:2] for letter in "<>&")


def test_without_a_tray_there_is_no_notification(
    make: Callable[[bool], Hands], window: QMainWindow, settings: Settings
) -> None:
    hands = make(False)
    shown = Shown(hands, window, settings)
    settings.save_notifies(Notice.FAILED, True)
    assert shown.change(hands.add("Echo", State.FAILED)) == []


def test_a_hidden_window_waits_for_the_tray_and_is_shown_if_none_comes(
    make: Callable[[bool], Hands], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tray, "WAIT_STEP_MS", 1)
    monkeypatch.setattr(tray, "LONGEST_WAIT_MS", 3)
    hands = make(False)
    hands.tray.wait(otherwise=lambda: hands.asked.append("shown"))
    qtbot.waitUntil(lambda: hands.asked == ["shown"])
    with_tray = make(True)
    monkeypatch.setattr(Tray, "is_shown", True)
    monkeypatch.setattr(with_tray.tray.icon, "show", lambda: with_tray.asked.append("icon"))
    with_tray.tray.wait(otherwise=lambda: with_tray.asked.append("shown"))
    qtbot.waitUntil(lambda: bool(with_tray.asked))
    qtbot.wait(10)
    assert with_tray.asked == ["icon"]


def test_a_rule_is_notified_now_and_then_with_its_hits(
    make: Callable[[bool], Hands],
    window: QMainWindow,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Tray, "is_shown", True)
    hands = make(True)
    shown = Shown(hands, window, settings)
    listener = hands.add("Replies", State.LISTENING)
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
