"""The commands are enabled when they have an effect, and show the number of listeners."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import evolve
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.ui.command_table import COMMANDS
from app.ui.commands import Commands
from app.ui.listeners.command_states import update_enabled
from app.ui.style.icons import Icons
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record


class Stage:
    """Three listeners and the commands that act on them."""

    def __init__(self, commands: Commands, icons: Icons) -> None:
        self.hand = HandReactor()
        self.deck = Deck(self.hand, Record())
        self.commands, self.icons = commands, icons
        for name in ("One", "Two", "Three"):
            self.deck.add(ListenerSpec(name=name, protocol="echo", endpoint="tcp:0"))

    def show(self, *marked: Listener) -> None:
        order = [each for each in self.deck.listeners if each in marked]
        update_enabled(self.commands, self.icons, self.deck.listeners, order)

    def enabled(self) -> set[str]:
        """The texts of the enabled commands."""
        return {action.text() for action in self.commands.actions if action.isEnabled()}


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    window = QMainWindow()
    qtbot.addWidget(window)
    icons = Icons()
    stage = Stage(Commands(window, icons, COMMANDS), icons)
    yield stage
    stage.deck.stop_all()
    stage.hand.drop_all()


def test_without_a_marked_listener_only_all_can_be_started_or_stopped(stage: Stage) -> None:
    stage.show()
    enabled = stage.enabled()
    assert "Start all" in enabled
    assert not enabled & {"Stop all", "Start", "Drain", "Restart", "Duplicate", "Remove"}
    stage.deck.start_all()
    stage.show()
    enabled = stage.enabled()
    assert "Stop all" in enabled
    assert "Start all" not in enabled


def test_a_failed_listener_cannot_be_stopped(stage: Stage) -> None:
    failed = stage.deck.listeners[0]
    failed.change(evolve(failed.spec, endpoint="ssl:1:privateKey=missing.pem"))
    stage.deck.start(failed)
    assert failed.state is State.FAILED
    stage.show(failed)
    enabled = stage.enabled()
    assert {"Start", "Start all"} <= enabled
    assert not enabled & {"Stop all", "Stop", "Drain", "Restart"}


def test_a_listening_listener_can_be_stopped_drained_and_restarted(stage: Stage) -> None:
    one = stage.deck.listeners[0]
    stage.deck.start(one)
    stage.show(one)
    assert {"Stop", "Drain", "Restart", "Duplicate", "Remove", "Edit…"} <= stage.enabled()
    assert "Reload the code" not in stage.enabled()


def test_a_draining_listener_can_be_stopped(stage: Stage) -> None:
    one = stage.deck.listeners[0]
    stage.deck.start(one)
    assert one.factory is not None
    client = Client(stage.hand, one.factory.buildProtocol(None))
    stage.deck.drain(one)
    stage.show(one)
    assert {"Stop", "Stop all", "Restart"} <= stage.enabled()
    assert "Drain" not in stage.enabled()
    client.close()
    client.until(lambda: one.state is State.STOPPED)


def test_commands_show_the_number_of_marked_listeners(stage: Stage) -> None:
    one, two, three = stage.deck.listeners
    stage.deck.start(one, two)
    stage.show(one, two, three)
    assert {
        *("Stop (2)", "Drain (2)", "Restart (2)", "Duplicate (3)", "Remove (3)"),
        *("Start 3 marked", "Stop 3 marked"),
    } <= stage.enabled()
    assert "Edit…" not in stage.enabled()
    stage.show(three)
    assert {"Start", "Start all", "Stop all"} <= stage.enabled()


def test_the_first_listener_cannot_move_up_and_the_last_not_down(stage: Stage) -> None:
    one, two, three = stage.deck.listeners
    moves = {"Move up", "Move down"}
    for marked, expected in (
        ([one], {"Move down"}),
        ([two], moves),
        ([three], {"Move up"}),
        ([one, three], set()),
        ([], set()),
    ):
        stage.show(*marked)
        assert stage.enabled() & moves == expected
