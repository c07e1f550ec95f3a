"""The input bar: input is checked while it is typed, sent in its notation, and never lost."""

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
from app.client.saved.history import HistoryFile
from app.client.session import Session
from app.client.session_messages import SessionState
from app.text.notation import LineEnding, Notation
from app.ui.console.history_popup import HistoryPopup
from app.ui.console.input_bar import InputBar
from app.ui.console.saved_state import ConsoleState
from app.ui.reactor.reactor import DeckReactor
from app.ui.style.icons import Icons


class Line(Session):
    """A session that records what is sent."""

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
def bar(line: Line, saved_state: ConsoleState, qtbot: QtBot) -> InputBar:
    bar = InputBar(line, saved_state, Icons())
    qtbot.addWidget(bar)
    bar.resize(640, 80)
    bar.show()
    bar.input.setFocus()
    return bar


def choose(bar: InputBar, notation: Notation) -> None:
    box = bar.notation_picker.notation_box
    box.setCurrentIndex(box.findData(notation))


def end_with(bar: InputBar, ending: LineEnding) -> None:
    box = bar.notation_picker.ending_box
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


# Typing


@pytest.mark.parametrize("ending", LineEnding)
def test_the_size_is_shown_and_the_text_is_sent_with_its_ending(
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
def test_a_mistake_is_underlined_and_nothing_is_sent(
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


def test_shift_enter_starts_a_line_and_each_gets_the_chosen_ending(
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


def test_enter_can_start_a_line_and_ctrl_enter_sends(
    bar: InputBar, line: Line, saved_state: ConsoleState, qtbot: QtBot
) -> None:
    bar.menu.break_action.setChecked(True)
    qtbot.keyClicks(bar.input, "a")
    qtbot.keyClick(bar.input, Qt.Key.Key_Return)
    qtbot.keyClicks(bar.input, "b")
    assert line.sent == []
    qtbot.keyClick(bar.input, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert line.sent == [b"a\nb\n"]
    assert not saved_state.settings.enter_submits


def test_a_no_break_space_is_sent_unchanged(bar: InputBar, line: Line) -> None:
    bar.input.set_text("a\u00a0b")
    bar.send()
    assert line.sent == ["a\u00a0b\n".encode()]


def test_input_that_was_not_sent_stays(bar: InputBar, line: Line) -> None:
    line.takes = False
    bar.input.set_text("too early")
    bar.send()
    assert bar.input.text() == "too early"


def test_replacing_the_input_can_be_undone(bar: InputBar, qtbot: QtBot) -> None:
    qtbot.keyClicks(bar.input, "typed")
    bar.set_draft(Draft("other"))
    bar.input.undo()
    assert bar.input.text() == "typed"


def test_tab_moves_the_focus(bar: InputBar, qtbot: QtBot) -> None:
    qtbot.keyClick(bar.input, Qt.Key.Key_Tab)
    assert bar.input.text() == ""


# Changing the notation


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=40), st.lists(st.sampled_from(Notation), max_size=5))
def test_changing_the_notation_keeps_the_bytes_or_the_text(
    bar: InputBar, data: bytes, ways: list[Notation]
) -> None:
    bar.set_draft(Draft("", Notation.ESCAPES))
    bar.put_bytes(data)
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


def test_bytes_that_are_not_text_stay_as_typed_with_a_note(bar: InputBar) -> None:
    bar.set_draft(Draft("ff 00", Notation.HEX))
    choose(bar, Notation.TEXT)
    assert bar.input.text() == "ff 00"
    assert "Kept as typed. These bytes are no UTF-8 text." in bar.state.text()


def test_hex_disables_the_line_ending(bar: InputBar) -> None:
    choose(bar, Notation.HEX)
    assert not bar.notation_picker.ending_box.isEnabled()
    choose(bar, Notation.TEXT)
    assert bar.notation_picker.ending_box.isEnabled()


# Pasted and inserted data


def test_pasted_lines_stay_lines(bar: InputBar, line: Line) -> None:
    paste(bar, "one\r\ntwo")
    assert bar.draft == Draft("one\ntwo", ending=LineEnding.CRLF)
    assert "Lines end in CRLF" in bar.state.text()


def test_pasted_bytes_that_are_not_text_become_hex_or_escapes(bar: InputBar) -> None:
    paste(bar, data=b"\x00\xff")
    assert bar.draft == evolve(bar.draft, text="00 ff", notation=Notation.HEX)
    assert "so it is in hex" in bar.state.text()
    bar.set_draft(Draft("ab"), cursor_at=1)
    paste(bar, "\x1b")
    assert bar.draft == Draft(r"a\x1bb", Notation.ESCAPES)
    assert bar.input.selection == (5, 5)


def test_a_pasted_megabyte_is_not_edited_and_sent_unchanged(
    bar: InputBar, line: Line, qtbot: QtBot
) -> None:
    data = bytes(range(256)) * 4096
    paste(bar, data=data)
    assert "1,048,576 bytes" in bar.pasted_bytes.words.text()
    assert bar.pasted_bytes.isVisible()
    assert not bar.input.isVisible()
    qtbot.mouseClick(bar.send_button, Qt.MouseButton.LeftButton)
    assert line.sent == [data]
    assert bar.input.isVisible()


def test_discarding_pasted_bytes_restores_the_typed_text(bar: InputBar, qtbot: QtBot) -> None:
    bar.input.set_text("typed")
    paste(bar, "x" * 1_000_000)
    assert len(bar.compose()) == 1_000_005
    qtbot.mouseClick(bar.pasted_bytes.discard_button, Qt.MouseButton.LeftButton)
    assert bar.input.text() == "typed"
    assert bar.state.text() == "6 bytes"


def test_a_long_paste_into_invalid_input_is_rejected(bar: InputBar) -> None:
    bar.set_draft(Draft("4", Notation.HEX))
    paste(bar, data=b"\0" * 100_000)
    assert bar.input.text() == "4"
    assert bar.pasted_bytes.data is None


def test_inserted_bytes_are_sent_unchanged(bar: InputBar, line: Line) -> None:
    for data in (b"hi\n", b"\x00\xff", b"a\r\nb\r\n", b"x" * 200_000):
        bar.put_bytes(data)
        bar.send()
    assert line.sent == [b"hi\n", b"\x00\xff", b"a\r\nb\r\n", b"x" * 200_000]


# History


def test_the_history_restores_text_and_notation(bar: InputBar, qtbot: QtBot) -> None:
    bar.set_draft(Draft("48 69", Notation.HEX))
    bar.send()
    bar.set_draft(Draft("typing", ending=LineEnding.CR))
    qtbot.keyClick(bar.input, Qt.Key.Key_Up)
    assert bar.draft == Draft("48 69", Notation.HEX)
    qtbot.keyClick(bar.input, Qt.Key.Key_Down)
    assert bar.draft == Draft("typing", ending=LineEnding.CR)


def test_up_moves_through_the_lines_before_the_history(bar: InputBar, qtbot: QtBot) -> None:
    bar.set_draft(Draft("older"))
    bar.send()
    bar.set_draft(Draft("one\ntwo"))
    qtbot.keyClick(bar.input, Qt.Key.Key_Up)
    assert bar.input.text() == "one\ntwo"
    qtbot.keyClick(bar.input, Qt.Key.Key_Up)
    assert bar.input.text() == "older"


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)")
def test_the_history_search_inserts_the_chosen_entry(
    bar: InputBar, line: Line, qtbot: QtBot
) -> None:
    for text in ("GET /one", "hello", "GET /two"):
        bar.set_draft(Draft(text))
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
def test_an_empty_history_search_says_so(bar: InputBar, qtbot: QtBot) -> None:
    bar.search()
    assert "Nothing was sent yet" in popup(bar).empty.text()
    popup(bar).close()
    qtbot.waitUntil(lambda: not bar.findChildren(HistoryPopup))
    bar.set_draft(Draft("x"))
    bar.send()
    bar.search()
    popup(bar).search.setText("y")
    assert popup(bar).empty.text() == "Nothing like that was sent."
    qtbot.keyClick(popup(bar).search, Qt.Key.Key_Return)
    assert bar.input.text() == ""
    qtbot.waitUntil(lambda: not bar.findChildren(HistoryPopup))


def test_the_history_is_saved_shortly_after_a_send(
    bar: InputBar, saved_state: ConsoleState, tmp_path: Path, qtbot: QtBot
) -> None:
    file = HistoryFile(tmp_path / "history.jsonl")
    bar.set_draft(Draft("kept"))
    bar.send()
    assert file.load() == []
    qtbot.waitUntil(lambda: file.load() == [Draft("kept")])


def test_invalid_history_entries_are_skipped(bar: InputBar, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "history.jsonl").write_bytes(b'\xff{"text"\n{"text": "kept"}\n')
    qtbot.keyClick(bar.input, Qt.Key.Key_Up)
    assert bar.input.text() == "kept"


def test_the_history_is_cleared_after_confirmation(
    bar: InputBar, saved_state: ConsoleState, tmp_path: Path, qtbot: QtBot
) -> None:
    bar.set_draft(Draft("secret"))
    bar.send()
    saved_state.save()
    bar.menu.clear_action.trigger()
    (question,) = bar.findChildren(QMessageBox)
    assert "Forget all that was sent (1)" in question.text()
    (button,) = [each for each in question.buttons() if each.text() == "Clear"]
    button.click()
    assert saved_state.history.drafts == ()
    assert not (tmp_path / "history.jsonl").exists()
    qtbot.waitUntil(lambda: not bar.findChildren(QMessageBox))
    qtbot.keyClick(bar.input, Qt.Key.Key_Up)
    assert bar.input.text() == ""


def test_every_control_has_a_name(bar: InputBar) -> None:
    for each in (
        bar.input,
        bar.notation_picker.notation_box,
        bar.notation_picker.ending_box,
        bar.history_button,
        bar.menu_button,
        bar.pasted_bytes.discard_button,
    ):
        assert each.accessibleName()
    assert QApplication.focusWidget() is None or bar.send_button.text() == "Send"


@pytest.mark.parametrize("key", [Qt.Key.Key_R, Qt.Key.Key_Return])
def test_the_editor_overrides_shortcuts_of_the_window(bar: InputBar, key: Qt.Key) -> None:
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.ControlModifier)
    event.ignore()
    QApplication.sendEvent(bar.input, event)
    assert event.isAccepted()
