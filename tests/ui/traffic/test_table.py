"""The marks of the finds on the scroll bar, also for very many rows."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.server.monitor import ChangeBatch
from app.ui.traffic.model import CONNECTION, DATA, SIZE
from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.table import MARK_HEIGHT, MOST_NAME, NARROW_DATA, WIDTHS, MarkedBar
from tests.ui.traffic.conftest import Say
from tests.ui.traffic.panes import settle


def bar_with(qtbot: QtBot, found: set[int], rows: int) -> tuple[MarkedBar, list[tuple[int, int]]]:
    asked: list[tuple[int, int]] = []

    def is_found(start: int, stop: int) -> bool:
        asked.append((start, stop))
        return not found.isdisjoint(range(start, stop))

    bar = MarkedBar()
    qtbot.addWidget(bar)
    bar.resize(16, 400)
    bar.show()
    bar.setRange(0, rows)
    bar.show_finds(is_found, rows, len(found))
    return bar, asked


def test_a_mark_is_at_the_position_of_its_find(qtbot: QtBot) -> None:
    bar, _ = bar_with(qtbot, {0, 50, 99}, 100)
    height = bar._groove().height()
    first, middle, last = bar.marks
    assert first == 0
    assert abs(middle - height / 2) <= height / 100 + 1
    assert abs(last - height * 0.99) <= 2


def test_a_million_rows_need_one_call_a_pixel(qtbot: QtBot) -> None:
    bar, asked = bar_with(qtbot, {1, 999_999}, 1_000_000)
    assert len(bar.marks) == 2
    assert len(asked) <= 400 // MARK_HEIGHT
    assert (asked[0][0], asked[-1][1]) == (0, 1_000_000)


def test_marks_are_computed_again_only_for_another_state(qtbot: QtBot) -> None:
    bar, asked = bar_with(qtbot, {3}, 10)
    before = bar.marks, len(asked)
    bar.show_finds(lambda start, stop: True, 10, 1)
    assert (bar.marks, len(asked)) == before
    bar.show_finds(None, 10, None)
    assert bar.marks == []


def test_the_pane_marks_the_finds_among_the_shown_rows(
    pane: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    for number in range(300):
        say(b"find me" if number in (0, 299) else b"x")
    settle(pane, qtbot)
    assert pane.table.bar.marks == []
    pane.find_bar.pattern.line.setText("find")
    settle(pane, qtbot)
    assert len(pane.table.bar.marks) == 2
    pane.filter_bar.sizes.setText("7")
    settle(pane, qtbot)
    assert pane.table.rows.rowCount() == 2
    assert len(pane.table.bar.marks) == 2
    pane.filter_bar.sizes.setText("1")
    settle(pane, qtbot)
    assert pane.table.bar.marks == []


def test_a_row_chosen_right_after_others_came_stays_in_view(
    pane: TrafficPane, say: Say, qapp: QApplication
) -> None:
    for number in range(300):
        say(b"%d" % number)
    pane.refresh(ChangeBatch())
    pane.table.go_to(20)
    for _ in range(3):
        qapp.processEvents()
    shown = pane.table.visualRect(pane.table.currentIndex())
    assert pane.table.viewport().rect().contains(shown.center())


def test_the_names_give_way_to_the_data_unless_the_user_set_their_width(
    pane: TrafficPane,
) -> None:
    pane.show()
    pane.resize(2_400, 500)
    assert pane.table.columnWidth(CONNECTION) == MOST_NAME
    pane.resize(700, 500)
    QApplication.processEvents()
    assert pane.table.columnWidth(CONNECTION) == WIDTHS[CONNECTION]
    pane.resize(520, 500)
    QApplication.processEvents()
    assert pane.table.columnWidth(CONNECTION) < WIDTHS[CONNECTION]
    pane.table.setColumnWidth(CONNECTION, 180)
    pane.resize(500, 500)
    QApplication.processEvents()
    assert pane.table.columnWidth(CONNECTION) == 180


def test_a_table_beside_the_bytes_keeps_the_data_in_view(pane: TrafficPane) -> None:
    pane.resize(625, 390)
    pane.show()
    QApplication.processEvents()
    assert not pane.table.isColumnHidden(SIZE)
    pane.place_detail(True)
    QApplication.processEvents()
    assert pane.table.isColumnHidden(SIZE)
    assert pane.table.columnWidth(DATA) >= NARROW_DATA
    assert not pane.table.horizontalScrollBar().maximum()
