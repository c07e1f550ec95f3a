"""The text filter of the connections pane."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.ui.connections.pane import ConnectionsPane


def test_a_button_clears_the_filter_text(pane: ConnectionsPane, qtbot: QtBot) -> None:
    pane.show()
    assert not pane.filter.findChildren(QToolButton)
    qtbot.keyClicks(pane.filter, "echo")
    (button,) = pane.filter.findChildren(QToolButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pane.filter.text() == ""
