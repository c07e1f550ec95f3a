"""Light, dark, and colours that can be read on both."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app.server.listener import State
from app.ui.style import theme
from app.ui.style.theme import (
    AMBER,
    BLUE,
    GREEN,
    RED,
    Scheme,
    is_dark,
    pick,
    quiet_color,
    state_color,
)

READABLE = 4.5
"""The least contrast of text, by the Web Content Accessibility Guidelines 2.2, 1.4.3."""

VISIBLE = 3.0
"""The least contrast of a sign that is no text, by 1.4.11."""


@pytest.fixture(params=[Scheme.LIGHT, Scheme.DARK], ids=lambda scheme: str(scheme.value))
def palette(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[QPalette]:
    theme.apply_scheme(qapp, request.param)
    yield qapp.palette()
    theme.apply_scheme(qapp, Scheme.SYSTEM)


def test_the_whole_program_turns_dark_and_light_again(qapp: QApplication) -> None:
    before = is_dark(qapp.palette())
    theme.apply_scheme(qapp, Scheme.DARK)
    assert is_dark(qapp.palette())
    theme.apply_scheme(qapp, Scheme.LIGHT)
    assert not is_dark(qapp.palette())
    theme.apply_scheme(qapp, Scheme.SYSTEM)
    assert is_dark(qapp.palette()) is before


@pytest.mark.parametrize("ground", [QPalette.ColorRole.Window, QPalette.ColorRole.Base])
@pytest.mark.parametrize("pair", [GREEN, RED, AMBER, BLUE], ids=["green", "red", "amber", "blue"])
def test_every_colour_is_readable(
    palette: QPalette, pair: tuple[QColor, QColor], ground: QPalette.ColorRole
) -> None:
    assert contrast(pick(pair, palette), palette.color(ground)) >= READABLE


@pytest.mark.parametrize("ground", [QPalette.ColorRole.Window, QPalette.ColorRole.Base])
def test_text_that_steps_back_is_readable(palette: QPalette, ground: QPalette.ColorRole) -> None:
    assert contrast(quiet_color(palette), palette.color(ground)) >= READABLE


@pytest.mark.parametrize("state", State)
def test_every_light_of_a_listener_is_visible(palette: QPalette, state: State) -> None:
    color = state_color(state, palette)
    assert contrast(color, palette.color(QPalette.ColorRole.Window)) >= VISIBLE


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        (QPalette.ColorRole.WindowText, QPalette.ColorRole.Window),
        (QPalette.ColorRole.Text, QPalette.ColorRole.Base),
        (QPalette.ColorRole.ButtonText, QPalette.ColorRole.Button),
        (QPalette.ColorRole.ToolTipText, QPalette.ColorRole.ToolTipBase),
    ],
)
def test_texts_are_readable(
    palette: QPalette, text: QPalette.ColorRole, ground: QPalette.ColorRole
) -> None:
    assert contrast(palette.color(text), palette.color(ground)) >= READABLE


def test_the_style_sheet_leaves_no_colour_open(palette: QPalette) -> None:
    sheet = theme.style_sheet(palette)
    assert re.search(r"@(?!names\b)\w", sheet) is None
    assert pick(RED, palette).name() in sheet


def contrast(one: QColor, other: QColor) -> float:
    """As the guidelines define it; a colour that lets the ground through is seen on it."""
    share = one.alphaF()
    mixed = QColor.fromRgbF(
        *(
            share * front + (1 - share) * back
            for front, back in zip(one.getRgbF()[:3], other.getRgbF()[:3], strict=True)  # type: ignore[index]
        )
    )
    lighter, darker = sorted((luminance(mixed), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: QColor) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
