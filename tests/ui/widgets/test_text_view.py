"""The view of many lines: its bounds, its colours, and following."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QAbstractSlider, QApplication
from pytestqt.qtbot import QtBot

from app.ui.style import theme
from app.ui.style.palette import quiet_color
from app.ui.style.tokens import Scheme, tokens
from app.ui.widgets.text_view import LONGEST_LINE, MAX_LINES, Ink, LinesView


@pytest.fixture
def light(qapp: QApplication) -> Iterator[None]:
    theme.Theme.of(qapp).use(Scheme.LIGHT)
    yield
    theme.Theme.of(qapp).use(Scheme.SYSTEM)


@pytest.fixture
def view(light: None, qtbot: QtBot) -> LinesView:
    view = LinesView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    return view


def lines(view: LinesView) -> list[str]:
    return view.toPlainText().split("\n")


def colors(view: LinesView) -> list[QColor]:
    found = []
    block = view.document().begin()
    while block.isValid():
        found.append(block.begin().fragment().charFormat().foreground().color())
        block = block.next()
    return found


def test_lines_are_appended(view: LinesView) -> None:
    view.add_lines([("one", Ink.PLAIN), ("two", Ink.PLAIN)])
    view.add_lines([("three", Ink.PLAIN)])
    assert lines(view) == ["one", "two", "three"]


def test_a_text_of_several_lines_becomes_several_lines_of_its_ink(view: LinesView) -> None:
    view.add_lines([("Traceback\n  in line 7", Ink.RED), ("on", Ink.GREEN)])
    assert lines(view) == ["Traceback", "  in line 7", "on"]
    light = tokens(Scheme.LIGHT).colors
    red, green = QColor(light.danger), QColor(light.success)
    assert colors(view) == [red, red, green]


def test_only_the_newest_lines_are_kept(view: LinesView) -> None:
    view.add_lines((str(number), Ink.PLAIN) for number in range(MAX_LINES + 5))
    assert view.blockCount() == MAX_LINES
    assert lines(view)[0] == "5"


def test_a_long_line_is_cut_and_the_rest_is_counted(view: LinesView) -> None:
    view.add_lines([("x" * (LONGEST_LINE + 1234), Ink.PLAIN)])
    assert lines(view) == ["x" * LONGEST_LINE + "… (1,234 more)"]


def test_lines_are_readable_after_the_window_turned_dark(
    view: LinesView, qapp: QApplication, qtbot: QtBot
) -> None:
    view.add_lines([("fine", Ink.GREEN), ("a note", Ink.FAINT), ("text", Ink.PLAIN)])
    theme.Theme.of(qapp).use(Scheme.DARK)
    qtbot.waitUntil(lambda: colors(view)[0] == QColor(tokens(Scheme.DARK).colors.success))
    assert colors(view)[1] == quiet_color(qapp.palette())
    assert lines(view) == ["fine", "a note", "text"]


def test_it_shows_the_newest_line_until_the_user_scrolls_up(
    view: LinesView, qapp: QApplication
) -> None:
    bar = view.verticalScrollBar()
    view.add_lines((str(number), Ink.PLAIN) for number in range(100))
    qapp.processEvents()
    assert bar.value() == bar.maximum() > 0
    bar.setValue(10)
    view.add_lines([("news", Ink.PLAIN)])
    assert bar.value() == 10
    bar.setValue(bar.maximum())
    view.add_lines([("more news", Ink.PLAIN)])
    assert bar.value() == bar.maximum()


def test_it_is_read_only(view: LinesView, qtbot: QtBot) -> None:
    view.add_lines([("as it was", Ink.PLAIN)])
    qtbot.keyClicks(view, "not this")
    qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert lines(view) == ["as it was"]


def test_wrapped_lines_in_a_low_view_do_not_stop_following(
    view: LinesView, qapp: QApplication
) -> None:
    view.resize(440, 58)
    bar = view.verticalScrollBar()
    certificate = (
        "09:26:13.467 .  TLS 1.3, TLS_AES_256_GCM_SHA384. The peer is localhost, says Portdeck "
        "local CA of somebody on some machine, until 2027-12-24."
    )
    for together in (
        ["09:26:13.460 .  Connecting to tls:127.0.0.1:8008…"],
        ["09:26:13.461 .  Connected to 127.0.0.1:8008 from 127.0.0.1:38522.", certificate],
        ["09:26:15 > first"],
        ["09:26:15 < first"],
    ):
        view.add_lines([(line, Ink.PLAIN) for line in together])
        qapp.processEvents()
    assert bar.maximum() > 0
    assert view.follow.is_on
    assert bar.value() == bar.maximum()


def test_scrolling_up_while_a_line_is_added_stops_following(
    view: LinesView, qapp: QApplication
) -> None:
    view.add_lines([(f"line {number}", Ink.PLAIN) for number in range(50)])
    qapp.processEvents()
    view.add_lines([("another", Ink.PLAIN)])
    bar = view.verticalScrollBar()
    bar.triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
    qapp.processEvents()
    assert bar.value() == 0
    assert not view.follow.is_on


@pytest.fixture
def hanging(light: None, qtbot: QtBot) -> LinesView:
    view = LinesView(hangs_after=6)
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.show()
    return view


def indents(view: LinesView) -> list[float]:
    """How far each row of the last line is to the right of the first one."""
    block = view.document().lastBlock()
    view.document().documentLayout().blockBoundingRect(block)
    rows = [block.layout().lineAt(row) for row in range(block.layout().lineCount())]
    return [row.x() - rows[0].x() for row in rows]


def test_wrapped_lines_hang_below_their_text(hanging: LinesView) -> None:
    hanging.add_lines([("12:00 " + "word " * 40, Ink.PLAIN)])
    first, *others = indents(hanging)
    assert first == 0
    assert len(others) > 2
    assert min(others) == max(others) > 0
    assert hanging.document().lineCount() == len(others) + 1


def test_wrapped_lines_hang_after_a_resize_and_after_more_text(hanging: LinesView) -> None:
    hanging.add_lines([("12:00 " + "word " * 40, Ink.PLAIN)])
    before = len(indents(hanging))
    hanging.resize(500, 200)
    assert 1 < len(indents(hanging)) < before
    cursor = hanging.textCursor()
    cursor.movePosition(cursor.MoveOperation.End)
    cursor.insertText("more " * 40)
    assert all(each > 0 for each in indents(hanging)[1:])


def test_the_end_is_followed_with_hanging_lines(hanging: LinesView, qtbot: QtBot) -> None:
    for _ in range(40):
        hanging.add_lines([("12:00 " + "word " * 40, Ink.PLAIN)])
    bar = hanging.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 40)


def test_copies_of_hanging_lines_have_no_breaks_of_their_own(hanging: LinesView) -> None:
    text = "12:00 " + "word " * 40
    hanging.add_lines([(text, Ink.PLAIN)])
    hanging.selectAll()
    hanging.copy()
    assert QGuiApplication.clipboard().text() == text
