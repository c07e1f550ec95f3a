"""Finds the rule of a message: the first that matches, in about a microsecond.

A rule set is compiled once. For each state of a connection there is a table of the rules that may
apply in it. Rules that compare a whole message with a literal are found through one dictionary,
however many they are; the others are tried in order, but only those before the one found so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import methodcaller
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from app.rules.expression import Budget, Expression
from app.rules.spec import (
    AnyMatcher,
    Comparison,
    LiteralMatcher,
    Matcher,
    PythonMatcher,
    RegexMatcher,
    Rule,
    wildcard_parts,
)
from app.rules.template import Captures
from app.text.sentence import Sentence

TOO_SLOW: Final = Sentence(
    "rule-expression-slow",
    "The expression took too long on a message, so the rule is passed over for a second. Make it "
    "simpler: avoid a repeat inside a repeat.",
)

Test = Callable[[bytes], object]
"""Gives something true for a message that matches: `True`, or a match with captures."""


class Ruled(Protocol):
    """A compiled rule, as far as finding it needs to know it."""

    @property
    def rule(self) -> Rule: ...


R = TypeVar("R", bound=Ruled)


Found = tuple[R, Captures | None, int]
"""The rule of a message, what it captured, and where to go on with looking if the rule turns out
not to be the right one."""


def literal_of(matcher: Matcher | None) -> bytes | None:
    """The one message that `matcher` matches; `None` if there may be others."""
    if not isinstance(matcher, LiteralMatcher) or matcher.comparison is not Comparison.EQUALS:
        return None
    parts = wildcard_parts(matcher.written)
    if any(isinstance(part, int) for part in parts):
        return None
    return b"".join(part for part in parts if isinstance(part, bytes))


def compiled_test(matcher: LiteralMatcher | AnyMatcher | PythonMatcher) -> Test:
    """Whether a message matches. A Python function may match any: it decides when it is called.

    Raises `ValueError` as `wildcard_parts` does.
    """
    if not isinstance(matcher, LiteralMatcher):
        return _always
    parts = wildcard_parts(matcher.written)
    if any(isinstance(part, int) for part in parts):
        return _wildcard_test(matcher.comparison, parts)
    needle = b"".join(part for part in parts if isinstance(part, bytes))
    match matcher.comparison:
        case Comparison.EQUALS:
            return methodcaller("__eq__", needle)
        case Comparison.STARTS:
            return methodcaller("startswith", needle)
        case Comparison.ENDS:
            return methodcaller("endswith", needle)
        case Comparison.CONTAINS:
            return re.compile(re.escape(needle)).search  # twice as fast as `in`


def captured_names(matcher: Matcher | None) -> frozenset[str] | None:
    """The captures that a reply may name; `None` where there is no message to capture from.

    Raises `ValueError` with a sentence for a matcher that is wrong.
    """
    match matcher:
        case None:
            return None
        case LiteralMatcher():
            runs = sum(isinstance(part, int) for part in wildcard_parts(matcher.written))
            return frozenset(map(str, range(runs + 1)))
        case RegexMatcher():
            return Expression(matcher.source).groups
        case _:
            return frozenset({"0"})


def _always(_message: bytes) -> bool:
    return True


def _wildcard_test(comparison: Comparison, parts: Sequence[bytes | int]) -> Test:
    """A test through `re`: what it compares has a fixed length, so it cannot explode."""
    source = b"".join(
        re.escape(part) if isinstance(part, bytes) else b"(.{%d})" % part for part in parts
    )
    match comparison:
        case Comparison.EQUALS:
            return re.compile(source, re.DOTALL).fullmatch
        case Comparison.STARTS:
            return re.compile(source, re.DOTALL).match
        case Comparison.ENDS:
            return re.compile(source + rb"\Z", re.DOTALL).search
        case Comparison.CONTAINS:
            return re.compile(source, re.DOTALL).search


class _Candidate(NamedTuple, Generic[R]):
    """A rule that has to be tried. A tuple, as the loop over them takes it apart in one step."""

    place: int
    rule: R
    test: Test | None
    """`None` for an expression."""

    expression: Expression | None
    has_captures: bool
    first: bytes
    """The byte that every message begins with that it matches; empty if that is not known."""


class _Table(Generic[R]):
    """The rules for one state, in order."""

    __slots__ = ("_by_first", "_candidates", "whole")

    def __init__(self, rules: Iterable[R]) -> None:
        self.whole: dict[bytes, tuple[int, R]] = {}
        """By the literal: the first rule with it, and its place."""
        self._candidates: list[_Candidate[R]] = []
        self._by_first: dict[bytes, list[_Candidate[R]]] = {}
        for place, rule in enumerate(rules):
            literal = literal_of(rule.rule.matcher)
            if literal is not None:
                self.whole.setdefault(literal, (place, rule))
            else:
                self._candidates.append(_candidate(place, rule))

    def candidates(self, message: bytes) -> list[_Candidate[R]]:
        """The rules that may match `message`, by its first byte alone."""
        first = message[:1]
        found = self._by_first.get(first)
        if found is None:
            found = [each for each in self._candidates if each.first in (b"", first)]
            self._by_first[first] = found
        return found


def _candidate(place: int, rule: R) -> _Candidate[R]:
    matcher = rule.rule.matcher
    assert matcher is not None
    if isinstance(matcher, RegexMatcher):
        expression = Expression(matcher.source)
        return _Candidate(place, rule, None, expression, True, expression.prefix[:1])
    test, first = compiled_test(matcher), b""
    if not isinstance(matcher, LiteralMatcher):
        return _Candidate(place, rule, test, None, False, first)
    parts = wildcard_parts(matcher.written)
    if matcher.comparison in (Comparison.EQUALS, Comparison.STARTS) and isinstance(parts[0], bytes):
        first = parts[0][:1]
    has_captures = any(isinstance(part, int) for part in parts)
    return _Candidate(place, rule, test, None, has_captures, first)


class Matching(Generic[R]):
    """The enabled rules of a set that answer messages. A changed set is compiled anew."""

    def __init__(self, rules: Iterable[R], failed: Callable[[R, str], None]) -> None:
        """`failed` is told of a rule that could not be tried, with a sentence."""
        self._rules = [
            each for each in rules if each.rule.enabled and each.rule.matcher is not None
        ]
        self._failed = failed
        self._tables: dict[str, _Table[R]] = {}

    def find(self, message: bytes, state: str, after: int = -1) -> Found[R] | None:
        """The first rule behind the place `after` that matches in `state`."""
        table = self._tables.get(state)
        if table is None:
            table = self._tables[state] = _Table(self._applicable(state))
        hit = table.whole.get(message)
        if hit is not None and hit[0] <= after:  # rare: a Python rule passed the message on
            return self._find_slowly(message, state, after)
        limit = len(self._rules) if hit is None else hit[0]
        budget: Budget | None = None
        for place, rule, test, expression, has_captures, _ in table.candidates(message):
            if place > limit:
                break
            if place <= after:
                continue
            if test is not None:
                found: Any = test(message)
            else:
                assert expression is not None
                if len(message) <= expression.short:
                    found = expression.quick(message)
                elif not message.startswith(expression.prefix):
                    continue
                else:
                    budget = budget or Budget.full()
                    found = self._search(rule, expression, message, budget)
            if found:
                return rule, found if has_captures else None, place
        return None if hit is None else (hit[1], None, hit[0])

    def _search(
        self, rule: R, expression: Expression, message: bytes, budget: Budget
    ) -> object | None:
        try:
            return expression.search(message, budget)
        except TimeoutError:
            self._failed(rule, TOO_SLOW)
            return None

    def _find_slowly(self, message: bytes, state: str, after: int) -> Found[R] | None:
        """As `find`, where the first rule with that literal is passed by already."""
        rest = list(self._applicable(state))[after + 1 :]
        found = Matching(rest, self._failed).find(message, state)
        return None if found is None else (found[0], found[1], found[2] + after + 1)

    def _applicable(self, state: str) -> Iterator[R]:
        return (each for each in self._rules if each.rule.state in (None, state))
