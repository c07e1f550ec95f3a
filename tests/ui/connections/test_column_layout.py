"""The column layout: changed by menu and dialog, saved and restored."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.ui.connections.column_layout import ColumnLayout
from app.ui.connections.columns_dialog import ColumnsDialog
from app.ui.connections.pane import ConnectionsPane
from app.ui.style.geometry import HEADER_PADDING, SORT_ARROW
from tests.ui.reactor.peers import Peers


@pytest.fixture
def column_layout(pane: ConnectionsPane) -> ColumnLayout:
    return pane.column_layout


def number(column_layout: ColumnLayout, name: str) -> int:
    return [column.name for column in column_layout.columns].index(name)


def shown(column_layout: ColumnLayout) -> list[str]:
    """The names of the visible columns from left to right."""
    columns = column_layout.columns
    return [columns[each].name for each in column_layout.order if column_layout.is_shown(each)]


def test_the_menu_shows_and_hides(column_layout: ColumnLayout, pane: ConnectionsPane) -> None:
    menu = QMenu(pane)
    column_layout.fill(menu)
    (local,) = [each for each in menu.actions() if each.text() == "Local address"]
    assert "local" not in shown(column_layout)
    local.trigger()
    assert "local" in shown(column_layout)
    local.trigger()
    assert "local" not in shown(column_layout)


def test_the_last_visible_column_cannot_be_hidden(column_layout: ColumnLayout) -> None:
    for each in range(len(column_layout.columns)):
        column_layout.show(each, False)
    assert len(shown(column_layout)) == 1


def test_the_layout_is_saved_and_restored(
    column_layout: ColumnLayout, pane: ConnectionsPane
) -> None:
    header = pane.table.horizontalHeader()
    column_layout.move(number(column_layout, "rate"), 0)
    header.resizeSection(number(column_layout, "in"), 133)
    column_layout.show(number(column_layout, "in"), False)
    column_layout.show(number(column_layout, "local"))
    header.setSortIndicator(number(column_layout, "out"), Qt.SortOrder.DescendingOrder)
    kept, names = column_layout.text(), shown(column_layout)
    column_layout.reset()
    assert shown(column_layout) != names
    column_layout.restore(kept)
    assert shown(column_layout) == names
    assert names[0] == "rate"
    column_layout.show(number(column_layout, "in"))
    assert header.sectionSize(number(column_layout, "in")) == 133
    assert header.sortIndicatorSection() == number(column_layout, "out")
    assert header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder


def test_unknown_columns_are_ignored(column_layout: ColumnLayout) -> None:
    columns = [["colour", 50, True], ["out", 100, True], ["peer", 100, True]]
    column_layout.restore(json.dumps({"columns": columns, "sorted by": "colour", "falling": True}))
    assert shown(column_layout)[:2] == ["out", "peer"]
    assert "listener" in shown(column_layout)


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "[]", "{}", '{"columns": 5}', '{"columns": [["peer", 5, false]],"falling":1}'],
)
def test_an_invalid_layout_changes_nothing(column_layout: ColumnLayout, text: str) -> None:
    before = column_layout.text()
    column_layout.restore(text)
    assert column_layout.text() == before


def test_the_dialog_orders_and_hides_columns(
    column_layout: ColumnLayout, pane: ConnectionsPane, qtbot: QtBot
) -> None:
    dialog = ColumnsDialog(column_layout, pane)
    qtbot.addWidget(dialog)
    dialog.open()
    assert not dialog.up.isEnabled()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Space)
    assert "peer" not in shown(column_layout)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    qtbot.mouseClick(dialog.down, Qt.MouseButton.LeftButton)
    assert shown(column_layout)[:2] == ["process", "listener"]
    qtbot.mouseClick(dialog.up, Qt.MouseButton.LeftButton)
    assert shown(column_layout)[:2] == ["listener", "process"]
    qtbot.mouseClick(dialog.reset, Qt.MouseButton.LeftButton)
    assert shown(column_layout)[:3] == ["peer", "listener", "process"]
    dialog.reject()


def widths(column_layout: ColumnLayout, pane: ConnectionsPane) -> dict[str, int]:
    header = pane.table.horizontalHeader()
    return {
        each.name: header.sectionSize(place)
        for place, each in enumerate(column_layout.columns)
        if column_layout.is_shown(place)
    }


@pytest.mark.parametrize("width", [720, 900, 1_100])
def test_the_columns_fit_beside_the_scroll_bar(
    column_layout: ColumnLayout, pane: ConnectionsPane, peers: Peers, width: int
) -> None:
    for _ in range(60):
        peers.open()
    pane.resize(width, 400)
    pane.show()
    pane.refresh(peers.changes.take(), [])
    for _ in range(3):  # the buttons above ask for their room in a later turn of the event loop
        QApplication.processEvents()
    assert pane.table.verticalScrollBar().isVisible()
    assert not pane.table.horizontalScrollBar().isVisible()
    assert sum(widths(column_layout, pane).values()) <= pane.table.viewport().width()


def test_columns_that_fit_end_at_the_edge(
    column_layout: ColumnLayout, pane: ConnectionsPane, qtbot: QtBot
) -> None:
    pane.show()
    header = pane.table.horizontalHeader()
    column_layout.show(number(column_layout, "target"))
    for width in range(940, 1_000):
        pane.resize(width, 400)
        QApplication.processEvents()
        assert header.length() == header.width()


def test_an_empty_table_has_no_scroll_bar(pane: ConnectionsPane, peers: Peers) -> None:
    pane.resize(300, 300)
    pane.show()
    pane.refresh(peers.changes.take(), [])
    QApplication.processEvents()
    assert not pane.table.horizontalScrollBar().isVisible()
    peers.open()
    pane.refresh(peers.changes.take(), [])
    QApplication.processEvents()
    assert pane.table.horizontalScrollBar().isVisible()


def test_the_last_column_is_not_stretched_over_a_large_screen(
    column_layout: ColumnLayout, pane: ConnectionsPane
) -> None:
    pane.resize(2_500, 400)
    pane.show()
    assert widths(column_layout, pane)["rate"] < 120
    assert widths(column_layout, pane)["peer"] == 2 * 140


def test_a_width_that_the_user_set_stays(
    column_layout: ColumnLayout, pane: ConnectionsPane
) -> None:
    pane.show()
    pane.table.horizontalHeader().resizeSection(number(column_layout, "peer"), 300)
    for width in (700, 2_000, 900):
        pane.resize(width, 400)
        assert widths(column_layout, pane)["peer"] == 300
    assert json.loads(column_layout.text())["columns"][0] == ["peer", 300, True]


def test_fitted_widths_are_not_saved(column_layout: ColumnLayout, pane: ConnectionsPane) -> None:
    before = column_layout.text()
    pane.show()
    pane.resize(700, 400)
    pane.resize(2_000, 400)
    assert column_layout.text() == before


def test_a_default_width_is_not_kept_as_the_user_s(column_layout: ColumnLayout) -> None:
    """So that a later version can give a column more room."""
    kept = json.loads(column_layout.text())
    assert {width for _, width, _ in kept["columns"]} == {0}
    column_layout.restore(json.dumps(kept))
    assert json.loads(column_layout.text()) == kept


def test_numbers_are_sorted_largest_first(
    column_layout: ColumnLayout, pane: ConnectionsPane, qtbot: QtBot
) -> None:
    pane.resize(1_000, 400)
    pane.show()
    header = pane.table.horizontalHeader()
    for name, order in (
        ("out", Qt.SortOrder.DescendingOrder),
        ("peer", Qt.SortOrder.AscendingOrder),
    ):
        section = number(column_layout, name)
        at = QPoint(header.sectionViewportPosition(section) + 20, header.height() // 2)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert header.sortIndicatorSection() == section
        assert header.sortIndicatorOrder() is order


def test_the_title_of_the_sorted_column_is_whole_beside_its_arrow(
    column_layout: ColumnLayout, pane: ConnectionsPane
) -> None:
    pane.resize(560, 400)
    pane.show()
    header = pane.table.horizontalHeader()
    for number, column in enumerate(column_layout.columns):
        header.setSortIndicator(number, Qt.SortOrder.DescendingOrder)
        words = header.fontMetrics().horizontalAdvance(column.title)
        width = header.sectionSize(number)
        assert not width or width >= words + 2 * HEADER_PADDING + SORT_ARROW
