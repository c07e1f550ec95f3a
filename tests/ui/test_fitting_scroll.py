"""A form grows with its rows, and scrolls only where the screen ends."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout
from pytestqt.qtbot import QtBot

from app.ui.fitting_scroll import SCREEN_SHARE, FittingContent, FittingScroll


class Tall(QDialog):
    """A dialog that scrolls rows of a known height."""

    def __init__(self) -> None:
        super().__init__()
        content = FittingContent()
        self.rows = QVBoxLayout(content)
        self.area = FittingScroll(content)
        QVBoxLayout(self).addWidget(self.area)

    def add(self, height: int) -> None:
        row = QLabel("A row")
        row.setFixedHeight(height)
        self.rows.addWidget(row)

    def scrolls(self) -> bool:
        return self.area.verticalScrollBar().maximum() > 0


@pytest.fixture
def tall(qtbot: QtBot) -> Tall:
    dialog = Tall()
    qtbot.addWidget(dialog)
    dialog.add(40)
    dialog.show()
    return dialog


def test_it_grows_with_what_is_in_it(tall: Tall, qtbot: QtBot) -> None:
    assert tall.height() < 300
    tall.add(300)
    qtbot.waitUntil(lambda: tall.area.viewport().height() > 340)
    assert not tall.scrolls()


def test_it_scrolls_before_it_leaves_the_screen(tall: Tall, qtbot: QtBot) -> None:
    screen = tall.screen().availableGeometry().height()
    tall.add(2 * screen)
    qtbot.waitUntil(tall.scrolls)
    assert tall.area.height() == pytest.approx(screen * SCREEN_SHARE, abs=1)
