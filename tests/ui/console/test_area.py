"""The snippets panel beside the console: save, order, send, import and export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QFileDialog, QMenu, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from app.client.draft import Draft
from app.client.saved.snippets import Snippet, SnippetFile, read_snippets
from app.client.session import Session
from app.text.notation import LineEnding, Notation
from app.ui.console.area import ConsoleArea
from app.ui.console.pane import ConsolePane
from app.ui.console.saved_state import ConsoleState
from app.ui.console.snippets_panel import SnippetForm
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
    reactor: DeckReactor, saved_state: ConsoleState, sent: list[bytes], qtbot: QtBot
) -> Iterator[ConsoleArea]:
    area = ConsoleArea(ConsolePane(reactor, Icons(), lambda: None, list, saved_state), Icons())
    qtbot.addWidget(area)
    area.resize(800, 300)
    area.show()
    area.opener.setChecked(True)
    yield area
    for tab in area.pane.tabs:
        tab.close_session()
        tab.session.abort()


@pytest.fixture
def stocked(area: ConsoleArea, saved_state: ConsoleState) -> ConsoleArea:
    saved_state.saved_snippets.add(HELLO)
    saved_state.saved_snippets.add(BYTES)
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


def test_an_empty_panel_explains_how_to_save_a_snippet(area: ConsoleArea) -> None:
    assert area.snippets.empty.isVisible()
    assert "press +" in area.snippets.empty.text()


def test_snippets_are_listed_by_folder_with_their_shortcuts(stocked: ConsoleArea) -> None:
    assert list(items(stocked)) == ["Bytes", "Mail", "Hello"]
    assert items(stocked)["Bytes"].text(1) == "Alt+1"
    assert items(stocked)["Hello"].text(1) == "Alt+2"


def test_the_tool_tip_shows_the_text_without_rendering_it(
    area: ConsoleArea, saved_state: ConsoleState
) -> None:
    saved_state.saved_snippets.add(Snippet("Page", Draft("<html>\n<b>&", Notation.TEXT)))
    tip = QTextDocument()
    tip.setHtml(items(area)["Page"].toolTip(0))
    assert tip.toPlainText().splitlines()[:2] == ["<html>", "<b>&"]


def test_a_double_click_sends_and_does_not_change_the_input(
    stocked: ConsoleArea, sent: list[bytes], qtbot: QtBot
) -> None:
    stocked.pane.current.input_bar.input.set_text("typing")
    choose(stocked, "Hello")
    tree = stocked.snippets.tree
    where = tree.visualItemRect(items(stocked)["Hello"]).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=where)
    qtbot.mouseDClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert sent == [b"EHLO x\r\n"]
    assert stocked.pane.current.input_bar.input.text() == "typing"


def test_alt_and_a_number_sends_a_snippet(
    stocked: ConsoleArea, sent: list[bytes], qtbot: QtBot
) -> None:
    line = stocked.pane.current.input_bar.input
    stocked.activateWindow()
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(line, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(line, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert sent == [b"\x00\xff", b"EHLO x\r\n"]


def test_enter_sends_and_the_menu_puts_a_snippet_into_the_input(
    stocked: ConsoleArea, sent: list[bytes], qtbot: QtBot
) -> None:
    choose(stocked, "Bytes")
    qtbot.keyClick(stocked.snippets.tree, Qt.Key.Key_Return)
    assert sent == [b"\x00\xff"]
    do(stocked, "Put into the input")
    assert stocked.pane.current.input_bar.draft.notation is Notation.HEX
    assert stocked.pane.current.input_bar.input.text() == "00 ff"


def test_the_input_is_saved_under_a_name(
    area: ConsoleArea, saved_state: ConsoleState, tmp_path: Path, qtbot: QtBot
) -> None:
    area.pane.current.input_bar.set_draft(Draft("GET /", ending=LineEnding.CRLF))
    qtbot.mouseClick(area.snippets.add_button, Qt.MouseButton.LeftButton)
    assert form(area).name.text() == "GET /"
    form(area).name.setText("Get")
    form(area).folder.setEditText("Web")
    form(area).save_button.click()
    kept = Snippet("Get", Draft("GET /", ending=LineEnding.CRLF), "Web")
    assert list(saved_state.saved_snippets.snippets) == [kept]
    assert SnippetFile(tmp_path / "snippets.toml").load().snippets == (kept,)


def test_invalid_input_is_not_saved(area: ConsoleArea) -> None:
    area.pane.current.input_bar.set_draft(Draft("4", Notation.HEX))
    area.snippets.add_button.click()
    assert not area.snippets.findChildren(SnippetForm)


def test_bytes_from_the_traffic_pane_are_saved(
    area: ConsoleArea, saved_state: ConsoleState
) -> None:
    area.pane.save_snippet(b"\x00\x01")
    form(area).name.setText("Two")
    form(area).save_button.click()
    assert [each.draft for each in saved_state.saved_snippets.snippets] == [
        Draft("00 01", Notation.HEX)
    ]


def test_too_long_data_is_not_saved_and_an_error_is_shown(area: ConsoleArea) -> None:
    area.opener.setChecked(False)
    area.pane.save_snippet(b"\x00" * 1_000_000)
    assert "too long" in area.pane.current.input_bar.state.text()
    area.pane.current.input_bar.set_draft(Draft(""))
    area.pane.put_bytes(b"\x00" * 1_000_000)
    area.snippets.add_button.click()
    assert "too long" in area.pane.current.input_bar.state.text()
    assert not area.snippets.findChildren(SnippetForm)


def test_saving_from_the_traffic_pane_opens_the_panel(area: ConsoleArea) -> None:
    area.opener.setChecked(False)
    area.pane.save_snippet(b"x")
    assert area.snippets.isVisible()
    form(area).reject()


def test_a_snippet_is_renamed_moved_and_changed(
    stocked: ConsoleArea, saved_state: ConsoleState, qtbot: QtBot
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
    assert [each.key for each in saved_state.saved_snippets.snippets] == [
        ("", "Bytes 2"),
        ("", "Bytes"),
    ]
    choose(stocked, "Bytes")
    do(stocked, "Move up")
    assert [each.name for each in saved_state.saved_snippets.snippets] == ["Bytes", "Bytes 2"]


def test_the_form_shows_a_mistake(stocked: ConsoleArea) -> None:
    choose(stocked, "Bytes")
    stocked.snippets.edit()
    form(stocked).text.set_text("0g")
    assert "'g' is no hex digit" in form(stocked).state.text()
    assert not form(stocked).save_button.isEnabled()
    form(stocked).reject()


def test_undo_restores_a_removed_snippet(
    stocked: ConsoleArea, saved_state: ConsoleState, qtbot: QtBot
) -> None:
    choose(stocked, "Hello")
    qtbot.keyClick(stocked.snippets.tree, Qt.Key.Key_Delete)
    assert list(saved_state.saved_snippets.snippets) == [BYTES]
    assert "Hello is removed." in stocked.snippets.notice_words.text()
    qtbot.mouseClick(stocked.snippets.undo_button, Qt.MouseButton.LeftButton)
    assert list(saved_state.saved_snippets.snippets) == [HELLO, BYTES]
    assert not stocked.snippets.notice.isVisible()


def test_export_and_import_add_no_duplicates(
    stocked: ConsoleArea, saved_state: ConsoleState, tmp_path: Path
) -> None:
    saved_state.saved_snippets.export(
        tmp_path / "out.toml", list(saved_state.saved_snippets.snippets)
    )
    assert read_snippets(tmp_path / "out.toml").snippets == (HELLO, BYTES)
    saved_state.saved_snippets.remove(HELLO)
    saved_state.saved_snippets.import_file(tmp_path / "out.toml")
    assert set(saved_state.saved_snippets.snippets) == {HELLO, BYTES}
    assert "1 of 2 snippets are new." in stocked.snippets.notice_words.text()


@pytest.mark.parametrize("content", [b"not = [ours", b"\xff", b"version = 9"])
def test_importing_another_file_changes_nothing_and_shows_an_error(
    stocked: ConsoleArea, saved_state: ConsoleState, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "odd.toml").write_bytes(content)
    saved_state.saved_snippets.import_file(tmp_path / "odd.toml")
    assert "odd.toml: " in stocked.snippets.notice_words.text()
    assert len(saved_state.saved_snippets.snippets) == 2


def test_a_broken_snippets_file_is_reported_and_moved_aside(
    area: ConsoleArea, saved_state: ConsoleState, tmp_path: Path
) -> None:
    del saved_state.saved_snippets.__dict__["snippets"]
    (tmp_path / "snippets.toml").write_text("broken")
    area.snippets.show_snippets()
    assert "puts this file aside" in area.snippets.notice_words.text()
    saved_state.saved_snippets.add(BYTES)
    assert len(list(tmp_path.glob("snippets.broken-*.toml"))) == 1


def test_a_failed_export_is_reported(
    stocked: ConsoleArea, saved_state: ConsoleState, tmp_path: Path
) -> None:
    saved_state.saved_snippets.export(tmp_path, [BYTES])
    assert "cannot be written" in stocked.snippets.notice_words.text()


def test_import_and_export_ask_for_a_file(
    stocked: ConsoleArea, tmp_path: Path, qtbot: QtBot
) -> None:
    export, load = stocked.snippets.menu.actions()[1], stocked.snippets.menu.actions()[0]
    for action in (export, load):
        action.trigger()
        (dialog,) = stocked.snippets.findChildren(QFileDialog)
        dialog.fileSelected.emit(str(tmp_path / "out.toml"))
        dialog.close()
        qtbot.waitUntil(lambda: not stocked.snippets.findChildren(QFileDialog))
    assert "0 of 2 snippets are new." in stocked.snippets.notice_words.text()


def test_the_panel_visibility_is_saved(area: ConsoleArea, saved_state: ConsoleState) -> None:
    assert saved_state.settings.shows_snippets
    area.opener.setChecked(False)
    assert not area.snippets.isVisible()
    assert not saved_state.settings.shows_snippets


def test_every_control_has_a_name(area: ConsoleArea) -> None:
    panel = area.snippets
    for each in (area.opener, panel.tree, panel.add_button, panel.more_button):
        assert each.accessibleName()
