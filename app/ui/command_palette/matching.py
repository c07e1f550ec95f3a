"""Fuzzy matching: does a text have the typed letters in their order, and how well.

Each word of the query is looked for on its own, so "echo start" finds "Start Echo". The cost of one
match is the length of the query times the length of the text; both are bounded.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

LONGEST_QUERY: Final = 60
LONGEST_TEXT: Final = 200
"""Letters of each that are looked at."""

_LETTER: Final = 1.0
_WORD_START: Final = 8.0
_NEXT_LETTER: Final = 9.0
_TEXT_START: Final = 3.0
_SKIPPED_LETTER: Final = 0.05
_UNUSED_LETTER: Final = 0.01


@frozen
class Match:
    """How well a text matches."""

    score: float
    """Larger is better. 0.0 for an empty query."""

    positions: tuple[int, ...]
    """The indexes of the letters that matched, in order."""


def fuzzy_match(query: str, text: str) -> Match | None:
    """How `text` matches `query`; `None` if a letter of the query is not in it, or not in order.

    Upper and lower case are the same. The start of a word counts more than its middle, and letters
    next to each other more than letters apart.
    """
    words = _fold(query[:LONGEST_QUERY]).split()
    folded = _fold(text[:LONGEST_TEXT])
    score, positions = 0.0, set[int]()
    for word in words:
        if not _is_subsequence(word, folded):
            return None
        found = _best(word, folded)
        score += found.score
        positions.update(found.positions)
    if words:
        score -= _UNUSED_LETTER * (len(folded) - len(positions))
    return Match(score, tuple(sorted(positions)))


def _fold(text: str) -> str:
    """`text` in lower case, letter by letter: an index into it is one into `text`."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(each.lower()[0] for each in text)


def _is_subsequence(word: str, text: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in word)


def _best(word: str, text: str) -> Match:
    """The best way to find the letters of `word` in `text`, which has them in order."""
    # Row by row: `scores[at]` is the best score of the word so far if its last letter is at `at`.
    scores: dict[int, float] = {}
    steps: list[dict[int, int]] = []
    for number, letter in enumerate(word):
        row: dict[int, float] = {}
        came_from: dict[int, int] = {}
        best_before, best_at = 0.0, -1
        for at, other in enumerate(text):
            # The best of the row above that ends before `at`; a skipped letter costs a little.
            if (
                number
                and at - 1 in scores
                and (best_at < 0 or scores[at - 1] >= best_before - _gap(best_at, at))
            ):
                best_before, best_at = scores[at - 1], at - 1
            if other != letter or (number and best_at < 0):
                continue
            here = _letter_score(text, at)
            if not number:
                row[at] = here - _gap(-1, at)
                continue
            row[at], came_from[at] = best_before - _gap(best_at, at) + here, best_at
            joined = scores.get(at - 1)
            if joined is not None and joined + _NEXT_LETTER + here > row[at]:
                row[at], came_from[at] = joined + _NEXT_LETTER + here, at - 1
        scores = row
        steps.append(came_from)
    end = max(scores, key=lambda at: (scores[at], -at))
    return Match(scores[end], _trace(steps, end))


def _trace(steps: list[dict[int, int]], end: int) -> tuple[int, ...]:
    """The positions, read backwards from the last one."""
    positions = [end]
    for came_from in reversed(steps[1:]):
        positions.append(came_from[positions[-1]])
    return tuple(reversed(positions))


def _letter_score(text: str, at: int) -> float:
    if at == 0:
        return _LETTER + _WORD_START + _TEXT_START
    starts_word = text[at].isalnum() and not text[at - 1].isalnum()
    return _LETTER + _WORD_START if starts_word else _LETTER


def _gap(before: int, at: int) -> float:
    return _SKIPPED_LETTER * (at - before - 1)
