"""A wrapped text is never cut off."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.wrapping import WrappingLabel


def test_a_window_grows_with_a_longer_text(qtbot: QtBot) -> None:
    window, label = QWidget(), WrappingLabel(least_lines=2)
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(label)
    window.resize(200, 10)
    window.show()
    two_lines = label.height()
    assert two_lines >= label.fontMetrics().lineSpacing() * 2
    label.setText("short")
    assert label.height() == two_lines
    label.setText("long words " * 20)
    qtbot.waitUntil(lambda: label.height() > two_lines)
    assert label.height() >= label.heightForWidth(label.width())
    assert window.width() == 200


def test_it_needs_fewer_lines_when_there_is_more_width(qtbot: QtBot) -> None:
    window, label = QWidget(), WrappingLabel()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(label)
    label.setText("long words " * 20)
    window.resize(200, 10)
    window.show()
    narrow = label.minimumSizeHint().height()
    window.resize(800, 10)
    qtbot.waitUntil(lambda: label.minimumSizeHint().height() < narrow)
