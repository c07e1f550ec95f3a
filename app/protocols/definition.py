"""What may be chosen about a protocol, read from its options class.

A protocol with something to choose has a frozen attrs class for it. Each field is a `str`, `int`,
`bool` or an `Enum` with texts for values, has a default, and says in its metadata:

    title      what a person reads beside it
    hint       one sentence more
    minimum    of an `int`: the least it may be
    maximum    of an `int`: the most; of a `str`: how many characters it may have

From these alone a form makes its widgets and a profile its checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

from attrs import fields, frozen


@frozen
class NoOptions:
    """The options of a protocol that leaves nothing to choose."""


@frozen
class Option:
    """One thing to choose."""

    name: str
    """What a profile says."""

    kind: type
    """`str`, `int`, `bool` or an `Enum`."""

    default: Any
    title: str
    hint: str
    minimum: int
    maximum: int
    """The bounds as the metadata has them; 0 where it has none."""


def describe_options(options: type) -> tuple[Option, ...]:
    """The options of a class, in the order of its fields."""
    kinds = get_type_hints(options)
    return tuple(
        Option(
            name=each.name,
            kind=kinds[each.name],
            default=each.default,
            title=each.metadata["title"],
            hint=each.metadata["hint"],
            minimum=each.metadata.get("minimum", 0),
            maximum=each.metadata.get("maximum", 0),
        )
        for each in fields(options)
    )


def changed_options(options: type, values: Mapping[str, object]) -> dict[str, object]:
    """Those of `values` that are not what they are without being chosen."""
    defaults = {option.name: option.default for option in describe_options(options)}
    return {name: value for name, value in values.items() if value != defaults[name]}


# MERGED protocols/lesson: A protocol as a Twisted teacher would write it on a board: the catalog has one of each.
#
# A stand-alone script is made of it: see `app.codegen.script`. So a lesson is without types, without
# asserts, and without anything of Portdeck. What may be chosen about the protocol stands above it as
# constants, in capitals: `longest_line` is `LONGEST_LINE`.


@frozen
class ScriptSource:
    """The source of one class, and what it takes to run it."""

    protocol: str
    """The name of the class."""

    code: str
    """The class, and constants and functions above it. A `Protocol` keeps count of itself in
    `self.factory.numProtocols`."""

    imports: tuple[str, ...] = ()
    """Lines besides those for `reactor`, `Factory`, `Protocol` and `DatagramProtocol`."""

    shared: str = ""
    """What its factory has besides the count and the limit: the body of a class."""
