"""The log pane: its lines, the count of unseen problems, and records that cannot be formatted."""

from __future__ import annotations

import logging
import sys

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTabWidget, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.runtime.logs import MAX_WAITING, Collector
from app.ui.style.icons import Icons
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.window.log_pane import LogPane, show_unseen


@pytest.fixture
def collector() -> Collector:
    return Collector(lambda: None)


@pytest.fixture
def pane(collector: Collector, qtbot: QtBot) -> LogPane:
    pane = LogPane(collector, Icons())
    qtbot.addWidget(pane)
    return pane


def log(collector: Collector, level: int, text: str, *arguments: object) -> None:
    collector.handle(logging.LogRecord("test", level, __file__, 1, text, arguments, None))


def lines(pane: LogPane) -> list[str]:
    pane.refresh()
    return pane.text.toPlainText().split("\n")


def press(pane: LogPane, name: str) -> None:
    (button,) = [each for each in pane.findChildren(QToolButton) if each.accessibleName() == name]
    button.click()


def test_each_record_is_a_line_with_its_time_and_level(pane: LogPane, collector: Collector) -> None:
    log(collector, logging.INFO, "%s is listening", "Echo")
    (line,) = lines(pane)
    assert line.endswith("INFO    Echo is listening")
    assert line[:4].isdecimal()


def test_warnings_and_errors_have_their_colours(pane: LogPane, collector: Collector) -> None:
    for level in (logging.INFO, logging.WARNING, logging.ERROR):
        log(collector, level, "x")
    pane.refresh()
    blocks = [pane.text.document().findBlockByNumber(number) for number in range(3)]
    colors = [block.begin().fragment().charFormat().foreground().color() for block in blocks]
    palette = QGuiApplication.palette()
    assert colors[1] == tint_color(Tint.WARNING, palette)
    assert colors[2] == tint_color(Tint.DANGER, palette)
    assert colors[0] not in colors[1:]


def test_an_exception_is_shown_with_its_traceback(pane: LogPane, collector: Collector) -> None:
    try:
        raise LookupError("where was I")
    except LookupError:
        failure = logging.LogRecord("t", logging.ERROR, "", 1, "It broke.", (), sys.exc_info())
    collector.handle(failure)
    shown = lines(pane)
    assert shown[0].endswith("It broke.")
    assert shown[1] == "Traceback (most recent call last):"
    assert shown[-1] == "LookupError: where was I"


def test_a_record_that_cannot_be_formatted_is_shown_raw(
    pane: LogPane, collector: Collector
) -> None:
    log(collector, logging.INFO, "%d connections", "many")
    log(collector, logging.INFO, "on we go")
    first, second = lines(pane)
    assert "%d connections" in first
    assert second.endswith("on we go")


def test_dropped_records_are_counted_in_a_note(pane: LogPane, collector: Collector) -> None:
    for number in range(MAX_WAITING + 1234):
        log(collector, logging.INFO, "%d", number)
    assert lines(pane)[0] == "(1,234 lines came too fast to show)"


def test_problems_are_counted_until_the_pane_is_shown(
    pane: LogPane, collector: Collector, qtbot: QtBot
) -> None:
    told: list[int] = []
    pane.unseen_changed.connect(lambda count: told.append(count))
    for level in (logging.INFO, logging.WARNING, logging.ERROR):
        log(collector, level, "x")
    pane.refresh()
    log(collector, logging.ERROR, "x")
    pane.refresh()
    pane.show()
    log(collector, logging.ERROR, "seen at once")
    pane.refresh()
    assert told == [2, 3, 0]


def test_the_log_is_copied_and_cleared(pane: LogPane, collector: Collector) -> None:
    log(collector, logging.INFO, "one")
    log(collector, logging.INFO, "two")
    shown = lines(pane)
    press(pane, "Copy the log")
    assert QGuiApplication.clipboard().text().split("\n") == shown
    press(pane, "Clear the log")
    assert pane.text.toPlainText() == ""
    log(collector, logging.INFO, "three")
    assert lines(pane)[0].endswith("three")


