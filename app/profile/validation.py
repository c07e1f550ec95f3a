"""Validation of profile values: rules, problems, and the conversion of tables to attrs classes.

Each field of such a class has its rule in its metadata: `field(metadata=validated_by(rule))`. The
profile and the form are checked with it, and the profile is written with it. So a new field is one
line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from enum import Enum
from typing import Any, Final, TypeVar

from attrs import NOTHING, Attribute, fields, frozen, has

from app.net.endpoint import quoted
from app.protocols.definition import Option, changed_options, describe_options

Rule = Callable[[object], object]
"""Takes a value of TOML or of a form, and returns the value of the field. Raises `ValueError` with
a sentence, or `InvalidValue`."""

Value = TypeVar("Value")

_RULE: Final = "rule"
_EXAMPLE: Final = "example"
_ALWAYS: Final = "always"


@frozen
class Problem:
    """One mistake in a profile or a form, with advice for the user."""

    path: str
    """`listener[1].max_connections` (counted from 0), a position in the text, a file, or ""."""

    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def unknown_key(key: str, known: Collection[str], path: str, *, kind: str = "key") -> Problem:
    """The problem of an unknown key, with a similar known one as a suggestion."""
    close = get_close_matches(key, known, n=1)
    if close:
        advice = f"did you mean `{close[0]}`?"
    elif known:
        advice = f"remove it, or use: {', '.join(known)}"
    else:
        advice = f"remove it; there is no {kind} to set here"
    return Problem(path, f"unknown {kind} `{quoted(key)[1:-1]}`; {advice}")


# Rules for single values. Each returns the value, or raises `ValueError` with a sentence.


def text(value: object) -> str:
    """The rule for a string."""
    if not isinstance(value, str):
        raise ValueError(f"must be text in quotes, not {quoted_value(value)}")
    return value


def whole_number(value: object, least: int, most: int) -> int:
    """The rule for an integer from `least` to `most`."""
    # `bool` is a subclass of `int`, so compare the type: `true` is no number here.
    if type(value) is not int or not least <= value <= most:
        raise ValueError(
            f"must be a whole number from {least} to {most}, not {quoted_value(value)}"
        )
    return value


def boolean(value: object) -> bool:
    """The rule for a bool."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {quoted_value(value)}")
    return value


def quoted_value(value: object) -> str:
    """Any TOML value as text for a sentence."""
    match value:
        case str():
            return quoted(value)
        case bool():
            return str(value).lower()
        case int() if value.bit_length() > 64:
            # TOML allows hex integers of any length. Python refuses to convert very long ones.
            return "a number of that size"
        case int() | float():
            return str(value)
        case dict():
            return "a table"
        case list():
            return "an array"
        case _:
            return "a date or a time"


class InvalidValue(ValueError):
    """Several mistakes in one value. Their paths are relative to the value."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("has mistakes in it")
        self.problems = tuple(problems)


def validated_by(rule: Rule, *, example: str = "", always: bool = False) -> dict[str, object]:
    """The metadata of a field with `rule`.

    `example` is shown if a field without a default is missing. A default value is written to a
    profile only if `always` is true.
    """
    return {_RULE: rule, _EXAMPLE: example, _ALWAYS: always}


def structure(
    kind: type[Value], values: Mapping[str, object], path: str = ""
) -> Value | tuple[Problem, ...]:
    """A `kind` with these `values`, or every problem that they have.

    `path` is the path of the values. The caller must set the fields that have no rule.
    """
    valid: dict[str, Any] = {}
    problems: list[Problem] = []
    known = {each.name: each for each in _fields(kind)}
    for name, each in known.items():
        field_path = join_path(path, name)
        if name not in values:
            if each.default is NOTHING:
                problems.append(Problem(field_path, f"is missing; write {each.metadata[_EXAMPLE]}"))
        elif _RULE in each.metadata and not (each.default is None is values[name]):
            try:
                valid[name] = each.metadata[_RULE](values[name])
            except InvalidValue as error:
                problems.extend(
                    Problem(join_path(field_path, inner.path), inner.message)
                    for inner in error.problems
                )
            except ValueError as error:
                problems.append(Problem(field_path, str(error)))
    for name in sorted(values.keys() - known.keys()):
        problems.append(unknown_key(name, known, path))
    return tuple(problems) if problems else kind(**valid)


def table(kind: type[Value]) -> Callable[[object], Value]:
    """The rule for a field that is a table, converted to a `kind`."""

    def read(value: object) -> Value:
        if isinstance(value, kind):
            return value
        if not isinstance(value, Mapping):
            raise ValueError(f"must be a table, not {quoted_value(value)}")
        result = structure(kind, value)
        if isinstance(result, tuple):
            raise InvalidValue(result)
        return result

    return read


def changed_values(instance: object) -> dict[str, object]:
    """The fields of `instance` to write to a profile: those that differ from their defaults, and
    those that are written `always`."""
    return {
        each.name: getattr(instance, each.name)
        for each in _fields(type(instance))
        if each.metadata.get(_ALWAYS) or getattr(instance, each.name) != _default(each)
    }


def as_table(value: object) -> Mapping[str, object] | None:
    """`value` as a table for a profile; `None` if it is a single value."""
    if isinstance(value, Mapping):
        return value
    return changed_values(value) if has(type(value)) else None


def join_path(path: str, name: str) -> str:
    """The path of `name` inside `path`."""
    return f"{path}.{name}" if path and name else path or name


def _fields(kind: type) -> tuple[Attribute[Any], ...]:
    return tuple(fields(kind))


def _default(each: Attribute[Any]) -> object:
    default: Any = each.default
    return default.factory() if hasattr(default, "factory") else default


def read_options(
    table: object, options: type, path: str
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """The valid options in `table` that differ from their defaults, and the problems.

    `options` is the options class of the protocol. `path` is the path of the table.
    """
    if not isinstance(table, Mapping):
        return {}, (Problem(path, f"must be a table, not {quoted_value(table)}"),)
    known = {option.name: option for option in describe_options(options)}
    valid: dict[str, object] = {}
    problems: list[Problem] = []
    for name, value in table.items():
        if name not in known:
            problems.append(unknown_key(name, known, path, kind="option"))
            continue
        try:
            valid[name] = checked_option(known[name], value)
        except ValueError as error:
            problems.append(Problem(f"{path}.{name}", str(error)))
    return changed_options(options, valid), tuple(problems)


def checked_option(option: Option, value: object) -> object:
    """The value of `option` for a TOML `value`. Raises `ValueError` with a sentence."""
    if option.kind is bool:
        return boolean(value)
    if option.kind is int:
        return whole_number(value, option.minimum, option.maximum)
    if issubclass(option.kind, Enum):
        return _member(option.kind, value)
    return _limited_text(value, option.maximum)


def toml_value(value: object) -> Any:
    """The TOML value for the value of an option: the reverse of `checked_option`."""
    return value.value if isinstance(value, Enum) else value


def _member(kind: type[Enum], value: object) -> Enum:
    for member in kind:
        if value in (member, member.value):
            return member
    choices = ", ".join(quoted_value(member.value) for member in kind)
    raise ValueError(f"must be one of {choices}, not {quoted_value(value)}")


def _limited_text(value: object, longest: int) -> str:
    content = text(value)
    if len(content) > longest:
        raise ValueError(f"must be at most {longest} characters long, not {len(content)}")
    if any("\ud800" <= character <= "\udfff" for character in content):
        raise ValueError("must not hold half of a surrogate pair: UTF-8 cannot")
    return content
