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
    at = -1
    for letter in word:
        at = text.find(letter, at + 1)
        if at < 0:
            return False
    return True


def _best(word: str, text: str) -> Match:
    """The best way to find the letters of `word` in `text`, which has them in order.

    It compares three ways instead of all: thousands of texts are matched at each key press.
    """
    ways = []
    at = text.find(word)
    while at >= 0:
        whole = tuple(range(at, at + len(word)))
        if _starts_word(text, at):
            return Match(_score(whole, text), whole)
        ways.append(whole)
        at = text.find(word, at + 1)
    ways += [_nearest(word, text), _by_word_starts(word, text)]
    return max((Match(_score(way, text), way) for way in ways if way), key=lambda each: each.score)


def _nearest(word: str, text: str) -> tuple[int, ...]:
    """The letters up to the first place where all of them were found, as near to it as possible."""
    at = -1
    for letter in word:
        at = text.find(letter, at + 1)
    positions = []
    end = at + 1
    for letter in reversed(word):
        end = text.rfind(letter, 0, end)
        positions.append(end)
    return tuple(reversed(positions))


def _by_word_starts(word: str, text: str) -> tuple[int, ...]:
    """Each letter after the one before it, or at the next start of a word that begins so.

    Empty if that does not find all of them.
    """
    positions: list[int] = []
    at = 0
    for letter in word:
        found = text.find(letter, at)
        if not (positions and found == at):
            start = found
            while start >= 0 and not _starts_word(text, start):
                start = text.find(letter, start + 1)
            found = start if start >= 0 else found
        if found < 0:
            return ()
        positions.append(found)
        at = found + 1
    return tuple(positions)


def _score(positions: tuple[int, ...], text: str) -> float:
    score, before = 0.0, -1
    for number, at in enumerate(positions):
        score += _LETTER - _SKIPPED_LETTER * (at - before - 1)
        if number and at == before + 1:
            score += _NEXT_LETTER
        elif _starts_word(text, at):
            score += _WORD_START
        before = at
    return score + _TEXT_START if positions and positions[0] == 0 else score


def _starts_word(text: str, at: int) -> bool:
    return at == 0 or (text[at].isalnum() and not text[at - 1].isalnum())
