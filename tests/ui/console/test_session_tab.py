"""A tab of the console: sending, the transcript, and connecting."""

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
from app.text.notation import LineEnding
from app.ui.console.saved_state import ConsoleState
from app.ui.console.session_tab import SessionTab
from app.ui.reactor.reactor import DeckReactor
from app.ui.style.icons import Icons


class Peer:
    """A server socket for one client that never blocks."""

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
def tab(
    reactor: DeckReactor, deck: Deck, saved_state: ConsoleState, qtbot: QtBot
) -> Iterator[SessionTab]:
    tab = SessionTab(reactor, Icons(), lambda: None, lambda: deck.listeners, saved_state)
    qtbot.addWidget(tab)
    tab.show()
    yield tab
    tab.session.abort()


@pytest.fixture
def connected(tab: SessionTab, peer: Peer, qtbot: QtBot) -> SessionTab:
    connect(tab, peer.place, qtbot)
    qtbot.waitUntil(peer.accepts)
    until(tab, qtbot, tab.input_bar.send_button.isEnabled)
    return tab


def add(deck: Deck, name: str, endpoint: str = "tcp:0") -> Listener:
    return deck.add(ListenerSpec(name=name, protocol="echo", endpoint=endpoint))


def connect(tab: SessionTab, place: str, qtbot: QtBot) -> None:
    tab.target_bar.target.setEditText(place)
    qtbot.mouseClick(tab.target_bar.connect_button, Qt.MouseButton.LeftButton)


def until(tab: SessionTab, qtbot: QtBot, condition: Callable[[], bool]) -> None:
    """Refresh the tab as the ticker does, until `condition` is true."""

    def is_met() -> bool:
        tab.refresh()
        return condition()

    qtbot.waitUntil(is_met)


def say(tab: SessionTab, text: str, qtbot: QtBot) -> None:
    qtbot.keyClicks(tab.input_bar.input, text)
    qtbot.keyClick(tab.input_bar.input, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("ending", "sent"),
    [(LineEnding.NONE, b"hi"), (LineEnding.LF, b"hi\n"), (LineEnding.CRLF, b"hi\r\n")],
)
def test_a_line_is_sent_with_the_chosen_ending(
    connected: SessionTab, peer: Peer, qtbot: QtBot, ending: LineEnding, sent: bytes
) -> None:
    connected.input_bar.notation_picker.ending_box.setCurrentText(ending.label)
    say(connected, "hi", qtbot)
    qtbot.waitUntil(lambda: peer.has(sent))
    assert connected.input_bar.input.text() == ""


def test_up_and_down_show_sent_lines_and_return_to_the_draft(
    connected: SessionTab, qtbot: QtBot
) -> None:
    say(connected, "one", qtbot)
    say(connected, "two", qtbot)
    qtbot.keyClicks(connected.input_bar.input, "dra")
    shown = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(connected.input_bar.input, key)
        shown.append(connected.input_bar.input.text())
    assert shown == ["two", "one", "one", "two", "dra"]


def test_unsent_input_stays_in_the_editor(tab: SessionTab, qtbot: QtBot) -> None:
    say(tab, "too early", qtbot)
    assert tab.input_bar.input.text() == "too early"
    assert "Not sent: connect first." in tab.view.toPlainText()


def test_received_data_is_shown_with_its_direction(
    connected: SessionTab, peer: Peer, qtbot: QtBot
) -> None:
    peer.client.send(b"hello there\r\n")
    until(connected, qtbot, lambda: "←  hello there" in connected.view.toPlainText())


def test_a_close_by_the_peer_is_shown(connected: SessionTab, peer: Peer, qtbot: QtBot) -> None:
    peer.client.close()
    until(connected, qtbot, lambda: connected.target_bar.connect_button.text() == "Connect")
    assert "The peer closed the connection." in connected.view.toPlainText()
    assert not connected.target_bar.target.is_locked
    assert not connected.input_bar.send_button.isEnabled()


