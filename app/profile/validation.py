"""Validation of profile values: rules, problems, and the conversion of tables to attrs classes.

Each field of such a class has its rule in its metadata: `field(metadata=validated_by(rule))`. The
profile and the form are checked with it, and the profile is written with it. A `form_field` gets
its rule and its row in the form of a listener from its arguments. So a new field is one entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum, auto
from typing import Any, Final, NamedTuple, TypeVar

from attrs import NOTHING, Attribute, field, fields, has

from app.protocols.definition import (
    Option,
    TableOptions,
    changed_options,
    describe_options,
)
from app.text.problems import (
    Problem,
    join_path,
    must_be_boolean,
    must_be_one_of,
    must_be_shorter,
    must_be_table,
    must_be_text,
    must_be_whole_number,
    unknown_key,
)
from app.text.sentence import Sentence, SentenceError, quoted_value

Rule = Callable[[object], object]
"""Takes a value of TOML or of a form, and returns the value of the field. Raises `ValueError` with
a sentence, or `InvalidValue`."""

Value = TypeVar("Value")

_RULE: Final = "rule"
_EXAMPLE: Final = "example"
_ALWAYS: Final = "always"
_FORM: Final = "form"
_KEY: Final = "key"


# Rules for single values. Each returns the value, or raises `ValueError` with a sentence.


def text(value: object) -> str:
    """The rule for a string."""
    if not isinstance(value, str):
        raise ValueError(must_be_text(value))
    return value


def label(value: object, longest: int) -> str:
    """The rule for a short text on one line, such as a name. It may be empty."""
    found = text(value).strip()
    if not found.isprintable():
        raise SentenceError(
            "no-control-characters", "must not contain line breaks or other control characters"
        )
    if len(found) > longest:
        raise SentenceError(
            "at-most-letters",
            "must have at most {longest} letters, not {count}",
            longest=longest,
            count=len(found),
        )
    return found


def whole_number(value: object, least: int, most: int) -> int:
    """The rule for an integer from `least` to `most`."""
    # `bool` is a subclass of `int`, so compare the type: `true` is no number here.
    if type(value) is not int or not least <= value <= most:
        raise ValueError(must_be_whole_number(least, most, value))
    return value


def boolean(value: object) -> bool:
    """The rule for a bool."""
    if not isinstance(value, bool):
        raise ValueError(must_be_boolean(value))
    return value


class InvalidValue(ValueError):
    """Several mistakes in one value. Their paths are relative to the value."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(Sentence("has-mistakes", "has mistakes in it"))
        self.problems = tuple(problems)


def validated_by(
    rule: Rule, *, example: str = "", always: bool = False, key: str = ""
) -> dict[str, object]:
    """The metadata of a field with `rule`.

    `example` is shown if a field without a default is missing. A default value is written to a
    profile only if `always` is true. `key` is the key in a profile, if it is not the field's name.
    """
    return {_RULE: rule, _EXAMPLE: example, _ALWAYS: always, _KEY: key}


class FormGroup(Enum):
    """The groups of rows in the form of a listener that are made from `FormField`."""

    LIMITS = auto()
    SWITCHES = auto()


class FormField(NamedTuple):
    """The row that asks for a field in the form of a listener, and the bounds of its value.

    A field with a `maximum` is an `int` and gets a spin box. One with a `longest` is a `str` and
    gets a line. One with neither is a `bool` and gets a check box. The texts are English; the
    window translates them.
    """

    group: FormGroup

    title: str
    """The label, with `&` before the letter of its key."""

    hint: str = ""
    """One sentence more, as a tool tip."""

    minimum: int = 0
    maximum: int | None = None

    longest: int | None = None
    """The most letters of a text."""

    unit: str = ""
    """The text behind the number in the form."""

    unit_size: int = 1
    """How many units of the field make one unit of the form, such as 1024 bytes in a KiB."""

    zero: str = ""
    """The text in place of the number 0."""

    zero_over_udp: str = ""
    """The text in place of 0 if the endpoint is UDP; empty if it is the same."""

    is_stream_only: bool = False
    """Whether it has no effect over UDP. The form then hides it."""

    def check(self, value: object) -> object:
        """The rule for the field."""
        if self.longest is not None:
            return label(value, self.longest)
        if self.maximum is None:
            return boolean(value)
        return whole_number(value, self.minimum, self.maximum)


def form_field(
    default: Value,
    group: FormGroup,
    title: str,
    hint: str = "",
    *,
    always: bool = False,
    **row: Any,
) -> Value:
    """A field that the form of a listener asks for. `row` are further fields of its `FormField`,
    which has its rule too. See `validated_by` for `always`."""
    form = FormField(group, title, hint, **row)
    metadata = {**validated_by(form.check, always=always), _FORM: form}
    made: Value = field(default=default, metadata=metadata)
    return made


