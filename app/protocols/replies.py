"""Replies: answers messages by a list of rules, over connections and over UDP.

The rules themselves are `app.rules`. It is imported late, as the regular expressions are slow to
import and few listeners need them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.protocol import DatagramProtocol

from app.protocols.definition import (
    DatagramDefinition,
    ListenerContext,
    OptionError,
    ProtocolDefinition,
    TableOptions,
    Tables,
)
from app.text.problems import Problem

if TYPE_CHECKING:
    from app.rules.responder import LoadFunction, Surroundings
    from app.rules.spec import RuleSet


@frozen
class RepliesOptions:
    """The rules in plain values. `_read_tables` has checked them."""

    tables: Mapping[str, Any] = field(factory=dict)


def _read_tables(table: Tables, path: str) -> Tables | tuple[Problem, ...]:
    """The rules in `table` as `to_toml_tables` writes them, or every mistake."""
    if not table:
        return {}
    from app.rules.reading import parse
    from app.rules.writing import to_toml_tables

    result = parse(table, path)
    if isinstance(result, tuple):
        return result
    default = ("framing", "line")  # applies if none is written
    return {key: value for key, value in to_toml_tables(result).items() if (key, value) != default}


def _ruleset(options: RepliesOptions) -> RuleSet:
    """The rules in `options`. Raises `OptionError` with every mistake."""
    from app.rules.reading import parse

    result = parse(options.tables)
    if isinstance(result, tuple):
        raise OptionError("; ".join(map(str, result)))
    return result


def _loader(ruleset: RuleSet, context: ListenerContext) -> LoadFunction | None:
    """Loads all functions of `ruleset` now. Raises `ValueError` with a sentence."""
    from app.rules.spec import PythonMatcher

    if context.load_functions is None:
        return None
    matchers = (rule.matcher for rule in ruleset.rules)
    names = [each.reference for each in matchers if isinstance(each, PythonMatcher)]
    return context.load_functions(names).__getitem__


def _surroundings(ruleset: RuleSet, context: ListenerContext) -> Surroundings:
    from app.rules.responder import Surroundings

    return Surroundings(
        context.clock,
        folder=context.folder,
        load_function=_loader(ruleset, context),
        name=context.name,
        number_of=lambda transport: getattr(transport, "number", None),
    )


def _build(options: RepliesOptions, context: ListenerContext) -> IProtocolFactory:
    from app.rules.protocol import RepliesFactory

    ruleset = _ruleset(options)
    return RepliesFactory(ruleset, _surroundings(ruleset, context))


def _build_datagrams(options: RepliesOptions, context: ListenerContext) -> DatagramProtocol:
    from app.rules.protocol import RepliesDatagrams

    ruleset = _ruleset(options)
    return RepliesDatagrams(ruleset, _surroundings(ruleset, context))


def _change(running: Any, options: RepliesOptions, context: ListenerContext) -> None:
    """Go on with other rules. Raises `ValueError` with a sentence, and the old ones go on."""
    ruleset = _ruleset(options)
    running.replace(ruleset, _loader(ruleset, context))


DEFINITION = ProtocolDefinition(
    name="replies",
    title="Replies by rule",
    summary="Answers each message as the first rule that matches it says.",
    port=8029,
    options=RepliesOptions,
    build=_build,
    script=None,
    datagrams=DatagramDefinition(
        "Answers each datagram as the first rule that matches it says.",
        _build_datagrams,
        script=None,
        change=_change,
    ),
    tables=TableOptions(
        _read_tables,
        "The rules are edited in a window of their own: choose Listener, Rules.",
        lists=("rule",),
    ),
    change=_change,
)
