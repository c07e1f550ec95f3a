"""The hex view: the selection, which is the same in both columns, and how it is painted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.content.hex_view import MARGIN, ByteColumn, HexView

DATA = bytes(range(256)) * 4
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[HexView]:
    window = QWidget()
    qtbot.addWidget(window)
    view = HexView(window)
    view.resize(720, 270)
    window.show()
    view.show_data(DATA)
    yield view
    window.hide()  # it must outlive the view


def hex_point(view: HexView, place: int) -> QPoint:
    return _point(view, view._hex_x(place % 16), place)


def text_point(view: HexView, place: int) -> QPoint:
    return _point(view, view._text_x(place % 16), place)


def _point(view: HexView, x: float, place: int) -> QPoint:
    row = place // 16 - view.verticalScrollBar().value()
    return QPoint(round(x + view._char * 0.5) + 6, round((row + 0.5) * view._line))


@pytest.mark.parametrize("place", [0, 7, 8, 15, 16, 37])
def test_a_click_on_either_column_goes_to_that_byte(
    view: HexView, qtbot: QtBot, place: int
) -> None:
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=hex_point(view, place))
    assert (view.cursor_at, view.side) == (place, ByteColumn.HEX)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=text_point(view, place))
    assert (view.cursor_at, view.side) == (place, ByteColumn.TEXT)
    assert view.selection == (place, place)


def test_dragging_selects_from_byte_to_byte_either_way(view: HexView, qtbot: QtBot) -> None:
    port, left = view.viewport(), Qt.MouseButton.LeftButton
    qtbot.mousePress(port, left, pos=text_point(view, 20))
    qtbot.mouseMove(port, text_point(view, 40))
    assert view.selected == DATA[20:41]
    qtbot.mouseMove(port, text_point(view, 3))
    assert view.selected == DATA[3:21]
    qtbot.mouseRelease(port, left, pos=text_point(view, 3))


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ([(Qt.Key.Key_Right, None)], 1),
        ([(Qt.Key.Key_Down, None), (Qt.Key.Key_Left, None)], 15),
        ([(Qt.Key.Key_Up, None)], 0),
        ([(Qt.Key.Key_End, None)], 15),
        ([(Qt.Key.Key_End, CONTROL)], len(DATA) - 1),
        ([(Qt.Key.Key_End, CONTROL), (Qt.Key.Key_Home, None)], len(DATA) - 16),
        ([(Qt.Key.Key_End, CONTROL), (Qt.Key.Key_Home, CONTROL)], 0),
        ([(Qt.Key.Key_PageDown, None), (Qt.Key.Key_PageUp, None)], 0),
    ],
)
def test_keys_move_within_the_bytes(
    view: HexView,
    qtbot: QtBot,
    keys: list[tuple[Qt.Key, Qt.KeyboardModifier | None]],
    place: int,
) -> None:
    for key, modifier in keys:
        qtbot.keyClick(view, key, modifier or Qt.KeyboardModifier.NoModifier)
    assert view.cursor_at == place
    assert view.selection == (place, place)


def test_keys_with_shift_select_and_keys_without_it_clear_the_selection(
    view: HexView, qtbot: QtBot
) -> None:
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Right, SHIFT)
    assert view.selection == (0, 4)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.selection == (4, 4)


def test_the_cursor_is_kept_in_view(view: HexView, qtbot: QtBot) -> None:
    bar = view.verticalScrollBar()
    qtbot.keyClick(view, Qt.Key.Key_End, CONTROL)
    assert bar.value() == bar.maximum() > 0
    view.select(0, 4)
    assert bar.value() == 0


def test_select_all_does_not_scroll(view: HexView, qtbot: QtBot) -> None:
    qtbot.keyClick(view, Qt.Key.Key_A, CONTROL)
    assert view.selected == DATA
    assert view.verticalScrollBar().value() == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "shift_jis", "gb18030", "ascii"])
@pytest.mark.parametrize("data", [b"", b"\x00", DATA, b"\xff" * 4_000])
def test_any_bytes_are_painted(
    view: HexView, qapp: QApplication, data: bytes, encoding: str
) -> None:
    view.show_data(data)
    view.use_encoding(encoding)
    view.verticalScrollBar().setValue(3)
    assert not view.grab().isNull()


def test_marked_bytes_have_a_ground_in_both_columns(view: HexView) -> None:
    view.show_marks([(1, 3), (20, 40)], QColor("red"))
    image = view.grab().toImage()
    scale = image.devicePixelRatio()

    def is_marked(place: int) -> list[bool]:
        top = round(((place // 16 + 0.1) * view._line + view.frameWidth()) * scale)
        return [
            image.pixelColor(round((x + MARGIN + view.frameWidth() + 1) * scale), top)
            == QColor("red")
            for x in (view._hex_x(place % 16), view._text_x(place % 16))
        ]

    marked = [place for place in range(48) if all(is_marked(place))]
    assert marked == [1, 2, *range(20, 40)]
    view.show_data(b"other")
    assert not view.marks


def test_a_row_has_more_bytes_where_there_is_room(qtbot: QtBot) -> None:
    view = HexView()
    qtbot.addWidget(view)
    view.show_data(bytes(range(256)))
    view.resize(700, 300)
    view.show()
    assert view.bytes_in_row == 16
    view.resize(400, 300)
    assert view.bytes_in_row == 8
    view.resize(700, 300)
    view.select(100, 101)
    view.resize(1_400, 300)
    assert view.bytes_in_row == 32
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.cursor_at == 132
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.cursor_at == 159
    assert not view.grab().isNull()
