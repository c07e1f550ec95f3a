"""The find bar of a transcript that grows."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.ui.console.find_bar import MAX_MATCHES, TranscriptFindBar
from app.ui.style.icons import Icons
from app.ui.widgets.text_view import Ink, LinesView

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def view(qtbot: QtBot) -> LinesView:
    view = LinesView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    return view


@pytest.fixture
def bar(view: LinesView, qtbot: QtBot) -> TranscriptFindBar:
    bar = TranscriptFindBar(view, Icons())
    qtbot.addWidget(bar)
    bar.begin()
    return bar


def fill(view: LinesView, *lines: str) -> None:
    view.add_lines((line, Ink.PLAIN) for line in lines)


def selected(view: LinesView) -> tuple[int, str]:
    cursor = view.textCursor()
    return cursor.blockNumber(), cursor.selectedText()


def test_the_last_match_comes_first_and_the_search_wraps_around(
    bar: TranscriptFindBar, view: LinesView, qtbot: QtBot
) -> None:
    fill(view, "🙂 Hello", "other", "hello hello")
    qtbot.keyClicks(bar.line, "hello")
    assert (selected(view), bar.count.text()) == ((2, "hello"), "3 of 3")
    qtbot.keyClick(bar.line, Qt.Key.Key_Return)
    assert (selected(view), bar.count.text()) == ((0, "Hello"), "1 of 3")
    qtbot.keyClick(bar.line, Qt.Key.Key_Return)
    assert (selected(view), bar.count.text()) == ((2, "hello"), "2 of 3")
    qtbot.keyClick(bar.line, Qt.Key.Key_Return, SHIFT)
    qtbot.keyClick(bar.line, Qt.Key.Key_Return, SHIFT)
    assert bar.count.text() == "3 of 3"


def test_without_a_match_it_says_so_and_disables_the_buttons(
    bar: TranscriptFindBar, view: LinesView, qtbot: QtBot
) -> None:
    fill(view, "hello")
    qtbot.keyClicks(bar.line, "x")
    assert bar.count.text() == "none found"
    assert not bar.next_button.isEnabled()
    bar.find_next()
    bar.line.clear()
    assert bar.count.text() == ""


def test_new_lines_are_counted(bar: TranscriptFindBar, view: LinesView, qtbot: QtBot) -> None:
    fill(view, "hello")
    qtbot.keyClicks(bar.line, "hello")
    fill(view, "hello")
    bar.view_changed()
    qtbot.waitUntil(lambda: bar.count.text() == "1 of 2")


def test_the_number_of_matches_is_limited(
    bar: TranscriptFindBar, view: LinesView, qtbot: QtBot
) -> None:
    fill(view, *["a" * 1000] * 20)
    qtbot.keyClicks(bar.line, "a")
    assert bar.count.text().endswith(f"of {MAX_MATCHES:,}+")


def test_it_starts_with_the_selection_and_escape_closes_it(
    bar: TranscriptFindBar, view: LinesView, qtbot: QtBot
) -> None:
    fill(view, "one two")
    bar.end()
    view.selectAll()
    bar.begin()
    assert bar.line.text() == "one two"
    with qtbot.waitSignal(bar.closed):
        qtbot.keyClick(bar.line, Qt.Key.Key_Escape)
    assert not bar.isVisible()


letters = st.text("aA🙂İß\u00a0", max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(letters, st.text("aA🙂İß", min_size=1, max_size=2))
def test_the_selected_match_is_the_searched_text(
    bar: TranscriptFindBar, view: LinesView, text: str, words: str
) -> None:
    view.clear()
    fill(view, text)
    bar.line.clear()
    bar.line.setText(words)
    if bar.next_button.isEnabled():
        assert selected(view)[1].lower() == words.lower()
    else:
        assert words not in text
