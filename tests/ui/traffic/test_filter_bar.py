"""The row to filter and to find in: it stays where it is, whatever is typed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.view_bar import View

LEFT = Qt.MouseButton.LeftButton


def places(pane: TrafficPane) -> list[tuple[QPoint, int]]:
    """Where the parts of the row and the table are, and how wide they are."""
    parts: list[QWidget] = [
        pane.filter_bar.pattern.line,
        pane.filter_bar.more,
        pane.find_bar.pattern.line,
        pane.find_bar.next_button,
        pane.table,
    ]
    for _ in range(2):  # a row that folds asks for its room in the next turn
        QApplication.processEvents()
    return [(part.mapTo(pane, QPoint()), part.width()) for part in parts]


@pytest.mark.parametrize("width", [600, 840, 924, 1_600])
def test_typing_moves_nothing(pane: TrafficPane, width: int) -> None:
    pane.resize(width, 500)
    pane.show()
    before = places(pane)
    filter_bar, find = pane.filter_bar, pane.find_bar.pattern
    for text in ("a", "a longer text than there is room for in the line" * 3, "(", ""):
        filter_bar.pattern.kind.setCurrentIndex(1)
        filter_bar.pattern.line.setText(text)
        find.line.setText(text)
        assert places(pane) == before
    filter_bar.direction.setCurrentIndex(1)
    filter_bar.sizes.setText("wrong")
    filter_bar.pattern.case_button.setChecked(True)
    assert places(pane) == before
    assert pane.trouble.isVisible()


def test_a_simple_framing_takes_no_row_of_its_own(pane: TrafficPane) -> None:
    pane.resize(620, 240)
    pane.show()
    pane.view_bar.choose(View.MESSAGES)
    QApplication.processEvents()
    line, kind = pane.filter_bar.pattern.line, pane.view_bar.framing.kind
    apart = line.mapTo(pane, QPoint()).y() - kind.mapTo(pane, QPoint()).y()
    assert abs(apart) < kind.height() / 2


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("width", [300, 900])
def test_a_mistake_lies_over_the_rows_and_is_whole(
    pane: TrafficPane, width: int, beside: bool
) -> None:
    pane.show()
    pane.place_detail(beside)
    pane.filter_bar.sizes.setText("wrong")
    pane.resize(width, 500)
    QApplication.processEvents()
    rows, trouble = pane.views, pane.trouble
    place = QRect(rows.mapTo(pane, QPoint()), rows.size())
    assert trouble.isVisible()
    assert place.contains(trouble.geometry())
    assert trouble.geometry().bottom() == place.bottom()
    assert trouble.height() >= trouble.heightForWidth(trouble.width())
    assert pane.status_bar.counts.isVisible()
    pane.filter_bar.sizes.clear()
    assert not trouble.isVisible()


def test_the_button_says_how_many_choices_are_made(pane: TrafficPane) -> None:
    bar = pane.filter_bar
    assert bar.more.text() == "Filters"
    bar.direction.setCurrentIndex(2)
    bar.sizes.setText("100-")
    assert bar.more.text() == "Filters (2)"
    bar.clear()
    assert bar.more.text() == "Filters"


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_the_panel_opens_with_the_focus_in_it_and_closes(pane: TrafficPane, qtbot: QtBot) -> None:
    pane.show()
    button = pane.filter_bar.more
    qtbot.mouseClick(button, LEFT)
    assert pane.filter_bar.direction.isVisible()
    assert button.isChecked()
    qtbot.keyClick(button.panel, Qt.Key.Key_Escape)
    assert not button.panel.isVisible()
    assert not button.isChecked()


def test_the_bytes_stand_below_the_rows_or_beside_them(pane: TrafficPane, qtbot: QtBot) -> None:
    pane.show()
    qtbot.mouseClick(pane.status_bar.beside_button, LEFT)
    assert pane.is_detail_beside
    QApplication.processEvents()
    assert pane.detail.mapTo(pane, QPoint()).x() > pane.table.mapTo(pane, QPoint()).x() + 100
    pane.place_detail(False)
    assert not pane.is_detail_beside
    assert not pane.status_bar.beside_button.isChecked()
