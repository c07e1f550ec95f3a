"""From the tables of a profile to what changes the messages of a relay, with every mistake at its
path.

    framing = "line"                 # chunk unless it is written; as for replies by rule

    [[listener.options.rewrite]]
    name = "host"
    direction = "in"                 # in (from the client), out (from the target), both
    regex = '^Host: (.*)$'           # or find = "bytes", or find = { hex = "00 01" }
    replace = "Host: example.org"    # text with {1} and variables, or { hex = "…" }
    enabled = true

    [listener.options.hold]
    direction = "both"
    regex = "password"               # or contains = "bytes"; without any of them every message
    seconds = 60                     # then it passes on as it is
    most = 500                       # messages; with one more the oldest passes on
    enabled = true
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from attrs import frozen

from app.forwarding.holding import Direction, HoldRule
from app.forwarding.rewriting import RewriteRule, check_rule
from app.rules.expression import Budget, Expression
from app.rules.reading import FRAMING_KEYS, parse_framing
from app.rules.spec import MessageFraming, Unframed, Written, wildcard_parts
from app.rules.toml_values import (
    NO_BYTES,
    TableReader,
    Wrong,
    number,
    read_table,
    rule_tables,
    text,
    truth,
    whole_number,
)
from app.text.notation import Notation
from app.text.problems import Problem, join_path, listed, must_be_one_of
from app.text.sentence import Sentence

MAX_RULES: Final = 200
MAX_TEXT: Final = 64 * 1024
MAX_NAME: Final = 200
MAX_SECONDS: Final = 3600.0
MAX_HELD: Final = 10_000

REWRITE_KEYS: Final = ("name", "direction", "find", "regex", "replace", "enabled")
HOLD_KEYS: Final = ("direction", "contains", "regex", "seconds", "most", "enabled")
KEYS: Final = (*FRAMING_KEYS, "rewrite", "hold")


@frozen
class Alterations:
    """What happens to messages on their way through a relay."""

    framing: MessageFraming = Unframed.CHUNK
    rewrites: tuple[RewriteRule, ...] = ()
    hold: HoldRule | None = None
    """`None` if nothing is held."""


def parse(
    table: Mapping[str, Any], path: str = "", others: Iterable[str] = ()
) -> Alterations | tuple[Problem, ...]:
    """The alterations in `table`, or every mistake in it. `path` is where the table stands.

    `others` are keys that are read elsewhere. An unknown one may be meant as one of them.
    """
    reader = _Reader()
    reader.check_keys(table, (*others, *KEYS), path)
    alterations = reader.alterations(table, path)
    return tuple(reader.problems) if reader.problems else alterations


class _Reader(TableReader):
    def alterations(self, table: Mapping[str, Any], path: str) -> Alterations:
        framing = parse_framing({"framing": "chunk", **table}, path)
        if isinstance(framing, tuple):
            self.problems += framing
            framing = Unframed.CHUNK
        hold = None
        if "hold" in table:
            hold = self._hold(table["hold"], join_path(path, "hold"))
        rewrites = self._rewrites(table.get("rewrite", ()), join_path(path, "rewrite"))
        return Alterations(framing, rewrites, hold)

    def _rewrites(self, value: object, path: str) -> tuple[RewriteRule, ...]:
        nothing: tuple[object, ...] = ()
        tables = self.attempt(rule_tables(MAX_RULES), value, path, nothing)
        rules = (self._rewrite(each, f"{path}[{index}]") for index, each in enumerate(tables))
        return tuple(rule for rule in rules if rule is not None)

    def _rewrite(self, value: object, path: str) -> RewriteRule | None:
        table = self.attempt(read_table, value, path, None)
        if table is None:
            return None
        self.check_keys(table, REWRITE_KEYS, path)
        if ("find" in table) == ("regex" in table):
            self.note(
                path,
                Sentence("rewrite-needs-find", "needs one of find and regex: what is replaced"),
            )
        if "replace" not in table:
            self.note(
                join_path(path, "replace"),
                Sentence("rewrite-needs-replace", 'is missing; write "" to remove what is found'),
            )
        noted = len(self.problems)
        replace = self.optional(table, "replace", path, _replacement, Written(""))
        rule = RewriteRule(
            directions=self.optional(table, "direction", path, _directions, _BOTH),
            replace=replace.text,
            notation=replace.notation,
            find=self.optional(table, "find", path, _bytes, b""),
            regex=self.optional(table, "regex", path, _not_empty, ""),
            name=self.optional(table, "name", path, text(MAX_NAME), ""),
            enabled=self.optional(table, "enabled", path, truth, True),
        )
        if len(self.problems) == noted and (rule.find or rule.regex):
            self._check_rule(rule, path)
        return rule

    def _check_rule(self, rule: RewriteRule, path: str) -> None:
        if rule.regex and not self._is_expression(rule.regex, join_path(path, "regex")):
            return
        try:
            check_rule(rule)
        except ValueError as error:
            self.note(join_path(path, "replace"), str(error))

    def _hold(self, value: object, path: str) -> HoldRule | None:
        table = self.attempt(read_table, value, path, None)
        if table is None:
            return None
        self.check_keys(table, HOLD_KEYS, path)
        if "contains" in table and "regex" in table:
            self.note(
                path, Sentence("hold-two-matchers", "has contains and regex; keep one of them")
            )
        directions = self.optional(table, "direction", path, _directions, _BOTH)
        contains = self.optional(table, "contains", path, _bytes, b"")
        regex = self.optional(table, "regex", path, _not_empty, "")
        seconds = self.optional(table, "seconds", path, number(0.1, MAX_SECONDS), 60.0)
        most = self.optional(table, "most", path, whole_number(1, MAX_HELD), 500)
        is_enabled = self.optional(table, "enabled", path, truth, True)
        if regex and not self._is_expression(regex, join_path(path, "regex")):
            return None
        matches = _filter(directions, contains, Expression(regex) if regex else None)
        return HoldRule(matches, seconds, most) if is_enabled else None

    def _is_expression(self, source: str, path: str) -> bool:
        try:
            Expression(source)
        except ValueError as error:
            self.note(path, str(error))
            return False
        return True


_BOTH: Final = frozenset(Direction)


def _directions(value: object) -> frozenset[Direction]:
    if value == "both":
        return _BOTH
    for direction in Direction:
        if value == direction.value:
            return frozenset({direction})
    raise Wrong(must_be_one_of((*(each.value for each in Direction), "both"), value))


def _written(value: object) -> Written:
    if isinstance(value, Mapping):
        if set(value) != {"hex"}:
            raise Wrong(
                "must-be-text-or-bytes",
                'must be text or {{ hex = "00 01" }}, not {value}',
                value=listed(value),
            )
        return Written(text(MAX_TEXT)(value["hex"]), Notation.HEX)
    return Written(text(MAX_TEXT)(value))


def _replacement(value: object) -> Written:
    return _written(value)


def _bytes(value: object) -> bytes:
    parts = wildcard_parts(_written(value))
    if len(parts) != 1 or not isinstance(parts[0], bytes) or not parts[0]:
        raise Wrong(NO_BYTES)
    return parts[0]


def _not_empty(value: object) -> str:
    source = text(MAX_TEXT)(value)
    if not source:
        raise Wrong("must-not-be-empty", "must not be empty")
    return source


def _filter(
    directions: frozenset[Direction], contains: bytes, expression: Expression | None
) -> Callable[[Direction, bytes], bool]:
    """Whether a message is held. An expression that takes too long holds it."""

    def matches(direction: Direction, message: bytes) -> bool:
        if direction not in directions:
            return False
        if expression is None:
            return contains in message
        try:
            return expression.search(message, Budget.full()) is not None
        except TimeoutError:
            return True

    return matches