def test_the_user_disconnects_and_connects_again(
    connected: SessionTab, peer: Peer, qtbot: QtBot
) -> None:
    assert connected.target_bar.target.is_locked
    qtbot.mouseClick(connected.target_bar.connect_button, Qt.MouseButton.LeftButton)
    assert connected.target_bar.connect_button.text() == "Abort"
    peer.client.close()
    until(connected, qtbot, lambda: connected.target_bar.connect_button.text() == "Connect")
    assert "Disconnected." in connected.view.toPlainText()
    qtbot.mouseClick(connected.target_bar.connect_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(peer.accepts)
    until(connected, qtbot, connected.input_bar.send_button.isEnabled)


def test_a_second_click_aborts_a_connection_that_does_not_close(
    connected: SessionTab, peer: Peer, qtbot: QtBot
) -> None:
    for _ in range(2):
        qtbot.mouseClick(connected.target_bar.connect_button, Qt.MouseButton.LeftButton)
    until(connected, qtbot, lambda: connected.target_bar.connect_button.text() == "Connect")


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
def test_an_invalid_target_shows_an_error_as_plain_text(
    tab: SessionTab, qtbot: QtBot, place: str, sentence: str
) -> None:
    connect(tab, place, qtbot)
    assert tab.target_bar.prompt.isVisible()
    assert sentence in tab.target_bar.prompt.text.text()
    assert tab.target_bar.prompt.text.textFormat() is Qt.TextFormat.PlainText
    assert not tab.target_bar.prompt.button.isVisible()
    assert tab.target_bar.connect_button.text() == "Connect"


def test_the_next_attempt_hides_the_error(tab: SessionTab, peer: Peer, qtbot: QtBot) -> None:
    connect(tab, "nonsense", qtbot)
    connect(tab, peer.place, qtbot)
    assert not tab.target_bar.prompt.isVisible()
    qtbot.waitUntil(peer.accepts)
    until(tab, qtbot, tab.input_bar.send_button.isEnabled)


def test_the_prompt_offers_to_start_a_stopped_listener(
    tab: SessionTab, deck: Deck, qtbot: QtBot
) -> None:
    echo = add(deck, "Q&A")
    wanted: list[Listener] = []
    tab.start_wanted.connect(lambda listener: wanted.append(listener))
    connect(tab, "q&a", qtbot)
    assert tab.target_bar.prompt.button.text() == "Start Q&&A and connect"
    qtbot.mouseClick(tab.target_bar.prompt.button, Qt.MouseButton.LeftButton)
    assert wanted == [echo]


def test_the_tab_connects_when_its_listener_has_started(
    tab: SessionTab, deck: Deck, qtbot: QtBot, result_of: Callable[[Deferred[None]], None]
) -> None:
    echo = add(deck, "Echo")
    titles: list[str] = []
    tab.title_changed.connect(lambda title: titles.append(title))
    connect(tab, "Echo", qtbot)
    result_of(deck.start(echo))
    tab.target_bar.listener_started(echo)
    until(tab, qtbot, tab.input_bar.send_button.isEnabled)
    assert titles == ["Echo"]


def test_a_tab_ignores_a_listener_that_it_does_not_wait_for(
    tab: SessionTab, deck: Deck, result_of: Callable[[Deferred[None]], None]
) -> None:
    echo = add(deck, "Echo")
    result_of(deck.start(echo))
    tab.target_bar.listener_started(echo)
    assert tab.target_bar.connect_button.text() == "Connect"


def test_listeners_are_offered_by_name_and_address(tab: SessionTab, deck: Deck) -> None:
    add(deck, "Echo", "tcp:8007")
    add(deck, "Six", r"tcp:8008:interface=\:\:1")
    tab.target_bar.show_listeners()
    offered = [
        tab.target_bar.target.itemText(index) for index in range(tab.target_bar.target.count())
    ]
    assert offered == ["Echo (127.0.0.1:8007)", "Six ([::1]:8008)"]
    assert tab.target_bar.target.currentText() == ""


def test_typed_text_stays_when_the_listeners_change(tab: SessionTab, deck: Deck) -> None:
    add(deck, "Echo")
    tab.target_bar.target.setEditText("example.org:80")
    tab.target_bar.show_listeners()
    assert tab.target_bar.target.currentText() == "example.org:80"


def test_a_chosen_listener_stays_chosen_when_its_address_changes(
    tab: SessionTab, deck: Deck, result_of: Callable[[Deferred[None]], None]
) -> None:
    echo = add(deck, "Echo")
    tab.target_bar.show_listeners()
    tab.target_bar.target.setCurrentIndex(0)
    result_of(deck.start(echo))
    tab.target_bar.show_listeners()
    assert tab.target_bar.target.currentText() == f"Echo ({echo.where})"


def test_a_listener_that_is_removed_and_added_again_is_updated(tab: SessionTab, deck: Deck) -> None:
    old = add(deck, "Echo", "tcp:8007")
    tab.target_bar.show_listeners()
    deck.remove(old)
    new = add(deck, "Echo", "tcp:8007")
    tab.target_bar.show_listeners()
    assert tab.target_bar.target.itemData(0) is new


def test_the_transcript_is_copied_in_full_and_cleared(
    connected: SessionTab, peer: Peer, qtbot: QtBot
) -> None:
    say(connected, "x" * 3000, qtbot)
    connected.transcript_tools.copy_action.trigger()
    assert "→  " + "x" * 3000 in QGuiApplication.clipboard().text()
    connected.transcript_tools.clear_button.click()
    assert connected.view.toPlainText() == ""
    peer.client.send(b"still here\n")
    until(connected, qtbot, lambda: "still here" in connected.view.toPlainText())


def test_a_flood_shows_its_end_and_a_note_about_the_rest(
    connected: SessionTab, peer: Peer, qtbot: QtBot
) -> None:
    flood = b"the head\n" + b"x" * 99_999 + b"\n" + b"y" * 99_999 + b"\nthe end\n"
    rest = memoryview(flood)

    def all_received() -> bool:
        nonlocal rest
        if rest:
            with suppress(BlockingIOError):
                rest = rest[peer.client.send(rest) :]
        return connected.session.bytes_in == len(flood)

    qtbot.waitUntil(all_received)
    connected.refresh()
    text = connected.view.toPlainText()
    assert "chunks came too fast to show" in text
    assert "←  the end" in text
    assert "the head" not in text


def test_every_control_has_a_name(tab: SessionTab) -> None:
    named = (
        tab.target_bar.target,
        tab.input_bar.input,
        tab.input_bar.notation_picker.ending_box,
        tab.input_bar.notation_picker.notation_box,
        tab.view,
        tab.transcript_tools.find_button,
        tab.transcript_tools.clear_button,
        tab.transcript_tools.more_button,
        tab.find_bar.line,
        tab.find_bar.close_button,
    )
    assert all(each.accessibleName() for each in named)
    assert tab.target_bar.connect_button.text()
    assert tab.input_bar.send_button.text()


def test_the_transcript_is_shown_and_saved_as_chosen(
    connected: SessionTab, tmp_path: Path, qtbot: QtBot
) -> None:
    say(connected, "hi", qtbot)
    connected.transcript_tools.show_display(Display.BOTH)
    assert "|hi.|" in connected.view.toPlainText()
    connected.transcript_tools.write(tmp_path / "said.txt")
    assert "|hi.|" in (tmp_path / "said.txt").read_text(encoding="utf-8")
    assert "The transcript is in" in connected.view.toPlainText()


def test_a_full_disk_keeps_the_old_transcript_file(
    tab: SessionTab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_up(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "said.txt"
    path.write_text("old text", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", fill_up)
    tab.transcript_tools.write(path)
    assert path.read_text(encoding="utf-8") == "old text"
    assert os.strerror(errno.ENOSPC) in tab.view.toPlainText()


def test_a_transcript_that_cannot_be_saved_says_why(tab: SessionTab, tmp_path: Path) -> None:
    tab.transcript_tools.write(tmp_path)
    assert "cannot be written" in tab.view.toPlainText()


def test_saving_asks_for_a_file(tab: SessionTab, tmp_path: Path, qtbot: QtBot) -> None:
    tab.transcript_tools.save_action.trigger()
    (dialog,) = tab.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "said.txt"))
    assert (tmp_path / "said.txt").exists()
    dialog.close()
    qtbot.waitUntil(lambda: not tab.findChildren(QFileDialog))
