"""The filter of the connections pane as one types into it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.ui.connections.pane import ConnectionsPane


def test_once_there_is_text_a_button_clears_it(pane: ConnectionsPane, qtbot: QtBot) -> None:
    pane.show()
    assert not pane.filter.findChildren(QToolButton)
    qtbot.keyClicks(pane.filter, "echo")
    (button,) = pane.filter.findChildren(QToolButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pane.filter.text() == ""
