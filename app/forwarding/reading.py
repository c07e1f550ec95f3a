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

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from attrs import frozen

from app.forwarding.holding import Direction, HoldRule
from app.forwarding.rewriting import RewriteRule, check_rule
from app.rules.expression import Budget, Expression
from app.rules.reading import FRAMING_KEYS, Mistake, parse_framing
from app.rules.spec import MessageFraming, Unframed, Written, wildcard_parts
from app.rules.toml_values import Wrong, listed, number, text, truth, whole_number
from app.text.notation import Notation
from app.text.quoting import quoted, quoted_value
from app.text.sentence import Sentence

MAX_RULES: Final = 200
MAX_TEXT: Final = 64 * 1024
MAX_NAME: Final = 200
MAX_SECONDS: Final = 3600.0
MAX_HELD: Final = 10_000

REWRITE_KEYS: Final = ("name", "direction", "find", "regex", "replace", "enabled")
HOLD_KEYS: Final = ("direction", "contains", "regex", "seconds", "most", "enabled")
KEYS: Final = (*FRAMING_KEYS, "rewrite", "hold")

T = TypeVar("T")


@frozen
class Alterations:
    """What happens to messages on their way through a relay."""

    framing: MessageFraming = Unframed.CHUNK
    rewrites: tuple[RewriteRule, ...] = ()
    hold: HoldRule | None = None
    """`None` if nothing is held."""


def parse(table: Mapping[str, Any], path: str = "") -> Alterations | tuple[Mistake, ...]:
    """The alterations in `table`, or every mistake in it. `path` is where the table stands."""
    reader = _Reader()
    alterations = reader.alterations(table, path)
    return tuple(reader.mistakes) if reader.mistakes else alterations


