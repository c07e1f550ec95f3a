"""Rules for single values of a table: each gives the value back, or raises with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TypeVar

from app.text.quoting import quoted_value
from app.text.sentence import Sentence

E = TypeVar("E", bound=Enum)
T = TypeVar("T")


class Wrong(ValueError):
    """A value that cannot be; `str()` says what it must be."""


def number(least: float, most: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        # bool is a subclass of int; NaN is between no bounds.
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(value, int | float) or not is_number or not least <= value <= most:
            raise Wrong(
                Sentence(
                    "must-be-number",
                    "must be a number from {least:g} to {most:g}, not {value}",
                    least=least,
                    most=most,
                    value=quoted_value(value),
                )
            )
        return float(value)

    return read


def whole_number(least: int, most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise Wrong(
                Sentence(
                    "must-be-whole-number",
                    "must be a whole number from {least} to {most}, not {value}",
                    least=least,
                    most=most,
                    value=quoted_value(value),
                )
            )
        return int(value)

    return read


def text(longest: int) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Wrong(
                Sentence(
                    "must-be-quoted-text",
                    "must be text in quotes, not {value}",
                    value=quoted_value(value),
                )
            )
        return bounded(value, longest)

    return read


def bounded(value: str, longest: int) -> str:
    if len(value) > longest:
        raise Wrong(
            Sentence(
                "at-most-characters-long",
                "must be at most {longest:,} characters long, not {count:,}",
                longest=longest,
                count=len(value),
            )
        )
    return str(value)


def truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(
            Sentence(
                "must-be-true-or-false",
                "must be true or false, not {value}",
                value=quoted_value(value),
            )
        )
    return value


def member(kind: type[E]) -> Callable[[object], E]:
    def read(value: object) -> E:
        for member in kind:
            if value == member.value:
                return member
        raise Wrong(
            Sentence(
                "must-be-one-of",
                "must be one of {known}, not {value}",
                known=listed(m.value for m in kind),
                value=quoted_value(value),
            )
        )

    return read


def choice(*choices: T) -> Callable[[object], T]:
    def read(value: object) -> T:
        for choice in choices:
            if value == choice and not isinstance(value, bool):
                return choice
        raise Wrong(
            Sentence(
                "must-be-one-of",
                "must be one of {known}, not {value}",
                known=", ".join(map(str, choices)),
                value=quoted_value(value),
            )
        )

    return read


def listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names))
