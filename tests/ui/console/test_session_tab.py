"""A tab of the console: what it sends, what it says, and where it connects to."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred

from app.client.transcript import Display
from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import Listener
from app.server.monitor import Changes
from app.text.notation import LineEnding
from app.ui.console.saved_state import ConsoleState
from app.ui.console.session_tab import SessionTab
from app.ui.reactor.reactor import DeckReactor
from app.ui.style.icons import Icons


class Peer:
    """What a tab connects to: a socket that takes one client and never blocks."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.setblocking(False)
        self.place = f"127.0.0.1:{self.listening.getsockname()[1]}"
        self._client: socket.socket | None = None
        self.received = b""

    @property
    def client(self) -> socket.socket:
        assert self._client is not None
        return self._client

    def accepts(self) -> bool:
        try:
            self._client, _ = self.listening.accept()
        except BlockingIOError:
            return False
        self._client.setblocking(False)
        return True

    def has(self, data: bytes) -> bool:
        with suppress(BlockingIOError):
            self.received += self.client.recv(65536)
        return self.received == data

    def close(self) -> None:
        self.listening.close()
        if self._client is not None:
            self._client.close()


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def deck(reactor: DeckReactor, result_of: Callable[[Deferred[None]], None]) -> Iterator[Deck]:
    deck = Deck(reactor, Changes(lambda: None))
    yield deck
    result_of(deck.stop_all())


@pytest.fixture
def tab(
    reactor: DeckReactor, deck: Deck, memory: ConsoleState, qtbot: QtBot
) -> Iterator[SessionTab]:
    tab = SessionTab(reactor, Icons(), lambda: None, lambda: deck.listeners, memory)
    qtbot.addWidget(tab)
    tab.show()
    yield tab
    tab.session.abort()


@pytest.fixture
def connected(tab: SessionTab, peer: Peer, qtbot: QtBot) -> SessionTab:
    connect(tab, peer.place, qtbot)
    qtbot.waitUntil(peer.accepts)
    until(tab, qtbot, tab.foot.send_button.isEnabled)
    return tab


def add(deck: Deck, name: str, endpoint: str = "tcp:0") -> Listener:
    return deck.add(ListenerSpec(name=name, protocol="echo", endpoint=endpoint))


def connect(tab: SessionTab, place: str, qtbot: QtBot) -> None:
    tab.head.target.setEditText(place)
    qtbot.mouseClick(tab.head.connect_button, Qt.MouseButton.LeftButton)


def until(tab: SessionTab, qtbot: QtBot, condition: Callable[[], bool]) -> None:
    """Pull as a ticker does, until it is so."""

    def so() -> bool:
        tab.refresh()
        return condition()

    qtbot.waitUntil(so)


def say(tab: SessionTab, text: str, qtbot: QtBot) -> None:
    qtbot.keyClicks(tab.foot.input, text)
    qtbot.keyClick(tab.foot.input, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("ending", "sent"),
    [(LineEnding.NONE, b"hi"), (LineEnding.LF, b"hi\n"), (LineEnding.CRLF, b"hi\r\n")],
)
def test_a_line_is_sent_with_the_chosen_ending(
    connected: SessionTab, peer: Peer, qtbot: QtBot, ending: LineEnding, sent: bytes
) -> None:
    connected.foot.means.ending_box.setCurrentText(ending.label)
    say(connected, "hi", qtbot)
    qtbot.waitUntil(lambda: peer.has(sent))
    assert connected.foot.input.text() == ""


def test_up_and_down_bring_back_what_was_sent_and_what_was_being_typed(
    connected: SessionTab, qtbot: QtBot
) -> None:
    say(connected, "one", qtbot)
    say(connected, "two", qtbot)
    qtbot.keyClicks(connected.foot.input, "dra")
    shown = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(connected.foot.input, key)
        shown.append(connected.foot.input.text())
    assert shown == ["two", "one", "one", "two", "dra"]


def test_what_was_not_sent_stays_to_be_sent(tab: SessionTab, qtbot: QtBot) -> None:
    say(tab, "too early", qtbot)
    assert tab.foot.input.text() == "too early"
    assert "Not sent: connect first." in tab.view.toPlainText()


def test_what_the_peer_says_is_shown_with_its_direction(
    connected: SessionTab, peer: Peer, qtbot: QtBot
) -> None:
    peer.client.send(b"hello there\r\n")
    until(connected, qtbot, lambda: "←  hello there" in connected.view.toPlainText())


