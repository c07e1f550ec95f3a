"""The rules of `app.rules` as options of a protocol: read, built, and changed while it runs."""

from __future__ import annotations

from typing import Any

from app.protocols.definition import ListenerContext, OptionError, Tables
from app.protocols.replies.options import RepliesOptions
from app.rules.link import LoadFunction, Surroundings
from app.rules.protocol import RepliesDatagrams, RepliesFactory
from app.rules.reading import parse
from app.rules.spec import PythonMatcher, RuleSet
from app.rules.writing import to_toml_tables
from app.text.problems import Problem


def read_tables(table: Tables, path: str) -> Tables | tuple[Problem, ...]:
    """The rules in `table` as `to_toml_tables` writes them, or every mistake."""
    result = parse(table, path)
    if isinstance(result, tuple):
        return result
    return _without_default(to_toml_tables(result))


def _without_default(table: dict[str, Any]) -> dict[str, Any]:
    """`table` without the framing that applies if none is written."""
    return {key: value for key, value in table.items() if (key, value) != ("framing", "line")}


def _ruleset(options: RepliesOptions) -> RuleSet:
    """The rules in `options`. Raises `OptionError` with every mistake."""
    result = parse(options.tables)
    if isinstance(result, tuple):
        raise OptionError("; ".join(map(str, result)))
    return result


def _loader(ruleset: RuleSet, context: ListenerContext) -> LoadFunction | None:
    """Loads all functions of `ruleset` now. Raises `ValueError` with a sentence."""
    if context.load_functions is None:
        return None
    matchers = (rule.matcher for rule in ruleset.rules)
    names = [each.reference for each in matchers if isinstance(each, PythonMatcher)]
    return context.load_functions(names).__getitem__


def _surroundings(ruleset: RuleSet, context: ListenerContext) -> Surroundings:
    return Surroundings(
        context.clock,
        folder=context.folder,
        load_function=_loader(ruleset, context),
        name=context.name,
        number_of=lambda transport: getattr(transport, "number", None),
    )


def build_factory(options: RepliesOptions, context: ListenerContext) -> RepliesFactory:
    """The factory of one listener. Raises `ValueError` with a sentence."""
    ruleset = _ruleset(options)
    return RepliesFactory(ruleset, _surroundings(ruleset, context))


def build_datagrams(options: RepliesOptions, context: ListenerContext) -> RepliesDatagrams:
    """The protocol of one UDP listener. Raises `ValueError` with a sentence."""
    ruleset = _ruleset(options)
    return RepliesDatagrams(ruleset, _surroundings(ruleset, context))


def change(
    running: RepliesFactory | RepliesDatagrams, options: RepliesOptions, context: ListenerContext
) -> None:
    """Go on with other rules. Raises `ValueError` with a sentence, and the old ones go on."""
    ruleset = _ruleset(options)
    running.replace(ruleset, _loader(ruleset, context))
