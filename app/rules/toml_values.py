"""Rules for single values of a table: each gives the value back, or raises with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import TypeVar

from app.net.endpoint import quoted

E = TypeVar("E", bound=Enum)
T = TypeVar("T")


class Wrong(ValueError):
    """A value that cannot be; `str()` says what it must be."""


def number(least: float, most: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        # bool is a subclass of int; NaN is between no bounds.
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(value, int | float) or not is_number or not least <= value <= most:
            raise Wrong(f"must be a number from {least:g} to {most:g}, not {shown(value)}")
        return float(value)

    return read


def whole_number(least: int, most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise Wrong(f"must be a whole number from {least} to {most}, not {shown(value)}")
        return int(value)

    return read


def text(longest: int) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Wrong(f"must be text in quotes, not {shown(value)}")
        return bounded(value, longest)

    return read


def bounded(value: str, longest: int) -> str:
    if len(value) > longest:
        raise Wrong(f"must be at most {longest:,} characters long, not {len(value):,}")
    return str(value)


def truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"must be true or false, not {shown(value)}")
    return value


def member(kind: type[E]) -> Callable[[object], E]:
    def read(value: object) -> E:
        for member in kind:
            if value == member.value:
                return member
        raise Wrong(f"must be one of {listed(m.value for m in kind)}, not {shown(value)}")

    return read


def choice(*choices: T) -> Callable[[object], T]:
    def read(value: object) -> T:
        for choice in choices:
            if value == choice and not isinstance(value, bool):
                return choice
        raise Wrong(f"must be one of {', '.join(map(str, choices))}, not {shown(value)}")

    return read


def listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names))


def shown(value: object) -> str:
    match value:
        case str():
            return quoted(value)
        case bool():
            return str(value).lower()
        case int() if value.bit_length() > 64:
            return "a number of that size"
        case int() | float():
            return str(value)
        case Mapping():
            return "a table"
        case list() | tuple():
            return "an empty array" if not value else f"an array of {len(value)}"
        case _:
            return "a value of another kind"
