"""The tour: a server that really runs, explained and changed in place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QScrollArea, QToolButton

from app.server.listener import Listener
from app.ui.help.tour_pane import DONE, TourPane
from tests.integration.desk import Desk, OpenWindow

ECHO = """version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
"""


@pytest.fixture
def desk(open_window: OpenWindow) -> Iterator[Desk]:
    desk = open_window(ECHO)
    yield desk
    for tab in desk.window.console.tabs:
        tab.session.abort()
    desk.until(lambda: not desk.rows())


def begin(desk: Desk) -> TourPane:
    desk.do(desk.window.commands.tour)
    pane = desk.window.rest.tour.pane
    assert pane is not None
    return pane


def served(desk: Desk) -> Listener:
    listener = desk.window.rest.tour.listener
    assert listener is not None
    return listener


def click(desk: Desk, pane: TourPane, words: str, number: int = 0) -> None:
    """Click the button `words` of the shown step."""
    buttons = [each for each in pane.findChildren(QPushButton) if each.text() == words]
    desk.click([each for each in buttons if each.isVisible()][number])


def signs(pane: TourPane) -> str:
    return "".join(sign.text() for sign in pane.shown_signs)


def marked(pane: TourPane) -> list[str]:
    """The words of the visible buttons in the accent's colour."""
    buttons = [each for each in pane.findChildren(QPushButton) if each.isVisible()]
    return [each.text() for each in buttons if each.property("kind") == "primary"]


def transcript(desk: Desk) -> str:
    return desk.window.console.current.view.toPlainText()


def change(desk: Desk, pane: TourPane, old: str, new: str) -> None:
    assert old in pane.text
    pane.editor.replace_all(pane.text.replace(old, new))
    desk.qtbot.keyClick(pane.editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)


def path_of(desk: Desk) -> Path:
    return Path(served(desk).spec.protocol.removeprefix("python:").rpartition(":")[0])


def answer(desk: Desk, words: str) -> None:
    (box,) = [each for each in desk.window.findChildren(QMessageBox) if each.isVisible()]
    (button,) = [each for each in box.buttons() if each.text() == words]
    desk.click(button)


def test_the_tour_leads_from_the_protocol_to_the_reactor(desk: Desk) -> None:
    pane = begin(desk)
    assert marked(pane) == ["Start"]
    click(desk, pane, "Start")
    desk.until(lambda: "listening" in pane.place.text())
    assert marked(pane) == ["Connect"]
    click(desk, pane, "Connect")
    desk.until(lambda: "Connections now: 1" in transcript(desk))
    click(desk, pane, "Say hello")
    desk.until(lambda: transcript(desk).count("hello") == 2)
    click(desk, pane, "Change it")
    desk.until(lambda: signs(pane) == DONE * 4)
    assert marked(pane) == ["Next"]
    assert "data.upper()" in path_of(desk).read_text(encoding="utf-8")
    click(desk, pane, "Connect")
    desk.until(lambda: desk.window.console.current.session.state.is_open)
    click(desk, pane, "Say hello")
    desk.until(lambda: "HELLO" in transcript(desk))
    desk.click(pane.next)
    click(desk, pane, "Connect")
    desk.until(lambda: "numProtocols = 2" in pane.place.text())
    click(desk, pane, "Connect", 1)
    desk.until(lambda: "Too many connections, try later" in transcript(desk))
    click(desk, pane, "Change it")
    click(desk, pane, "Connect")
    desk.until(lambda: "Connections now: 1" in transcript(desk))
    desk.click(pane.next)
    before = desk.window.rest.tour.listener
    port = desk.port("Tour")
    click(desk, pane, "Change it")
    desk.until(lambda: served(desk).is_on and desk.port("Tour") != port)
    assert desk.window.rest.tour.listener is before
    click(desk, pane, "Connect")
    desk.until(lambda: signs(pane).startswith(DONE * 2))


def test_in_a_low_pane_what_to_try_next_is_in_view(desk: Desk) -> None:
    pane = begin(desk)
    pane.setMaximumHeight(200)
    desk.until(lambda: pane.place.isHidden())
    assert pane.next.mapTo(pane, QPoint(0, 0)).y() < pane.step_buttons[0].height()
    click(desk, pane, "Start")
    click(desk, pane, "Connect")
    desk.until(lambda: signs(pane).startswith(DONE * 2))
    (area,) = pane.findChildren(QScrollArea, "overview")
    (hello,) = [each for each in pane.findChildren(QPushButton) if each.text() == "Say hello"]
    shown = QRect(hello.mapTo(area.viewport(), QPoint(0, 0)), hello.size())
    assert area.viewport().rect().contains(shown)


