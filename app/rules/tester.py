"""Tells what a message would get, without any connection: for the live tester of the window."""

from __future__ import annotations

import random
from typing import Final

from attrs import frozen

from app.rules.expression import Budget, Expression
from app.rules.matching import captured_names, compiled_test
from app.rules.rendering import Cutter, ReadyReply, Rendered
from app.rules.spec import (
    Action,
    Comparison,
    LiteralMatcher,
    PythonMatcher,
    RegexMatcher,
    Rule,
    RuleSet,
    Unmatched,
)
from app.rules.template import Captures, RenderError, Scope, Values
from app.text.sentence import Sentence, composed, sentence_template
from app.traffic.framing import MessageError

EXAMPLE_PEER: Final = "127.0.0.1:50000"


@frozen
class Explanation:
    """The answer to one message, or the reasons why there is none."""

    sentence: str
    """In short, for people."""

    rule: Rule | None = None
    index: int | None = None
    """The place of the rule in the set."""

    captures: tuple[tuple[str, bytes], ...] = ()
    """By name or number, without the whole match."""

    replies: tuple[Rendered, ...] = ()
    """Each reply that may come, as it goes out; the first is the next. Those of unmatched messages
    too."""

    action: Action | None = None
    then: str | None = None
    """The state that the connection moves to."""

    passed: tuple[tuple[int, str], ...] = ()
    """The rules before it that do not match, by their place, and why."""


def explain_message(
    ruleset: RuleSet, message: bytes, state: str = "", *, time: float = 0.0, seed: int = 0
) -> Explanation:
    """The answer that `message`, without its frame, would get from a connection in `state`.

    `time` is what `{time}` is worth, and `seed` decides what is random. No function of the user's
    is called, and no file is read.
    """
    passed: list[tuple[int, str]] = []
    chosen = _Chosen(time, random.Random(seed), passed)
    for index, rule in enumerate(ruleset.rules):
        reason, captures = _why_not(rule, message, state)
        if not reason:
            return _explained(ruleset, index, message, captures, chosen)
        passed.append((index, reason))
    return _unmatched(ruleset, message, chosen)


class _Chosen:
    """The example values of one explanation, and the rules that it has passed by."""

    def __init__(self, time: float, chance: random.Random, passed: list[tuple[int, str]]) -> None:
        self.chance = chance
        self._time = time
        self._passed = passed

    @property
    def passed(self) -> tuple[tuple[int, str], ...]:
        return tuple(self._passed)

    def values(self, message: bytes, captures: Captures | None) -> Values:
        return Values(1, self._time, 1, EXAMPLE_PEER, message, captures)


def messages_in(ruleset: RuleSet, data: bytes) -> list[tuple[bytes, bool]]:
    """The messages in `data`, without their frames, and whether each of them is whole."""
    cutter = Cutter(ruleset.framing)
    return [
        (cutter.bare(message), True) if flaw is MessageError.NONE else (message, False)
        for message, flaw in [*cutter.feed(data), *cutter.finish()]
    ]


def _state_words(state: str | None) -> Sentence:
    if not state:
        return Sentence("first-state", "the first state")
    return Sentence("named-state", 'the state "{name}"', name=state)


def _why_not(rule: Rule, message: bytes, state: str) -> tuple[str, Captures | None]:
    """Why `rule` does not match, or nothing and what it captures."""
    if not rule.enabled:
        return Sentence("rule-is-off", "it is off"), None
    if rule.matcher is None:
        return Sentence("rule-answers-nothing", "it answers no messages"), None
    if rule.state not in (None, state):
        return Sentence(
            "rule-other-state",
            "the connection is in {state}, and not in {wanted}",
            state=_state_words(state),
            wanted=_state_words(rule.state),
        ), None
    if isinstance(rule.matcher, RegexMatcher):
        try:
            found = Expression(rule.matcher.source).search(message, Budget.full())
        except TimeoutError:
            return Sentence(
                "rule-expression-too-long", "its expression takes too long on this message"
            ), None
        return (
            ""
            if found
            else Sentence("rule-expression-not-found", "its expression is not found in the message")
        ), found
    result = compiled_test(rule.matcher)(message)
    if not result and isinstance(rule.matcher, LiteralMatcher):
        written = rule.matcher.written.text
        return _UNLIKE[rule.matcher.comparison](written=written), None
    return "", result if not isinstance(result, bool) else None  # type: ignore[return-value]


