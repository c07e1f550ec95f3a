"""The repeat bar of a console tab."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import pytest
from PySide6.QtCore import QMimeData
from pytestqt.qtbot import QtBot

from app.client.draft import Draft
from app.client.repeat import MOST_UNSENT_BYTES
from app.client.session import Session
from app.client.session_messages import SessionState
from app.ui.console.saved_state import ConsoleState
from app.ui.console.session_tab import SessionTab
from app.ui.reactor.reactor import DeckReactor
from app.ui.style.icons import Icons


class Line:
    """Replaces the network side of a session and records what is sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[bytes] = []
        self.takes = True
        self.unsent = 0
        monkeypatch.setattr(Session, "state", SessionState.CONNECTED)
        monkeypatch.setattr(Session, "send", lambda _, data: self._send(data))
        monkeypatch.setattr(Session, "bytes_unsent", property(lambda _: self.unsent))

    def _send(self, data: bytes) -> bool:
        if self.takes:
            self.sent.append(data)
        return self.takes


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(monkeypatch)


@pytest.fixture
def tab(
    reactor: DeckReactor, line: Line, saved_state: ConsoleState, qtbot: QtBot
) -> Iterator[SessionTab]:
    tab = SessionTab(reactor, Icons(), lambda: None, list, saved_state)
    qtbot.addWidget(tab)
    tab.show()
    tab.repeat_bar.opener.click()
    tab.repeat_bar.interval.setValue(1)
    yield tab
    tab.repeat_bar.stop()


def said(tab: SessionTab) -> str:
    return tab.view.toPlainText()


def test_input_with_variables_is_sent_count_times_at_the_interval(
    tab: SessionTab, line: Line, qtbot: QtBot
) -> None:
    tab.input_bar.set_draft(Draft("{counter}"))
    tab.repeat_bar.times.setValue(50)
    began = monotonic()
    with qtbot.waitSignal(tab.repeat_bar.said):
        tab.repeat_bar.button.click()
    assert monotonic() - began >= 0.049
    assert line.sent == [f"{number}\n".encode() for number in range(1, 51)]
    assert "The repeat ended, 50 sent." in said(tab)
    assert tab.repeat_bar.state.text().startswith("50 sent")
    assert tab.input_bar.input.text() == "{counter}"


def test_a_repeat_runs_until_stopped(tab: SessionTab, line: Line, qtbot: QtBot) -> None:
    tab.input_bar.set_draft(Draft("x"))
    tab.repeat_bar.button.click()
    assert tab.repeat_bar.button.text() == "Stop"
    assert not tab.repeat_bar.interval.isEnabled()
    qtbot.waitUntil(lambda: len(line.sent) > 10)
    tab.repeat_bar.button.click()
    assert not tab.repeat_bar.is_running
    assert tab.repeat_bar.button.text() == "Start"
    assert tab.repeat_bar.interval.isEnabled()


def test_the_actual_rate_is_shown(tab: SessionTab, line: Line, qtbot: QtBot) -> None:
    tab.input_bar.set_draft(Draft("x"))
    tab.repeat_bar.button.click()
    qtbot.waitUntil(lambda: "/s" in tab.repeat_bar.state.text() and len(line.sent) > 10)


def test_a_repeat_pauses_while_the_peer_does_not_read(
    tab: SessionTab, line: Line, qtbot: QtBot
) -> None:
    tab.input_bar.set_draft(Draft("x"))
    tab.repeat_bar.button.click()
    line.unsent = MOST_UNSENT_BYTES + 1
    qtbot.waitUntil(lambda: "the peer does not read" in tab.repeat_bar.state.text())
    sent = len(line.sent)
    line.unsent = 0
    qtbot.waitUntil(lambda: len(line.sent) > sent)


def test_a_repeat_stops_when_data_cannot_be_sent(tab: SessionTab, line: Line, qtbot: QtBot) -> None:
    tab.input_bar.set_draft(Draft("x"))
    tab.repeat_bar.button.click()
    line.takes = False
    qtbot.waitUntil(lambda: not tab.repeat_bar.is_running)
    assert "there is no connection" in said(tab)


def test_a_repeat_stops_when_the_session_ends_between_two_sends(
    tab: SessionTab, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab.repeat_bar.interval.setValue(60_000)
    tab.input_bar.set_draft(Draft("x"))
    tab.repeat_bar.button.click()
    monkeypatch.setattr(Session, "state", SessionState.CLOSED)
    tab.repeat_bar.show_state()
    assert not tab.repeat_bar.is_running
    assert "The repeat stopped, 1 sent: there is no connection." in said(tab)


def test_closing_the_bar_stops_the_repeat(tab: SessionTab, line: Line) -> None:
    tab.input_bar.set_draft(Draft("x"))
    tab.repeat_bar.interval.setValue(60_000)
    tab.repeat_bar.button.click()
    tab.repeat_bar.opener.click()
    assert not tab.repeat_bar.is_running
    assert len(line.sent) == 1


def test_an_unknown_variable_is_a_mistake_only_while_the_bar_is_open(
    tab: SessionTab, line: Line
) -> None:
    tab.input_bar.set_draft(Draft("{nothing}"))
    assert "{nothing} is no variable" in tab.input_bar.state.text()
    tab.repeat_bar.button.click()
    assert line.sent == []
    tab.repeat_bar.opener.click()
    assert tab.input_bar.state.text() == "10 bytes"


def test_pasted_bytes_can_be_repeated(tab: SessionTab, line: Line, qtbot: QtBot) -> None:
    source = QMimeData()
    source.setData("application/octet-stream", b"\xff" * 1_000_000)
    tab.input_bar.input.insertFromMimeData(source)
    tab.repeat_bar.times.setValue(2)
    with qtbot.waitSignal(tab.repeat_bar.said):
        tab.repeat_bar.button.click()
    assert line.sent == [b"\xff" * 1_000_000] * 2


def test_every_control_has_a_name(tab: SessionTab) -> None:
    for each in (tab.repeat_bar.opener, tab.repeat_bar.interval, tab.repeat_bar.times):
        assert each.accessibleName()
    assert "{counter}" in tab.repeat_bar.state.text()
