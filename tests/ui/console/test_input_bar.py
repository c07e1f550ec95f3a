"""The input: what is typed is checked at once, sent as meant, and never lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.client.draft import Draft
from app.client.history import HistoryFile
from app.client.session import Session
from app.client.session_messages import SessionState
from app.text.notation import LineEnding, Notation
from app.ui.console.history_popup import HistoryPopup
from app.ui.console.input_bar import InputBar
from app.ui.console.saved_state import ConsoleState
from app.ui.reactor.reactor import DeckReactor
from app.ui.style.icons import Icons


class Line(Session):
    """A session that keeps what it is given."""

    def __init__(self, reactor: DeckReactor) -> None:
        super().__init__(reactor, wake=lambda: None)
        self.sent: list[bytes] = []
        self.takes = True

    @property
    def state(self) -> SessionState:
        return SessionState.CONNECTED

    def send(self, data: bytes) -> bool:
        if self.takes:
            self.sent.append(data)
        return self.takes


@pytest.fixture
def line(reactor: DeckReactor) -> Line:
    return Line(reactor)


@pytest.fixture
def bar(line: Line, memory: ConsoleState, qtbot: QtBot) -> InputBar:
    bar = InputBar(line, memory, Icons())
    qtbot.addWidget(bar)
    bar.resize(640, 80)
    bar.show()
    bar.input.setFocus()
    return bar


def choose(bar: InputBar, notation: Notation) -> None:
    box = bar.means.notation_box
    box.setCurrentIndex(box.findData(notation))


def end_with(bar: InputBar, ending: LineEnding) -> None:
    box = bar.means.ending_box
    box.setCurrentIndex(box.findData(ending))


def paste(bar: InputBar, text: str = "", data: bytes = b"") -> None:
    source = QMimeData()
    if data:
        source.setData("application/octet-stream", data)
    else:
        source.setText(text)
    bar.input.insertFromMimeData(source)


def popup(bar: InputBar) -> HistoryPopup:
    (found,) = bar.findChildren(HistoryPopup)
    return found


def listed(popup: HistoryPopup) -> list[str]:
    return [popup.list.item(row).text() for row in range(popup.list.count())]


# What is typed


@pytest.mark.parametrize("ending", LineEnding)
def test_what_it_comes_to_is_said_and_sent(
    bar: InputBar, line: Line, qtbot: QtBot, ending: LineEnding
) -> None:
    end_with(bar, ending)
    qtbot.keyClicks(bar.input, "hi")
    size = 2 + len(ending.terminator)
    assert bar.state.text() == f"{size} bytes"
    qtbot.keyClick(bar.input, Qt.Key.Key_Return)
    assert line.sent == [b"hi" + ending.terminator]
    assert bar.input.text() == ""
    assert bar.state.text() == ""


@pytest.mark.parametrize(
    ("notation", "text", "words", "wrong"),
    [
        (Notation.HEX, "48 6g", "'g' is no hex digit.", "g"),
        (Notation.HEX, "48 6", "A hex digit is missing", "6"),
        (Notation.ESCAPES, r"🙂 a\q b", r"\q is no escape.", r"\q"),
    ],
)
def test_a_mistake_is_pointed_at_and_keeps_from_sending(
    bar: InputBar, line: Line, qtbot: QtBot, notation: Notation, text: str, words: str, wrong: str
) -> None:
    choose(bar, notation)
    bar.input.set_text(text)
    assert words in bar.state.text()
    (selection,) = bar.input.extraSelections()
    assert selection.cursor.selectedText() == wrong
    qtbot.keyClick(bar.input, Qt.Key.Key_Return)
    assert line.sent == []
    assert bar.input.text() == text
    bar.input.set_text("")
    assert bar.input.extraSelections() == []
    assert bar.state.text() == ""


def test_shift_enter_begins_a_line_and_each_ends_as_chosen(
    bar: InputBar, line: Line, qtbot: QtBot
) -> None:
    end_with(bar, LineEnding.CRLF)
    low = bar.input.height()
    qtbot.keyClicks(bar.input, "GET /")
    qtbot.keyClick(bar.input, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: bar.input.height() > low)
    qtbot.keyClick(bar.input, Qt.Key.Key_Return)
    assert line.sent == [b"GET /\r\n\r\n"]
    qtbot.waitUntil(lambda: bar.input.height() == low)


def test_enter_may_begin_a_line_instead_and_ctrl_enter_sends(
    bar: InputBar, line: Line, memory: ConsoleState, qtbot: QtBot
) -> None:
    bar.menu.break_action.setChecked(True)
    qtbot.keyClicks(bar.input, "a")
    qtbot.keyClick(bar.input, Qt.Key.Key_Return)
    qtbot.keyClicks(bar.input, "b")
    assert line.sent == []
    qtbot.keyClick(bar.input, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert line.sent == [b"a\nb\n"]
    assert not memory.enter_submits


def test_a_no_break_space_is_sent_as_one(bar: InputBar, line: Line) -> None:
    bar.input.set_text("a\u00a0b")
    bar.send()
    assert line.sent == ["a\u00a0b\n".encode()]


def test_what_was_not_taken_stays(bar: InputBar, line: Line) -> None:
    line.takes = False
    bar.input.set_text("too early")
    bar.send()
    assert bar.input.text() == "too early"


def test_what_was_typed_can_be_undone_after_it_was_replaced(bar: InputBar, qtbot: QtBot) -> None:
    qtbot.keyClicks(bar.input, "typed")
    bar.put(Draft("other"))
    bar.input.undo()
    assert bar.input.text() == "typed"


def test_tab_leaves_the_input(bar: InputBar, qtbot: QtBot) -> None:
    qtbot.keyClick(bar.input, Qt.Key.Key_Tab)
    assert bar.input.text() == ""


# Another notation


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=40), st.lists(st.sampled_from(Notation), max_size=5))
def test_whatever_notation_is_chosen_the_bytes_or_the_text_stay(
    bar: InputBar, data: bytes, ways: list[Notation]
) -> None:
    bar.put(Draft("", Notation.ESCAPES))
    bar.offer(data)
    for notation in ways:
        text = bar.input.text()
        before = bar.compose() if bar.input.extraSelections() == [] else None
        choose(bar, notation)
        assert bar.draft.notation is notation
        kept = bar.state.text().find("Kept as typed") >= 0
        if text and before is not None and not kept and not bar.input.extraSelections():
            assert bar.compose() == before
        elif kept:
            assert bar.input.text() == text


def test_bytes_without_a_text_stay_as_they_were_typed_and_it_is_said(bar: InputBar) -> None:
    bar.put(Draft("ff 00", Notation.HEX))
    choose(bar, Notation.TEXT)
    assert bar.input.text() == "ff 00"
    assert "Kept as typed. These bytes are no UTF-8 text." in bar.state.text()


def test_hex_has_no_line_ending_to_choose(bar: InputBar) -> None:
    choose(bar, Notation.HEX)
    assert not bar.means.ending_box.isEnabled()
    choose(bar, Notation.TEXT)
    assert bar.means.ending_box.isEnabled()


# Pasted, and offered


def test_pasted_lines_stay_lines(bar: InputBar, line: Line) -> None:
    paste(bar, "one\r\ntwo")
    assert bar.draft == Draft("one\ntwo", ending=LineEnding.CRLF)
    assert "Lines end in CRLF" in bar.state.text()


def test_bytes_that_are_no_text_become_hex_or_get_escapes(bar: InputBar) -> None:
    paste(bar, data=b"\x00\xff")
    assert bar.draft == evolve(bar.draft, text="00 ff", notation=Notation.HEX)
    assert "so it is in hex" in bar.state.text()
    bar.put(Draft("ab"), cursor_at=1)
    paste(bar, "\x1b")
    assert bar.draft == Draft(r"a\x1bb", Notation.ESCAPES)
    assert bar.input.selection == (5, 5)


def test_a_megabyte_is_held_and_sent_as_it_is(bar: InputBar, line: Line, qtbot: QtBot) -> None:
    data = bytes(range(256)) * 4096
    paste(bar, data=data)
    assert "1,048,576 bytes" in bar.held.words.text()
    assert bar.held.isVisible()
    assert not bar.input.isVisible()
    qtbot.mouseClick(bar.send_button, Qt.MouseButton.LeftButton)
    assert line.sent == [data]
    assert bar.input.isVisible()


def test_what_is_held_can_be_let_go_of_and_what_was_typed_is_still_there(
    bar: InputBar, qtbot: QtBot
) -> None:
    bar.input.set_text("typed")
    paste(bar, "x" * 1_000_000)
    assert len(bar.compose()) == 1_000_005
    qtbot.mouseClick(bar.held.drop_button, Qt.MouseButton.LeftButton)
    assert bar.input.text() == "typed"
    assert bar.state.text() == "6 bytes"


def test_a_long_paste_into_a_mistake_is_not_taken(bar: InputBar) -> None:
    bar.put(Draft("4", Notation.HEX))
    paste(bar, data=b"\0" * 100_000)
    assert bar.input.text() == "4"
    assert bar.held.data is None


def test_what_is_offered_is_sent_as_it_was(bar: InputBar, line: Line) -> None:
    for data in (b"hi\n", b"\x00\xff", b"a\r\nb\r\n", b"x" * 200_000):
        bar.offer(data)
        bar.send()
    assert line.sent == [b"hi\n", b"\x00\xff", b"a\r\nb\r\n", b"x" * 200_000]


# History


def test_the_history_brings_back_how_a_text_was_meant(bar: InputBar, qtbot: QtBot) -> None:
    bar.put(Draft("48 69", Notation.HEX))
    bar.send()
    bar.put(Draft("typing", ending=LineEnding.CR))
    qtbot.keyClick(bar.input, Qt.Key.Key_Up)
    assert bar.draft == Draft("48 69", Notation.HEX)
    qtbot.keyClick(bar.input, Qt.Key.Key_Down)
    assert bar.draft == Draft("typing", ending=LineEnding.CR)


def test_up_goes_through_the_lines_before_it_goes_back(bar: InputBar, qtbot: QtBot) -> None:
    bar.put(Draft("older"))
    bar.send()
    bar.put(Draft("one\ntwo"))
    qtbot.keyClick(bar.input, Qt.Key.Key_Up)
    assert bar.input.text() == "one\ntwo"
    qtbot.keyClick(bar.input, Qt.Key.Key_Up)
    assert bar.input.text() == "older"


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)")
def test_a_search_finds_and_brings_back(bar: InputBar, line: Line, qtbot: QtBot) -> None:
    for text in ("GET /one", "hello", "GET /two"):
        bar.put(Draft(text))
        bar.send()
    qtbot.keyClick(bar.input, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    search = popup(bar)
    assert listed(search) == ["GET /one", "hello", "GET /two"]
    qtbot.keyClicks(search.search, "get")
    assert listed(search) == ["GET /one", "GET /two"]
    qtbot.keyClick(search.search, Qt.Key.Key_Up)
    qtbot.keyClick(search.search, Qt.Key.Key_Return)
    assert bar.input.text() == "GET /one"
    qtbot.waitUntil(lambda: not bar.findChildren(HistoryPopup))


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)")
def test_a_search_that_finds_nothing_says_so(bar: InputBar, qtbot: QtBot) -> None:
    bar.search()
    assert "Nothing was sent yet" in popup(bar).empty.text()
    popup(bar).close()
    qtbot.waitUntil(lambda: not bar.findChildren(HistoryPopup))
    bar.put(Draft("x"))
    bar.send()
    bar.search()
    popup(bar).search.setText("y")
    assert popup(bar).empty.text() == "Nothing like that was sent."
    qtbot.keyClick(popup(bar).search, Qt.Key.Key_Return)
    assert bar.input.text() == ""
    qtbot.waitUntil(lambda: not bar.findChildren(HistoryPopup))


def test_the_history_is_written_a_while_after_a_send(
    bar: InputBar, memory: ConsoleState, tmp_path: Path, qtbot: QtBot
) -> None:
    file = HistoryFile(tmp_path / "history.jsonl")
    bar.put(Draft("kept"))
    bar.send()
    assert file.load() == []
    qtbot.waitUntil(lambda: file.load() == [Draft("kept")])


def test_a_broken_history_is_no_hindrance(bar: InputBar, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "history.jsonl").write_bytes(b'\xff{"text"\n{"text": "kept"}\n')
    qtbot.keyClick(bar.input, Qt.Key.Key_Up)
    assert bar.input.text() == "kept"


def test_the_history_is_cleared_after_a_question(
    bar: InputBar, memory: ConsoleState, tmp_path: Path, qtbot: QtBot
) -> None:
    bar.put(Draft("secret"))
    bar.send()
    memory.save()
    bar.menu.forget_action.trigger()
    (question,) = bar.findChildren(QMessageBox)
    assert "Forget all that was sent (1)" in question.text()
    (button,) = [each for each in question.buttons() if each.text() == "Clear"]
    button.click()
    assert memory.past.drafts == ()
    assert not (tmp_path / "history.jsonl").exists()
    qtbot.waitUntil(lambda: not bar.findChildren(QMessageBox))
    qtbot.keyClick(bar.input, Qt.Key.Key_Up)
    assert bar.input.text() == ""


def test_every_control_has_a_name(bar: InputBar) -> None:
    for each in (
        bar.input,
        bar.means.notation_box,
        bar.means.ending_box,
        bar.history_button,
        bar.menu_button,
        bar.held.drop_button,
    ):
        assert each.accessibleName()
    assert QApplication.focusWidget() is None or bar.send_button.text() == "Send"


@pytest.mark.parametrize("key", [Qt.Key.Key_R, Qt.Key.Key_Return])
def test_keys_that_mean_something_else_in_the_window_are_the_inputs_here(
    bar: InputBar, key: Qt.Key
) -> None:
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.ControlModifier)
    event.ignore()
    QApplication.sendEvent(bar.input, event)
    assert event.isAccepted()
