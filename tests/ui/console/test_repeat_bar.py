"""Repeating what is in the input, in a tab."""

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
    """Takes the place of what a tab's session does with the network."""

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
    reactor: DeckReactor, line: Line, memory: ConsoleState, qtbot: QtBot
) -> Iterator[SessionTab]:
    tab = SessionTab(reactor, Icons(), lambda: None, list, memory)
    qtbot.addWidget(tab)
    tab.show()
    tab.repeat.opener.click()
    tab.repeat.interval.setValue(1)
    yield tab
    tab.repeat.stop()


def said(tab: SessionTab) -> str:
    return tab.view.toPlainText()


def test_it_is_sent_with_variables_as_often_as_asked_and_never_faster(
    tab: SessionTab, line: Line, qtbot: QtBot
) -> None:
    tab.foot.put(Draft("{counter}"))
    tab.repeat.times.setValue(50)
    began = monotonic()
    with qtbot.waitSignal(tab.repeat.said):
        tab.repeat.button.click()
    assert monotonic() - began >= 0.049
    assert line.sent == [f"{number}\n".encode() for number in range(1, 51)]
    assert "The repeat ended, 50 sent." in said(tab)
    assert tab.repeat.state.text().startswith("50 sent")
    assert tab.foot.input.text() == "{counter}"


def test_it_goes_on_until_stopped(tab: SessionTab, line: Line, qtbot: QtBot) -> None:
    tab.foot.put(Draft("x"))
    tab.repeat.button.click()
    assert tab.repeat.button.text() == "Stop"
    assert not tab.repeat.interval.isEnabled()
    qtbot.waitUntil(lambda: len(line.sent) > 10)
    tab.repeat.button.click()
    assert not tab.repeat.is_running
    assert tab.repeat.button.text() == "Start"
    assert tab.repeat.interval.isEnabled()


def test_the_actual_rate_is_shown(tab: SessionTab, line: Line, qtbot: QtBot) -> None:
    tab.foot.put(Draft("x"))
    tab.repeat.button.click()
    qtbot.waitUntil(lambda: "/s" in tab.repeat.state.text() and len(line.sent) > 10)


def test_it_waits_for_a_peer_that_does_not_read_and_says_so(
    tab: SessionTab, line: Line, qtbot: QtBot
) -> None:
    tab.foot.put(Draft("x"))
    tab.repeat.button.click()
    line.unsent = MOST_UNSENT_BYTES + 1
    qtbot.waitUntil(lambda: "the peer does not read" in tab.repeat.state.text())
    sent = len(line.sent)
    line.unsent = 0
    qtbot.waitUntil(lambda: len(line.sent) > sent)


def test_it_stops_when_nothing_is_taken_and_says_so(
    tab: SessionTab, line: Line, qtbot: QtBot
) -> None:
    tab.foot.put(Draft("x"))
    tab.repeat.button.click()
    line.takes = False
    qtbot.waitUntil(lambda: not tab.repeat.is_running)
    assert "there is no connection" in said(tab)


def test_it_stops_when_the_session_ends_also_between_two_sends(
    tab: SessionTab, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab.repeat.interval.setValue(60_000)
    tab.foot.put(Draft("x"))
    tab.repeat.button.click()
    monkeypatch.setattr(Session, "state", SessionState.CLOSED)
    tab.repeat.show_state()
    assert not tab.repeat.is_running
    assert "The repeat stopped, 1 sent: there is no connection." in said(tab)


def test_closing_the_bar_or_the_tab_stops_it(tab: SessionTab, line: Line) -> None:
    tab.foot.put(Draft("x"))
    tab.repeat.interval.setValue(60_000)
    tab.repeat.button.click()
    tab.repeat.opener.click()
    assert not tab.repeat.is_running
    assert len(line.sent) == 1


def test_a_wrong_variable_is_pointed_at_only_where_variables_count(
    tab: SessionTab, line: Line
) -> None:
    tab.foot.put(Draft("{nothing}"))
    assert "{nothing} is no variable" in tab.foot.state.text()
    tab.repeat.button.click()
    assert line.sent == []
    tab.repeat.opener.click()
    assert tab.foot.state.text() == "10 bytes"


def test_a_megabyte_that_is_held_can_be_repeated(tab: SessionTab, line: Line, qtbot: QtBot) -> None:
    source = QMimeData()
    source.setData("application/octet-stream", b"\xff" * 1_000_000)
    tab.foot.input.insertFromMimeData(source)
    tab.repeat.times.setValue(2)
    with qtbot.waitSignal(tab.repeat.said):
        tab.repeat.button.click()
    assert line.sent == [b"\xff" * 1_000_000] * 2


def test_every_control_has_a_name(tab: SessionTab) -> None:
    for each in (tab.repeat.opener, tab.repeat.interval, tab.repeat.times):
        assert each.accessibleName()
    assert "{counter}" in tab.repeat.state.text()
