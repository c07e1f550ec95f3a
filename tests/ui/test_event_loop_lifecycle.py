"""The one way out, on a reactor that only notes what it is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred

from app.ui.event_loop import Lifecycle


class Reactor:
    """Ends as Twisted's does: first what comes before, with its Deferreds, and then the rest."""

    def __init__(self) -> None:
        self.running = True
        self.stops = 0
        self._triggers: dict[str, list[Callable[[], object]]] = {"before": [], "after": []}

    def addSystemEventTrigger(
        self, phase: str, event: str, act: Callable[..., object], *arguments: object
    ) -> None:
        assert event == "shutdown"
        self._triggers[phase].append(lambda: act(*arguments))

    def callLater(self, delay: float, act: Callable[[], object]) -> None:
        assert delay == 0
        act()

    def stop(self) -> None:
        self.stops += 1
        for act in self._triggers["before"]:
            result = act()
            if isinstance(result, Deferred):
                result.addCallback(lambda _: self._end())

    def _end(self) -> None:
        self.running = False
        for act in self._triggers["after"]:
            act()


class Application:
    """In place of the one that all tests share, which must not end."""

    def __init__(self) -> None:
        self.has_ended = False
        self.ends_with_its_last_window = True

    def setQuitOnLastWindowClosed(self, quit: bool) -> None:
        self.ends_with_its_last_window = quit

    def quit(self) -> None:
        self.has_ended = True


@pytest.fixture
def reactor_alone() -> Reactor:
    return Reactor()


@pytest.fixture
def drained() -> Deferred[None]:
    return Deferred()


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def lifecycle(
    application: QApplication, reactor_alone: Reactor, drained: Deferred[None]
) -> Lifecycle:
    return Lifecycle(application, reactor_alone, lambda: drained)


def test_asking_twice_stops_the_reactor_once(lifecycle: Lifecycle, reactor_alone: Reactor) -> None:
    lifecycle.request_exit()
    lifecycle.request_exit()
    assert reactor_alone.stops == 1


def test_asking_after_a_signal_has_begun_the_end_changes_nothing(
    lifecycle: Lifecycle, reactor_alone: Reactor
) -> None:
    reactor_alone.stop()
    lifecycle.request_exit()
    assert reactor_alone.stops == 1


def test_the_end_waits_for_the_listeners_and_then_ends_qt(
    lifecycle: Lifecycle,
    application: Application,
    drained: Deferred[None],
    qtbot: QtBot,
) -> None:
    lifecycle.request_exit()
    assert not lifecycle.is_over
    assert not application.has_ended
    drained.callback(None)
    assert lifecycle.is_over
    qtbot.waitUntil(lambda: application.has_ended)


def test_a_closed_window_alone_does_not_end_the_program(
    lifecycle: Lifecycle, application: Application
) -> None:
    assert not application.ends_with_its_last_window


def test_what_must_be_kept_is_kept_whoever_asks_for_the_end(
    lifecycle: Lifecycle, reactor_alone: Reactor
) -> None:
    kept: list[str] = []
    lifecycle.before_exit(lambda: kept.append("geometry"))
    reactor_alone.stop()
    assert kept == ["geometry"]


def test_asking_when_all_is_over_is_harmless(lifecycle: Lifecycle, reactor_alone: Reactor) -> None:
    reactor_alone.running = False
    lifecycle.request_exit()
    assert reactor_alone.stops == 0
