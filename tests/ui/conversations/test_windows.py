"""The windows that play a conversation and that compare two, and the row menu that opens them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionDone, ConnectionRefusedError
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from app.client.options import Options
from app.client.transport import Supply, WireObserver
from app.net.target import Target, Transport
from app.profile import ListenerSpec, ProfileFile
from app.server.deck import Deck
from app.server.monitor import Changes
from app.server.workspace import Workspace
from app.traffic.connection_info import ConnectionInfo
from app.ui.conversations.actions import ConversationActions, RuleSource
from app.ui.conversations.compare_window import CompareWindow
from app.ui.conversations.make_listener import MakeListenerDialog
from app.ui.conversations.play_window import PlayWindow
from app.ui.rules.model import matcher_text, reply_text
from app.ui.style.icons import Icons
from app.ui.traffic.pane import TrafficPane
from tests.ui.conversations.conftest import Talk


class Answering:
    """A peer that answers each write at once, from a list."""

    peer, local = "127.0.0.1:8007", "127.0.0.1:50000"
    security = verdict = None
    can_half_close = True
    bytes_unsent = 0

    def __init__(self, greeting: bytes, answers: list[bytes]) -> None:
        self._greeting = greeting
        self._answers = answers
        self._observer: WireObserver | None = None
        self.is_refused = False

    def dial(
        self, reactor: Any, target: Target, options: Options, observer: WireObserver
    ) -> Deferred[Any]:
        if self.is_refused:
            return fail(ConnectionRefusedError())
        self._observer = observer
        observer.wire_opened(self)
        observer.wire_received(self, self._greeting)
        return succeed(None)

    def send(self, data: bytes) -> None:
        assert self._observer is not None
        self._observer.wire_flushed(self, len(data))
        if self._answers:
            self._observer.wire_received(self, self._answers.pop(0))

    def send_from(self, supply: Supply | None) -> None:
        raise NotImplementedError

    def pause(self) -> None:
        raise NotImplementedError

    def resume(self) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        return

    def close_or_abort(self) -> bool:
        self.abort()
        return True

    def abort(self) -> None:
        assert self._observer is not None
        self._observer.wire_lost(self, Failure(ConnectionDone()))


@pytest.fixture
def owner(qtbot: QtBot) -> QWidget:
    owner = QWidget()
    qtbot.addWidget(owner)
    return owner


def _player(talk: Talk, owner: QWidget, qtbot: QtBot, peer: Answering) -> tuple[PlayWindow, Clock]:
    clock = Clock()
    window = PlayWindow(
        talk.connection(1),
        clock,
        lambda: (),
        None,
        owner,
        dial=peer.dial,
    )
    window.show()
    qtbot.waitUntil(lambda: not window.reading.is_reading)
    window.target.setCurrentText("127.0.0.1:8007")
    return window, clock


def _run(clock: Clock, seconds: float) -> None:
    clock.pump([0.01] * int(seconds * 100))


def test_a_conversation_is_played_and_compared(talk: Talk, owner: QWidget, qtbot: QtBot) -> None:
    peer = Answering(b"READY\r\n", [b"OK 1\n", b"BYE\n"])
    window, clock = _player(talk, owner, qtbot, peer)
    assert window.said.text() == "2 messages of the client to send."
    window.at_once.setChecked(True)
    window.play.click()
    assert window.is_playing
    assert window.play.text() == "&Stop"
    _run(clock, 5)
    assert not window.is_playing
    assert window.said.text() == "Played."
    outcomes = [window.comparison.model.index(row, 0).data() for row in range(3)]
    assert outcomes == ["equal", "equal", "different"]
    window.close()


def test_its_timing_is_kept(talk: Talk, owner: QWidget, qtbot: QtBot) -> None:
    window, clock = _player(talk, owner, qtbot, Answering(b"READY\r\n", [b"OK 1\n", b"bye\n"]))
    window.play.click()
    _run(clock, 2.5)
    assert window.is_playing
    assert window.player is not None
    assert window.player.sent == 1
    _run(clock, 4)
    assert window.comparison.summary.text() == "Messages: 3 equal."
    window.close()


def test_a_target_that_is_none_is_said(talk: Talk, owner: QWidget, qtbot: QtBot) -> None:
    window, _ = _player(talk, owner, qtbot, Answering(b"", []))
    window.target.setCurrentText("")
    window.play.click()
    assert window.said.text() == "Type where to connect to, such as 127.0.0.1:8007."
    assert not window.is_playing
    window.close()


def test_a_target_that_refuses_is_said(talk: Talk, owner: QWidget, qtbot: QtBot) -> None:
    peer = Answering(b"", [])
    peer.is_refused = True
    window, clock = _player(talk, owner, qtbot, peer)
    window.play.click()
    _run(clock, 1)
    assert window.said.text().startswith("It was not connected.")
    assert window.comparison.model.rowCount() == 0
    window.close()


def test_datagrams_go_to_a_target_over_udp_unless_it_says_otherwise(
    talk: Talk, owner: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = ConnectionInfo("Echo", "127.0.0.1:50001", is_datagram=True)
    monkeypatch.setattr(talk.directory, "info", lambda number: info)
    window, _ = _player(talk, owner, qtbot, Answering(b"", []))
    assert window._chosen_target() == Target("127.0.0.1", 8007, Transport.UDP)
    window.target.setCurrentText("tcp:127.0.0.1:8007")
    assert window._chosen_target() == Target("127.0.0.1", 8007)
    window.close()


def test_playing_is_stopped_by_its_button_and_by_closing(
    talk: Talk, owner: QWidget, qtbot: QtBot
) -> None:
    window, clock = _player(talk, owner, qtbot, Answering(b"READY\r\n", []))
    window.play.click()
    _run(clock, 0.1)
    window.play.click()
    assert window.said.text() == "Stopped."
    window.play.click()
    player = window.player
    assert player is not None
    window.close()
    assert player.result is not None
    _run(clock, 2)


def test_two_connections_are_compared(talk: Talk, owner: QWidget, qtbot: QtBot) -> None:
    window = CompareWindow(talk.connection(1), talk.connection(2), None, owner)
    window.show()
    qtbot.waitUntil(lambda: window.comparison.model.rowCount() == 3)
    assert window.comparison.summary.text() == "Messages: 1 equal, 2 different."
    window.of_clients.setChecked(True)
    assert window.comparison.summary.text() == "Messages: 1 equal, 1 different."
    window.close()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    path = tmp_path / "p.toml"
    path.write_text("version = 1\n")
    workspace = Workspace(Deck(Clock(), Changes(lambda: None)), ProfileFile(path))
    workspace.load()
    workspace.add(ListenerSpec(name="Mock", protocol="replies", endpoint="tcp:8029"))
    workspace.add(ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007"))
    return workspace


@pytest.fixture
def actions(workspace: Workspace, owner: QWidget, qtbot: QtBot) -> Iterator[ConversationActions]:
    actions = ConversationActions(workspace, Clock(), owner)
    yield actions
    actions.close()
    qtbot.waitUntil(lambda: not actions.windows)


def _menu(actions: ConversationActions, talk: Talk, qtbot: QtBot, row: int) -> QMenu:
    pane = TrafficPane(talk.log, Icons(), talk.directory)
    qtbot.addWidget(pane)
    pane.show()
    qtbot.waitUntil(lambda: pane.table.rows.rowCount() > 0)
    pane.table.selectRow(row)
    menu = QMenu(pane)
    chunk = talk.log.chunk(row)
    assert chunk is not None
    actions.fill(menu, chunk, pane, talk.log, talk.directory)
    return menu


def _submenu(menu: QMenu) -> QMenu:
    found = [each.menu() for each in menu.actions()]
    return next(each for each in found if isinstance(each, QMenu))


def _choose(menu: QMenu, words: str) -> None:
    found = {each.text(): each for each in menu.actions()}
    found[words].trigger()


def test_the_row_menu_offers_the_listeners_that_reply_by_rule(
    actions: ConversationActions, talk: Talk, qtbot: QtBot
) -> None:
    menu = _menu(actions, talk, qtbot, 1)
    replies = _submenu(menu)
    assert replies.isEnabled()
    words = [each.text() for each in replies.actions()]
    assert words == ["A rule of a new listener…", "A rule of Mock…"]
    with qtbot.waitSignal(actions.rule_made) as made:
        _choose(replies, "A rule of Mock…")
    assert made.args is not None
    (source,) = made.args
    assert isinstance(source, RuleSource)
    assert source.message.listener is not None
    assert source.message.listener.spec.name == "Mock"
    assert source.rule is not None
    assert matcher_text(source.rule) == "equals “GET 1”"
    assert reply_text(source.rule) == r"“OK 1\n”"


def test_what_a_server_said_cannot_be_replied_to(
    actions: ConversationActions, talk: Talk, qtbot: QtBot
) -> None:
    menu = _menu(actions, talk, qtbot, 0)
    replies = _submenu(menu)
    assert not replies.isEnabled()


def test_a_new_listener_gets_a_free_name_and_port(
    actions: ConversationActions, talk: Talk, qtbot: QtBot
) -> None:
    menu = _menu(actions, talk, qtbot, 1)
    _choose(menu, "Make a listener of this conversation…")
    pane = menu.parentWidget()
    assert pane is not None
    dialog = pane.findChild(MakeListenerDialog)
    assert dialog is not None
    assert dialog.name.text() == "Echo 2"
    assert dialog.endpoint.text().startswith("tcp:80")
    assert "8029" not in dialog.endpoint.text()
    dialog.reject()


def test_the_row_menu_opens_the_player_and_the_comparison(
    actions: ConversationActions, talk: Talk, qtbot: QtBot
) -> None:
    menu = _menu(actions, talk, qtbot, 1)
    compare = next(each for each in menu.actions() if each.text().startswith("Compare"))
    assert not compare.isEnabled()
    _choose(menu, "Play the client side…")
    actions.compare(talk.log, talk.directory, (1, 2))
    kinds = [type(each) for each in actions.windows]
    assert kinds == [PlayWindow, CompareWindow]
