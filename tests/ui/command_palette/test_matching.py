"""Fuzzy matching: which texts match, and which of two matches better."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.command_palette.matching import LONGEST_QUERY, LONGEST_TEXT, fuzzy_match


def score(query: str, text: str) -> float:
    match = fuzzy_match(query, text)
    assert match is not None
    return match.score


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("nl", "New listener"),
        ("NEWL", "new listener"),
        ("echo start", "Start Echo"),
        ("停", "停止 Echo"),
        ("8007", "127.0.0.1:8007"),
        ("", "Anything"),
        ("   ", ""),
    ],
)
def test_letters_in_their_order_match(query: str, text: str) -> None:
    assert fuzzy_match(query, text) is not None


@pytest.mark.parametrize(("query", "text"), [("ln", "New l"), ("x", ""), ("echoo", "echo")])
def test_a_missing_letter_or_a_wrong_order_does_not_match(query: str, text: str) -> None:
    assert fuzzy_match(query, text) is None


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("st", "Start all", "Restart"),
        ("sa", "Start all", "Unsaved"),
        ("echo", "Echo", "Every character of it"),
        ("nl", "New listener", "Unlikely"),
        ("log", "Show the log", "Show the long list of guides"),
        ("stop", "Stop", "Stop all of them"),
    ],
)
def test_the_better_match_has_the_higher_score(query: str, better: str, worse: str) -> None:
    assert score(query, better) > score(query, worse)


def test_it_marks_the_letters_that_a_reader_would_mark() -> None:
    match = fuzzy_match("nl", "Unlike New listener")
    assert match is not None
    assert match.positions == (7, 11)


@given(st.text(max_size=80), st.text(max_size=250))
def test_the_positions_spell_the_query(query: str, text: str) -> None:
    match = fuzzy_match(query, text)
    if match is None:
        return
    assert all(position < min(len(text), LONGEST_TEXT) for position in match.positions)
    assert list(match.positions) == sorted(set(match.positions))
    letters = {text[position].lower()[0] for position in match.positions}
    wanted = query[:LONGEST_QUERY].lower().split()
    assert {letter for word in wanted for letter in word} == letters or len(query.lower()) != len(
        query
    )


@given(st.text(alphabet="ab ", max_size=12), st.text(alphabet="abc ", max_size=20))
def test_it_matches_exactly_when_each_word_is_a_subsequence(query: str, text: str) -> None:
    def is_in(word: str) -> bool:
        letters = iter(text)
        return all(letter in letters for letter in word)

    assert (fuzzy_match(query, text) is not None) == all(map(is_in, query.split()))