def test_the_end_that_the_peer_makes_is_told(
    connected: SessionTab, peer: Peer, qtbot: QtBot
) -> None:
    peer.client.close()
    until(connected, qtbot, lambda: connected.head.connect_button.text() == "Connect")
    assert "The peer closed the connection." in connected.view.toPlainText()
    assert not connected.head.target.is_locked
    assert not connected.foot.send_button.isEnabled()


def test_the_user_disconnects_and_connects_again(
    connected: SessionTab, peer: Peer, qtbot: QtBot
) -> None:
    assert connected.head.target.is_locked
    qtbot.mouseClick(connected.head.connect_button, Qt.MouseButton.LeftButton)
    assert connected.head.connect_button.text() == "Abort"
    peer.client.close()
    until(connected, qtbot, lambda: connected.head.connect_button.text() == "Connect")
    assert "Disconnected." in connected.view.toPlainText()
    qtbot.mouseClick(connected.head.connect_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(peer.accepts)
    until(connected, qtbot, connected.foot.send_button.isEnabled)


def test_a_peer_that_does_not_let_go_is_aborted(
    connected: SessionTab, peer: Peer, qtbot: QtBot
) -> None:
    for _ in range(2):
        qtbot.mouseClick(connected.head.connect_button, Qt.MouseButton.LeftButton)
    until(connected, qtbot, lambda: connected.head.connect_button.text() == "Connect")


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("", "Type where to connect to"),
        ("localhost", "Add a port"),
        ("localhost:http", "The port must be a number"),
        ("localhost:99999", "Choose a port between"),
        ("http://localhost:80", "Leave out http://"),
        ("<b>bold</b>:80", "<b>bold</b>"),
    ],
)
def test_a_wrong_place_gets_its_sentence_as_plain_text(
    tab: SessionTab, qtbot: QtBot, place: str, sentence: str
) -> None:
    connect(tab, place, qtbot)
    assert tab.head.offer.isVisible()
    assert sentence in tab.head.offer.text.text()
    assert tab.head.offer.text.textFormat() is Qt.TextFormat.PlainText
    assert not tab.head.offer.button.isVisible()
    assert tab.head.connect_button.text() == "Connect"


def test_the_sentence_goes_with_the_next_attempt(tab: SessionTab, peer: Peer, qtbot: QtBot) -> None:
    connect(tab, "nonsense", qtbot)
    connect(tab, peer.place, qtbot)
    assert not tab.head.offer.isVisible()
    qtbot.waitUntil(peer.accepts)
    until(tab, qtbot, tab.foot.send_button.isEnabled)


def test_a_stopped_listener_is_offered_to_be_started(
    tab: SessionTab, deck: Deck, qtbot: QtBot
) -> None:
    echo = add(deck, "Q&A")
    wanted: list[Listener] = []
    tab.start_wanted.connect(lambda listener: wanted.append(listener))
    connect(tab, "q&a", qtbot)
    assert tab.head.offer.button.text() == "Start Q&&A and connect"
    qtbot.mouseClick(tab.head.offer.button, Qt.MouseButton.LeftButton)
    assert wanted == [echo]


def test_a_listener_that_starts_is_connected_to(
    tab: SessionTab, deck: Deck, qtbot: QtBot, result_of: Callable[[Deferred[None]], None]
) -> None:
    echo = add(deck, "Echo")
    titles: list[str] = []
    tab.title_changed.connect(lambda title: titles.append(title))
    connect(tab, "Echo", qtbot)
    result_of(deck.start(echo))
    tab.head.started(echo)
    until(tab, qtbot, tab.foot.send_button.isEnabled)
    assert titles == ["Echo"]


def test_a_listener_that_another_tab_waits_for_is_left_alone(
    tab: SessionTab, deck: Deck, result_of: Callable[[Deferred[None]], None]
) -> None:
    echo = add(deck, "Echo")
    result_of(deck.start(echo))
    tab.head.started(echo)
    assert tab.head.connect_button.text() == "Connect"


def test_listeners_are_offered_by_name_and_address(tab: SessionTab, deck: Deck) -> None:
    add(deck, "Echo", "tcp:8007")
    add(deck, "Six", r"tcp:8008:interface=\:\:1")
    tab.head.show_listeners()
    offered = [tab.head.target.itemText(index) for index in range(tab.head.target.count())]
    assert offered == ["Echo (127.0.0.1:8007)", "Six ([::1]:8008)"]
    assert tab.head.target.currentText() == ""


