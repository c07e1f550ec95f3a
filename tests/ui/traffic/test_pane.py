"""The traffic pane: rows, following, pause, filter and search."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import ChunkLog
from app.ui.traffic import views
from app.ui.traffic.filter_bar import FilterSource
from app.ui.traffic.model import TIME
from app.ui.traffic.pane import TrafficPane
from tests.ui.traffic.conftest import Say
from tests.ui.traffic.panes import choose, settle, shown


def test_new_chunks_are_shown_at_the_next_tick(talk: TrafficPane) -> None:
    assert shown(talk) == [f"hello {number}" for number in range(10)]
    assert talk.status_bar.counts.text() == "10 chunks · 70 B"


def test_a_single_chunk_is_counted_in_the_singular(
    pane: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    say(b"only")
    settle(pane, qtbot)
    assert pane.status_bar.counts.text() == "1 chunk · 4 B"


def test_an_empty_log_shows_a_hint(pane: TrafficPane) -> None:
    assert pane.table.hint.isVisible()
    assert pane.table.hint.text() == "Nothing crossed a listener yet."


def test_dropped_chunks_are_counted(pane: TrafficPane, say: Say, qtbot: QtBot) -> None:
    for _ in range(5_000):
        say(b"12345678")
    settle(pane, qtbot)
    assert "dropped" in pane.status_bar.counts.text()


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


def test_a_paused_view_does_not_change_and_loses_nothing(
    talk: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    talk.status_bar.pause_button.click()
    say(b"later")
    settle(talk, qtbot)
    assert talk.table.rows.rowCount() == 10
    assert "paused, 1 newer" in talk.status_bar.counts.text()
    talk.status_bar.pause_button.click()
    assert shown(talk)[-1] == "later"


@pytest.mark.parametrize("flood", [3_995, 10_000])
def test_the_chosen_chunk_stays_shown_when_the_log_drops_it(
    talk: TrafficPane, say: Say, qtbot: QtBot, flood: int
) -> None:
    choose(talk, 7)
    for _ in range(flood):
        say(b"flood")
    settle(talk, qtbot)
    assert talk.detail.content.data == b"hello 7"
    assert talk.table.chosen is None
    assert not talk.table.selectionModel().hasSelection()


def test_clear_removes_the_shown_bytes_too(talk: TrafficPane) -> None:
    choose(talk, 7)
    talk.status_bar.clear_button.click()
    assert talk.detail.content.data == b""


def test_paused_rows_that_the_log_drops_stay_and_are_marked(
    talk: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    talk.status_bar.pause_button.click()
    for _ in range(5_000):
        say(b"flood")
    settle(talk, qtbot)
    assert shown(talk) == ["(not kept any more)"] * 10


def test_a_filter_can_be_set_while_paused(talk: TrafficPane, say: Say, qtbot: QtBot) -> None:
    talk.status_bar.pause_button.click()
    say(b"hello 3 again")
    talk.filter_bar.pattern.line.setText("3")
    settle(talk, qtbot)
    assert shown(talk) == ["hello 3"]
    talk.status_bar.pause_button.click()
    settle(talk, qtbot)
    assert shown(talk) == ["hello 3", "hello 3 again"]


def test_clear_works_while_paused(talk: TrafficPane, say: Say, qtbot: QtBot) -> None:
    talk.status_bar.pause_button.click()
    talk.status_bar.clear_button.click()
    assert shown(talk) == []
    assert "10 cleared, 70 B" in talk.status_bar.counts.text()
    assert "dropped" not in talk.status_bar.counts.text()


def test_a_filter_that_drops_the_chosen_chunk_chooses_nothing(
    talk: TrafficPane, qtbot: QtBot
) -> None:
    choose(talk, 7)
    talk.filter_bar.direction.setCurrentIndex(1)
    settle(talk, qtbot)
    assert talk.table.chosen is None
    assert talk.detail.content.data == b""


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
    assert talk.status_bar.counts.text().startswith("3 shown")
    bar.pattern.case_button.click()
    settle(talk, qtbot)
    assert shown(talk) == []
    assert talk.table.hint.text() == "Nothing matches the filter."
    bar.clear()
    settle(talk, qtbot)
    assert talk.table.rows.rowCount() == 10


def test_it_filters_by_one_connection(talk: TrafficPane, qtbot: QtBot) -> None:
    talk.filter_bar.show_only(FilterSource(connection=2), "that one")
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
    with qtbot.waitSignal(talk._copy_actions.send_wanted) as told:
        menu["Send again through the console"].trigger()
    assert told.args == [b"hello 1hello 3"]
    with qtbot.waitSignal(talk._copy_actions.snippet_wanted) as told:
        menu["Save as a snippet…"].trigger()
    assert told.args == [b"hello 1hello 3"]


def test_too_many_bytes_are_not_copied(
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


def test_without_a_row_there_is_no_menu(pane: TrafficPane) -> None:
    before = len(pane.findChildren(QMenu))
    pane.table.customContextMenuRequested.emit(QPoint(5, 5))
    assert len(pane.findChildren(QMenu)) == before


def test_new_chunks_are_filtered(talk: TrafficPane, say: Say, qtbot: QtBot) -> None:
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


def test_the_format_of_the_time_can_be_chosen(talk: TrafficPane) -> None:
    talk.status_bar.time.setCurrentIndex(1)
    assert talk.table.rows.index(0, TIME).data() == "0.000000"
    talk.status_bar.time.setCurrentIndex(0)
    assert talk.table.rows.index(0, TIME).data().count(":") == 2


def test_the_detail_shows_the_connection(talk: TrafficPane) -> None:
    choose(talk, 1)
    assert talk.detail.title.text().endswith("→  Echo · peer 1")
    assert talk.detail.content.data == b"hello 1"


def test_all_controls_have_names(log: ChunkLog, pane: TrafficPane) -> None:
    for button in (
        pane.status_bar.time,
        pane.status_bar.export_button,
        pane.status_bar.pause_button,
        pane.status_bar.clear_button,
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


def test_in_a_small_window_the_rows_get_the_room_of_the_bytes(
    pane: TrafficPane, qtbot: QtBot
) -> None:
    header = pane.table.horizontalHeader().height()
    row = pane.table.verticalHeader().defaultSectionSize()
    pane.resize(700, pane.height() - pane.split.height() + header + 9 * row)
    qtbot.waitUntil(lambda: pane.split.height() <= header + 9 * row)
    assert pane.table.viewport().height() >= 4 * row
    pane.split.moveSplitter(pane.split.height(), 1)
    assert pane.table.viewport().height() >= 8 * row
