"""From the tables of a profile to a rule set, with every mistake at its path."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from attrs import frozen

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
    choice,
    listed,
    member,
    number,
    read_delay,
    read_delimiter,
    read_nothing,
    read_reply,
    read_unmatched,
    text,
    truth,
    whole_number,
)
from app.text.quoting import quoted, quoted_value
from app.text.sentence import Sentence, composed
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


@frozen
class Mistake:
    """One mistake, and what to do about it."""

    path: str
    """Where: `rule[2].regex`, counted from 0, behind the prefix that `parse` was given."""

    message: str

    def __str__(self) -> str:
        if not self.path:
            return self.message
        return composed("{path}: {message}", path=self.path, message=self.message)


def parse(table: Mapping[str, Any], path: str = "") -> RuleSet | tuple[Mistake, ...]:
    """The rule set in `table`, or every mistake in it. `path` is where the table stands."""
    reader = _Reader()
    ruleset = reader.rule_set(table, path)
    return tuple(reader.mistakes) if reader.mistakes else ruleset


def parse_framing(table: Mapping[str, Any], path: str = "") -> MessageFraming | tuple[Mistake, ...]:
    """The framing in `table`, which may have other keys too, or every mistake in it."""
    reader = _Reader()
    framing = reader.framing(table, path)
    return tuple(reader.mistakes) if framing is None or reader.mistakes else framing


class _Reader:
    """Reads values, and notes what is wrong with them instead of stopping there."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self._chance = random.Random(0)

    def rule_set(self, table: Mapping[str, Any], path: str) -> RuleSet:
        self._check_keys(table, SET_KEYS, path)
        framing = self.framing(table, path)
        nothing: Reply = ()
        greeting = self._optional(table, "greeting", path, read_reply, nothing)
        if greeting and framing is Unframed.DATAGRAM:
            self._note(
                _in(path, "greeting"),
                Sentence(
                    "no-greeting-over-udp",
                    "datagrams have no connections to greet; remove it",
                ),
            )
        self._check_reply(greeting, Scope(), _in(path, "greeting"))
        ignore: Unmatched | Reply = Unmatched.IGNORE
        unmatched = self._optional(table, "unmatched", path, read_unmatched, ignore)
        if isinstance(unmatched, tuple):
            scope = Scope(captures=frozenset({"0"}))
            self._check_reply(unmatched, scope, _in(path, "unmatched"))
        rules = self._rules(table.get("rule", ()), framing, _in(path, "rule"))
        return RuleSet(framing or Lines(), greeting, unmatched, rules)

    # Framing

    def framing(self, table: Mapping[str, Any], path: str) -> MessageFraming | None:
        """`None` if it is wrong."""
        name = table.get("framing", "line")
        place = _in(path, "framing")
        if not isinstance(name, str) or name not in FRAMINGS:
            self._note(
                place,
                Sentence(
                    "must-be-one-of",
                    "must be one of {known}, not {value}",
                    known=listed(FRAMINGS),
                    value=quoted_value(name),
                ),
            )
            return None
        parameters = {key for keys in FRAMINGS.values() for key in keys}
        for key in sorted(parameters & table.keys() - set(FRAMINGS[name])):
            self._note(
                _in(path, key),
                Sentence(
                    "no-meaning-with-framing",
                    "has no meaning with framing {name}; remove it",
                    name=quoted(name),
                ),
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
        order = self._optional(table, "order", path, choice("big", "little"), "big")
        counts = self._optional(table, "counts_itself", path, truth, False)
        return LengthPrefix(width, order, counts) if width else None  # type: ignore[arg-type]

    # Rules

    def _rules(self, value: object, framing: MessageFraming | None, path: str) -> tuple[Rule, ...]:
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
        rules: list[Rule] = []
        for index, each in enumerate(value):
            place = f"{path}[{index}]"
            if isinstance(each, Mapping):
                rules.append(self._rule(each, framing, place))
            else:
                self._note(
                    place,
                    Sentence(
                        "must-be-table-not",
                        "must be a table, not {value}",
                        value=quoted_value(each),
                    ),
                )
        return tuple(rules)

    def _rule(self, table: Mapping[str, Any], framing: MessageFraming | None, path: str) -> Rule:
        self._check_keys(table, RULE_KEYS, path)
        noted = len(self.mistakes)
        matcher = self._matcher(table, path)
        every = self._optional(table, "every", path, number(MIN_EVERY, MAX_EVERY), 0.0)
        is_matcher_right = len(self.mistakes) == noted
        rule = Rule(
            matcher=matcher,
            name=self._optional(table, "name", path, text(MAX_NAME), ""),
            state=self._optional(table, "state", path, text(MAX_NAME), None),
            then=self._optional(table, "then", path, text(MAX_NAME), None),
            replies=self._replies(table, path),
            order=self._optional(table, "order", path, member(Order), Order.REPEAT),
            delay=self._optional(table, "delay", path, read_delay, (0.0, 0.0)),
            every=every,
            action=self._optional(table, "action", path, member(Action), None),
            to=self._optional(table, "to", path, member(Target), Target.PEER),
            times=self._optional(table, "times", path, whole_number(1, MAX_TIMES), 0),
            framed=self._optional(table, "framed", path, truth, False),
            enabled=self._optional(table, "enabled", path, truth, True),
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
                self._note(
                    path,
                    Sentence(
                        "rule-two-matchers",
                        "has {known}; keep one of them",
                        known=" and ".join(given),
                    ),
                )
            else:
                self._note(
                    path,
                    Sentence(
                        "rule-no-matcher",
                        "says nothing of when it applies; write one of {known}",
                        known=known,
                    ),
                )
            return None
        key = given[0]
        return self._optional(table, key, path, MATCHER_RULES.get(key, read_nothing), None)

    def _check_together(self, rule: Rule, table: Mapping[str, Any], path: str) -> None:
        if "reply" in table and "replies" in table:
            self._note(
                _in(path, "replies"),
                Sentence("rule-reply-twice", "there is a reply beside it; keep one of them"),
            )
        if "order" in table and "replies" not in table:
            self._note(
                _in(path, "order"),
                Sentence(
                    "rule-order-without-replies",
                    "has a meaning with replies only; remove it",
                ),
            )
        if rule.every and rule.to is not Target.PEER:
            sentence = Sentence(
                "rule-to-without-meaning",
                "every connection gets the replies of this rule anyway; remove it",
            )
            self._note(_in(path, "to"), sentence)
        if isinstance(rule.matcher, PythonMatcher):
            for key in ("reply", "replies"):
                if key in table:
                    self._note(
                        _in(path, key),
                        Sentence(
                            "rule-function-replies",
                            "the function gives the reply; remove it",
                        ),
                    )

    # Replies

    def _replies(self, table: Mapping[str, Any], path: str) -> tuple[Reply, ...]:
        nothing: Reply = ()
        if "replies" not in table:
            reply = self._optional(table, "reply", path, read_reply, nothing)
            return (reply,) if reply else ()
        value, place = table["replies"], _in(path, "replies")
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_REPLIES:
            self._note(
                place,
                Sentence(
                    "replies-count-wrong",
                    "must be an array of 1 to {most} replies, not {value}",
                    most=MAX_REPLIES,
                    value=quoted_value(value),
                ),
            )
            return ()
        replies = [
            self._try(read_reply, each, f"{place}[{i}]", nothing) for i, each in enumerate(value)
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
            self._note(f"{path}[{error.piece}]" if is_list else path, str(error))

    # Values

    def _optional(
        self,
        table: Mapping[str, Any],
        key: str,
        path: str,
        rule: Callable[[Any], T],
        default: T,
    ) -> T:
        return self._try(rule, table[key], _in(path, key), default) if key in table else default

    def _required(
        self,
        table: Mapping[str, Any],
        framing: str,
        key: str,
        path: str,
        rule: Callable[[Any], T],
    ) -> T | None:
        if key not in table:
            self._note(
                _in(path, key),
                Sentence(
                    "framing-needs-key",
                    "is missing; framing {framing} needs it",
                    framing=quoted(framing),
                ),
            )
            return None
        return self._optional(table, key, path, rule, None)

    def _try(self, rule: Callable[[Any], T], value: object, path: str, default: T) -> T:
        try:
            return rule(value)
        except ValueError as error:
            self._note(path, str(error))
            return default

    def _check_keys(self, table: Mapping[str, Any], known: Collection[str], path: str) -> None:
        for key in table:
            if key not in known:
                close = get_close_matches(key, known, n=1)
                advice = (
                    Sentence(
                        "did-you-mean-key",
                        "did you mean `{suggestion}`?",
                        suggestion=close[0],
                    )
                    if close
                    else Sentence("known-keys", "there are {known}", known=listed(known))
                )
                self._note(
                    path,
                    Sentence(
                        "unknown-key",
                        "unknown key {key}; {advice}",
                        key=quoted(key),
                        advice=advice,
                    ),
                )

    def _note(self, path: str, message: str) -> None:
        self.mistakes.append(Mistake(path, message))


def _in(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
