"""The colors that mark listeners: their names in a profile, and the choice of automatic ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zlib import crc32

from app.profile.validation import text
from app.text.sentence import SentenceError

AUTOMATIC: Final = ""
"""The color of a spec for which the user chose none."""


class Color(StrEnum):
    """The name of a color that marks a listener. The window decides how it looks.

    Color-blind users can distinguish the first six. Automatic colors use these first.
    """

    BLUE = "blue"
    ORANGE = "orange"
    GREEN = "green"
    PINK = "pink"
    SKY = "sky"
    RED = "red"
    PURPLE = "purple"
    TEAL = "teal"
    OLIVE = "olive"
    BROWN = "brown"
    GRAPHITE = "graphite"
    CRIMSON = "crimson"


SAFE_COLORS: Final = 6
"""How many of the first colors color-blind users can distinguish."""


def read_color(value: object) -> str:
    """The rule for a color: its name, or `AUTOMATIC`. Raises `ValueError` with a sentence."""
    name = text(value)
    if name != AUTOMATIC and name not in set(Color):
        raise SentenceError("color-unknown", "must be one of {known}", known=", ".join(Color))
    return name


def assign_colors(
    chosen: Mapping[str, str], before: Mapping[str, Color] = MappingProxyType({})
) -> dict[str, Color]:
    """A color for each listener. `chosen` has the color or `AUTOMATIC` for each listener's name.

    An automatic color stays as it was `before`, unless the user has chosen it for another listener.
    A new one depends only on the name, if that color is free; otherwise it is the next free one. If
    there are more listeners than colors, some share a color.
    """
    result = {name: Color(color) for name, color in chosen.items() if color != AUTOMATIC}
    chosen_colors = set(result.values())
    for name, color in before.items():
        if name in chosen and name not in result and color not in chosen_colors:
            result[name] = color
    for name in chosen:
        if name not in result:
            order = _color_order(name)
            used = set(result.values())
            result[name] = next((each for each in order if each not in used), order[0])
    return result


def _color_order(name: str) -> Sequence[Color]:
    """All colors, the safe ones first. `name` alone decides where each half begins."""
    palette = tuple(Color)
    start = crc32(name.encode())
    order: list[Color] = []
    for half in (palette[:SAFE_COLORS], palette[SAFE_COLORS:]):
        first = start % len(half)
        order += (*half[first:], *half[:first])
    return order
