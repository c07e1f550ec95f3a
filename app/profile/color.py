"""The colours that tell listeners apart, by name. What each looks like is up to who shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from zlib import crc32

from app.profile.values import text


class Color(StrEnum):
    """Few enough that any two can be told apart, also by those who see fewer colours."""

    BLUE = "blue"
    ORANGE = "orange"
    GREEN = "green"
    PINK = "pink"
    SKY = "sky"
    RED = "red"


AUTOMATIC = ""
"""Stands in a spec for a colour that nobody chose."""


def read_color(value: object) -> str:
    """The name of a color, or `AUTOMATIC`. Raises `ValueError` with a sentence."""
    name = text(value)
    if name != AUTOMATIC and name not in set(Color):
        raise ValueError(f"must be one of {', '.join(Color)}")
    return name


def assign(
    chosen: Mapping[str, str], before: Mapping[str, Color] = MappingProxyType({})
) -> dict[str, Color]:
    """A colour for each listener: what was `chosen`, by the names of all; else one that is free.

    What nobody chose stays as it was `before`, as long as nobody chooses the same. A new one
    depends on the name alone where that is free. With more listeners than colours, some share.
    """
    result = {name: Color(color) for name, color in chosen.items() if color != AUTOMATIC}
    taken = set(result.values())
    for name, color in before.items():
        if name in chosen and name not in result and color not in taken:
            result[name] = color
    palette: Sequence[Color] = tuple(Color)
    for name in chosen:
        if name not in result:
            first = crc32(name.encode()) % len(palette)
            order = (*palette[first:], *palette[:first])
            used = set(result.values())
            result[name] = next((each for each in order if each not in used), order[0])
    return result