class _Reader:
    """Reads values, and notes what is wrong with them instead of stopping there."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def alterations(self, table: Mapping[str, Any], path: str) -> Alterations:
        self._check_keys(table, KEYS, path)
        framing = parse_framing({"framing": "chunk", **table}, path)
        if isinstance(framing, tuple):
            self.mistakes += framing
            framing = Unframed.CHUNK
        hold = None
        if "hold" in table:
            hold = self._hold(table["hold"], _in(path, "hold"))
        rewrites = self._rewrites(table.get("rewrite", ()), _in(path, "rewrite"))
        return Alterations(framing, rewrites, hold)

    def _rewrites(self, value: object, path: str) -> tuple[RewriteRule, ...]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            self._note(
                path,
                Sentence(
                    "must-be-array-of-tables",
                    "must be an array of tables, not {value}",
                    value=quoted_value(value),
                ),
            )
            return ()
        if len(value) > MAX_RULES:
            self._note(
                path,
                Sentence(
                    "too-many-rules",
                    "there may be {max_rules} rules at most, not {count}",
                    max_rules=MAX_RULES,
                    count=len(value),
                ),
            )
            return ()
        rules = (self._rewrite(each, f"{path}[{index}]") for index, each in enumerate(value))
        return tuple(rule for rule in rules if rule is not None)

    def _rewrite(self, table: object, path: str) -> RewriteRule | None:
        if not isinstance(table, Mapping):
            self._note(
                path,
                Sentence(
                    "must-be-table-not", "must be a table, not {value}", value=quoted_value(table)
                ),
            )
            return None
        self._check_keys(table, REWRITE_KEYS, path)
        if ("find" in table) == ("regex" in table):
            self._note(
                path,
                Sentence("rewrite-needs-find", "needs one of find and regex: what is replaced"),
            )
        if "replace" not in table:
            self._note(
                _in(path, "replace"),
                Sentence("rewrite-needs-replace", 'is missing; write "" to remove what is found'),
            )
        noted = len(self.mistakes)
        replace = self._value(table, "replace", path, _replacement, Written(""))
        rule = RewriteRule(
            directions=self._value(table, "direction", path, _directions, _BOTH),
            replace=replace.text,
            notation=replace.notation,
            find=self._value(table, "find", path, _bytes, b""),
            regex=self._value(table, "regex", path, _not_empty, ""),
            name=self._value(table, "name", path, text(MAX_NAME), ""),
            enabled=self._value(table, "enabled", path, truth, True),
        )
        if len(self.mistakes) == noted and (rule.find or rule.regex):
            self._check_rule(rule, path)
        return rule

    def _check_rule(self, rule: RewriteRule, path: str) -> None:
        if rule.regex and not self._is_expression(rule.regex, _in(path, "regex")):
            return
        try:
            check_rule(rule)
        except ValueError as error:
            self._note(_in(path, "replace"), str(error))

    def _hold(self, table: object, path: str) -> HoldRule | None:
        if not isinstance(table, Mapping):
            self._note(
                path,
                Sentence(
                    "must-be-table-not", "must be a table, not {value}", value=quoted_value(table)
                ),
            )
            return None
        self._check_keys(table, HOLD_KEYS, path)
        if "contains" in table and "regex" in table:
            self._note(
                path, Sentence("hold-two-matchers", "has contains and regex; keep one of them")
            )
        directions = self._value(table, "direction", path, _directions, _BOTH)
        contains = self._value(table, "contains", path, _bytes, b"")
        regex = self._value(table, "regex", path, _not_empty, "")
        seconds = self._value(table, "seconds", path, number(0.1, MAX_SECONDS), 60.0)
        most = self._value(table, "most", path, whole_number(1, MAX_HELD), 500)
        is_enabled = self._value(table, "enabled", path, truth, True)
        if regex and not self._is_expression(regex, _in(path, "regex")):
            return None
        matches = _filter(directions, contains, Expression(regex) if regex else None)
        return HoldRule(matches, seconds, most) if is_enabled else None

    def _is_expression(self, source: str, path: str) -> bool:
        try:
            Expression(source)
        except ValueError as error:
            self._note(path, str(error))
            return False
        return True

    def _value(
        self,
        table: Mapping[str, Any],
        key: str,
        path: str,
        rule: Callable[[Any], T],
        default: T,
    ) -> T:
        if key not in table:
            return default
        try:
            return rule(table[key])
        except ValueError as error:
            self._note(_in(path, key), str(error))
            return default

    def _check_keys(self, table: Mapping[str, Any], known: Sequence[str], path: str) -> None:
        for key in table:
            if key not in known:
                self._note(
                    path,
                    Sentence(
                        "unknown-key-known",
                        "unknown key {key}; there are {known}",
                        key=quoted(key),
                        known=listed(known),
                    ),
                )

    def _note(self, path: str, message: str) -> None:
        self.mistakes.append(Mistake(path, message))


_BOTH: Final = frozenset(Direction)


def _directions(value: object) -> frozenset[Direction]:
    if value == "both":
        return _BOTH
    for direction in Direction:
        if value == direction.value:
            return frozenset({direction})
    raise Wrong(
        Sentence(
            "direction-wrong",
            "must be one of in, out, both, not {value}",
            value=quoted_value(value),
        )
    )


def _written(value: object) -> Written:
    if isinstance(value, Mapping):
        if set(value) != {"hex"}:
            raise Wrong(
                Sentence(
                    "must-be-text-or-bytes",
                    'must be text or {{ hex = "00 01" }}, not {value}',
                    value=listed(value),
                )
            )
        return Written(text(MAX_TEXT)(value["hex"]), Notation.HEX)
    return Written(text(MAX_TEXT)(value))


def _replacement(value: object) -> Written:
    return _written(value)


def _bytes(value: object) -> bytes:
    parts = wildcard_parts(_written(value))
    if len(parts) != 1 or not isinstance(parts[0], bytes) or not parts[0]:
        raise Wrong(
            Sentence("delimiter-wrong", "must be at least one byte, and none of them a wildcard")
        )
    return parts[0]


def _not_empty(value: object) -> str:
    source = text(MAX_TEXT)(value)
    if not source:
        raise Wrong(Sentence("must-not-be-empty", "must not be empty"))
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


def _in(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
