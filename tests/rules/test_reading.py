"""Rules of a profile: read and written without a loss, and each mistake told at its place."""

from __future__ import annotations

from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from app.rules.reading import MAX_RULES, parse
from app.rules.spec import (
    Action,
    Comparison,
    FilePiece,
    LiteralMatcher,
    Order,
    RegexMatcher,
    Rule,
    RuleSet,
    Target,
    TextPiece,
    Unframed,
    Unmatched,
    Written,
)
from app.rules.writing import to_toml_tables
from app.text.notation import Notation
from app.traffic.framing import Delimited, LengthPrefix
from tests.rules.sets import mistakes
from tests.rules.strategies import rule_sets

EXAMPLE = r"""
framing = "line"
greeting = "READY\r\n"
unmatched = "ignore"

[[rule]]
name = "identify"
equals = "*IDN?"
reply = "ACME,42,{connection},1.0\r\n"

[[rule]]
regex = '^ADD (?P<a>\d+) (\d+)$'
state = "in"
then = "done"
reply = ["SUM {a}+{2}\r\n", { hex = "06 00 ff" }, { file = "big.bin" }]
delay = 0.2

[[rule]]
every = 1.0
reply = "tick {counter}\r\n"

[[rule]]
equals = { hex = "01 ?? 03" }
replies = ["first\r\n", "second\r\n"]
order = "then-last"
action = "half-close"
to = "all"
times = 3
delay = [0.1, 0.3]
"""


def test_all_that_a_rule_may_say_is_read() -> None:
    assert parse(tomlkit.parse(EXAMPLE).unwrap()) == RuleSet(
        greeting=(TextPiece(Written("READY\r\n")),),
        rules=(
            Rule(
                LiteralMatcher(Comparison.EQUALS, Written("*IDN?")),
                name="identify",
                replies=((TextPiece(Written("ACME,42,{connection},1.0\r\n")),),),
            ),
            Rule(
                RegexMatcher(r"^ADD (?P<a>\d+) (\d+)$"),
                state="in",
                then="done",
                replies=(
                    (
                        TextPiece(Written("SUM {a}+{2}\r\n")),
                        TextPiece(Written("06 00 ff", Notation.HEX)),
                        FilePiece("big.bin"),
                    ),
                ),
                delay=(0.2, 0.2),
            ),
            Rule(every=1.0, replies=((TextPiece(Written("tick {counter}\r\n")),),)),
            Rule(
                LiteralMatcher(Comparison.EQUALS, Written("01 ?? 03", Notation.HEX)),
                replies=(
                    (TextPiece(Written("first\r\n")),),
                    (TextPiece(Written("second\r\n")),),
                ),
                order=Order.LAST,
                action=Action.HALF_CLOSE,
                to=Target.ALL,
                times=3,
                delay=(0.1, 0.3),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("options", "framing"),
    [
        ({"framing": "chunk"}, Unframed.CHUNK),
        ({"framing": "delimiter", "delimiter": {"hex": "00 01"}}, Delimited(b"\0\1")),
        ({"framing": "delimiter", "delimiter": r"\0"}, Delimited(b"\0")),
        (
            {"framing": "length-prefix", "width": 4, "order": "little", "counts_itself": True},
            LengthPrefix(4, "little", True),
        ),
    ],
)
def test_a_framing_has_its_parameters_beside_it(options: dict[str, Any], framing: object) -> None:
    ruleset = parse(options)
    assert isinstance(ruleset, RuleSet)
    assert ruleset.framing == framing


@given(rule_sets)
def test_what_is_written_reads_back_the_same(ruleset: RuleSet) -> None:
    text = tomlkit.dumps(to_toml_tables(ruleset))
    assert parse(tomlkit.parse(text).unwrap()) == ruleset


def test_a_reply_that_reads_like_a_word_is_written_as_a_table() -> None:
    ruleset = RuleSet(unmatched=(TextPiece(Written("close")),))
    assert to_toml_tables(ruleset)["unmatched"] == {"text": "close"}
    assert parse({"unmatched": "close"}) == RuleSet(unmatched=Unmatched.CLOSE)


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ('framing = "lines"', "options.framing: must be one of chunk, line"),
        ('framing = "delimiter"', "options.delimiter: is missing"),
        ('framing = "delimiter"\ndelimiter = ""', "options.delimiter: must be at least one byte"),
        ('framing = "fixed"\nsize = 0', "options.size: must be a whole number from 1"),
        ("size = 4", 'options.size: has no meaning with framing "line"'),
        ('framing = "length-prefix"\nwidth = 3', "options.width: must be one of 1, 2, 4, not 3"),
        ('framing = "datagram"\ngreeting = "hi"', "options.greeting: datagrams have no conn"),
        ('greting = "hi"', "options: unknown key `greting`; did you mean `greeting`?"),
        ('unmatched = "{1}"', "options.unmatched: {1} is no variable and no capture"),
        ("rule = 3", "options.rule: must be an array of tables, not 3"),
        ("rule = [3]", "options.rule[0]: must be a table, not 3"),
        ('[[rule]]\nreply = "x"', "options.rule[0]: says nothing of when it applies; write one"),
        ('[[rule]]\nany = true\nequals = "x"', "options.rule[0]: has equals and any; keep one"),
        ("[[rule]]\nany = false", "options.rule[0].any: must be true, not false"),
        ('[[rule]]\nstarts = ""', "options.rule[0].starts: is empty"),
        ('[[rule]]\nequals = { hex = "0" }', "options.rule[0].equals: A hex digit is missing"),
        ('[[rule]]\nequals = { hx = "00" }', "options.rule[0].equals: must be text or { hex"),
        ("[[rule]]\nequals = '\\q'", "options.rule[0].equals: \\q is no escape"),
        ("[[rule]]\nregex = '(a'", "options.rule[0].regex: This expression cannot be read"),
        ("[[rule]]\nregex = '(?P<peer>a)'", "options.rule[0].regex: a group cannot be called peer"),
        ("[[rule]]\nregex = 'a{1000000000}'", "options.rule[0].regex: This expression repeats"),
        ('[[rule]]\npython = "answer"', "options.rule[0].python: must name a function"),
        (
            '[[rule]]\npython = "r.py:f"\nreply = "x"',
            "options.rule[0].reply: the function gives the reply; remove it",
        ),
        ('[[rule]]\nany = true\nreply = "{b}"', "options.rule[0].reply: {b} is no variable"),
        (
            '[[rule]]\nregex = \'(?P<a>.)\'\nreplies = ["{a}", ["x", "{2}"]]',
            "options.rule[0].replies[1][1]: {2} is no variable and no capture. "
            "The captures are {0}, {1}, {a}",
        ),
        ("[[rule]]\nany = true\nreply = [1]", "options.rule[0].reply: must be text, { hex"),
        ('[[rule]]\nany = true\nreply = { file = "" }', "options.rule[0].reply: must name a file"),
        (
            '[[rule]]\nany = true\nreply = { file = "a", hex = "00" }',
            "options.rule[0].reply: must have one of text, hex and file",
        ),
        ("[[rule]]\nany = true\nreplies = []", "options.rule[0].replies: must be an array of 1"),
        (
            '[[rule]]\nany = true\nreply = "a"\nreplies = ["b"]',
            "options.rule[0].replies: there is a reply beside it",
        ),
        ('[[rule]]\nany = true\norder = "then-last"', "options.rule[0].order: has a meaning with"),
        ("[[rule]]\nany = true\ndelay = [2, 1]", "options.rule[0].delay: must be seconds"),
        ("[[rule]]\nany = true\ndelay = nan", "options.rule[0].delay: must be a number from 0"),
        ("[[rule]]\nevery = 0", "options.rule[0].every: must be a number from 0.01"),
        ('[[rule]]\nevery = 1\nto = "all"', "options.rule[0].to: every connection gets"),
        ('[[rule]]\nany = true\naction = "stop"', "options.rule[0].action: must be one of close"),
        ("[[rule]]\nany = true\ntimes = true", "options.rule[0].times: must be a whole number"),
        ('[[rule]]\nany = true\nenabled = "no"', "options.rule[0].enabled: must be true or false"),
        (
            'framing = "chunk"\n[[rule]]\nany = true\nframed = true\nreply = "x"',
            "options.rule[0].reply: these messages have no frame",
        ),
        (
            'framing = "netstring"\n[[rule]]\nany = true\nframed = true\nreply = { file = "x" }',
            "options.rule[0].reply: the frame begins with a length",
        ),
        (
            '[[rule]]\nany = true\nreply = ["a", "{xor:body}"]',
            'options.rule[0].reply[1]: {xor:body}: no part of this reply has the name "body"',
        ),
        (
            'framing = "length-prefix"\nwidth = 1\n[[rule]]\nany = true\nframed = true\nreply = "'
            + 300 * "a"
            + '"',
            "options.rule[0].reply: A length of 1 bytes cannot say 300",
        ),
    ],
)
def test_a_mistake_has_its_path_and_a_sentence(toml: str, expected: str) -> None:
    (told,) = mistakes(toml)
    assert told.startswith(expected)


