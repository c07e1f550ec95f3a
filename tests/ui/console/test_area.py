"""The snippets beside the console: kept, arranged, sent, and carried elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QFileDialog, QMenu, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from app.client.draft import Draft
from app.client.session import Session
from app.client.snippets import Snippet, SnippetFile, read_snippets
from app.text.notation import LineEnding, Notation
from app.ui.console.area import ConsoleArea
from app.ui.console.pane import ConsolePane
from app.ui.console.saved_state import ConsoleState
from app.ui.console.snippet_form import SnippetForm
from app.ui.reactor.reactor import DeckReactor
from app.ui.style.icons import Icons

HELLO = Snippet("Hello", Draft("EHLO x", ending=LineEnding.CRLF), "Mail")
BYTES = Snippet("Bytes", Draft("00 ff", Notation.HEX))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    sent: list[bytes] = []

    def send(_session: Session, data: bytes) -> bool:
        sent.append(data)
        return True

    monkeypatch.setattr(Session, "send", send)
    return sent


@pytest.fixture
def area(
    reactor: DeckReactor, memory: ConsoleState, sent: list[bytes], qtbot: QtBot
) -> Iterator[ConsoleArea]:
    area = ConsoleArea(ConsolePane(reactor, Icons(), lambda: None, list, memory), Icons())
    qtbot.addWidget(area)
    area.resize(800, 300)
    area.show()
    area.opener.setChecked(True)
    yield area
    for tab in area.pane.tabs:
        tab.close_session()
        tab.session.abort()


@pytest.fixture
def stocked(area: ConsoleArea, memory: ConsoleState) -> ConsoleArea:
    memory.shelf.add(HELLO)
    memory.shelf.add(BYTES)
    return area


def items(area: ConsoleArea) -> dict[str, QTreeWidgetItem]:
    tree = area.snippets.tree
    found: dict[str, QTreeWidgetItem] = {}
    for index in range(tree.topLevelItemCount()):
        top = tree.topLevelItem(index)
        assert top is not None
        found[top.text(0)] = top
        for row in range(top.childCount()):
            child = top.child(row)
            assert child is not None
            found[child.text(0)] = child
    return found


def choose(area: ConsoleArea, name: str) -> None:
    area.snippets.tree.setCurrentItem(items(area)[name])


def form(area: ConsoleArea) -> SnippetForm:
    (found,) = [each for each in area.snippets.findChildren(SnippetForm) if each.isVisible()]
    return found


def do(area: ConsoleArea, words: str) -> None:
    """Choose `words` in the menu of the chosen snippet."""
    chosen = area.snippets.chosen
    assert chosen is not None
    menu = QMenu(area)
    (action,) = [each for each in area.snippets._actions(menu, chosen) if each.text() == words]
    action.trigger()
    menu.deleteLater()


def test_without_snippets_it_says_how_to_get_one(area: ConsoleArea) -> None:
    assert area.snippets.empty.isVisible()
    assert "press +" in area.snippets.empty.text()


def test_they_are_listed_by_folder_with_the_keys_of_the_first_nine(stocked: ConsoleArea) -> None:
    assert list(items(stocked)) == ["Bytes", "Mail", "Hello"]
    assert items(stocked)["Bytes"].text(1) == "Ctrl+1"
    assert items(stocked)["Hello"].text(1) == "Ctrl+2"


def test_the_tip_of_one_shows_its_text_as_it_is(area: ConsoleArea, memory: ConsoleState) -> None:
    memory.shelf.add(Snippet("Page", Draft("<html>\n<b>&", Notation.TEXT)))
    tip = QTextDocument()
    tip.setHtml(items(area)["Page"].toolTip(0))
    assert tip.toPlainText().splitlines()[:2] == ["<html>", "<b>&"]


def test_a_double_click_sends_and_leaves_the_input_alone(
    stocked: ConsoleArea, sent: list[bytes], qtbot: QtBot
) -> None:
    stocked.pane.current.foot.input.set_text("typing")
    choose(stocked, "Hello")
    tree = stocked.snippets.tree
    where = tree.visualItemRect(items(stocked)["Hello"]).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=where)
    qtbot.mouseDClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert sent == [b"EHLO x\r\n"]
    assert stocked.pane.current.foot.input.text() == "typing"


def test_a_number_with_ctrl_sends(stocked: ConsoleArea, sent: list[bytes], qtbot: QtBot) -> None:
    line = stocked.pane.current.foot.input
    stocked.activateWindow()
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(line, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(line, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert sent == [b"\x00\xff", b"EHLO x\r\n"]


def test_enter_sends_and_one_can_be_put_into_the_input(
    stocked: ConsoleArea, sent: list[bytes], qtbot: QtBot
) -> None:
    choose(stocked, "Bytes")
    qtbot.keyClick(stocked.snippets.tree, Qt.Key.Key_Return)
    assert sent == [b"\x00\xff"]
    do(stocked, "Put into the input")
    assert stocked.pane.current.foot.draft.notation is Notation.HEX
    assert stocked.pane.current.foot.input.text() == "00 ff"


def test_what_is_in_the_input_is_kept_under_a_name(
    area: ConsoleArea, memory: ConsoleState, tmp_path: Path, qtbot: QtBot
) -> None:
    area.pane.current.foot.put(Draft("GET /", ending=LineEnding.CRLF))
    qtbot.mouseClick(area.snippets.add_button, Qt.MouseButton.LeftButton)
    assert form(area).name.text() == "GET /"
    form(area).name.setText("Get")
    form(area).folder.setEditText("Web")
    form(area).save_button.click()
    kept = Snippet("Get", Draft("GET /", ending=LineEnding.CRLF), "Web")
    assert list(memory.shelf.snippets) == [kept]
    assert SnippetFile(tmp_path / "snippets.toml").load().snippets == (kept,)


def test_a_mistake_in_the_input_is_not_kept(area: ConsoleArea) -> None:
    area.pane.current.foot.put(Draft("4", Notation.HEX))
    area.snippets.add_button.click()
    assert not area.snippets.findChildren(SnippetForm)


def test_bytes_from_elsewhere_are_kept(area: ConsoleArea, memory: ConsoleState) -> None:
    area.pane.save_snippet(b"\x00\x01")
    form(area).name.setText("Two")
    form(area).save_button.click()
    assert [each.draft for each in memory.shelf.snippets] == [Draft("00 01", Notation.HEX)]


def test_what_is_too_long_is_not_kept_and_it_is_said(area: ConsoleArea) -> None:
    area.opener.setChecked(False)
    area.pane.save_snippet(b"\x00" * 1_000_000)
    assert "too long" in area.pane.current.foot.state.text()
    area.pane.current.foot.put(Draft(""))
    area.pane.offer_bytes(b"\x00" * 1_000_000)
    area.snippets.add_button.click()
    assert "too long" in area.pane.current.foot.state.text()
    assert not area.snippets.findChildren(SnippetForm)


def test_keeping_from_elsewhere_shows_where_it_goes(area: ConsoleArea) -> None:
    area.opener.setChecked(False)
    area.pane.save_snippet(b"x")
    assert area.snippets.isVisible()
    form(area).reject()


def test_one_is_renamed_moved_and_changed(
    stocked: ConsoleArea, memory: ConsoleState, qtbot: QtBot
) -> None:
    choose(stocked, "Hello")
    qtbot.keyClick(stocked.snippets.tree, Qt.Key.Key_F2)
    edit = form(stocked)
    edit.name.setText("")
    assert not edit.save_button.isEnabled()
    edit.name.setText("Bytes")
    edit.folder.setEditText("")
    edit.text.set_text("bye")
    edit.save_button.click()
    assert [each.key for each in memory.shelf.snippets] == [("", "Bytes 2"), ("", "Bytes")]
    choose(stocked, "Bytes")
    do(stocked, "Move up")
    assert [each.name for each in memory.shelf.snippets] == ["Bytes", "Bytes 2"]


def test_the_form_points_at_a_mistake(stocked: ConsoleArea) -> None:
    choose(stocked, "Bytes")
    stocked.snippets.edit()
    form(stocked).text.set_text("0g")
    assert "'g' is no hex digit" in form(stocked).state.text()
    assert not form(stocked).save_button.isEnabled()
    form(stocked).reject()


def test_a_removed_one_comes_back_with_undo(
    stocked: ConsoleArea, memory: ConsoleState, qtbot: QtBot
) -> None:
    choose(stocked, "Hello")
    qtbot.keyClick(stocked.snippets.tree, Qt.Key.Key_Delete)
    assert list(memory.shelf.snippets) == [BYTES]
    assert "Hello is removed." in stocked.snippets.notice_words.text()
    qtbot.mouseClick(stocked.snippets.undo_button, Qt.MouseButton.LeftButton)
    assert list(memory.shelf.snippets) == [HELLO, BYTES]
    assert not stocked.snippets.notice.isVisible()


def test_they_are_exported_and_imported_without_doubles(
    stocked: ConsoleArea, memory: ConsoleState, tmp_path: Path
) -> None:
    memory.shelf.write(tmp_path / "out.toml", list(memory.shelf.snippets))
    assert read_snippets(tmp_path / "out.toml").snippets == (HELLO, BYTES)
    memory.shelf.remove(HELLO)
    memory.shelf.take_in(tmp_path / "out.toml")
    assert set(memory.shelf.snippets) == {HELLO, BYTES}
    assert "1 of 2 snippets are new." in stocked.snippets.notice_words.text()


@pytest.mark.parametrize("content", [b"not = [ours", b"\xff", b"version = 9"])
def test_a_file_that_is_not_ours_changes_nothing_and_it_is_said(
    stocked: ConsoleArea, memory: ConsoleState, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "odd.toml").write_bytes(content)
    memory.shelf.take_in(tmp_path / "odd.toml")
    assert "odd.toml: " in stocked.snippets.notice_words.text()
    assert len(memory.shelf.snippets) == 2


def test_a_broken_file_of_ones_own_is_told_and_put_aside(
    area: ConsoleArea, memory: ConsoleState, tmp_path: Path
) -> None:
    del memory.shelf.__dict__["snippets"]
    (tmp_path / "snippets.toml").write_text("broken")
    area.snippets.show_snippets()
    assert "puts this file aside" in area.snippets.notice_words.text()
    memory.shelf.add(BYTES)
    assert len(list(tmp_path.glob("snippets.broken-*.toml"))) == 1


def test_a_place_that_cannot_be_written_is_told(
    stocked: ConsoleArea, memory: ConsoleState, tmp_path: Path
) -> None:
    memory.shelf.write(tmp_path, [BYTES])
    assert "cannot be written" in stocked.snippets.notice_words.text()


def test_files_are_asked_for(stocked: ConsoleArea, tmp_path: Path, qtbot: QtBot) -> None:
    export, load = stocked.snippets.menu.actions()[1], stocked.snippets.menu.actions()[0]
    for action in (export, load):
        action.trigger()
        (dialog,) = stocked.snippets.findChildren(QFileDialog)
        dialog.fileSelected.emit(str(tmp_path / "out.toml"))
        dialog.close()
        qtbot.waitUntil(lambda: not stocked.snippets.findChildren(QFileDialog))
    assert "0 of 2 snippets are new." in stocked.snippets.notice_words.text()


def test_it_stays_open_or_shut(area: ConsoleArea, memory: ConsoleState) -> None:
    assert memory.shows_snippets
    area.opener.setChecked(False)
    assert not area.snippets.isVisible()
    assert not memory.shows_snippets


def test_every_control_has_a_name(area: ConsoleArea) -> None:
    panel = area.snippets
    for each in (area.opener, panel.tree, panel.add_button, panel.more_button):
        assert each.accessibleName()
