"""From the tables of a profile to a rule set, with every mistake at its path."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from attrs import frozen

from app.net.endpoint import quoted
from app.rules.expression import Expression, ExpressionError
from app.rules.matching import captured_names
from app.rules.rendering import ReadyReply, ReplyError
from app.rules.spec import (
    Action,
    AnyMatcher,
    Comparison,
    FilePiece,
    LiteralMatcher,
    Matcher,
    MessageFraming,
    Order,
    PythonMatcher,
    RegexMatcher,
    Reply,
    Rule,
    RuleSet,
    Target,
    TextPiece,
    Unframed,
    Unmatched,
    Written,
    wildcard_parts,
)
from app.rules.template import ALL_VARIABLES, Scope
from app.rules.toml_values import (
    Wrong,
    bounded,
    choice,
    listed,
    member,
    number,
    shown,
    text,
    truth,
    whole_number,
)
from app.text.notation import Notation
from app.traffic.framing import Delimited, FixedLength, LengthPrefix, Lines, Netstrings

MAX_RULES: Final = 1000
MAX_REPLIES: Final = 1000
MAX_PIECES: Final = 100
MAX_TEXT: Final = 64 * 1024
MAX_NAME: Final = 200
MAX_DELAY: Final = 3600.0
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

FRAMING_KEYS: Final = ("framing", "delimiter", "size", "width", "order", "counts_itself")
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
        return f"{self.path}: {self.message}" if self.path else self.message


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
        greeting = self._optional(table, "greeting", path, _reply, nothing)
        if greeting and framing is Unframed.DATAGRAM:
            self._note(_in(path, "greeting"), "datagrams have no connections to greet; remove it")
        self._check_reply(greeting, Scope(), _in(path, "greeting"))
        ignore: Unmatched | Reply = Unmatched.IGNORE
        unmatched = self._optional(table, "unmatched", path, _unmatched, ignore)
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
            self._note(place, f"must be one of {listed(FRAMINGS)}, not {shown(name)}")
            return None
        parameters = {key for keys in FRAMINGS.values() for key in keys}
        for key in sorted(parameters & table.keys() - set(FRAMINGS[name])):
            self._note(_in(path, key), f"has no meaning with framing {quoted(name)}; remove it")
        match name:
            case "chunk" | "datagram":
                return Unframed(name)
            case "line":
                return Lines()
            case "netstring":
                return Netstrings()
            case "delimiter":
                delimiter = self._required(table, name, "delimiter", path, _delimiter)
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
            self._note(path, f"must be an array of tables, not {shown(value)}")
            return ()
        if len(value) > MAX_RULES:
            self._note(path, f"there may be {MAX_RULES} rules at most, not {len(value)}")
            return ()
        rules: list[Rule] = []
        for index, each in enumerate(value):
            place = f"{path}[{index}]"
            if isinstance(each, Mapping):
                rules.append(self._rule(each, framing, place))
            else:
                self._note(place, f"must be a table, not {shown(each)}")
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
            delay=self._optional(table, "delay", path, _delay, (0.0, 0.0)),
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
                self._note(path, f"has {' and '.join(given)}; keep one of them")
            else:
                self._note(path, f"says nothing of when it applies; write one of {known}")
            return None
        key = given[0]
        return self._optional(table, key, path, _MATCHER_RULES.get(key, _nothing), None)

    def _check_together(self, rule: Rule, table: Mapping[str, Any], path: str) -> None:
        if "reply" in table and "replies" in table:
            self._note(_in(path, "replies"), "there is a reply beside it; keep one of them")
        if "order" in table and "replies" not in table:
            self._note(_in(path, "order"), "has a meaning with replies only; remove it")
        if rule.every and rule.to is not Target.PEER:
            sentence = "every connection gets the replies of this rule anyway; remove it"
            self._note(_in(path, "to"), sentence)
        if isinstance(rule.matcher, PythonMatcher):
            for key in ("reply", "replies"):
                if key in table:
                    self._note(_in(path, key), "the function gives the reply; remove it")

    # Replies

    def _replies(self, table: Mapping[str, Any], path: str) -> tuple[Reply, ...]:
        nothing: Reply = ()
        if "replies" not in table:
            reply = self._optional(table, "reply", path, _reply, nothing)
            return (reply,) if reply else ()
        value, place = table["replies"], _in(path, "replies")
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_REPLIES:
            sentence = f"must be an array of 1 to {MAX_REPLIES} replies"
            self._note(place, f"{sentence}, not {shown(value)}")
            return ()
        replies = [
            self._try(_reply, each, f"{place}[{i}]", nothing) for i, each in enumerate(value)
        ]
        return tuple(replies)

    def _check_replies(
        self, rule: Rule, table: Mapping[str, Any], framing: MessageFraming | None, path: str
    ) -> None:
        scope = Scope(captures=captured_names(rule.matcher))
        frame = framing if rule.framed else None
        for index, reply in enumerate(rule.replies):
            place = f"{path}.replies[{index}]" if "replies" in table else f"{path}.reply"
            self._check_reply(reply, scope, place, frame)

    def _check_reply(
        self, reply: Reply, scope: Scope, path: str, framing: MessageFraming | None = None
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
            self._note(_in(path, key), f"is missing; framing {quoted(framing)} needs it")
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
                advice = f"did you mean `{close[0]}`?" if close else f"there are {listed(known)}"
                self._note(path, f"unknown key {quoted(key)}; {advice}")

    def _note(self, path: str, message: str) -> None:
        self.mistakes.append(Mistake(path, message))


def _reply(value: object) -> Reply:
    if not isinstance(value, list | tuple):
        return (_piece(value),)
    if not 1 <= len(value) <= MAX_PIECES:
        raise Wrong(f"must have 1 to {MAX_PIECES} pieces, not {len(value)}")
    return tuple(map(_piece, value))


def _unmatched(value: object) -> Unmatched | Reply:
    if isinstance(value, str) and value in {each.value for each in Unmatched}:
        return Unmatched(value)
    return _reply(value)


def _piece(value: object) -> TextPiece | FilePiece:
    if isinstance(value, str):
        return TextPiece(Written(bounded(value, MAX_TEXT)))
    if not isinstance(value, Mapping):
        raise Wrong(
            'must be text, { hex = "06 00 ff" }, { file = "big.bin" }, or a list of these, '
            f"not {shown(value)}"
        )
    kinds = [key for key in ("text", "hex", "file") if key in value]
    unknown = value.keys() - {"text", "hex", "file", "name"}
    if len(kinds) != 1 or unknown or (kinds == ["file"] and "name" in value):
        raise Wrong(
            "must have one of text, hex and file, and maybe a name beside text or hex; "
            f"it has {listed(value) or 'nothing'}"
        )
    kind = kinds[0]
    content = text(MAX_TEXT)(value[kind])
    if kind == "file":
        if not content or "\0" in content:
            raise Wrong("must name a file")
        return FilePiece(content)
    notation = Notation.HEX if kind == "hex" else Notation.ESCAPES
    return TextPiece(Written(content, notation), text(MAX_NAME)(value.get("name", "")))


def _written(value: object) -> Written:
    """The bytes that a message is compared with."""
    if isinstance(value, Mapping):
        if set(value) != {"hex"}:
            raise Wrong(f'must be text or {{ hex = "01 ?? 03" }}, not {listed(value)}')
        written = Written(text(MAX_TEXT)(value["hex"]), Notation.HEX)
    elif isinstance(value, str):
        written = Written(bounded(value, MAX_TEXT))
    else:
        raise Wrong(f'must be text or {{ hex = "01 ?? 03" }}, not {shown(value)}')
    wildcard_parts(written)
    return written


def _delimiter(value: object) -> bytes:
    parts = wildcard_parts(_written(value))
    if len(parts) != 1 or not isinstance(parts[0], bytes) or not parts[0]:
        raise Wrong("must be at least one byte, and none of them a wildcard")
    return parts[0]


def _literal(comparison: Comparison) -> Callable[[object], Matcher]:
    def read(value: object) -> Matcher:
        written = _written(value)
        if comparison is not Comparison.EQUALS and wildcard_parts(written) in ((), (b"",)):
            raise Wrong("is empty, which every message matches; write any = true instead")
        return LiteralMatcher(comparison, written)

    return read


def _regex(value: object) -> Matcher:
    source = text(MAX_TEXT)(value)
    try:
        names = Expression(source).names
    except ExpressionError as error:
        raise Wrong(str(error)) from None
    taken = sorted(names & ALL_VARIABLES)
    if taken:
        raise Wrong(f"a group cannot be called {taken[0]}, as a variable is; rename it")
    return RegexMatcher(source)


def _any(value: object) -> Matcher:
    if value is not True:
        raise Wrong(f"must be true, not {shown(value)}")
    return AnyMatcher()


def _python(value: object) -> Matcher:
    reference = text(MAX_TEXT)(value)
    source, colon, name = reference.rpartition(":")
    if not colon or not source or not name.isidentifier() or not reference.isprintable():
        raise Wrong(f"must name a function, such as rules.py:answer, not {shown(value)}")
    is_module = all(part.isidentifier() for part in source.split("."))
    if not is_module and not source.lower().endswith(".py"):
        raise Wrong(f"must name a file that ends in .py or a module, not {shown(source)}")
    return PythonMatcher(reference)


def _nothing(_value: object) -> None:
    return None


_MATCHER_RULES: Final[Mapping[str, Callable[[object], Matcher]]] = {
    **{each.value: _literal(each) for each in Comparison},
    "regex": _regex,
    "any": _any,
    "python": _python,
}


def _delay(value: object) -> tuple[float, float]:
    seconds_of = number(0.0, MAX_DELAY)
    if not isinstance(value, list | tuple):
        seconds = seconds_of(value)
        return seconds, seconds
    if len(value) != 2 or seconds_of(value[0]) > seconds_of(value[1]):
        raise Wrong(f"must be seconds, or the least and the most of them, not {shown(value)}")
    return seconds_of(value[0]), seconds_of(value[1])


def _in(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
