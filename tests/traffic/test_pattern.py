"""Patterns compared with a search in each chunk alone."""

from __future__ import annotations

from array import array
from time import monotonic

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from app.traffic.chunk_log import Span
from app.traffic.pattern import Pattern, PatternError, PatternKind, parse

PLENTY = 5.0

pieces = st.lists(st.text("abAB\n", max_size=6).map(str.encode), max_size=60)


def span_of(chunks: list[bytes]) -> Span:
    ends, size = array("I"), 0
    for chunk in chunks:
        size += len(chunk)
        ends.append(size)
    count = len(chunks)
    return Span(0, b"".join(chunks), ends, array("Q", [0] * count), array("d", [0.0] * count))


def pattern_of(kind: PatternKind, text: str, *, ignore_case: bool = False) -> Pattern:
    pattern = parse(kind, text, ignore_case=ignore_case)
    assert pattern is not None
    return pattern


@given(pieces, st.text("ab", min_size=1, max_size=3))
def test_text_is_found_in_each_chunk_that_has_it_and_never_across_two(
    chunks: list[bytes], text: str
) -> None:
    hits = pattern_of(PatternKind.TEXT, text).hits(span_of(chunks), PLENTY)
    assert hits == [place for place, chunk in enumerate(chunks) if text.encode() in chunk]


@given(pieces, st.text("aB", min_size=1, max_size=3))
def test_text_is_found_in_any_case_if_case_is_ignored(chunks: list[bytes], text: str) -> None:
    hits = pattern_of(PatternKind.TEXT, text, ignore_case=True).hits(span_of(chunks), PLENTY)
    wanted = text.lower().encode()
    assert hits == [place for place, chunk in enumerate(chunks) if wanted in chunk.lower()]


atoms = st.sampled_from(
    [
        "a",
        "b",
        "[ab]",
        "[^a]",
        ".",
        r"\n",
        r"\w",
        r"\W",
        r"\s",
        r"\x62",
        "[^A-Z]",
        "é",
        "^",
        "$",
        r"\b",
        "(?=b)",
        "(?<=a)",
        "(?>a+)",
        "(a)",
    ]
)
pieces_to_match = st.lists(st.text("aBé\n ", max_size=6).map(str.encode), max_size=60)
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("(?:{}|{})".format, inner, inner),
        st.builds(
            "(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "*?", "++", "{2}", "{1,}?"])
        ),
    ),
    max_leaves=6,
)


@given(pieces_to_match, expressions, st.booleans())
def test_an_expression_matches_a_chunk_only_if_it_matches_it_alone(
    chunks: list[bytes], source: str, ignore_case: bool
) -> None:
    hits = pattern_of(PatternKind.EXPRESSION, source, ignore_case=ignore_case).hits(
        span_of(chunks), PLENTY
    )
    alone = regex.compile(source.encode(), regex.IGNORECASE if ignore_case else 0)
    assert hits == [place for place, chunk in enumerate(chunks) if alone.search(chunk)]


@settings(max_examples=200)
@given(
    st.sampled_from(["a", "[ab]", r"\w", r"\w+", "a.*b", r"\W", "a|B", r"\x61", "é+", "a{1,2}?"]),
    st.text("aBé\n |", min_size=150, max_size=250).map(lambda text: text.encode().split(b"|")),
)
def test_the_faster_search_for_dense_matches_finds_the_same(
    source: str, chunks: list[bytes]
) -> None:
    alone = regex.compile(source.encode())
    assert pattern_of(PatternKind.EXPRESSION, source).hits(span_of(chunks), PLENTY) == [
        place for place, chunk in enumerate(chunks) if alone.search(chunk)
    ]


@given(st.binary(min_size=1, max_size=40), st.sampled_from(["", " ", ":", ", ", "\n", "\\x"]))
def test_hex_is_found_with_any_separators(data: bytes, separator: str) -> None:
    typed = separator.join(f"{byte:02x}" for byte in data)
    assert pattern_of(PatternKind.HEX, typed).within(data, PLENTY) == (0, len(data))


@pytest.mark.parametrize(
    "text",
    ["DE AD be ef", "deadbeef", "0xDE, 0xAD, 0xbe, 0xef", r"\xde\xad\xbe\xef", "de:ad-be:ef"],
)
def test_hex_may_be_written_in_many_ways(text: str) -> None:
    assert pattern_of(PatternKind.HEX, text).within(b"..\xde\xad\xbe\xef", PLENTY) == (2, 6)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (PatternKind.HEX, "de ag", "'g' is no hex digit"),
        (PatternKind.HEX, "dea", "A hex digit is missing"),
        (PatternKind.EXPRESSION, "(a", "cannot be read"),
        (PatternKind.EXPRESSION, "(" * 5_000, "nested too deeply"),
        (PatternKind.EXPRESSION, "((a{1000}){1000}){1000}", "repeats too much"),
        (PatternKind.EXPRESSION, "(?:" * 60 + "a" + "){2}" * 60, "repeats too much"),
    ],
)
def test_an_invalid_pattern_is_refused_with_a_sentence(
    kind: PatternKind, text: str, words: str
) -> None:
    with pytest.raises(PatternError, match=words):
        parse(kind, text)


@given(st.text(max_size=30), st.sampled_from(PatternKind), st.booleans())
def test_any_text_gives_a_pattern_or_a_sentence(
    text: str, kind: PatternKind, ignore_case: bool
) -> None:
    sentence = ""
    try:
        parse(kind, text, ignore_case=ignore_case)
    except PatternError as error:
        sentence = str(error)
    assert not sentence or sentence.endswith(".")


def test_empty_text_is_no_pattern() -> None:
    assert [parse(kind, "") for kind in PatternKind] == [None, None, None]


def test_text_outside_of_ascii_is_searched_in_utf_8() -> None:
    assert pattern_of(PatternKind.TEXT, "端口").within("a端口".encode(), PLENTY) == (1, 7)


@pytest.mark.parametrize("source", ["(a|aa)+$", "(.*a){20}b", r"(?:(a+)\1)+$", "(x+x+)+y"])
def test_an_expression_that_explodes_ends_in_time(source: str) -> None:
    pattern = pattern_of(PatternKind.EXPRESSION, source)
    span = span_of([b"a" * 2_000 + b"x" * 60_000])
    began = monotonic()
    with pytest.raises(TimeoutError):
        pattern.hits(span, 0.02)
    assert monotonic() - began < 1.0


@pytest.mark.parametrize("kind", PatternKind)
def test_half_a_character_is_refused_with_a_sentence(kind: PatternKind) -> None:
    with pytest.raises(PatternError):
        parse(kind, "a\ud83d")