def fill(pane: LogPane, collector: Collector) -> None:
    for level, text in (
        (logging.DEBUG, "details"),
        (logging.INFO, "Echo is listening"),
        (logging.WARNING, "a slow reader"),
        (logging.ERROR, "Echo failed\nTraceback:\n  line 3"),
    ):
        log(collector, level, text)
    pane.refresh()


@pytest.mark.parametrize(("index", "shown"), [(0, 6), (1, 4), (2, 3)])
def test_a_level_shows_only_what_is_as_bad(
    pane: LogPane, collector: Collector, index: int, shown: int
) -> None:
    fill(pane, collector)
    pane.level.setCurrentIndex(index)
    assert len(pane.text.toPlainText().split("\n")) == shown
    pane.level.setCurrentIndex(0)
    assert len(pane.text.toPlainText().split("\n")) == 6


def test_search_shows_whole_records_that_contain_the_text(
    pane: LogPane, collector: Collector
) -> None:
    fill(pane, collector)
    pane.search.setText("ECHO")
    text = pane.text.toPlainText()
    assert "Echo is listening" in text
    assert "line 3" in text
    assert "slow reader" not in text
    pane.search.setText("<h1>")
    assert pane.text.toPlainText() == ""
    assert pane.found.text()
    log(collector, logging.INFO, "GET <h1>")
    pane.refresh()
    assert pane.text.toPlainText().endswith("GET <h1>")
    assert pane.found.text() == ""


def test_new_lines_pass_the_filter_too(pane: LogPane, collector: Collector) -> None:
    pane.level.setCurrentIndex(2)
    fill(pane, collector)
    assert "slow reader" not in pane.text.toPlainText()
    assert "Echo failed" in pane.text.toPlainText()


def test_lines_wrap_if_wanted(pane: LogPane) -> None:
    assert pane.text.lineWrapMode() is pane.text.LineWrapMode.NoWrap
    pane.wrap.setChecked(True)
    assert pane.text.lineWrapMode() is pane.text.LineWrapMode.WidgetWidth


def test_a_cleared_log_stays_empty_under_another_filter(
    pane: LogPane, collector: Collector
) -> None:
    fill(pane, collector)
    press(pane, "Clear the log")
    pane.level.setCurrentIndex(1)
    assert pane.text.toPlainText() == ""


def test_the_tab_has_the_count_in_the_colour_of_the_worst(
    pane: LogPane, collector: Collector, qtbot: QtBot
) -> None:
    tabs = QTabWidget()
    qtbot.addWidget(tabs)
    tabs.addTab(QWidget(), "Other")
    tabs.addTab(pane, "Log")
    pane.unseen_changed.connect(lambda *unseen: show_unseen(tabs, pane, *unseen))
    bar, palette = tabs.tabBar(), tabs.palette()
    log(collector, logging.WARNING, "careful")
    pane.refresh()
    assert tabs.tabText(1) == "Log (1 new)"
    assert bar.tabTextColor(1) == tint_color(Tint.WARNING, palette)
    log(collector, logging.ERROR, "broken")
    log(collector, logging.WARNING, "careful")
    pane.refresh()
    assert tabs.tabText(1) == "Log (3 new)"
    assert bar.tabTextColor(1) == tint_color(Tint.DANGER, palette)
    tabs.show()
    tabs.setCurrentIndex(1)
    assert tabs.tabText(1) == "Log"
    assert not bar.tabTextColor(1).isValid()


def test_every_control_has_an_accessible_name(pane: LogPane) -> None:
    for control in (pane.level, pane.search, pane.text):
        assert control.accessibleName()
    assert pane.wrap.text()


def test_old_records_go_when_there_are_too_many_letters(
    pane: LogPane, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.window.log_pane.MAX_LETTERS", 10_000)
    for number in range(100):
        log(collector, logging.INFO, f"{number} {'x' * 1_000}")
    pane.refresh()
    pane.search.setText("x")
    shown = pane.text.toPlainText().split("\n")
    assert len(shown) == 9
    assert " 99 xxx" in shown[-1]
