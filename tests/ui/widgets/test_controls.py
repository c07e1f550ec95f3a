"""The switch behaves like a check box for mouse, keys and screen readers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets.controls import Switch


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def switch(window: QWidget) -> Switch:
    switch = Switch(window)
    switch.resize(switch.sizeHint())
    window.show()
    return switch


def test_a_click_switches_it(switch: Switch, qtbot: QtBot) -> None:
    clicks: list[bool] = []
    switch.clicked.connect(lambda on: clicks.append(on))
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert clicks == [True, False]


def test_the_space_bar_switches_it(switch: Switch, qtbot: QtBot) -> None:
    switch.setFocus()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert switch.isChecked()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()


def test_it_is_reached_with_tab(switch: Switch) -> None:
    assert switch.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_screen_reader_learns_that_it_can_be_checked_and_is(switch: Switch) -> None:
    state = QAccessible.queryAccessibleInterface(switch).state()
    assert state.checkable
    assert not state.checked
    switch.setChecked(True)
    assert QAccessible.queryAccessibleInterface(switch).state().checked


def test_the_knob_glides_to_the_other_side(switch: Switch, qtbot: QtBot) -> None:
    switch.setChecked(True)
    assert switch.position != 1.0
    qtbot.waitUntil(lambda: switch.position == 1.0)
    switch.setChecked(False)
    qtbot.waitUntil(lambda: switch.position == 0.0)


def test_a_hidden_switch_moves_its_knob_without_animation(qtbot: QtBot) -> None:
    switch = Switch()
    qtbot.addWidget(switch)
    switch.setChecked(True)
    assert switch.position == 1.0


def test_off_on_and_disabled_look_different(switch: Switch, qtbot: QtBot) -> None:
    off = picture(switch)
    switch.setChecked(True)
    qtbot.waitUntil(lambda: switch.position == 1.0)
    on = picture(switch)
    switch.setEnabled(False)
    assert off != on != picture(switch) != off


def test_the_focus_is_visible(switch: Switch) -> None:
    switch.window().setFocus()
    before = picture(switch)
    switch.setFocus()
    assert picture(switch) != before


def picture(switch: Switch) -> QImage:
    image = QImage(switch.size(), QImage.Format.Format_ARGB32)
    image.fill(QColor("white"))
    switch.render(image, QPoint(0, 0))
    return image
