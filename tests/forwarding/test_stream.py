"""One direction of a relay: messages are rewritten and held, and nothing else is changed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from app.forwarding.holding import MOST_BYTES, MOST_IN_QUEUE, Direction, HoldList
from app.forwarding.reading import Alterations, parse
from app.forwarding.rewriting import Rewriter
from app.forwarding.stream import MessageStream
from app.forwarding.stream import Passage as SharedPassage


class Passage:
    """A stream made of tables, and what has passed."""

    def __init__(self, table: dict[str, Any], direction: Direction = Direction.IN) -> None:
        alterations = parse(table)
        assert isinstance(alterations, Alterations), alterations
        self.clock = Clock()
        self.failures: list[str] = []
        self.holds = HoldList(self.clock.seconds)
        self.holds.change(alterations.hold)
        self.rewriter = Rewriter(alterations.rewrites, self.clock.seconds, self.failures.append)
        self.shared = SharedPassage(self.rewriter, self.holds)
        self.shared.framing = alterations.framing
        self.stream = MessageStream(self.shared, 7, direction, "127.0.0.1:50000")
        self.passed = b""
        self.stream.on_released = self._take

    def _take(self, messages: list[bytes]) -> None:
        self.passed += b"".join(messages)

    def feed(self, *chunks: bytes) -> bytes:
        """What has passed after all `chunks`."""
        for chunk in chunks:
            self._take(self.stream.feed(chunk))
        return self.passed

    @property
    def held(self) -> list[bytes]:
        return [each.data for each in self.holds.messages.values() if each.is_held]


def rewriting(*rules: dict[str, Any], **framing: Any) -> Passage:
    return Passage({**framing, "rewrite": list(rules)})


# Rewriting


def test_bytes_are_replaced_everywhere_in_a_message() -> None:
    passage = rewriting({"find": "a", "replace": "bb"}, framing="line")
    assert passage.feed(b"ab", b"a\r\nx\nun") == b"bbbbb\r\nx\n"
    assert passage.stream.finish() == [b"un"], "what never ended is no message"


def test_an_expression_has_captures_and_variables() -> None:
    rule = {"regex": r"(?P<k>\w)=(\w)", "replace": "{2}={k}#{counter}"}
    passage = rewriting(rule, framing="line")
    assert passage.feed(b"a=b c=d\n") == b"b=a#1 d=c#1\n"
    assert passage.feed(b"a=b\n") == b"b=a#1 d=c#1\nb=a#2\n"


def test_a_length_in_front_follows_the_message() -> None:
    rule = {"find": "long", "replace": {"hex": "00"}}
    passage = rewriting(rule, framing="length-prefix", width=2)
    assert passage.feed(b"\x00\x06a long", b"\x00\x01b") == b"\x00\x03a \x00\x00\x01b"
    assert rewriting(rule, framing="netstring").feed(b"6:a long,") == b"3:a \x00,"


def test_a_fixed_length_is_kept() -> None:
    passage = rewriting({"find": "a", "replace": "bb"}, framing="fixed", size=2)
    assert passage.feed(b"aXYY") == b"aXYY"
    assert passage.failures == ["A message of fixed length must keep it."]


def test_rules_follow_one_another_and_only_in_their_direction() -> None:
    rules = (
        {"find": "a", "replace": "b", "direction": "both"},
        {"find": "b", "replace": "c", "direction": "in"},
        {"find": "c", "replace": "d", "enabled": False},
    )
    assert Passage({"rewrite": rules}, Direction.IN).feed(b"a") == b"c"
    assert Passage({"rewrite": rules}, Direction.OUT).feed(b"a") == b"b"


def test_an_expression_that_explodes_changes_nothing() -> None:
    passage = rewriting({"regex": "(a|aa)+$", "replace": "x"})
    message = b"a" * 5000 + b"!"
    assert passage.feed(message) == message
    assert passage.failures == ["A rewrite expression takes too long on a message."]


@given(
    st.lists(st.binary(max_size=20), max_size=8), st.sampled_from(["chunk", "line", "netstring"])
)
def test_a_rule_that_finds_nothing_changes_no_byte(chunks: list[bytes], framing: str) -> None:
    passage = rewriting({"find": "never there", "replace": "x"}, framing=framing)
    assert passage.feed(*chunks) + b"".join(passage.stream.finish()) == b"".join(chunks)


# Holding


def holding(**hold: Any) -> Passage:
    return Passage({"framing": "line", "hold": hold})


def test_messages_behind_a_held_one_keep_their_order() -> None:
    passage = holding(contains="wait")
    assert passage.feed(b"one\nwait\ntwo\nwait 2\nthree\n") == b"one\n"
    assert passage.held == [b"wait\n", b"wait 2\n"]
    first, _, second, _ = passage.holds.messages
    passage.holds.release(second)
    assert passage.passed == b"one\n", "the one before it is held still"
    passage.holds.release(first, b"edited\n")
    assert passage.passed == b"one\nedited\ntwo\nwait 2\nthree\n"
    assert not passage.holds.messages
    assert passage.holds.bytes_held == 0


def test_a_dropped_message_never_arrives() -> None:
    passage = holding()
    passage.feed(b"one\ntwo\n")
    first, second = passage.holds.messages
    passage.holds.drop(first)
    passage.holds.drop(first)
    passage.holds.release(second)
    assert passage.passed == b"two\n"
    assert not passage.stream.is_waiting


def test_a_message_passes_on_after_its_time() -> None:
    passage = holding(seconds=5)
    passage.feed(b"one\n")
    passage.clock.advance(3)
    passage.feed(b"two\n")
    assert passage.holds.expire() == 2
    passage.clock.advance(2)
    assert passage.holds.expire() == 3
    assert passage.passed == b"one\n"
    passage.clock.advance(3)
    assert passage.holds.expire() is None
    assert passage.passed == b"one\ntwo\n"


def test_the_oldest_passes_on_when_there_are_too_many() -> None:
    passage = holding(most=2)
    assert passage.feed(b"1\n2\n3\n4\n") == b"1\n2\n"
    assert len(passage.holds.messages) == 2


def test_messages_that_make_room_do_not_overtake() -> None:
    passage = holding(contains="x", most=1)
    assert passage.feed(b"a\nx1\nx2\nb\n") == b"a\nx1\nx2\nb\n"
    assert passage.feed(b"x3\n") == b"a\nx1\nx2\nb\n"


def test_the_bytes_are_bounded_and_the_sender_has_to_wait() -> None:
    passage = Passage({"hold": {}})
    block = bytes(MOST_IN_QUEUE)
    passage.feed(block)
    assert not passage.stream.is_full
    for _ in range(MOST_BYTES // len(block)):
        passage.feed(block)
    assert passage.stream.is_full
    assert passage.holds.bytes_held <= MOST_BYTES


def test_five_hundred_held_messages_end_with_the_relay_in_order() -> None:
    passage = holding()
    lines = [b"%d\n" % number for number in range(500)]
    assert passage.feed(*lines) == b""
    assert passage.stream.release_all() == lines
    assert not passage.holds.messages


def test_without_a_rule_everything_passes_on() -> None:
    passage = holding()
    passage.feed(b"one\ntwo\n")
    passage.holds.change(None)
    assert passage.passed == b"one\ntwo\n"
    assert passage.feed(b"three\n").endswith(b"three\n")


def test_only_one_direction_may_be_held() -> None:
    table = {"hold": {"direction": "out", "regex": "a+"}}
    assert Passage(table, Direction.IN).feed(b"aa") == b"aa"
    assert Passage(table, Direction.OUT).feed(b"aa") == b""
    assert Passage(table, Direction.OUT).feed(b"b") == b"b"


@given(
    st.lists(
        st.tuples(st.sampled_from(["feed", "release", "drop", "time"]), st.integers(0, 5)),
        max_size=30,
    )
)
def test_what_passes_is_what_came_minus_what_was_dropped(steps: list[tuple[str, int]]) -> None:
    passage = holding(regex="[02468]$", most=6, seconds=3)
    expected: list[bytes] = []
    for number, (step, argument) in enumerate(steps):
        keys = list(passage.holds.messages)
        if step == "feed":
            expected.append(b"%d\n" % number)
            passage.feed(expected[-1])
        elif step == "time":
            passage.clock.advance(argument)
            passage.holds.expire()
        elif argument < len(keys):
            message = passage.holds.messages[keys[argument]]
            if step == "release":
                passage.holds.release(message.number)
            else:
                expected.remove(message.data)
                passage.holds.drop(message.number)
    assert passage.passed + b"".join(passage.stream.release_all()) == b"".join(expected)


# Mistakes


@pytest.mark.parametrize(
    ("table", "path", "words"),
    [
        ({"framing": "lines"}, "framing", "must be one of"),
        ({"rewrites": []}, "", "unknown key"),
        ({"rewrite": 3}, "rewrite", "array of tables"),
        ({"rewrite": [3]}, "rewrite[0]", "must be a table"),
        ({"rewrite": [{"replace": "x"}]}, "rewrite[0]", "one of find and regex"),
        ({"rewrite": [{"find": "a"}]}, "rewrite[0].replace", "is missing"),
        ({"rewrite": [{"find": "", "replace": ""}]}, "rewrite[0].find", "at least one byte"),
        ({"rewrite": [{"regex": "(", "replace": ""}]}, "rewrite[0].regex", "cannot be read"),
        ({"rewrite": [{"find": "a", "replace": "{no}"}]}, "rewrite[0].replace", "no variable"),
        ({"rewrite": [{"find": "a", "replace": "\\q"}]}, "rewrite[0].replace", "no escape"),
        (
            {"rewrite": [{"find": "a", "replace": "", "direction": "up"}]},
            "rewrite[0].direction",
            "must be one of in, out, both",
        ),
        ({"hold": 3}, "hold", "must be a table"),
        ({"hold": {"contains": "a", "regex": "a"}}, "hold", "keep one of them"),
        ({"hold": {"seconds": 0}}, "hold.seconds", "must be a number"),
        ({"hold": {"most": 0}}, "hold.most", "must be a whole number"),
        ({"hold": {"regex": "("}}, "hold.regex", "cannot be read"),
    ],
)
def test_a_mistake_has_its_path_and_a_sentence(
    table: dict[str, Any], path: str, words: str
) -> None:
    mistakes = parse(table, "o")
    assert isinstance(mistakes, tuple)
    (mistake,) = mistakes
    assert mistake.path == (f"o.{path}" if path else "o")
    assert words in mistake.message


def test_a_hold_rule_that_is_off_holds_nothing() -> None:
    alterations = parse({"hold": {"enabled": False}})
    assert isinstance(alterations, Alterations)
    assert alterations.hold is None