def test_a_mistake_is_shown_at_its_line_and_the_old_code_runs_on(desk: Desk) -> None:
    pane = begin(desk)
    click(desk, pane, "Connect")
    desk.until(lambda: "Connections now: 1" in transcript(desk))
    change(desk, pane, "write(data)", "write(data")
    assert pane.message.text().startswith("Line 18: ")
    assert len(pane.editor.extraSelections()) == 1
    click(desk, pane, "Connect")
    desk.until(lambda: "Connections now: 2" in transcript(desk))
    change(desk, pane, "write(data", "write(nothing)")
    assert not pane.editor.extraSelections()
    click(desk, pane, "Connect")
    desk.until(lambda: desk.window.console.current.session.state.is_open)
    click(desk, pane, "Say hello")
    desk.until(lambda: "nothing" in pane.message.text())


def test_a_file_that_says_no_place_is_told(desk: Desk) -> None:
    pane = begin(desk)
    change(desk, pane, "serverFromString", "nothing")
    assert "does not say where to listen" in pane.message.text()


def test_a_tour_without_changes_leaves_nothing(desk: Desk) -> None:
    before = desk.workspace.file.path.read_text(encoding="utf-8")
    pane = begin(desk)
    path = path_of(desk)
    assert path.exists()
    click(desk, pane, "Connect")
    desk.until(lambda: "Connections now: 1" in transcript(desk))
    click(desk, pane, "Connect")
    desk.until(lambda: "Connections now: 2" in transcript(desk))
    closer = desk.window.tabs.tabBar().findChild(QToolButton, "tabCloser")
    assert isinstance(closer, QToolButton)
    desk.click(closer)
    assert desk.window.rest.tour.pane is None
    assert desk.deck.named("Tour") is None
    assert not path.exists()
    assert [tab.is_unused for tab in desk.window.console.tabs] == [True]
    assert desk.workspace.file.path.read_text(encoding="utf-8") == before


def test_a_changed_file_is_asked_about_and_can_be_thrown_away(desk: Desk) -> None:
    pane = begin(desk)
    path = path_of(desk)
    change(desk, pane, "limit = 2", "limit = 9")
    desk.window.rest.tour.end()
    answer(desk, "Cancel")
    assert desk.window.rest.tour.pane is pane
    desk.window.rest.tour.end()
    answer(desk, "Throw it away")
    assert desk.window.rest.tour.pane is None
    assert not path.exists()


def test_a_kept_file_is_in_the_profile_with_its_listener(desk: Desk, tmp_path: Path) -> None:
    pane = begin(desk)
    path = path_of(desk)
    change(desk, pane, "limit = 2", "limit = 9")
    kept = desk.workspace.file.path.parent / "mine.py"
    assert not desk.window.rest.tour.keep_at(tmp_path / "none" / "mine.py")
    assert desk.window.rest.tour.keep_at(kept)
    assert not path.exists()
    change(desk, pane, "limit = 9", "limit = 8")
    desk.window.rest.tour.end()
    assert desk.window.rest.tour.pane is None
    assert "limit = 8" in kept.read_text(encoding="utf-8")
    profile = desk.workspace.file.path.read_text(encoding="utf-8")
    assert 'protocol = "python:mine.py:EchoFactory"' in profile
    assert desk.listener("Tour").spec.protocol == "python:mine.py:EchoFactory"


def test_what_was_changed_is_there_after_a_sudden_end(desk: Desk) -> None:
    pane = begin(desk)
    pane.editor.replace_all(pane.text.replace("limit = 2", "limit = 7"))
    desk.window.rest.tour.leave()
    assert desk.deck.named("Tour") is None
    pane = begin(desk)
    assert "limit = 7" in pane.text
    desk.window.rest.tour.end()
    answer(desk, "Throw it away")


def test_a_removed_listener_is_made_again(desk: Desk) -> None:
    pane = begin(desk)
    desk.choose("Tour")
    desk.do(desk.window.commands.remove)
    desk.do(desk.window.commands.show_connections)
    begin(desk)
    assert "was removed" in pane.place.text()
    click(desk, pane, "Start")
    desk.until(lambda: served(desk).is_on)
    desk.window.rest.tour.end()
