"""The definition of one protocol of the catalog: its names, its options, and how to build it.

Each protocol file has one `DEFINITION`. A form makes its widgets from it, a profile its checks, and
*Copy as* a stand-alone script.

A protocol with options has a frozen attrs class for them. Each field is a `str`, `int`, `bool` or
an `Enum` whose values are texts, and is made with `option`.

A protocol whose options are tables within tables has `TableOptions` beside that. Its class then has
one more field, `tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, get_type_hints

from attrs import field, fields, frozen
from twisted.internet.interfaces import IProtocolFactory, IReactorTime
from twisted.internet.protocol import DatagramProtocol

from app.faults.spec import TransportKind
from app.text.problems import Problem
from app.text.sentence import SentenceError

Options = TypeVar("Options")
Value = TypeVar("Value")


class OptionError(SentenceError):
    """An option that the listener cannot start with. The text is a sentence for the user."""


LoadFunctions = Callable[[Iterable[str]], Mapping[str, Callable[..., object]]]
"""Loads functions of the user, such as `rules.py:answer`, from the code as it is now, by their
names. Raises `ValueError` with a sentence."""


class ListenerContext(NamedTuple):
    """The surroundings of one listener, for protocols that need more than their options."""

    clock: IReactorTime

    folder: Path = Path()
    """The folder of the profile. Relative paths in the options start here."""

    name: str = ""
    """The name of the listener, for messages in the log."""

    load_functions: LoadFunctions | None = None
    """`None` where there is no user code."""


Tables = Mapping[str, Any]
"""Options in the plain values of a profile."""


class TableOptions(NamedTuple):
    """The options of a protocol that no attrs class can describe."""

    read: Callable[[Tables, str], Tables | tuple[Problem, ...]]
    """Checks the keys that the options class does not have, at a path. Gives the values to keep,
    without those that are the default, or every mistake in them."""

    hint: str
    """Tells where they can be changed, in a form that does not ask for them."""

    lists: tuple[str, ...] = ()
    """The keys of lists of tables, which a profile has as `[[listener.options.KEY]]`."""


@frozen
class NoOptions:
    """The options class of a protocol that has none."""


class ScriptSource(NamedTuple):
    """A protocol as a Twisted tutorial would show it; `app.codegen.script` makes a script of it.

    It has no types, no asserts and nothing of Portdeck. The options stand above it as constants in
    capitals: `longest_line` is `LONGEST_LINE`.
    """

    protocol: str
    """The name of the class."""

    code: str
    """The class, with its constants and functions above it. A `Protocol` counts itself in
    `self.factory.numProtocols`."""

    imports: tuple[str, ...] = ()
    """Import lines besides those of `reactor`, `Factory`, `Protocol` and `DatagramProtocol`."""

    shared: str = ""
    """More members of the factory class, besides the count and the limit."""


@frozen
class DatagramDefinition(Generic[Options]):
    """The same protocol over UDP."""

    summary: str
    """What it does, in one sentence."""

    build: Callable[[Options, ListenerContext], DatagramProtocol]
    """Makes the protocol of one listener. Called at every start."""

    script: ScriptSource | None
    """`None` if no script does the same without Portdeck."""

    change: Callable[[DatagramProtocol, Options, ListenerContext], None] | None = None
    """Gives a running protocol other options; see `ProtocolDefinition.change`."""


@frozen
class ProtocolDefinition(Generic[Options]):
    """One protocol of the catalog."""

    name: str
    """The name in a profile and on the command line: lower case, no spaces."""

    title: str
    """The name in the window."""

    summary: str
    """What it does, in one sentence."""

    port: int
    """The port that a new listener is offered. It is above 1023, which needs no privileges."""

    options: type[Options]
    """A frozen attrs class, as the module docstring describes it."""

    build: Callable[[Options, ListenerContext], IProtocolFactory]
    """Makes the factory of one listener. Called at every start, as a factory holds shared state."""

    script: ScriptSource | None
    """`None` if no script does the same without Portdeck."""

    datagrams: DatagramDefinition[Options] | None = None
    """The same over UDP; `None` if the protocol needs connections."""

    tables: TableOptions | None = None
    """The rest of the options; `None` if the class has all of them."""

    change: Callable[[Any, Options, ListenerContext], None] | None = None
    """Gives a running factory other options, and loads the user's code again. Connections stay.
    Raises `ValueError` with a sentence; nothing is changed then. `None` if a restart is needed."""

    target_transport: Callable[[Options, bool], TransportKind] | None = None
    """How it reaches the targets of clients, which come over UDP or not. `None` if it forwards
    nobody."""

    @property
    def lists(self) -> tuple[str, ...]:
        """The options that are lists of tables."""
        return () if self.tables is None else self.tables.lists

    def make_options(self, values: Mapping[str, Any]) -> Options:
        """The options for the `values` of a spec."""
        if self.tables is None:
            return self.options(**values)
        own = {option.name for option in describe_options(self.options)}
        rest = {name: value for name, value in values.items() if name not in own}
        single = {name: value for name, value in values.items() if name in own}
        kind: Any = self.options
        options: Options = kind(**single, tables=rest)
        return options


class Option(NamedTuple):
    """One field of an options class."""

    name: str
    """The key in a profile."""

    kind: type
    """`str`, `int`, `bool` or an `Enum`."""

    default: Any
    title: str
    """The label of the field in a form."""

    hint: str
    """One more sentence for the user."""

    minimum: int = 0
    """The lower bound of an `int`."""

    maximum: int = 0
    """The upper bound of an `int`; the longest `str`, in characters."""

    unit: str = ""
    """The text behind an `int` in a form, such as ` s`."""

    check: Callable[[str], object] | None = None
    """Raises `ValueError` with a sentence for a wrong `str`."""

    is_path: bool = False
    """Whether the `str` is a path, which may start in the folder of the profile."""

    only_with: tuple[Enum, ...] = ()
    """The values of another option with which this one has an effect. Empty if it always has."""

    def is_used(self, values: Mapping[str, object]) -> bool:
        """Whether it has an effect beside `values`, which are by the names of their options and
        complete."""
        return not self.only_with or any(
            value is wanted for value in values.values() for wanted in self.only_with
        )


def option(default: Value, title: str, hint: str, **others: Any) -> Value:
    """A field of an options class. `others` are further fields of `Option`."""
    described: Value = field(default=default, metadata={"title": title, "hint": hint, **others})
    return described


def describe_options(options: type) -> tuple[Option, ...]:
    """The fields of an options class, in their order."""
    kinds = get_type_hints(options)
    return tuple(
        Option(each.name, kinds[each.name], each.default, **each.metadata)
        for each in fields(options)
        if each.metadata
    )


def changed_options(options: type, values: Mapping[str, object]) -> dict[str, object]:
    """The entries of `values` that differ from the defaults of the class `options`."""
    defaults = {option.name: option.default for option in describe_options(options)}
    return {name: value for name, value in values.items() if value != defaults.get(name)}
