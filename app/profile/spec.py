"""What a listener is asked to be, and what each of its fields may hold.

The rules stand here once: a profile's tables and a form's fields pass through the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final
from unicodedata import normalize

from attrs import evolve, field, fields_dict, frozen
from cattrs import Converter, ForbiddenExtraKeysError
from cattrs.errors import ClassValidationError
from cattrs.gen import make_dict_structure_fn, override

from app.endpoint import Endpoint, quoted
from app.own_protocol import Reference, is_own
from app.profile.options import read as read_options
from app.profile.problem import Problem, unknown_key
from app.profile.values import text, truth, whole_number
from app.protocols import catalog
from app.protocols.options import NoOptions

LONGEST_NAME: Final = 80
MOST_CONNECTIONS: Final = 100_000


def _read_only(options: Mapping[str, object]) -> Mapping[str, object]:
    return MappingProxyType(dict(options))


@frozen(kw_only=True)
class ListenerSpec:
    """One listener as the user asked for it. `check` tells whether it can be."""

    name: str
    """What the window, the console and the JSON lines call it; no two differ by case alone."""

    protocol: str
    """A name that `app.protocols.catalog` knows, or a reference to code of the user's own."""

    endpoint: str
    """A description that `Endpoint.parse` takes, as the user wrote it."""

    max_connections: int = 100
    """How many may be connected at once, from 1 to `MOST_CONNECTIONS`."""

    autostart: bool = False
    """Whether it starts together with Portdeck."""

    options: Mapping[str, object] = field(factory=dict, converter=_read_only, hash=False)
    """What was chosen of the options of its protocol, where it is not the default. Read-only."""


FIRST_LISTENERS: Final = (
    ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007:interface=127.0.0.1"),
    ListenerSpec(name="Hello", protocol="hello", endpoint="tcp:8025:interface=127.0.0.1"),
)


def check(
    *,
    name: object,
    protocol: object,
    endpoint: object,
    max_connections: object = 100,
    autostart: object = False,
    options: object = MappingProxyType({}),
    others: Iterable[str] = (),
) -> tuple[Problem, ...]:
    """What keeps these values from being a `ListenerSpec`; nothing if they can be one.

    The path of each problem is the bare name of the field, and `options.` with the name of an
    option. `others` are the names of the other listeners.
    """
    values = {
        "name": name,
        "protocol": protocol,
        "endpoint": endpoint,
        "max_connections": max_connections,
        "autostart": autostart,
        "options": options,
    }
    outcome = structure(values)
    if not isinstance(outcome, ListenerSpec):
        return outcome
    taken = {comparable(other): other for other in others}
    other = taken.get(comparable(outcome.name))
    if other is None:
        return ()
    return (Problem("name", f"must be another one; there is a listener called {quoted(other)}"),)


def structure(values: Mapping[str, object], path: str = "") -> ListenerSpec | tuple[Problem, ...]:
    """The spec that `values` make up, or every reason why they make none.

    `path` is where the values stand; each problem's path begins with it.
    """
    fields = {name: value for name, value in values.items() if name != "options"}
    outcome = _structure_fields(fields, path)
    problems = () if isinstance(outcome, ListenerSpec) else outcome
    try:
        kind = _options_of(_protocol(values.get("protocol")))
    except ValueError:  # which is among the problems; what options there are is not known then
        return problems
    place = f"{path}.options" if path else "options"
    options, wrong = read_options(values.get("options", {}), kind, place)
    if isinstance(outcome, ListenerSpec) and not wrong:
        return evolve(outcome, options=options)
    return (*problems, *wrong)


def comparable(name: str) -> str:
    """The same text for all names that a reader would take for the same."""
    return normalize("NFKC", name).casefold()


@cache
def _converter() -> Converter:
    """A converter whose errors hold one of our sentences for each field that is wrong."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    hook = make_dict_structure_fn(
        ListenerSpec,
        converter,
        name=override(struct_hook=lambda value, _: _name(value)),
        protocol=override(struct_hook=lambda value, _: _protocol(value)),
        endpoint=override(struct_hook=lambda value, _: _endpoint(value)),
        max_connections=override(struct_hook=lambda value, _: _max_connections(value)),
        autostart=override(struct_hook=lambda value, _: truth(value)),
    )
    converter.register_structure_hook(ListenerSpec, hook)
    return converter


def _structure_fields(
    values: Mapping[str, object], path: str
) -> ListenerSpec | tuple[Problem, ...]:
    try:
        return _converter().structure(values, ListenerSpec)
    except ClassValidationError as error:
        return tuple(_problems(error, path))


def _options_of(protocol: str) -> type:
    """The class of its options. A protocol that the catalog does not have, has none."""
    try:
        return catalog.find(protocol).options
    except catalog.UnknownProtocol:
        return NoOptions


def _problems(error: ClassValidationError, path: str) -> Iterator[Problem]:
    fields = fields_dict(ListenerSpec)
    of_fields, of_the_whole = error.group_exceptions()
    for exception, note in of_fields:
        place = f"{path}.{note.name}" if path else note.name
        if isinstance(exception, KeyError):
            yield Problem(place, f"is missing; {_EXAMPLES[note.name]}")
        else:
            yield Problem(place, str(exception))
    for exception in of_the_whole:
        if not isinstance(exception, ForbiddenExtraKeysError):
            raise exception
        for key in sorted(exception.extra_fields):
            yield unknown_key(key, fields, path)


_EXAMPLES: Final = {
    "name": 'write one, such as name = "Echo"',
    "protocol": 'write one, such as protocol = "echo"',
    "endpoint": 'write one, such as endpoint = "tcp:8007"',
}


def _name(value: object) -> str:
    name = text(value)
    if not name.strip():
        raise ValueError("must not be empty")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"must be at most {LONGEST_NAME} characters long, not {len(name)}")
    if not name.isprintable():
        raise ValueError("must be one line of visible characters")
    if name != name.strip():
        raise ValueError("must not begin or end with a space")
    return name


def _protocol(value: object) -> str:
    name = text(value)
    return str(Reference.parse(name)) if is_own(name) else catalog.find(name).name


def _endpoint(value: object) -> str:
    description = text(value)
    Endpoint.parse(description)
    return description


def _max_connections(value: object) -> int:
    return whole_number(value, 1, MOST_CONNECTIONS)
