"""The exit of the program, with a fake reactor and application."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred

from app.ui.event_loop import Lifecycle
from app.user_code.errors import SourceFiles, call_user_code


class Reactor:
    """A fake reactor. Like Twisted's, it runs the `before` triggers, waits for their Deferreds, and
    then runs the `after` triggers.
    """

    def __init__(self) -> None:
        self.running = True
        self.stops = 0
        self._triggers: dict[str, list[Callable[[], object]]] = {"before": [], "after": []}
        self.startup: list[Callable[[], object]] = []

    def addSystemEventTrigger(
        self, phase: str, event: str, act: Callable[..., object], *arguments: object
    ) -> None:
        if (phase, event) == ("during", "startup"):
            self.startup.append(act)
            return
        assert event == "shutdown"
        self._triggers[phase].append(lambda: act(*arguments))

    def callLater(self, delay: float, act: Callable[[], object]) -> None:
        assert delay == 0
        act()

    def callFromThread(self, act: Callable[[], object]) -> None:
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
    """A fake application, because the one that all tests share must not quit."""

    def __init__(self) -> None:
        self.has_ended = False
        self.ends_with_its_last_window = True

    def setQuitOnLastWindowClosed(self, quit: bool) -> None:
        self.ends_with_its_last_window = quit

    def quit(self) -> None:
        """A window refuses to close."""

    def exit(self) -> None:
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


def test_two_exit_requests_stop_the_reactor_once(
    lifecycle: Lifecycle, reactor_alone: Reactor
) -> None:
    lifecycle.request_exit()
    lifecycle.request_exit()
    assert reactor_alone.stops == 1


def test_a_request_after_a_signal_has_no_effect(
    lifecycle: Lifecycle, reactor_alone: Reactor
) -> None:
    reactor_alone.stop()
    lifecycle.request_exit()
    assert reactor_alone.stops == 1


def test_the_exit_waits_for_the_listeners_and_then_ends_qt(
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


def test_state_is_saved_whatever_starts_the_exit(
    lifecycle: Lifecycle, reactor_alone: Reactor
) -> None:
    kept: list[str] = []
    lifecycle.before_exit(lambda: kept.append("geometry"))
    reactor_alone.stop()
    assert kept == ["geometry"]


def test_a_request_after_the_exit_has_no_effect(
    lifecycle: Lifecycle, reactor_alone: Reactor
) -> None:
    reactor_alone.running = False
    lifecycle.request_exit()
    assert reactor_alone.stops == 0


def test_a_signal_ends_it_and_interrupts_user_code_that_never_returns(
    lifecycle: Lifecycle, reactor_alone: Reactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers: dict[int, Callable[..., object]] = {}
    monkeypatch.setattr(signal, "getsignal", lambda _number: signal.SIG_DFL)
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    for act in reactor_alone.startup:
        act()
    assert {signal.SIGINT, signal.SIGTERM} <= set(handlers)
    handlers[signal.SIGTERM](signal.SIGTERM, sys._getframe())
    assert reactor_alone.stops == 1
    with pytest.raises(KeyboardInterrupt):
        call_user_code(lambda: handlers[signal.SIGINT](2, sys._getframe()), SourceFiles())
