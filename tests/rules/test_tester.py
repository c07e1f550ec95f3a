"""The tester tells what a message would get, and a conversation then gives exactly that."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from app.rules.engine import Conversation
from app.rules.running import Perform, RunningRules, Send
from app.rules.spec import Action, FilePiece, PythonMatcher, RuleSet, Unframed
from app.rules.tester import EXAMPLE_PEER, explain_message, messages_in
from tests.rules.sets import rule_set
from tests.rules.strategies import rules


def test_a_rule_that_matches_is_told_with_what_it_does() -> None:
    ruleset = rule_set(
        {"equals": "x", "enabled": False},
        {"starts": "y", "name": "why"},
        {"regex": "^x$", "state": "out"},
        {"every": 1},
        {
            "regex": r"^x(?P<n>\d)?(.)$",
            "name": "found",
            "state": "in",
            "reply": ["<{2}>", {"file": "a.bin"}],
            "then": "done",
            "action": "close",
        },
    )
    told = explain_message(ruleset, b"x1!", "in")
    assert told.sentence == 'Rule "found" matches.'
    assert (told.index, told.action, told.then) == (4, Action.CLOSE, "done")
    assert told.captures == (("1", b"1"), ("2", b"!"), ("n", b"1"))
    assert told.replies == ((b"<!>", FilePiece("a.bin")),)
    assert told.passed == (
        (0, "it is off"),
        (1, "the message does not start with 'y'"),
        (2, 'the connection is in the state "in", and not in the state "out"'),
        (3, "it answers no messages"),
    )


def test_a_message_that_no_rule_matches_is_told_with_what_becomes_of_it() -> None:
    told = explain_message(rule_set({"regex": "a"}, unmatched="close"), b"b")
    assert told.sentence == "No rule matches. The connection is closed."
    assert (told.rule, told.action) == (None, Action.CLOSE)
    assert told.passed == ((0, "its expression is not found in the message"),)
    assert explain_message(rule_set(unmatched="no {0}"), b"b").replies == ((b"no b",),)


def test_a_function_is_named_and_not_called() -> None:
    told = explain_message(rule_set({"python": "r.py:f"}), b"b")
    assert told.sentence == "Rule number 1 calls r.py:f, which decides when the message comes."


def test_an_expression_that_explodes_is_told() -> None:
    told = explain_message(rule_set({"regex": "(a|aa)+$"}), b"a" * 40 + b"!")
    assert told.passed == ((0, "its expression takes too long on this message"),)


def test_typed_bytes_are_taken_apart_into_messages() -> None:
    assert messages_in(rule_set(), b"a\r\nb") == [(b"a", True), (b"b", False)]


chunked = st.builds(
    RuleSet, st.just(Unframed.CHUNK), rules=st.lists(rules(), max_size=5).map(tuple)
)


@given(chunked, st.text("ab\r\n", max_size=4).map(str.encode))
def test_a_conversation_gives_what_the_tester_told(ruleset: RuleSet, message: bytes) -> None:
    told = explain_message(ruleset, message, time=5.0)
    if told.rule is not None and isinstance(told.rule.matcher, PythonMatcher):
        return
    running = RunningRules(ruleset, seconds=lambda: 5.0, chance=random.Random(0))
    conversation = Conversation(running, 1, EXAMPLE_PEER)
    decisions = conversation.receive(message)
    performed = [each.action for each in decisions if isinstance(each, Perform)]
    assert performed == ([told.action] if told.action else [])
    sent = [each for each in decisions if isinstance(each, Send)]
    assert [len(each.pieces) for each in sent] == [len(each) for each in told.replies[:1] if each]
    assert conversation.state == (told.then or "")
    assert running.unmatched_count == (told.rule is None)
    assert [each.index for each in running.rules if each.hits] == (
        [] if told.index is None else [told.index]
    )
