"""Reply rules made from recorded conversations."""

from __future__ import annotations

from typing import Any

import regex
from hypothesis import given
from hypothesis import strategies as st

from app.text.notation import Notation
from app.text.notation import read as read_notation
from app.traffic.connection_info import CloseKind
from app.traffic.connection_messages import ConnectionMessage
from app.traffic.framing import Delimited, FixedLength, LengthPrefix, Lines, Netstrings
from app.traffic.reply_rules import (
    MOST_PIECE_BYTES,
    MOST_RULES,
    RuleChoices,
    RuleOrder,
    bare,
    framing_table,
    propose_rule,
    propose_rules,
)
from app.traffic.volatile_bytes import matcher_of

BY_MATCH = RuleChoices(RuleOrder.BY_MATCH)


def said(*texts: str | bytes) -> list[ConnectionMessage]:
    """Messages one second apart. Those that begin with `<` are from the server."""
    made = []
    for number, text in enumerate(texts):
        data = text.encode() if isinstance(text, str) else text
        from_server = data[:1] == b"<"
        made.append(ConnectionMessage(float(number), from_server, data.removeprefix(b"<")))
    return made


def meant(piece: Any) -> bytes:
    """The bytes of a piece of a reply without variables."""
    if isinstance(piece, dict):
        return bytes.fromhex(piece["hex"])
    return read_notation(piece.replace("{{", "{"), Notation.ESCAPES)


def test_a_message_and_its_answers_become_a_rule() -> None:
    message, *followed = said("*IDN?\r\n", "<ACME\r\n", "<more\r\n", "next\r\n", "<late\r\n")
    assert propose_rule(message, followed, Lines()) == {
        "equals": "*IDN?",
        "reply": ["ACME\\r\\n", "more\\r\\n"],
    }
    assert propose_rule(message, [], Lines()) == {"equals": "*IDN?"}


def test_binary_messages_become_hex() -> None:
    message, *followed = said(b"\x01\x00\xff", b"<\x06\x00")
    assert propose_rule(message, followed) == {
        "equals": {"hex": "01 00 ff"},
        "reply": {"hex": "06 00"},
    }


def test_in_order_each_rule_leads_to_the_next() -> None:
    proposal = propose_rules([said("<READY\n", "a\n", "<1\n", "a\n", "<2\n", "bye\n")], Lines())
    assert proposal.options == {
        "framing": "line",
        "greeting": "READY\\n",
        "rule": [
            {"equals": "a", "state": "", "then": "1", "reply": "1\\n"},
            {"equals": "a", "state": "1", "then": "2", "reply": "2\\n"},
            {"equals": "bye", "state": "2", "then": "3"},
        ],
    }
    assert proposal.notes == ()


def test_in_order_a_connection_ends_as_the_server_ended_it() -> None:
    for how, action in ((CloseKind.CLOSED_HERE, "close"), (CloseKind.RESET_HERE, "reset")):
        choices = RuleChoices(ending=how)
        *_, last = propose_rules([said("a\n", "bye\n", "<so\n")], Lines(), choices).options["rule"]
        assert last["action"] == action
    options = propose_rules(
        [said("a\n")], Lines(), RuleChoices(ending=CloseKind.CLOSED_BY_PEER)
    ).options
    assert "action" not in options["rule"][0]


def test_by_match_the_same_message_has_one_rule_with_all_its_replies() -> None:
    options = propose_rules(
        [said("a\n", "<1\n", "a\n", "<2\n", "b\n", "<x\n", "b\n", "<x\n")], Lines(), BY_MATCH
    ).options
    assert options["rule"] == [
        {"equals": "a", "replies": ["1\\n", "2\\n"], "order": "then-last"},
        {"equals": "b", "reply": "x\\n"},
    ]


def test_text_that_varies_becomes_an_expression_and_its_echo_a_variable() -> None:
    conversations = [
        said(f"LOGIN {name} id{number}\n", f"<WELCOME {name}, id{number} at {time}\n")
        for name, number, time in (("ann", 7, "9h"), ("bob", 12, "8h"), ("cy", 3, "7h"))
    ]
    (rule,) = propose_rules(conversations, Lines(), BY_MATCH).options["rule"]
    assert rule["regex"] == r"(?s)^LOGIN\ (\w+)\ id(\d+)$"
    assert regex.search(rule["regex"].encode(), b"LOGIN dora id99")
    assert rule["reply"].startswith("WELCOME {1}, ")