def test_what_is_typed_stays_when_the_listeners_change(tab: SessionTab, deck: Deck) -> None:
    add(deck, "Echo")
    tab.head.target.setEditText("example.org:80")
    tab.head.show_listeners()
    assert tab.head.target.currentText() == "example.org:80"


def test_a_chosen_listener_stays_chosen_when_its_address_changes(
    tab: SessionTab, deck: Deck, result_of: Callable[[Deferred[None]], None]
) -> None:
    echo = add(deck, "Echo")
    tab.head.show_listeners()
    tab.head.target.setCurrentIndex(0)
    result_of(deck.start(echo))
    tab.head.show_listeners()
    assert tab.head.target.currentText() == f"Echo ({echo.where})"


def test_a_listener_that_was_removed_and_put_back_is_the_new_one(
    tab: SessionTab, deck: Deck
) -> None:
    old = add(deck, "Echo", "tcp:8007")
    tab.head.show_listeners()
    deck.remove(old)
    new = add(deck, "Echo", "tcp:8007")
    tab.head.show_listeners()
    assert tab.head.target.itemData(0) is new


def test_the_transcript_is_copied_in_full_and_cleared(
    connected: SessionTab, peer: Peer, qtbot: QtBot
) -> None:
    say(connected, "x" * 3000, qtbot)
    connected.tools.copy_action.trigger()
    assert "→  " + "x" * 3000 in QGuiApplication.clipboard().text()
    connected.tools.clear_button.click()
    assert connected.view.toPlainText() == ""
    peer.client.send(b"still here\n")
    until(connected, qtbot, lambda: "still here" in connected.view.toPlainText())


def test_a_flood_shows_its_end_and_says_that_it_left_something_out(
    connected: SessionTab, peer: Peer, qtbot: QtBot
) -> None:
    flood = b"the head\n" + b"x" * 99_999 + b"\n" + b"y" * 99_999 + b"\nthe end\n"
    rest = memoryview(flood)

    def poured() -> bool:
        nonlocal rest
        if rest:
            with suppress(BlockingIOError):
                rest = rest[peer.client.send(rest) :]
        return connected.session.bytes_in == len(flood)

    qtbot.waitUntil(poured)
    connected.refresh()
    text = connected.view.toPlainText()
    assert "chunks came too fast to show" in text
    assert "←  the end" in text
    assert "the head" not in text


def test_every_control_has_a_name(tab: SessionTab) -> None:
    named = (
        tab.head.target,
        tab.foot.input,
        tab.foot.means.ending_box,
        tab.foot.means.notation_box,
        tab.view,
        tab.tools.find_button,
        tab.tools.clear_button,
        tab.tools.more_button,
        tab.finder.line,
        tab.finder.close_button,
    )
    assert all(each.accessibleName() for each in named)
    assert tab.head.connect_button.text()
    assert tab.foot.send_button.text()


def test_the_transcript_is_shown_and_saved_as_chosen(
    connected: SessionTab, tmp_path: Path, qtbot: QtBot
) -> None:
    say(connected, "hi", qtbot)
    connected.tools.show_display(Display.BOTH)
    assert "|hi.|" in connected.view.toPlainText()
    connected.tools.write(tmp_path / "said.txt")
    assert "|hi.|" in (tmp_path / "said.txt").read_text(encoding="utf-8")
    assert "The transcript is in" in connected.view.toPlainText()


def test_a_full_disk_leaves_the_transcript_of_before(
    tab: SessionTab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_up(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "said.txt"
    path.write_text("of before", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", fill_up)
    tab.tools.write(path)
    assert path.read_text(encoding="utf-8") == "of before"
    assert os.strerror(errno.ENOSPC) in tab.view.toPlainText()


def test_a_transcript_that_cannot_be_saved_says_why(tab: SessionTab, tmp_path: Path) -> None:
    tab.tools.write(tmp_path)
    assert "cannot be written" in tab.view.toPlainText()


def test_the_place_to_save_to_is_asked_for(tab: SessionTab, tmp_path: Path, qtbot: QtBot) -> None:
    tab.tools.save_action.trigger()
    (dialog,) = tab.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "said.txt"))
    assert (tmp_path / "said.txt").exists()
    dialog.close()
    qtbot.waitUntil(lambda: not tab.findChildren(QFileDialog))
