"""Which rule a message gets: the first that matches, as a plain loop over all of them finds it."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.expression import REST_SECONDS, Budget, Expression
from app.rules.matching import TOO_SLOW, Matching
from app.rules.running import RunningRule
from app.rules.spec import (
    AnyMatcher,
    Comparison,
    LiteralMatcher,
    Matcher,
    PythonMatcher,
    RegexMatcher,
    Rule,
    Written,
)
from app.text.notation import Notation
from tests.rules.strategies import rules

EXPLODING = "(a|aa)+$"
LONG = b"a" * 40 + b"!"


def matching(*each: Rule, failures: list[str] | None = None) -> Matching[RunningRule]:
    told = [] if failures is None else failures
    running = [RunningRule(rule, index) for index, rule in enumerate(each)]
    return Matching(running, lambda rule, sentence: told.append(f"{rule.index} {sentence}"))


def by_regex(source: str) -> Rule:
    return Rule(RegexMatcher(source))


def by_hex(comparison: Comparison, digits: str) -> Rule:
    return Rule(LiteralMatcher(comparison, Written(digits, Notation.HEX)))


def matches_plainly(matcher: Matcher | None, message: bytes) -> bool:
    """The reference: no tables, no compiling, one case after the other."""
    match matcher:
        case None:
            return False
        case AnyMatcher() | PythonMatcher():
            return True
        case RegexMatcher(source):
            return re.search(source.encode(), message) is not None
        case LiteralMatcher(comparison, written):
            wanted = pattern(written)
            size, whole = len(wanted), len(message)
            starts = {
                Comparison.EQUALS: [0] if size == whole else [],
                Comparison.STARTS: [0],
                Comparison.ENDS: [whole - size],
                Comparison.CONTAINS: list(range(whole)),
            }[comparison]
            return any(fits(wanted, message, start) for start in starts)


def pattern(written: Written) -> list[int | None]:
    """Bytes, and `None` for any."""
    if written.notation is Notation.HEX:
        return [None if pair == "??" else int(pair, 16) for pair in written.text.split()]
    return list(
        written.text.replace("\\r", "\r").replace("\\n", "\n").replace("\\\\", "\\").encode()
    )


def fits(wanted: list[int | None], message: bytes, start: int) -> bool:
    part = message[start : start + len(wanted)] if start >= 0 else b""
    pairs = zip(wanted, part, strict=False)
    return len(part) == len(wanted) and all(one in (None, byte) for one, byte in pairs)


messages = st.text("ab\r\n\\é", max_size=6).map(str.encode)


@given(
    st.lists(rules(), max_size=8),
    st.lists(st.tuples(messages, st.sampled_from(["", "in", "out", "else"])), max_size=5),
    st.integers(-1, 3),
)
def test_the_rule_found_is_the_one_that_a_plain_loop_finds(
    some: list[Rule], asked: list[tuple[bytes, str]], after: int
) -> None:
    compiled = matching(*some)
    for message, state in asked:
        applicable = [
            (index, rule)
            for index, rule in enumerate(some)
            if rule.enabled and rule.matcher is not None and rule.state in (None, state)
        ]
        expected = [
            (index, place)
            for place, (index, rule) in enumerate(applicable)
            if place > after and matches_plainly(rule.matcher, message)
        ]
        found = compiled.find(message, state, after)
        assert (found and (found[0].index, found[2])) == (expected[0] if expected else None)


def test_each_run_of_wildcards_is_captured() -> None:
    found = matching(by_hex(Comparison.STARTS, "01 ?? 03 ????")).find(b"\1\n\3\4\5\6", "")
    assert found is not None
    assert found[1] is not None
    assert (found[1][1], found[1][2]) == (b"\n", b"\4\5")


def test_an_expression_captures_by_name_and_number() -> None:
    found = matching(by_regex(r"^ADD (?P<a>\d+) (\d+)$")).find(b"ADD 1 22", "")
    assert found is not None
    assert found[1] is not None
    assert (found[1]["a"], found[1][2]) == (b"1", b"22")


def test_an_expression_that_explodes_is_passed_over_and_told() -> None:
    failures: list[str] = []
    compiled = matching(by_regex(EXPLODING), Rule(AnyMatcher()), failures=failures)
    began = perf_counter()
    found = compiled.find(LONG, "")
    assert perf_counter() - began < 1.0
    assert found is not None
    assert found[0].index == 1
    assert failures == [f"0 {TOO_SLOW}"]


def test_an_expression_that_took_too_long_rests() -> None:
    expression = Expression(EXPLODING)
    with pytest.raises(TimeoutError):
        expression.search(LONG, Budget.full())
    began = perf_counter()
    for _ in range(100):
        with pytest.raises(TimeoutError):
            expression.search(b"a" * 30, Budget.full())
    assert perf_counter() - began < REST_SECONDS / 2


def test_many_expressions_that_explode_share_the_time_of_a_message() -> None:
    failures: list[str] = []
    compiled = matching(*[by_regex(f"(a|aa)+$|x{n}") for n in range(40)], failures=failures)
    began = perf_counter()
    assert compiled.find(LONG, "") is None
    assert perf_counter() - began < 1.0
    assert len(failures) == 40


@pytest.mark.parametrize(
    ("source", "prefix"),
    [
        ("^ADD 1", b"ADD 1"),
        ("^AB*", b"A"),
        ("^A{2}", b""),
        ("^AB|C", b""),
        ("^AB(C|D)", b""),
        ("AB", b""),
        ("^A.B", b"A"),
        ("(?i)^AB", b""),
        ("^(?:AB)", b""),
    ],
)
def test_what_a_message_must_begin_with_is_taken_from_the_expression(
    source: str, prefix: bytes
) -> None:
    assert Expression(source).prefix == prefix


@pytest.mark.parametrize(
    ("source", "is_bounded"),
    [
        ("^ADD (\\d+) (\\d+)$", True),
        ("[a-z]+ [*+?]", True),
        ("a|b", True),
        ("(?P<x>a*)b", True),
        ("(a+)+", False),
        ("(?:a|b)*c", False),
        (r"(a*)\1", False),
        ("(?=a*)b", False),
        ("(a?){9}", False),
        ("a*" * 9, False),
        (r"(?P<x>a*)(?P=x)", False),
    ],
)
def test_a_time_limit_is_left_out_only_where_steps_are_bounded(
    source: str, is_bounded: bool
) -> None:
    assert (Expression(source).short > 0) == is_bounded


parts = st.sampled_from(
    [
        "^",
        "$",
        "a",
        "b",
        " ",
        "A1",
        ".",
        r"\d",
        "(",
        ")",
        "|",
        "*",
        "+",
        "?",
        "{2}",
        "[ab]",
        r"\b",
        "(?:",
    ]
)


@given(st.lists(parts, max_size=6).map("".join), st.text("abA1 2", max_size=8).map(str.encode))
def test_short_ways_find_what_the_expression_finds(source: str, message: bytes) -> None:
    try:
        plain = re.compile(source.encode())
        expression = Expression(source)
    except ValueError:
        return
    except re.error:
        return
    running = matching(by_regex(source))
    found = running.find(message, "")
    expected = expression.search(message, Budget.full())
    assert (found is not None) == (expected is not None)
    assert (found is not None) == (plain.search(message) is not None) or "+?" in source


def test_rules_behind_a_place_are_found_though_the_first_with_that_literal_is_before_it() -> None:
    same = Rule(LiteralMatcher(Comparison.EQUALS, Written("a")))
    starts = Rule(LiteralMatcher(Comparison.STARTS, Written("ab")))
    compiled = matching(same, starts, Rule(AnyMatcher(), state="in"), same, Rule(AnyMatcher()))
    places = [compiled.find(b"a", "", after) for after in (-1, 0, 2, 3)]
    assert [found and (found[0].index, found[2]) for found in places] == [
        (0, 0),
        (3, 2),
        (4, 3),
        None,
    ]


@pytest.mark.parametrize(
    ("comparison", "text", "matched", "unmatched"),
    [
        (Comparison.STARTS, "ab", b"abc", b"cab"),
        (Comparison.ENDS, "ab", b"cab", b"abc"),
        (Comparison.CONTAINS, "a.", b"xa.x", b"xabx"),
        (Comparison.EQUALS, "ab", b"ab", b"abc"),
    ],
)
def test_a_literal_is_compared_as_its_rule_says(
    comparison: Comparison, text: str, matched: bytes, unmatched: bytes
) -> None:
    compiled = matching(Rule(LiteralMatcher(comparison, Written(text))))
    assert compiled.find(matched, "") is not None
    assert compiled.find(unmatched, "") is None


@pytest.mark.parametrize(
    ("comparison", "matched", "unmatched"),
    [
        (Comparison.STARTS, b"a\nb.", b".a\nb"),
        (Comparison.ENDS, b".a\nb", b"a\nb."),
        (Comparison.CONTAINS, b".a\nb.", b"ab"),
        (Comparison.EQUALS, b"a\nb", b"a\nb\n"),
    ],
)
def test_a_wildcard_stands_for_any_byte(
    comparison: Comparison, matched: bytes, unmatched: bytes
) -> None:
    compiled = matching(by_hex(comparison, "61 ?? 62"))
    assert compiled.find(matched, "") is not None
    assert compiled.find(unmatched, "") is None
