"""Marks on the scroll bar: where the finds are, and cheap however many."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.table import MARK_HEIGHT, MarkedBar
from tests.ui.traffic.conftest import Say
from tests.ui.traffic.test_pane import settle


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


def test_a_mark_is_where_the_find_is(qtbot: QtBot) -> None:
    bar, _ = bar_with(qtbot, {0, 50, 99}, 100)
    height = bar._groove().height()
    first, middle, last = bar.marks
    assert first == 0
    assert abs(middle - height / 2) <= height / 100 + 1
    assert abs(last - height * 0.99) <= 2


def test_of_a_million_rows_no_more_is_asked_than_there_are_pixels(qtbot: QtBot) -> None:
    bar, asked = bar_with(qtbot, {1, 999_999}, 1_000_000)
    assert len(bar.marks) == 2
    assert len(asked) <= 400 // MARK_HEIGHT
    assert (asked[0][0], asked[-1][1]) == (0, 1_000_000)


def test_the_marks_are_made_anew_for_another_state_alone(qtbot: QtBot) -> None:
    bar, asked = bar_with(qtbot, {3}, 10)
    before = bar.marks, len(asked)
    bar.show_finds(lambda start, stop: True, 10, 1)
    assert (bar.marks, len(asked)) == before
    bar.show_finds(None, 10, None)
    assert bar.marks == []


def test_the_pane_marks_what_it_finds_among_what_it_shows(
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
