"""What a listener is asked to be, and what each of its fields may hold.

The rules stand here once: a profile's tables and a form's fields pass through the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final
from unicodedata import normalize

from attrs import fields_dict, frozen
from cattrs import Converter, ForbiddenExtraKeysError
from cattrs.errors import ClassValidationError
from cattrs.gen import make_dict_structure_fn, override

from app.endpoint import Endpoint, quoted
from app.profile.problem import Problem, unknown_key
from app.profile.values import text, truth, whole_number
from app.protocols import catalog

LONGEST_NAME: Final = 80
MOST_CONNECTIONS: Final = 100_000


@frozen(kw_only=True)
class ListenerSpec:
    """One listener as the user asked for it. `check` tells whether it can be."""

    name: str
    """What the window, the console and the JSON lines call it; no two differ by case alone."""

    protocol: str
    """A name that `app.protocols.catalog` knows."""

    endpoint: str
    """A description that `Endpoint.parse` takes, as the user wrote it."""

    max_connections: int = 100
    """How many may be connected at once, from 1 to `MOST_CONNECTIONS`."""

    autostart: bool = False
    """Whether it starts together with Portdeck."""


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
    others: Iterable[str] = (),
) -> tuple[Problem, ...]:
    """What keeps these values from being a `ListenerSpec`; nothing if they can be one.

    The path of each problem is the bare name of the field. `others` are the names of the other
    listeners.
    """
    values = {
        "name": name,
        "protocol": protocol,
        "endpoint": endpoint,
        "max_connections": max_connections,
        "autostart": autostart,
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
    try:
        return _converter().structure(values, ListenerSpec)
    except ClassValidationError as error:
        return tuple(_problems(error, path))


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
    return catalog.find(text(value)).name


def _endpoint(value: object) -> str:
    description = text(value)
    Endpoint.parse(description)
    return description


def _max_connections(value: object) -> int:
    return whole_number(value, 1, MOST_CONNECTIONS)
