"""The options of a listener's protocol: from the values of a TOML table to those of its class."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from app.profile.problem import Problem, unknown_key
from app.profile.values import shown, text, truth, whole_number
from app.protocols.options import Option, describe, differing


def read(table: object, options: type, path: str) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """Those of the table's options that are right and not the default, and what is wrong.

    `options` is the class of them all; `path` is where the table stands.
    """
    if not isinstance(table, Mapping):
        return {}, (Problem(path, f"must be a table, not {shown(table)}"),)
    known = {option.name: option for option in describe(options)}
    right: dict[str, object] = {}
    problems: list[Problem] = []
    for name, value in table.items():
        if name not in known:
            problems.append(unknown_key(name, known, path, kind="option"))
            continue
        try:
            right[name] = checked(known[name], value)
        except ValueError as error:
            problems.append(Problem(f"{path}.{name}", str(error)))
    return differing(options, right), tuple(problems)


def checked(option: Option, value: object) -> object:
    """What `value`, as TOML has it, is for `option`. Raises `ValueError` with a sentence."""
    if option.kind is bool:
        return truth(value)
    if option.kind is int:
        return whole_number(value, option.minimum, option.maximum)
    if issubclass(option.kind, Enum):
        return _member(option.kind, value)
    return _bounded_text(value, option.maximum)


def plain(value: object) -> Any:
    """The value of an option as TOML has it: the reverse of `checked`."""
    return value.value if isinstance(value, Enum) else value


def _member(kind: type[Enum], value: object) -> Enum:
    for member in kind:
        if value in (member, member.value):
            return member
    choices = ", ".join(shown(member.value) for member in kind)
    raise ValueError(f"must be one of {choices}, not {shown(value)}")


def _bounded_text(value: object, longest: int) -> str:
    content = text(value)
    if len(content) > longest:
        raise ValueError(f"must be at most {longest} characters long, not {len(content)}")
    if any("\ud800" <= character <= "\udfff" for character in content):
        raise ValueError("must not hold half of a surrogate pair: UTF-8 cannot")
    return content
