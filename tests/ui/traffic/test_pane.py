"""The traffic pane: what it shows, follows, holds, filters and finds."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import ChunkLog
from app.ui.style.icons import Icons
from app.ui.traffic import views
from app.ui.traffic.filter_bar import FilterSource
from app.ui.traffic.model import DATA, TIME
from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.tab import ConnectionNames
from tests.ui.traffic.conftest import Say
from tests.ui.traffic.test_tab_names import connection

EXPLODES = "(a|aa)+$"


def shown(pane: TrafficPane) -> list[str]:
    model = pane.table.rows
    return [model.index(row, DATA).data() for row in range(model.rowCount())]


def settle(pane: TrafficPane, qtbot: QtBot) -> None:
    """A tick, and then all that follows from it."""
    pane.refresh(ChangeBatch())
    qtbot.waitUntil(lambda: pane.scans.are_at_rest, timeout=20_000)


def choose(pane: TrafficPane, row: int) -> None:
    pane.table.setCurrentIndex(pane.table.rows.index(row, 0))


def use_expression(edit: Any) -> None:
    edit.kind.setCurrentIndex(1)


@pytest.fixture
def talk(say: Say, names: ConnectionNames, pane: TrafficPane, qtbot: QtBot) -> TrafficPane:
    """Ten chunks: `hello 0` … from connections 1 and 2, every other one sent."""
    batch = ChangeBatch(opened=[connection(1, "Echo"), connection(2, "Hello")])
    names.follow(batch)
    pane.refresh(batch)
    for number in range(10):
        say(b"hello %d" % number, connection=1 + number // 5, sent=bool(number % 2))
    settle(pane, qtbot)
    return pane


def test_what_crossed_is_shown_at_the_next_tick(talk: TrafficPane) -> None:
    assert shown(talk) == [f"hello {number}" for number in range(10)]
    assert talk.state.counts.text() == "10 chunks kept, 70 B"


def test_a_single_chunk_is_one(pane: TrafficPane, say: Say, qtbot: QtBot) -> None:
    say(b"only")
    settle(pane, qtbot)
    assert pane.state.counts.text() == "1 chunk kept, 4 B"


def test_an_empty_log_says_so(pane: TrafficPane) -> None:
    assert pane.table.hint.isVisible()
    assert pane.table.hint.text() == "Nothing crossed a listener yet."


def test_what_is_dropped_is_owned_up_to(pane: TrafficPane, say: Say, qtbot: QtBot) -> None:
    for _ in range(5_000):
        say(b"12345678")
    settle(pane, qtbot)
    assert "dropped" in pane.state.counts.text()


def test_it_follows_the_newest_until_the_user_scrolls_up(
    pane: TrafficPane, say: Say, qtbot: QtBot, qapp: QApplication
) -> None:
    bar = pane.table.verticalScrollBar()
    for _ in range(200):
        say(b"x")
    settle(pane, qtbot)
    qapp.processEvents()
    assert bar.value() == bar.maximum() > 0
    bar.setValue(3)
    for _ in range(200):
        say(b"x")
    settle(pane, qtbot)
    assert bar.value() == 3
    bar.setValue(bar.maximum())
    for _ in range(200):
        say(b"x")
    settle(pane, qtbot)
    qapp.processEvents()
    assert bar.value() == bar.maximum()


def test_paused_it_stays_as_it_is_and_loses_nothing(
    talk: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    talk.state.pause_button.click()
    say(b"later")
    settle(talk, qtbot)
    assert talk.table.rows.rowCount() == 10
    assert "paused, 1 newer" in talk.state.counts.text()
    talk.state.pause_button.click()
    assert shown(talk)[-1] == "later"


@pytest.mark.parametrize("flood", [3_995, 10_000])
def test_what_is_being_read_stays_on_show_when_the_log_drops_it(
    talk: TrafficPane, say: Say, qtbot: QtBot, flood: int
) -> None:
    choose(talk, 7)
    for _ in range(flood):
        say(b"flood")
    settle(talk, qtbot)
    assert talk.detail.hex.data == b"hello 7"
    assert talk.table.chosen is None
    assert not talk.table.selectionModel().hasSelection()


def test_cleared_it_shows_no_bytes_either(talk: TrafficPane) -> None:
    choose(talk, 7)
    talk.state.clear_button.click()
    assert talk.detail.hex.data == b""


def test_paused_rows_that_the_log_drops_say_so_and_stay(
    talk: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    talk.state.pause_button.click()
    for _ in range(5_000):
        say(b"flood")
    settle(talk, qtbot)
    assert shown(talk) == ["(not kept any more)"] * 10


def test_a_filter_may_be_set_while_paused(talk: TrafficPane, say: Say, qtbot: QtBot) -> None:
    talk.state.pause_button.click()
    say(b"hello 3 again")
    talk.filter_bar.pattern.line.setText("3")
    settle(talk, qtbot)
    assert shown(talk) == ["hello 3"]
    talk.state.pause_button.click()
    settle(talk, qtbot)
    assert shown(talk) == ["hello 3", "hello 3 again"]


def test_clearing_empties_it_also_while_paused(talk: TrafficPane, say: Say, qtbot: QtBot) -> None:
    talk.state.pause_button.click()
    talk.state.clear_button.click()
    assert shown(talk) == []
    assert "10 cleared, 70 B" in talk.state.counts.text()
    assert "dropped" not in talk.state.counts.text()


def test_a_filter_that_drops_the_chosen_chunk_chooses_nothing(
    talk: TrafficPane, qtbot: QtBot
) -> None:
    choose(talk, 7)
    talk.filter_bar.direction.setCurrentIndex(1)
    settle(talk, qtbot)
    assert talk.table.chosen is None
    assert talk.detail.hex.data == b""


def test_a_hidden_pane_catches_up_when_it_is_shown(
    talk: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    talk.hide()
    say(b"meanwhile")
    talk.refresh(ChangeBatch())
    assert talk.table.rows.rowCount() == 10
    talk.show()
    settle(talk, qtbot)
    assert talk.table.rows.rowCount() == 11


def test_it_filters_by_text_direction_and_listener(talk: TrafficPane, qtbot: QtBot) -> None:
    bar = talk.filter_bar
    bar.pattern.line.setText("HELLO")
    bar.direction.setCurrentIndex(2)
    bar.source.setCurrentText("Hello")
    settle(talk, qtbot)
    assert shown(talk) == ["hello 5", "hello 7", "hello 9"]
    assert talk.state.counts.text().startswith("3 shown")
    bar.pattern.case_button.click()
    settle(talk, qtbot)
    assert shown(talk) == []
    assert talk.table.hint.text() == "Nothing is as the filter wants it."
    bar.clear()
    settle(talk, qtbot)
    assert talk.table.rows.rowCount() == 10


def test_it_filters_by_one_connection(talk: TrafficPane, qtbot: QtBot) -> None:
    talk.filter_bar.only(FilterSource(connection=2), "that one")
    settle(talk, qtbot)
    assert shown(talk) == [f"hello {number}" for number in range(5, 10)]


def menu_of_row(pane: TrafficPane, row: int) -> dict[str, QAction]:
    chunk = pane.table.rows.chunk(row)
    assert chunk is not None
    return {action.text(): action for action in pane._menu_for(chunk).actions()}


def test_a_row_offers_its_connection_its_listener_and_everything(
    talk: TrafficPane, qtbot: QtBot
) -> None:
    for words, count in (
        ("Show only Hello · peer 2", 5),
        ("Show everything", 10),
        ("Show only Hello", 5),
        ("Show everything", 10),
    ):
        menu_of_row(talk, talk.table.rows.rowCount() - 1)[words].trigger()
        settle(talk, qtbot)
        assert talk.table.rows.rowCount() == count


def test_the_selected_rows_are_copied_and_sent_again_together(
    talk: TrafficPane, qtbot: QtBot
) -> None:
    whole_rows = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for row in (1, 3):
        talk.table.selectionModel().select(talk.table.rows.index(row, 0), whole_rows)
    menu = menu_of_row(talk, 1)
    menu["Copy as Python bytes"].trigger()
    assert QGuiApplication.clipboard().text() == "b'hello 1hello 3'"
    talk.table.setFocus()
    talk._copy_selected()
    assert QGuiApplication.clipboard().text() == "hello 1hello 3"
    with qtbot.waitSignal(talk._taking.send_wanted) as told:
        menu["Send again through the console"].trigger()
    assert told.args == [b"hello 1hello 3"]
    with qtbot.waitSignal(talk._taking.snippet_wanted) as told:
        menu["Save as a snippet…"].trigger()
    assert told.args == [b"hello 1hello 3"]


def test_more_than_fits_a_clipboard_is_not_copied(
    pane: TrafficPane, say: Say, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_ROWS", 5)
    for _ in range(10):
        say(b"x")
    settle(pane, qtbot)
    pane.table.selectAll()
    menu = menu_of_row(pane, 0)
    assert "Copy as hex" not in menu
    assert not menu["Too much to copy: export the selected instead"].isEnabled()


def test_a_row_leads_to_its_stream(talk: TrafficPane, qtbot: QtBot) -> None:
    choose(talk, 7)
    menu_of_row(talk, 7)["Follow the stream"].trigger()
    settle(talk, qtbot)
    assert talk.views.stream.text.toPlainText().startswith("→ hello 5")


def test_where_there_is_no_row_there_is_no_menu(pane: TrafficPane) -> None:
    before = len(pane.findChildren(QMenu))
    pane.table.customContextMenuRequested.emit(QPoint(5, 5))
    assert len(pane.findChildren(QMenu)) == before


def test_new_chunks_pass_the_filter_as_they_come(talk: TrafficPane, say: Say, qtbot: QtBot) -> None:
    talk.filter_bar.pattern.line.setText("new")
    settle(talk, qtbot)
    for data in (b"new 1", b"old", b"new 2"):
        say(data)
    settle(talk, qtbot)
    assert shown(talk) == ["new 1", "new 2"]


def test_the_chosen_chunk_stays_chosen_when_the_filter_changes(
    talk: TrafficPane, qtbot: QtBot
) -> None:
    choose(talk, 7)
    talk.filter_bar.direction.setCurrentIndex(2)
    settle(talk, qtbot)
    assert talk.table.chosen == 7
    assert talk.table.currentIndex().row() == 3
    talk.filter_bar.direction.setCurrentIndex(0)
    settle(talk, qtbot)
    assert talk.table.currentIndex().row() == 7


def test_finds_are_counted_gone_through_and_wrapped(talk: TrafficPane, qtbot: QtBot) -> None:
    bar = talk.find_bar
    use_expression(bar.pattern)
    bar.pattern.line.setText("[258]$")
    settle(talk, qtbot)
    assert bar.count.text() == "3 found"
    qtbot.keyClick(bar.pattern.line, Qt.Key.Key_Return)
    assert (talk.table.chosen, bar.count.text()) == (2, "1 of 3")
    bar.next_button.click()
    bar.next_button.click()
    assert (talk.table.chosen, bar.count.text()) == (8, "3 of 3")
    bar.next_button.click()
    assert talk.table.chosen == 2
    qtbot.keyClick(bar.pattern.line, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert talk.table.chosen == 8
    bar.previous_button.click()
    assert talk.table.chosen == 5


def test_a_find_selects_the_match_in_the_bytes(talk: TrafficPane, qtbot: QtBot) -> None:
    talk.find_bar.pattern.line.setText("LO 4")
    settle(talk, qtbot)
    talk.find_next()
    assert talk.detail.hex.selection == (3, 7)
    assert talk.detail.hex.selected == b"lo 4"


def test_only_what_the_filter_shows_is_found(talk: TrafficPane, qtbot: QtBot) -> None:
    talk.filter_bar.direction.setCurrentIndex(1)
    talk.find_bar.pattern.line.setText("hello")
    settle(talk, qtbot)
    assert talk.find_bar.count.text() == "5 found"


def test_while_paused_the_next_find_is_one_on_show(
    talk: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    talk.state.pause_button.click()
    say(b"hello 10")
    talk.find_bar.pattern.line.setText("hello")
    settle(talk, qtbot)
    choose(talk, 9)
    talk.find_next()
    assert talk.table.chosen == 0
    talk.find_previous()
    assert talk.table.chosen == 9


def test_nothing_found_is_said_and_there_is_nowhere_to_go(talk: TrafficPane, qtbot: QtBot) -> None:
    talk.find_bar.pattern.line.setText("no such thing")
    settle(talk, qtbot)
    assert talk.find_bar.count.text() == "none found"
    assert not talk.find_bar.next_button.isEnabled()
    talk.find_next()
    talk.find_previous()
    assert talk.table.chosen is None


def test_a_wrong_expression_is_said_and_filters_nothing(talk: TrafficPane, qtbot: QtBot) -> None:
    use_expression(talk.filter_bar.pattern)
    talk.filter_bar.pattern.line.setText("(")
    settle(talk, qtbot)
    assert talk.trouble.isVisible()
    assert "cannot be read" in talk.trouble.text()
    assert talk.table.rows.rowCount() == 10
    talk.filter_bar.pattern.line.setText("(5)")
    settle(talk, qtbot)
    assert not talk.trouble.isVisible()
    assert shown(talk) == ["hello 5"]


def test_an_expression_that_explodes_is_stopped_and_that_is_said(
    pane: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    for _ in range(500):
        say(b"a" * 60 + b"b")
    use_expression(pane.find_bar.pattern)
    pane.find_bar.pattern.line.setText(EXPLODES)
    settle(pane, qtbot)
    assert "takes too long: stopped" in pane.trouble.text()


def test_a_chunk_that_is_too_hard_is_passed_over_and_that_is_said(
    pane: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    say(b"a" * 60 + b"b")
    say(b"aaa")
    use_expression(pane.find_bar.pattern)
    pane.find_bar.pattern.line.setText(EXPLODES)
    settle(pane, qtbot)
    assert pane.trouble.text() == "The expression takes too long. Chunks passed over: 1."
    assert pane.find_bar.count.text() == "1 found"


def test_find_takes_the_keys_of_find_while_the_pane_has_the_focus(
    talk: TrafficPane, qtbot: QtBot
) -> None:
    talk.activateWindow()
    talk.table.setFocus()
    qtbot.keyClick(talk.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert talk.find_bar.pattern.line.hasFocus()


def test_the_time_column_says_what_is_chosen(talk: TrafficPane) -> None:
    talk.state.time.setCurrentIndex(1)
    assert talk.table.rows.index(0, TIME).data() == "0.000000"
    talk.state.time.setCurrentIndex(0)
    assert talk.table.rows.index(0, TIME).data().count(":") == 2


def test_the_detail_says_whose_chunk_it_is(talk: TrafficPane) -> None:
    choose(talk, 1)
    assert talk.detail.title.text().endswith("→  Echo · peer 1")
    assert talk.detail.hex.data == b"hello 1"


def test_all_controls_have_names(log: ChunkLog, pane: TrafficPane) -> None:
    for button in (
        pane.state.time,
        pane.state.export_button,
        pane.state.pause_button,
        pane.state.clear_button,
        pane.find_bar.next_button,
        pane.find_bar.previous_button,
        pane.filter_bar.pattern.case_button,
        pane.filter_bar.direction,
        pane.filter_bar.source,
        pane.filter_bar.pattern.line,
        pane.filter_bar.pattern.kind,
        pane.detail.copy_button,
        pane.view_bar.encoding,
        pane.detail.hex,
        pane.table,
    ):
        assert button.accessibleName()


def test_a_long_log_is_searched_to_its_end(qtbot: QtBot) -> None:
    log = ChunkLog()
    pane = TrafficPane(log, Icons(), ConnectionNames())
    qtbot.addWidget(pane)
    for number in range(200_000):
        log.append(1.0, 1, False, b"%d" % number)
    pane.show()
    pane.find_bar.pattern.line.setText("99999")
    settle(pane, qtbot)
    assert pane.find_bar.count.text() == "2 found"


def test_in_a_small_window_the_bytes_give_way_to_the_rows(pane: TrafficPane, qtbot: QtBot) -> None:
    header = pane.table.horizontalHeader().height()
    row = pane.table.verticalHeader().defaultSectionSize()
    pane.resize(700, pane.height() - pane.split.height() + header + 9 * row)
    qtbot.waitUntil(lambda: pane.split.height() <= header + 9 * row)
    assert pane.table.viewport().height() >= 4 * row
    pane.split.moveSplitter(pane.split.height(), 1)
    assert pane.table.viewport().height() >= 8 * row