def test_all_mistakes_are_told_at_once() -> None:
    told = mistakes('framing = "x"\n[[rule]]\nany = 1\ndelay = -1\n[[rule]]\nevery = 1\nfoo = 2')
    assert [each.partition(":")[0] for each in told] == [
        "options.framing",
        "options.rule[0].any",
        "options.rule[0].delay",
        "options.rule[1]",
    ]


def test_too_many_rules_are_refused() -> None:
    (told,) = mistakes("[[rule]]\nany = true\n" * (MAX_RULES + 1))
    assert told == f"options.rule: there may be {MAX_RULES} rules at most, not {MAX_RULES + 1}"


plain = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.just("??")
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["hex", "file", "text", "name", "x"]), inner, max_size=2)
    ),
    max_leaves=5,
)
keys = st.sampled_from(
    [
        "framing",
        "delimiter",
        "size",
        "width",
        "order",
        "counts_itself",
        "greeting",
        "unmatched",
        "equals",
        "starts",
        "regex",
        "any",
        "python",
        "reply",
        "replies",
        "delay",
        "every",
        "action",
        "to",
        "times",
        "framed",
        "enabled",
        "state",
        "then",
        "name",
    ]
)


@given(st.dictionaries(keys, plain, max_size=4), st.lists(st.dictionaries(keys, plain), max_size=2))
def test_no_table_is_too_odd_to_be_read(table: dict[str, Any], rules: list[dict[str, Any]]) -> None:
    outcome = parse({**table, "rule": rules})
    assert isinstance(outcome, RuleSet) or all(each.message for each in outcome)
