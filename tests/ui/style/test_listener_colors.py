"""The swatches of listeners: contrast on light and dark grounds, also for the color-blind."""

from __future__ import annotations

import itertools
import math

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.profile import ListenerSpec
from app.profile.colors import SAFE_COLORS, Color
from app.ui.style.listener_colors import ListenerColors
from app.ui.style.tokens import LISTENER_COLORS

LEAST_CONTRAST = 3.0
"""The least contrast of graphics (WCAG 2.2, 1.4.11)."""

LEAST_DISTANCE = 10.0
"""The least distance of two colours in CIELAB. It is far above the visible difference."""

SHADES = {color: tuple(map(QColor, pair)) for color, pair in LISTENER_COLORS.items()}

GROUNDS = (QColor("#ffffff"), QColor("#202326"))

SIGHTS = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    # Machado, Oliveira and Fernandes 2009, severity 1.
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}

Triple = tuple[float, float, float]


def linear(color: QColor) -> Triple:
    def decode(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    return decode(color.redF()), decode(color.greenF()), decode(color.blueF())


def luminance(color: QColor) -> float:
    red, green, blue = linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(color: QColor, sight: tuple[Triple, Triple, Triple]) -> Triple:
    seen = [sum(a * b for a, b in zip(row, linear(color), strict=True)) for row in sight]
    red, green, blue = (min(1.0, max(0.0, each)) for each in seen)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    a, b, c = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * b - 16, 500 * (a - b), 200 * (b - c)


def test_there_are_at_least_twelve() -> None:
    assert len(LISTENER_COLORS) == len(Color) >= 12


@pytest.mark.parametrize("ground", [0, 1])
def test_each_colour_has_enough_contrast_with_the_ground(ground: int) -> None:
    for color in Color:
        assert contrast(SHADES[color][ground], GROUNDS[ground]) >= LEAST_CONTRAST


@pytest.mark.parametrize("ground", [0, 1])
@pytest.mark.parametrize("sight", SIGHTS)
def test_all_colours_differ_and_the_first_ones_for_the_color_blind(ground: int, sight: str) -> None:
    colors = tuple(Color) if sight == "all colours" else tuple(Color)[:SAFE_COLORS]
    for one, other in itertools.combinations(colors, 2):
        seen = (lab(SHADES[each][ground], SIGHTS[sight]) for each in (one, other))
        assert math.dist(*seen) >= LEAST_DISTANCE, (one, other)


def test_a_chosen_colour_is_drawn_and_a_change_is_reported(qtbot: QtBot) -> None:
    specs = [ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:0", color="red")]
    colors = ListenerColors(lambda: specs)
    assert colors.refresh()
    assert not colors.refresh()
    image = colors.swatch("Echo").toImage()
    drawn = image.pixelColor(image.width() // 2, image.height() // 2)
    assert drawn in SHADES[Color.RED]
    specs[0] = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:0", color="sky")
    assert colors.refresh()
    assert colors.swatch("Echo").toImage() != image
