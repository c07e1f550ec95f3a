"""The page view: folding, selecting and copying by mouse and key."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QTextLayout
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.traffic.content.json_layout import json_lines
from app.traffic.content.page import Page, Style
from app.ui.content.line_layouts import MARGIN, ShownRows
from app.ui.content.page_view import PageView

VALUE = {"a": [1, 2, {"b": None}], "name": "Ada 😀 数据", "long": "word " * 60}
A, B = 1, 4
"""The lines that open the parts `a` and `{"b": null}`."""


def page_of(value: object) -> Page:
    page = Page()
    for _ in json_lines(json.dumps(value, ensure_ascii=False), page):
        pass
    return page


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[PageView]:
    window = QWidget()
    qtbot.addWidget(window)
    view = PageView(window)
    view.resize(500, 400)
    window.show()
    view.show_page(page_of(VALUE))
    yield view
    window.hide()  # it must outlive the view


def rows(view: PageView) -> list[str]:
    return [view._layouts.layout(line).text() for line, _ in view._lines_on_screen()]


def point(view: PageView, line: int, letter: int = 0) -> QPoint:
    top = next(top for each, top in view._lines_on_screen() if each == line)
    x = view._layouts.text_x(line) + letter * view._layouts.char
    return QPoint(round(x), round(top + view._layouts.line_height / 2))


def mark(view: PageView, line: int) -> QPoint:
    return point(view, line) - QPoint(round(1.2 * view._layouts.char), 0)


def press(view: PageView, qtbot: QtBot, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(view, key)


def test_a_click_on_its_mark_folds_a_part_and_unfolds_it(view: PageView, qtbot: QtBot) -> None:
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=mark(view, A))
    assert rows(view)[:3] == ["{", '"a": [ … ],   6 lines', '"name": "Ada 😀 数据",']
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=mark(view, A))
    assert rows(view)[:3] == ["{", '"a": [', "1,"]


def test_keys_walk_as_in_a_tree(view: PageView, qtbot: QtBot) -> None:
    press(view, qtbot, *[Qt.Key.Key_Down] * 4)
    assert view.current_line == B
    press(view, qtbot, Qt.Key.Key_Left)
    assert view.is_folded(B)
    assert view.accessibleDescription() == "Folded: {"
    press(view, qtbot, Qt.Key.Key_Left)
    assert view.current_line == A
    press(view, qtbot, Qt.Key.Key_Space)
    assert view.is_folded(A)
    press(view, qtbot, Qt.Key.Key_Down)
    assert view.page.texts[view.current_line].startswith('"name"')
    press(view, qtbot, Qt.Key.Key_Up, Qt.Key.Key_Right)
    assert not view.is_folded(A)
    assert view.is_folded(B)
    press(view, qtbot, Qt.Key.Key_End)
    assert view.page.texts[view.current_line] == "}"
    press(view, qtbot, Qt.Key.Key_Home)
    assert view.current_line == 0


def test_all_is_copied_with_its_indent_also_what_is_folded(view: PageView) -> None:
    view.fold_all(True)
    view.copy()
    assert json.loads(QGuiApplication.clipboard().text()) == VALUE


def test_the_part_of_the_current_line_is_copied(view: PageView, qtbot: QtBot) -> None:
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=point(view, B))
    view.copy_part()
    assert json.loads(QGuiApplication.clipboard().text()) == {"b": None}


def test_dragging_selects_letters_also_outside_the_basic_plane(
    view: PageView, qtbot: QtBot
) -> None:
    line = next(i for i, text in enumerate(view.page.texts) if text.startswith('"name"'))
    port = view.viewport()
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=point(view, line, 9))
    qtbot.mouseMove(port, point(view, line, 60))
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=point(view, line, 60))
    assert view.selected_text == 'Ada 😀 数据",'


def test_a_double_click_selects_a_string_without_its_quotes(view: PageView, qtbot: QtBot) -> None:
    line = next(i for i, text in enumerate(view.page.texts) if text.startswith('"name"'))
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point(view, line, 10))
    assert view.selected_text == "Ada 😀 数据"


def test_keys_with_shift_select_lines(view: PageView, qtbot: QtBot) -> None:
    press(view, qtbot, Qt.Key.Key_Down, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert view.selected_text == "1,\n2,"
    press(view, qtbot, Qt.Key.Key_Up)


def test_a_found_text_is_selected_and_unfolded(view: PageView) -> None:
    view.fold(A, True)
    assert view.select_text("null")
    assert not view.is_folded(A)
    assert view.selected_text == "null"
    assert not view.select_text("nowhere")


def test_wrapped_lines_are_indented_below_their_text(view: PageView) -> None:
    line = next(i for i, text in enumerate(view.page.texts) if text.startswith('"long"'))
    layout: QTextLayout = view._layouts.layout(line)
    assert layout.lineCount() > 2
    assert {layout.lineAt(row).x() for row in range(1, layout.lineCount())} == {
        2 * view._layouts.char
    }


def test_the_end_can_be_reached_and_the_cursor_stays_on_the_screen(
    view: PageView, qtbot: QtBot
) -> None:
    view.show_page(page_of(list(range(1_000))))
    press(view, qtbot, Qt.Key.Key_End)
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    shown = [line for line, _ in view._lines_on_screen()]
    assert shown[-1] == len(view.page) - 1
    press(view, qtbot, *[Qt.Key.Key_PageUp] * 3)
    assert view.current_line in [line for line, _ in view._lines_on_screen()]


def test_markup_in_the_content_stays_text(view: PageView) -> None:
    page = Page()
    page.add("<h1>big</h1><img src='http://127.0.0.1:1/x.png'>", 0, Style.TEXT)
    view.show_page(page)
    assert view._layouts.layout(0).lineAt(0).height() < 2 * view._layouts.line_height
    assert rows(view) == page.texts


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=12))
def test_rows_and_lines_map_to_each_other(folds: list[tuple[int, bool]]) -> None:
    page = page_of([[[1], [2, [3]]], [4], {"a": {"b": [5]}}])
    shown = ShownRows(page)
    for line, on in folds:
        shown.fold(line, on)
    lines = [shown.line(row) for row in range(len(shown))]
    hidden = {
        line
        for start in page.folds
        if shown.is_folded(start)
        for line in range(start + 1, page.folds[start] + 1)
    }
    assert lines == [line for line in range(len(page)) if line not in hidden]
    assert [shown.row(line) for line in lines] == list(range(len(lines)))
    assert all(0 <= shown.row(line) < len(lines) for line in range(len(page)))


@pytest.mark.parametrize("width", [1, 40, 120, 2_000])
def test_it_is_painted_at_any_width(view: PageView, qapp: QApplication, width: int) -> None:
    page = page_of(json.loads("[" * 60 + "1" + "]" * 60))
    view.show_page(page)
    view.resize(width, 200)
    assert not view.grab().isNull()
    assert view._layouts.text_x(59) >= MARGIN
