"""How the classes of a profile say what their fields may hold, and how a table becomes one of them.

A field of such a class carries its rule in its metadata, as `field(metadata=by(rule))`. From that
alone a table is read, a form checked and a profile written: a new field is one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from attrs import NOTHING, Attribute, fields, has

from app.profile.problem import Problem, unknown_key
from app.profile.values import shown

Rule = Callable[[object], object]
"""Takes a value as TOML or a form has it and gives that of the field; raises `ValueError` with a
sentence, or `Wrong`."""

Made = TypeVar("Made")

_RULE: Final = "rule"
_EXAMPLE: Final = "example"
_ALWAYS: Final = "always"


class Wrong(ValueError):
    """Several mistakes in one value, each at a path that begins inside it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("has mistakes in it")
        self.problems = tuple(problems)


def by(rule: Rule, *, example: str = "", always: bool = False) -> dict[str, object]:
    """The metadata of a field that follows `rule`.

    `example` is what to write where a field without a default is missing. What is the default is
    not written to a profile, unless `always` it is.
    """
    return {_RULE: rule, _EXAMPLE: example, _ALWAYS: always}


def structure(
    kind: type[Made], values: Mapping[str, object], path: str = ""
) -> Made | tuple[Problem, ...]:
    """The `kind` that `values` make up, or every reason why they make none.

    `path` is where the values stand. A field without a rule is left to who calls.
    """
    right: dict[str, Any] = {}
    problems: list[Problem] = []
    known = {each.name: each for each in _fields(kind)}
    for name, each in known.items():
        place = within(path, name)
        if name not in values:
            if each.default is NOTHING:
                problems.append(Problem(place, f"is missing; write {each.metadata[_EXAMPLE]}"))
        elif _RULE in each.metadata and not (each.default is None is values[name]):
            try:
                right[name] = each.metadata[_RULE](values[name])
            except Wrong as error:
                inner = error.problems
                problems.extend(Problem(within(place, one.path), one.message) for one in inner)
            except ValueError as error:
                problems.append(Problem(place, str(error)))
    for name in sorted(values.keys() - known.keys()):
        problems.append(unknown_key(name, known, path))
    return tuple(problems) if problems else kind(**right)


def table(kind: type[Made]) -> Callable[[object], Made]:
    """The rule of a field that is a table of its own, read to a `kind`."""

    def read(value: object) -> Made:
        if isinstance(value, kind):
            return value
        if not isinstance(value, Mapping):
            raise ValueError(f"must be a table, not {shown(value)}")
        outcome = structure(kind, value)
        if isinstance(outcome, tuple):
            raise Wrong(outcome)
        return outcome

    return read


def written(instance: object) -> dict[str, object]:
    """What a profile has to say of `instance`: all but what is so without being said."""
    return {
        each.name: getattr(instance, each.name)
        for each in _fields(type(instance))
        if each.metadata.get(_ALWAYS) or getattr(instance, each.name) != _default(each)
    }


def as_table(value: object) -> Mapping[str, object] | None:
    """What a profile writes of `value` as a table of its own; `None` if it is a single value."""
    if isinstance(value, Mapping):
        return value
    return written(value) if has(type(value)) else None


def within(path: str, name: str) -> str:
    """The path of `name` inside what is at `path`."""
    return f"{path}.{name}" if path and name else path or name


def _fields(kind: type) -> tuple[Attribute[Any], ...]:
    return tuple(fields(kind))


def _default(each: Attribute[Any]) -> object:
    default: Any = each.default
    return default.factory() if hasattr(default, "factory") else default