def test_bytes_that_vary_become_wildcards() -> None:
    conversations = [said(bytes([1, number, 3, 4]), b"<ok") for number in (7, 8, 9)]
    (rule,) = propose_rules(conversations, FixedLength(4), BY_MATCH).options["rule"]
    assert rule == {"equals": {"hex": "01 ?? 03 04"}, "reply": "ok"}
    assert matcher_of([b"\x00\x01ab", b"\x00\x01abc"]).matcher == {"starts": {"hex": "00 01 61 62"}}


def test_messages_with_nothing_in_common_are_not_merged() -> None:
    assert matcher_of([b"hello", b"bye 1 2"]).matcher == {"equals": "hello"}
    assert matcher_of([b"\x00\x01", b"\xff\xfe"]).matcher == {"equals": {"hex": "00 01"}}


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_an_expression_matches_all_its_samples(texts: list[str]) -> None:
    samples = [text.encode() for text in texts]
    matcher = matcher_of(samples).matcher
    if "regex" in matcher:
        for sample in samples:
            assert regex.search(matcher["regex"].encode(), sample)


@given(st.binary(max_size=60))
def test_a_reply_has_the_messages_of_the_server(data: bytes) -> None:
    message, *_ = said("x")
    rule = propose_rule(message, [ConnectionMessage(1.0, True, data)])
    assert meant(rule["reply"]) == data


def test_a_long_reply_is_cut_into_pieces() -> None:
    data = bytes(range(256)) * 256
    rule = propose_rule(said("x")[0], [ConnectionMessage(1.0, True, data)])
    assert len(rule["reply"]) == len(data) // MOST_PIECE_BYTES
    assert b"".join(map(meant, rule["reply"])) == data


def test_a_message_repeated_at_an_interval_becomes_a_rule_with_every() -> None:
    messages = said("start\n", "<ok\n", "<tick\n", "<tick\n", "<tick\n", "stop\n")
    rules = propose_rules([messages], Lines()).options["rule"]
    assert rules[-1] == {"every": 1.0, "reply": "tick\\n"}
    assert rules[0]["reply"] == "ok\\n"
    appended = propose_rules([messages], Lines(), RuleChoices(finds_intervals=False))
    assert appended.options["rule"][0]["reply"] == ["ok\\n", "tick\\n", "tick\\n", "tick\\n"]


def test_an_answer_to_a_regular_question_is_no_unsolicited_message() -> None:
    messages = said(*["ping\n", "<pong\n"] * 5)
    rules = propose_rules([messages], Lines(), BY_MATCH).options["rule"]
    assert rules == [{"equals": "ping", "reply": "pong\\n"}]


def test_parts_that_cannot_be_used_are_noted() -> None:
    torn = [ConnectionMessage(0.0, False, b"half", is_whole=False)]
    longer = said("a\n", "b\n")
    notes = propose_rules([torn, longer], Lines()).notes
    assert [note.split(".")[0] for note in notes] == [
        "1 conversations have another number of messages",
        "1 messages are not whole",
    ]
    many = said(*["a\n"] * (MOST_RULES + 5))
    proposal = propose_rules([many], Lines())
    assert len(proposal.options["rule"]) == MOST_RULES
    assert "Only the first" in proposal.notes[0]
    assert propose_rules([], None).notes


def test_over_udp_each_message_is_a_datagram_and_there_is_no_greeting() -> None:
    choices = RuleChoices(RuleOrder.BY_MATCH, is_datagram=True)
    proposal = propose_rules([said("<hi", "q", "<1", "<2")], None, choices)
    assert proposal.options == {
        "framing": "datagram",
        "rule": [{"equals": "q", "reply": ["1", "2"]}],
    }
    assert len(proposal.notes) == 2


def test_a_matcher_has_no_frame() -> None:
    assert bare(b"a\r\n", Lines()) == bare(b"a\n", Lines()) == b"a"
    assert bare(b"a;", Delimited(b";")) == b"a"
    assert bare(b"\x00\x01a", LengthPrefix(2)) == b"a"
    assert bare(b"1:a,", Netstrings()) == b"a"
    assert bare(b"a", None) == bare(b"a", FixedLength(1)) == b"a"
    assert framing_table(LengthPrefix(2, "little", counts_itself=True)) == {
        "framing": "length-prefix",
        "width": 2,
        "order": "little",
        "counts_itself": True,
    }
