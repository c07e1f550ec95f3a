"""Comparisons on the screen: their rows, their marks, and the dumps of the chosen row."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.traffic.comparison import compare
from app.ui.conversations.comparison_view import (
    CAME,
    EXPECTED,
    OUTCOME,
    PREVIEW_BYTES,
    ComparisonModel,
    ComparisonView,
    preview,
)

ALL = compare([b"same", b"value 1", b"gone"], [b"same", b"value 2"])
EXTRA = compare([b"same"], [b"same", b"more"])


def _texts(model: ComparisonModel) -> list[tuple[str, str, str]]:
    return [
        (
            model.index(row, OUTCOME).data(),
            model.index(row, EXPECTED).data(),
            model.index(row, CAME).data(),
        )
        for row in range(model.rowCount())
    ]


def test_each_message_is_a_row(qtmodeltester: ModelTester) -> None:
    model = ComparisonModel()
    qtmodeltester.check(model)
    model.show_comparison(ALL)
    assert _texts(model) == [
        ("equal", "same", "same"),
        ("different", "value 1", "value 2"),
        ("missing", "gone", ""),
    ]
    model.show_comparison(EXTRA)
    assert _texts(model)[1] == ("extra", "", "more")


def test_equal_rows_can_be_hidden(qtmodeltester: ModelTester) -> None:
    model = ComparisonModel()
    qtmodeltester.check(model)
    model.show_comparison(ALL)
    model.hide_equal(True)
    assert [texts[0] for texts in _texts(model)] == ["different", "missing"]
    model.hide_equal(False)
    assert model.rowCount() == 3


def test_the_titles_are_those_of_the_two_sides() -> None:
    model = ComparisonModel(("one", "other"))
    titles = [model.headerData(each, Qt.Orientation.Horizontal) for each in range(3)]
    assert titles == ["Result", "one", "other"]


def test_marks_follow_the_letters_of_escaped_bytes() -> None:
    text, marks = preview(b"a\x00b", [(1, 2)])
    assert text == r"a\x00b"
    assert [text[start:stop] for start, stop in marks] == [r"\x00"]


def test_a_long_message_is_shown_from_shortly_before_its_first_mark() -> None:
    data = b"x" * 5_000 + b"Y" + b"z" * 5_000
    text, marks = preview(data, [(5_000, 5_001)])
    assert text.startswith("…x")
    assert text.endswith("…")
    assert [text[start:stop] for start, stop in marks] == ["Y"]
    assert len(text) == PREVIEW_BYTES + 2


def test_marks_beyond_what_is_shown_are_left_out() -> None:
    _, marks = preview(b"x" * 1000, [(0, 1), (999, 1000)])
    assert marks == ((0, 1),)


def test_the_first_row_that_differs_is_chosen_and_dumped_with_marks(qtbot: QtBot) -> None:
    view = ComparisonView()
    qtbot.addWidget(view)
    view.show()
    view.show_comparison(ALL)
    assert view.summary.text() == "Messages: 1 equal, 1 different, 1 missing."
    assert view.table.currentIndex().row() == 1
    expected, came = view.dumps
    assert b"value 1" in expected.data
    assert [came.data[start:stop] for start, stop in came.marks] == [b"2"]
    view.grab()  # paints the marks of the cells


def test_an_empty_comparison_is_a_sentence(qtbot: QtBot) -> None:
    view = ComparisonView()
    qtbot.addWidget(view)
    view.show_comparison(compare([], []))
    assert view.summary.text() == "Nothing was expected, and nothing came."
    assert not view.dumps[0].data
