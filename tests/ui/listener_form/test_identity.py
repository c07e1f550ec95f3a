"""The section of the form for the colour of a listener."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFormLayout, QWidget
from pytestqt.qtbot import QtBot

from app.profile import ListenerSpec
from app.profile.colors import AUTOMATIC, Color
from app.ui.listener_form.identity import ColorForm


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def form(window: QWidget) -> ColorForm:
    return ColorForm(QFormLayout(window))


def test_the_default_color_is_automatic(form: ColorForm) -> None:
    assert form.values() == {"color": AUTOMATIC}


def test_each_colour_has_a_name_and_a_swatch(form: ColorForm) -> None:
    words = [form.color.itemText(index) for index in range(1, form.color.count())]
    assert len(set(words)) == len(Color)
    for index, color in enumerate(Color, start=1):
        assert not form.color.itemIcon(index).isNull()
        form.color.setCurrentIndex(index)
        assert form.values() == {"color": color.value}


def test_the_chosen_colour_is_shown_again(form: ColorForm) -> None:
    form.show_spec(
        ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:0", color=Color.PINK.value)
    )
    assert form.values() == {"color": "pink"}
