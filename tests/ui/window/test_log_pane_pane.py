"""The log pane: its lines, the count of unseen problems, and records that cannot be formatted."""

from __future__ import annotations

import logging
import sys

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.ui.style.icons import Icons
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.window.log_pane import MAX_WAITING, Collector, LogPane


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
