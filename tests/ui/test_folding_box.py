"""Parts that fold: beside each other, or below where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.folding_box import FoldingBox


class Part(QWidget):
    """200 by 20, and no narrower than 50."""

    def sizeHint(self) -> QSize:
        return QSize(200, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(50, 20)


def test_parts_are_side_by_side_while_there_is_room_and_below_each_other_else(
    qtbot: QtBot,
) -> None:
    box = FoldingBox(spacing=10)
    qtbot.addWidget(box)
    first, second = Part(), Part()
    box.add(first)
    box.add(second)
    box.resize(500, 20)
    box.show()
    assert not box.is_folded
    assert box.minimumSizeHint() == QSize(50, 20)
    assert box.sizeHint() == QSize(410, 20)
    box.resize(300, 50)
    assert box.is_folded
    assert box.minimumSizeHint() == QSize(50, 50)
    second.hide()
    qtbot.waitUntil(lambda: not box.is_folded)
    assert box.minimumSizeHint() == QSize(50, 20)
    second.show()
    qtbot.waitUntil(lambda: box.is_folded)
