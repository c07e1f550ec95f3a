"""The form asks for a colour, and the row of the listener shows it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFormLayout, QWidget
from pytestqt.qtbot import QtBot

from app.profile import ListenerSpec
from app.profile.spec import AUTOMATIC, Color
from app.ui.listener_form.identity import ColorForm


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def form(window: QWidget) -> ColorForm:
    return ColorForm(QFormLayout(window))


def test_nobody_has_to_choose(form: ColorForm) -> None:
    assert form.values() == {"color": AUTOMATIC}


def test_each_colour_can_be_chosen_by_its_name_and_by_sight(form: ColorForm) -> None:
    words = [form.color.itemText(index) for index in range(1, form.color.count())]
    assert len(set(words)) == len(Color)
    for index, color in enumerate(Color, start=1):
        assert not form.color.itemIcon(index).isNull()
        form.color.setCurrentIndex(index)
        assert form.values() == {"color": color.value}


def test_what_was_chosen_is_shown_again(form: ColorForm) -> None:
    form.show_spec(
        ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:0", color=Color.PINK.value)
    )
    assert form.values() == {"color": "pink"}