_UNLIKE: Final = {
    Comparison.EQUALS: sentence_template(
        "message-not-equal", "the message does not equal {written!r}"
    ),
    Comparison.STARTS: sentence_template(
        "message-starts-otherwise", "the message does not start with {written!r}"
    ),
    Comparison.ENDS: sentence_template(
        "message-ends-otherwise", "the message does not end with {written!r}"
    ),
    Comparison.CONTAINS: sentence_template(
        "message-without", "the message does not contain {written!r}"
    ),
}


def _explained(
    ruleset: RuleSet, index: int, message: bytes, captures: Captures | None, chosen: _Chosen
) -> Explanation:
    rule = ruleset.rules[index]
    sentence = Sentence("rule-matches", "Rule {rule} matches.", rule=rule.label(index))
    if isinstance(rule.matcher, PythonMatcher):
        sentence = Sentence(
            "rule-calls-function",
            "Rule {rule} calls {reference}, which decides when the message comes.",
            rule=rule.label(index),
            reference=rule.matcher.reference,
        )
    names = captured_names(rule.matcher)
    framing = ruleset.framing if rule.framed else None
    replies: list[Rendered] = []
    for reply in rule.replies:
        try:
            ready = ReadyReply(reply, Scope(captures=names), chance=chosen.chance, framing=framing)
            replies.append(ready.render(chosen.values(message, captures)))
        except RenderError as error:
            sentence = composed("{first} {second}", first=sentence, second=error)
    captured = _captured(captures, names or frozenset())
    return Explanation(
        sentence, rule, index, captured, tuple(replies), rule.action, rule.then, chosen.passed
    )


def _captured(captures: Captures | None, names: frozenset[str]) -> tuple[tuple[str, bytes], ...]:
    if captures is None:
        return ()
    pairs: list[tuple[str, bytes]] = []
    for name in sorted(names - {"0"}, key=lambda each: (not each.isdigit(), len(each), each)):
        data = captures[int(name) if name.isdigit() else name]
        if data is not None:
            pairs.append((name, data))
    return tuple(pairs)


def _unmatched(ruleset: RuleSet, message: bytes, chosen: _Chosen) -> Explanation:
    unmatched = ruleset.unmatched
    if not isinstance(unmatched, tuple):
        action, words = _UNMATCHED[unmatched]
        return Explanation(
            Sentence("no-rule-matches", "No rule matches. {words}", words=words),
            action=action,
            passed=chosen.passed,
        )
    sentence = Sentence(
        "no-rule-matches-reply", "No rule matches. The reply for unmatched messages is sent."
    )
    ready = ReadyReply(unmatched, Scope(captures=frozenset({"0"})), chance=chosen.chance)
    try:
        replies: tuple[Rendered, ...] = (ready.render(chosen.values(message, None)),)
    except RenderError as error:
        sentence, replies = Sentence("no-rule-matches", "No rule matches. {words}", words=error), ()
    return Explanation(sentence, replies=replies, passed=chosen.passed)


_UNMATCHED: Final = {
    Unmatched.IGNORE: (None, Sentence("message-ignored", "The message is ignored.")),
    Unmatched.CLOSE: (
        Action.CLOSE,
        Sentence("connection-closed-by-rule", "The connection is closed."),
    ),
    Unmatched.RESET: (
        Action.RESET,
        Sentence("connection-reset-by-rule", "The connection is reset."),
    ),
}
