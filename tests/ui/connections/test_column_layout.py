"""Which columns are shown, and where: by menu, by list, and again at the next start."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.ui.connections.column_layout import ColumnLayout
from app.ui.connections.columns_dialog import ColumnsDialog
from app.ui.connections.pane import ConnectionsPane


@pytest.fixture
def arrangement(pane: ConnectionsPane) -> ColumnLayout:
    return pane.arrangement


def number(arrangement: ColumnLayout, name: str) -> int:
    return [column.name for column in arrangement.columns].index(name)


def shown(arrangement: ColumnLayout) -> list[str]:
    """The names of those on show, from left to right."""
    columns = arrangement.columns
    return [columns[each].name for each in arrangement.order if arrangement.is_shown(each)]


def test_the_menu_shows_and_hides(arrangement: ColumnLayout, pane: ConnectionsPane) -> None:
    menu = QMenu(pane)
    arrangement.fill(menu)
    (local,) = [each for each in menu.actions() if each.text() == "Local address"]
    assert "local" not in shown(arrangement)
    local.trigger()
    assert "local" in shown(arrangement)
    local.trigger()
    assert "local" not in shown(arrangement)


def test_the_last_column_on_show_stays(arrangement: ColumnLayout) -> None:
    for each in range(len(arrangement.columns)):
        arrangement.show(each, False)
    assert len(shown(arrangement)) == 1


def test_what_was_arranged_comes_back(arrangement: ColumnLayout, pane: ConnectionsPane) -> None:
    header = pane.table.horizontalHeader()
    arrangement.move(number(arrangement, "rate"), 0)
    header.resizeSection(number(arrangement, "in"), 133)
    arrangement.show(number(arrangement, "in"), False)
    arrangement.show(number(arrangement, "local"))
    header.setSortIndicator(number(arrangement, "out"), Qt.SortOrder.DescendingOrder)
    kept, names = arrangement.text(), shown(arrangement)
    arrangement.reset()
    assert shown(arrangement) != names
    arrangement.restore(kept)
    assert shown(arrangement) == names
    assert names[0] == "rate"
    arrangement.show(number(arrangement, "in"))
    assert header.sectionSize(number(arrangement, "in")) == 133
    assert header.sortIndicatorSection() == number(arrangement, "out")
    assert header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder


def test_columns_that_another_version_had_are_passed_over(arrangement: ColumnLayout) -> None:
    columns = [["colour", 50, True], ["out", 100, True], ["peer", 100, True]]
    arrangement.restore(json.dumps({"columns": columns, "sorted by": "colour", "falling": True}))
    assert shown(arrangement)[:2] == ["out", "peer"]
    assert "listener" in shown(arrangement)


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "[]", "{}", '{"columns": 5}', '{"columns": [["peer", 5, false]],"falling":1}'],
)
def test_what_cannot_be_read_changes_nothing(arrangement: ColumnLayout, text: str) -> None:
    before = arrangement.text()
    arrangement.restore(text)
    assert arrangement.text() == before


def test_the_list_orders_and_hides_by_keyboard(
    arrangement: ColumnLayout, pane: ConnectionsPane, qtbot: QtBot
) -> None:
    dialog = ColumnsDialog(arrangement, pane)
    qtbot.addWidget(dialog)
    dialog.open()
    assert not dialog.up.isEnabled()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Space)
    assert "peer" not in shown(arrangement)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    qtbot.mouseClick(dialog.down, Qt.MouseButton.LeftButton)
    assert shown(arrangement)[:2] == ["process", "listener"]
    qtbot.mouseClick(dialog.up, Qt.MouseButton.LeftButton)
    assert shown(arrangement)[:2] == ["listener", "process"]
    qtbot.mouseClick(dialog.reset, Qt.MouseButton.LeftButton)
    assert shown(arrangement)[:3] == ["peer", "listener", "process"]
    dialog.reject()
