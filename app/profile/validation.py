"""How the classes of a profile say what their fields may hold, and how a table becomes one of them.

A field of such a class carries its rule in its metadata, as `field(metadata=by(rule))`. From that
alone a table is read, a form checked and a profile written: a new field is one line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from enum import Enum
from typing import Any, Final, TypeVar

from attrs import NOTHING, Attribute, fields, frozen, has

from app.net.endpoint import quoted
from app.protocols.definition import Option, changed_options, describe_options

# MERGED profile/problem: A mistake in a profile or in a form, told so that the user can mend it.


@frozen
class Problem:
    """One mistake, and what to do about it."""

    path: str
    """Where: `listener[1].max_connections` (counted from 0), a place in the text, a file, or ""."""

    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def unknown_key(key: str, known: Collection[str], path: str, *, kind: str = "key") -> Problem:
    """The problem of a key that means nothing, with the one that was meant if it is near."""
    close = get_close_matches(key, known, n=1)
    if close:
        advice = f"did you mean `{close[0]}`?"
    elif known:
        advice = f"remove it, or use: {', '.join(known)}"
    else:
        advice = f"remove it; there is no {kind} to set here"
    return Problem(path, f"unknown {kind} `{quoted(key)[1:-1]}`; {advice}")


# MERGED profile/values: What a single value must be: each function gives the value back, or raises with a sentence.


def text(value: object) -> str:
    """A string. Raises `ValueError`."""
    if not isinstance(value, str):
        raise ValueError(f"must be text in quotes, not {quoted_value(value)}")
    return value


def whole_number(value: object, least: int, most: int) -> int:
    """An integer within both bounds. Raises `ValueError`."""
    # bool is a subclass of int, and `true` connections are a slip.
    if type(value) is not int or not least <= value <= most:
        raise ValueError(
            f"must be a whole number from {least} to {most}, not {quoted_value(value)}"
        )
    return value


def boolean(value: object) -> bool:
    """A bool. Raises `ValueError`."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {quoted_value(value)}")
    return value


def quoted_value(value: object) -> str:
    """A value of any type that TOML has, as a sentence shows it."""
    match value:
        case str():
            return quoted(value)
        case bool():
            return str(value).lower()
        case int() if value.bit_length() > 64:
            # In hex, TOML holds integers of more digits than Python agrees to write.
            return "a number of that size"
        case int() | float():
            return str(value)
        case dict():
            return "a table"
        case list():
            return "an array"
        case _:
            return "a date or a time"


Rule = Callable[[object], object]
"""Takes a value as TOML or a form has it and gives that of the field; raises `ValueError` with a
sentence, or `InvalidValue`."""

Made = TypeVar("Made")

_RULE: Final = "rule"
_EXAMPLE: Final = "example"
_ALWAYS: Final = "always"


class InvalidValue(ValueError):
    """Several mistakes in one value, each at a path that begins inside it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("has mistakes in it")
        self.problems = tuple(problems)


def validated_by(rule: Rule, *, example: str = "", always: bool = False) -> dict[str, object]:
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
        place = join_path(path, name)
        if name not in values:
            if each.default is NOTHING:
                problems.append(Problem(place, f"is missing; write {each.metadata[_EXAMPLE]}"))
        elif _RULE in each.metadata and not (each.default is None is values[name]):
            try:
                right[name] = each.metadata[_RULE](values[name])
            except InvalidValue as error:
                inner = error.problems
                problems.extend(Problem(join_path(place, one.path), one.message) for one in inner)
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
            raise ValueError(f"must be a table, not {quoted_value(value)}")
        outcome = structure(kind, value)
        if isinstance(outcome, tuple):
            raise InvalidValue(outcome)
        return outcome

    return read


def changed_values(instance: object) -> dict[str, object]:
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
    return changed_values(value) if has(type(value)) else None


def join_path(path: str, name: str) -> str:
    """The path of `name` inside what is at `path`."""
    return f"{path}.{name}" if path and name else path or name


def _fields(kind: type) -> tuple[Attribute[Any], ...]:
    return tuple(fields(kind))


def _default(each: Attribute[Any]) -> object:
    default: Any = each.default
    return default.factory() if hasattr(default, "factory") else default


# MERGED profile/options: The options of a listener's protocol: from the values of a TOML table to those of its class.


def read_options(
    table: object, options: type, path: str
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """Those of the table's options that are right and not the default, and what is wrong.

    `options` is the class of them all; `path` is where the table stands.
    """
    if not isinstance(table, Mapping):
        return {}, (Problem(path, f"must be a table, not {quoted_value(table)}"),)
    known = {option.name: option for option in describe_options(options)}
    right: dict[str, object] = {}
    problems: list[Problem] = []
    for name, value in table.items():
        if name not in known:
            problems.append(unknown_key(name, known, path, kind="option"))
            continue
        try:
            right[name] = checked_option(known[name], value)
        except ValueError as error:
            problems.append(Problem(f"{path}.{name}", str(error)))
    return changed_options(options, right), tuple(problems)


def checked_option(option: Option, value: object) -> object:
    """What `value`, as TOML has it, is for `option`. Raises `ValueError` with a sentence."""
    if option.kind is bool:
        return boolean(value)
    if option.kind is int:
        return whole_number(value, option.minimum, option.maximum)
    if issubclass(option.kind, Enum):
        return _member(option.kind, value)
    return _bounded_text(value, option.maximum)


def toml_value(value: object) -> Any:
    """The value of an option as TOML has it: the reverse of `checked_option`."""
    return value.value if isinstance(value, Enum) else value


def _member(kind: type[Enum], value: object) -> Enum:
    for member in kind:
        if value in (member, member.value):
            return member
    choices = ", ".join(quoted_value(member.value) for member in kind)
    raise ValueError(f"must be one of {choices}, not {quoted_value(value)}")


def _bounded_text(value: object, longest: int) -> str:
    content = text(value)
    if len(content) > longest:
        raise ValueError(f"must be at most {longest} characters long, not {len(content)}")
    if any("\ud800" <= character <= "\udfff" for character in content):
        raise ValueError("must not hold half of a surrogate pair: UTF-8 cannot")
    return content
