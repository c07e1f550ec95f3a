"""A conversation decides the same however the bytes were cut, and keeps the order it decided."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.engine import Conversation
from app.rules.running import KEPT_BYTES, KEPT_UNMATCHED, RunningRules, Send
from app.rules.spec import FilePiece, RuleSet
from app.rules.writing import rule_for
from tests.rules.sets import NOON, Listener, rule_set


def conversation(ruleset: RuleSet) -> tuple[Conversation, RunningRules]:
    running = RunningRules(ruleset, seconds=lambda: NOON, chance=random.Random(1), name="Device")
    return Conversation(running, 1, "127.0.0.1:50000"), running


RULES: tuple[dict[str, Any], ...] = (
    {"equals": "a", "reply": "A", "then": "in"},
    {"starts": "a", "state": "in", "replies": ["1", "2"], "then": ""},
    {"regex": "b(.)", "reply": "{1}{counter}", "times": 2},
    {"ends": "c", "reply": "C", "action": "drain"},
)


@given(st.text("abc\n", max_size=40).map(str.encode), st.lists(st.integers(0, 40), max_size=9))
def test_how_the_bytes_were_cut_makes_no_difference(data: bytes, cuts: list[int]) -> None:
    def said(*pieces: bytes) -> tuple[bytes, list[int], str]:
        one, running = conversation(rule_set(*RULES, unmatched="?"))
        decisions = [each for piece in pieces for each in one.receive(piece)]
        sent = [piece for each in decisions if isinstance(each, Send) for piece in each.pieces]
        whole = b"".join(piece for piece in sent if not isinstance(piece, FilePiece))
        return whole, [each.hits for each in running.rules], one.state

    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    assert said(*(data[a:b] for a, b in pairwise(bounds))) == said(data)


@given(st.lists(st.sampled_from([b"a", b"b", b"c", None]), max_size=20))
def test_replies_come_in_the_order_of_their_messages_whatever_their_delays(
    steps: list[bytes | None],
) -> None:
    listener = Listener(
        {"equals": "a", "reply": "a", "delay": [0, 3]},
        {"equals": "b", "reply": "b"},
        {"equals": "c", "reply": "c", "delay": 1},
    )
    protocol, transport = listener.connect()
    for step in steps:
        if step is None:
            listener.advance(0.7)
        else:
            protocol.dataReceived(step + b"\n")
    listener.advance(70)
    assert transport.take() == b"".join(step for step in steps if step is not None)
    assert not listener.clock.getDelayedCalls()


def test_what_goes_unmatched_is_kept_within_bounds() -> None:
    one, running = conversation(rule_set())
    one.receive(b"x" * (KEPT_BYTES + 1) + b"\n" + b"y\n" * KEPT_UNMATCHED)
    assert running.unmatched_count == KEPT_UNMATCHED + 1
    assert len(running.unmatched) == KEPT_UNMATCHED
    one.receive(b"x" * (KEPT_BYTES + 1) + b"\n")
    assert (len(running.unmatched[-1].message), running.unmatched[-1].size) == (4096, 4097)


def test_a_message_that_is_too_long_goes_unmatched_in_pieces_and_no_piece_is_a_message() -> None:
    one, running = conversation(rule_set({"any": True, "reply": "x"}))
    assert one.receive(b"a" * 300_000 + b"\n") == []
    assert {each.flaw for each in running.unmatched} == {"it is longer than a message may be"}
    assert len(one.receive(b"b\n")) == 1


@pytest.mark.parametrize("then", ["in", ""])
def test_counts_can_begin_anew(then: str) -> None:
    one, running = conversation(rule_set({"any": True, "times": 1, "then": then}))
    one.receive(b"a\nb\n")
    assert (running.rules[0].is_spent, running.unmatched_count) == (True, 1)
    running.reset_counts()
    one.receive(b"c\n")
    assert (running.rules[0].hits, running.unmatched_count, one.state) == (1, 0, then)


@given(st.binary(max_size=40))
def test_a_rule_made_for_a_message_matches_it(message: bytes) -> None:
    one, running = conversation(rule_set(framing="chunk"))
    running.replace(RuleSet(running.framing, rules=(rule_for(message),)))
    one.receive(message)
    assert running.rules[0].hits == 1


def test_constant_decisions_are_made_once() -> None:
    one, _ = conversation(rule_set({"any": True, "reply": "x"}))
    assert one.receive(b"a\n")[0] is one.receive(b"b\n")[0]