def form_fields(kind: type) -> dict[str, FormField]:
    """The fields of `kind` that the form of a listener asks for, by name, in order."""
    return {each.name: each.metadata[_FORM] for each in _fields(kind) if _FORM in each.metadata}


def structure(
    kind: type[Value], values: Mapping[str, object], path: str = ""
) -> Value | tuple[Problem, ...]:
    """A `kind` with these `values`, or every problem that they have.

    `path` is the path of the values. The caller must set the fields that have no rule.
    """
    valid: dict[str, Any] = {}
    problems: list[Problem] = []
    known = {_key_of(each): each for each in _fields(kind)}
    for name, each in known.items():
        field_path = join_path(path, name)
        if name not in values:
            if each.default is NOTHING:
                problems.append(
                    Problem.of(
                        field_path,
                        "is-missing",
                        "is missing; write one, such as {example}",
                        example=each.metadata[_EXAMPLE],
                    )
                )
        elif _RULE in each.metadata and not (each.default is None is values[name]):
            try:
                valid[each.name] = each.metadata[_RULE](values[name])
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
            raise ValueError(must_be_table(value))
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


def with_keys(kind: type, values: Mapping[str, object]) -> dict[str, object]:
    """`values` under the keys of a profile. They are given by the names of the fields of `kind`."""
    keys = {each.name: _key_of(each) for each in _fields(kind)}
    return {keys.get(name, name): value for name, value in values.items()}


def _key_of(each: Attribute[Any]) -> str:
    return each.metadata.get(_KEY) or each.name


def _fields(kind: type) -> tuple[Attribute[Any], ...]:
    return tuple(fields(kind))


def _default(each: Attribute[Any]) -> object:
    default: Any = each.default
    return default.factory() if hasattr(default, "factory") else default


def read_options(
    table: object, options: type, path: str, tables: TableOptions | None = None
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """The valid options in `table` that differ from their defaults, and the problems.

    `options` is the options class of the protocol, and `tables` has the rest of its options. `path`
    is the path of the table.
    """
    if not isinstance(table, Mapping):
        return {}, (Problem(path, must_be_table(table)),)
    known = {option.name: option for option in describe_options(options)}
    valid: dict[str, object] = {}
    problems: list[Problem] = []
    rest: dict[str, object] = {}
    for name, value in table.items():
        if name not in known:
            rest[name] = value
            continue
        try:
            valid[name] = checked_option(known[name], value)
        except ValueError as error:
            problems.append(Problem(join_path(path, name), str(error)))
    problems += _without_effect(known, valid, path)
    valid = changed_options(options, valid)
    if tables is None:
        problems += [unknown_key(name, known, path, kind="option") for name in rest]
        return valid, tuple(problems)
    result = tables.read(rest, path)
    if isinstance(result, tuple):
        return valid, (*problems, *result)
    return {**valid, **result}, tuple(problems)


def _without_effect(
    known: Mapping[str, Option], given: Mapping[str, object], path: str
) -> Iterator[Problem]:
    """A problem for each given option that has no effect beside the others."""
    values = {**{name: option.default for name, option in known.items()}, **given}
    for name in given:
        option = known[name]
        if option.is_used(values):
            continue
        decides = next(
            each.name for each in known.values() if each.kind is type(option.only_with[0])
        )
        yield Problem.of(
            join_path(path, name),
            "option-without-effect",
            "has no effect without {wanted}; write that, or remove this",
            wanted=" or ".join(f'{decides} = "{each.value}"' for each in option.only_with),
        )


def checked_option(option: Option, value: object) -> object:
    """The value of `option` for a TOML `value`. Raises `ValueError` with a sentence."""
    if option.kind is bool:
        return boolean(value)
    if option.kind is int:
        return whole_number(value, option.minimum, option.maximum)
    if issubclass(option.kind, Enum):
        return _member(option.kind, value)
    content = _limited_text(value, option.maximum)
    if option.check is not None:
        option.check(content)
    return content


def toml_value(value: object) -> Any:
    """The TOML value for the value of an option: the reverse of `checked_option`."""
    return value.value if isinstance(value, Enum) else value


def _member(kind: type[Enum], value: object) -> Enum:
    for member in kind:
        if value in (member, member.value):
            return member
    raise ValueError(must_be_one_of((quoted_value(member.value) for member in kind), value))


def _limited_text(value: object, longest: int) -> str:
    content = text(value)
    check_length(content, longest)
    if any("\ud800" <= character <= "\udfff" for character in content):
        raise SentenceError(
            "no-half-character", "must not hold half of a surrogate pair: UTF-8 cannot"
        )
    return content


def check_length(content: str, longest: int) -> None:
    """The rule for the length of a text. Raises `ValueError` with a sentence."""
    if len(content) > longest:
        raise ValueError(must_be_shorter(longest, len(content)))
