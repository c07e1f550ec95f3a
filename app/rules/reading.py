"""From the tables of a profile to a rule set, with every mistake at its path."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from app.rules.matching import captured_names
from app.rules.rendering import ReadyReply, ReplyError
from app.rules.spec import (
    Action,
    Matcher,
    MessageFraming,
    Order,
    PythonMatcher,
    Reply,
    Rule,
    RuleSet,
    Target,
    Unframed,
    Unmatched,
)
from app.rules.template import Scope
from app.rules.toml_values import (
    MATCHER_RULES,
    MAX_NAME,
    TableReader,
    choice,
    member,
    number,
    read_delay,
    read_delimiter,
    read_nothing,
    read_reply,
    read_table,
    read_unmatched,
    rule_tables,
    text,
    truth,
    whole_number,
)
from app.text.problems import Problem, join_path, must_be_one_of
from app.text.sentence import quoted, quoted_value
from app.traffic.framing import Delimited, FixedLength, LengthPrefix, Lines, Netstrings

MAX_RULES: Final = 1000
MAX_REPLIES: Final = 1000
MIN_EVERY: Final = 0.01
MAX_EVERY: Final = 86_400.0
MAX_TIMES: Final = 1_000_000_000
MAX_SIZE: Final = 256 * 1024

MATCHERS: Final = ("equals", "starts", "ends", "contains", "regex", "any", "python")
FRAMINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "chunk": (),
    "line": (),
    "delimiter": ("delimiter",),
    "fixed": ("size",),
    "length-prefix": ("width", "order", "counts_itself"),
    "netstring": (),
    "datagram": (),
}
"""The names of framings, with the keys that each of them has beside it."""

FRAMING_KEYS: Final = (
    "framing",
    "delimiter",
    "size",
    "width",
    "order",
    "counts_itself",
)
SET_KEYS: Final = (*FRAMING_KEYS, "greeting", "unmatched", "rule")
RULE_KEYS: Final = (
    "name", *MATCHERS, "every", "state", "then", "reply", "replies", "order", "delay", "action",
    "to", "times", "framed", "enabled",
)  # fmt: skip

T = TypeVar("T")


def parse(table: Mapping[str, Any], path: str = "") -> RuleSet | tuple[Problem, ...]:
    """The rule set in `table`, or every mistake in it. `path` is where the table stands."""
    reader = _Reader()
    ruleset = reader.rule_set(table, path)
    return tuple(reader.problems) if reader.problems else ruleset


def parse_framing(table: Mapping[str, Any], path: str = "") -> MessageFraming | tuple[Problem, ...]:
    """The framing in `table`, which may have other keys too, or every mistake in it."""
    reader = _Reader()
    framing = reader.framing(table, path)
    return tuple(reader.problems) if framing is None or reader.problems else framing


class _Reader(TableReader):
    def __init__(self) -> None:
        super().__init__()
        self._chance = random.Random(0)

    def rule_set(self, table: Mapping[str, Any], path: str) -> RuleSet:
        self.check_keys(table, SET_KEYS, path)
        framing = self.framing(table, path)
        nothing: Reply = ()
        greeting = self.optional(table, "greeting", path, read_reply, nothing)
        if greeting and framing is Unframed.DATAGRAM:
            self.note(
                join_path(path, "greeting"),
                "no-greeting-over-udp",
                "datagrams have no connections to greet; remove it",
            )
        self._check_reply(greeting, Scope(), join_path(path, "greeting"))
        ignore: Unmatched | Reply = Unmatched.IGNORE
        unmatched = self.optional(table, "unmatched", path, read_unmatched, ignore)
        if isinstance(unmatched, tuple):
            scope = Scope(captures=frozenset({"0"}))
            self._check_reply(unmatched, scope, join_path(path, "unmatched"))
        rules = self._rules(table.get("rule", ()), framing, join_path(path, "rule"))
        return RuleSet(framing or Lines(), greeting, unmatched, rules)

    # Framing

    def framing(self, table: Mapping[str, Any], path: str) -> MessageFraming | None:
        """`None` if it is wrong."""
        name = table.get("framing", "line")
        place = join_path(path, "framing")
        if not isinstance(name, str) or name not in FRAMINGS:
            self.note(place, must_be_one_of(FRAMINGS, name))
            return None
        parameters = {key for keys in FRAMINGS.values() for key in keys}
        for key in sorted(parameters & table.keys() - set(FRAMINGS[name])):
            self.note(
                join_path(path, key),
                "no-meaning-with-framing",
                "has no meaning with framing {name}; remove it",
                name=quoted(name),
            )
        match name:
            case "chunk" | "datagram":
                return Unframed(name)
            case "line":
                return Lines()
            case "netstring":
                return Netstrings()
            case "delimiter":
                delimiter = self._required(table, name, "delimiter", path, read_delimiter)
                return Delimited(delimiter) if delimiter else None
            case "fixed":
                size = self._required(table, name, "size", path, whole_number(1, MAX_SIZE))
                return FixedLength(size) if size else None
        return self._length_prefix(table, name, path)

    def _length_prefix(
        self, table: Mapping[str, Any], name: str, path: str
    ) -> MessageFraming | None:
        width = self._required(table, name, "width", path, choice(1, 2, 4))
        order = self.optional(table, "order", path, choice("big", "little"), "big")
        counts = self.optional(table, "counts_itself", path, truth, False)
        return LengthPrefix(width, order, counts) if width else None  # type: ignore[arg-type]

    # Rules

    def _rules(self, value: object, framing: MessageFraming | None, path: str) -> tuple[Rule, ...]:
        nothing: tuple[object, ...] = ()
        rules: list[Rule] = []
        for index, each in enumerate(self.attempt(rule_tables(MAX_RULES), value, path, nothing)):
            place = f"{path}[{index}]"
            table = self.attempt(read_table, each, place, None)
            if table is not None:
                rules.append(self._rule(table, framing, place))
        return tuple(rules)

    def _rule(self, table: Mapping[str, Any], framing: MessageFraming | None, path: str) -> Rule:
        self.check_keys(table, RULE_KEYS, path)
        noted = len(self.problems)
        matcher = self._matcher(table, path)
        every = self.optional(table, "every", path, number(MIN_EVERY, MAX_EVERY), 0.0)
        is_matcher_right = len(self.problems) == noted
        rule = Rule(
            matcher=matcher,
            name=self.optional(table, "name", path, text(MAX_NAME), ""),
            state=self.optional(table, "state", path, text(MAX_NAME), None),
            then=self.optional(table, "then", path, text(MAX_NAME), None),
            replies=self._replies(table, path),
            order=self.optional(table, "order", path, member(Order), Order.REPEAT),
            delay=self.optional(table, "delay", path, read_delay, (0.0, 0.0)),
            every=every,
            action=self.optional(table, "action", path, member(Action), None),
            to=self.optional(table, "to", path, member(Target), Target.PEER),
            times=self.optional(table, "times", path, whole_number(1, MAX_TIMES), 0),
            framed=self.optional(table, "framed", path, truth, False),
            enabled=self.optional(table, "enabled", path, truth, True),
        )
        self._check_together(rule, table, path)
        if is_matcher_right:
            self._check_replies(rule, table, framing, path)
        return rule

    def _matcher(self, table: Mapping[str, Any], path: str) -> Matcher | None:
        given = [key for key in (*MATCHERS, "every") if key in table]
        if len(given) != 1:
            known = ", ".join((*MATCHERS, "every"))
            if given:
                self.note(
                    path,
                    "rule-two-matchers",
                    "has {known}; keep one of them",
                    known=" and ".join(given),
                )
            else:
                self.note(
                    path,
                    "rule-no-matcher",
                    "says nothing of when it applies; write one of {known}",
                    known=known,
                )
            return None
        key = given[0]
        return self.optional(table, key, path, MATCHER_RULES.get(key, read_nothing), None)

    def _check_together(self, rule: Rule, table: Mapping[str, Any], path: str) -> None:
        if "reply" in table and "replies" in table:
            self.note(
                join_path(path, "replies"),
                "rule-reply-twice",
                "there is a reply beside it; keep one of them",
            )
        if "order" in table and "replies" not in table:
            self.note(
                join_path(path, "order"),
                "rule-order-without-replies",
                "has a meaning with replies only; remove it",
            )
        if rule.every and rule.to is not Target.PEER:
            self.note(
                join_path(path, "to"),
                "rule-to-without-meaning",
                "every connection gets the replies of this rule anyway; remove it",
            )
        if isinstance(rule.matcher, PythonMatcher):
            for key in ("reply", "replies"):
                if key in table:
                    self.note(
                        join_path(path, key),
                        "rule-function-replies",
                        "the function gives the reply; remove it",
                    )

    # Replies

    def _replies(self, table: Mapping[str, Any], path: str) -> tuple[Reply, ...]:
        nothing: Reply = ()
        if "replies" not in table:
            reply = self.optional(table, "reply", path, read_reply, nothing)
            return (reply,) if reply else ()
        value, place = table["replies"], join_path(path, "replies")
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_REPLIES:
            self.note(
                place,
                "replies-count-wrong",
                "must be an array of 1 to {most} replies, not {value}",
                most=MAX_REPLIES,
                value=quoted_value(value),
            )
            return ()
        replies = [
            self.attempt(read_reply, each, f"{place}[{i}]", nothing) for i, each in enumerate(value)
        ]
        return tuple(replies)

    def _check_replies(
        self,
        rule: Rule,
        table: Mapping[str, Any],
        framing: MessageFraming | None,
        path: str,
    ) -> None:
        scope = Scope(captures=captured_names(rule.matcher))
        frame = framing if rule.framed else None
        for index, reply in enumerate(rule.replies):
            place = f"{path}.replies[{index}]" if "replies" in table else f"{path}.reply"
            self._check_reply(reply, scope, place, frame)

    def _check_reply(
        self,
        reply: Reply,
        scope: Scope,
        path: str,
        framing: MessageFraming | None = None,
    ) -> None:
        try:
            ReadyReply(reply, scope, chance=self._chance, framing=framing)
        except ReplyError as error:
            is_list = error.piece is not None and len(reply) > 1
            self.note(f"{path}[{error.piece}]" if is_list else path, str(error))

    # Values

    def _required(
        self,
        table: Mapping[str, Any],
        framing: str,
        key: str,
        path: str,
        rule: Callable[[Any], T],
    ) -> T | None:
        if key not in table:
            self.note(
                join_path(path, key),
                "framing-needs-key",
                "is missing; framing {framing} needs it",
                framing=quoted(framing),
            )
            return None
        return self.optional(table, key, path, rule, None)
