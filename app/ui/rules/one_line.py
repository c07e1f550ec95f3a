"""Rules with their texts on one line, as a form shows them, and back as they were written.

A text in a profile may have real line ends. A form shows their escapes, which stand for the same
bytes. A rule that the user did not change is saved as it was, so that it keeps its hits.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from app.rules.spec import (
    FilePiece,
    LiteralMatcher,
    Matcher,
    RegexMatcher,
    Reply,
    Rule,
    RuleSet,
    Written,
)
from app.text.notation import Notation

_LINE_ENDS: Final = str.maketrans({"\n": r"\n", "\r": r"\r", "\t": r"\t"})


def one_line(text: str) -> str:
    """`text` with its line ends and tabs as escapes."""
    return text.translate(_LINE_ENDS)


def one_line_rule(rule: Rule) -> Rule:
    """`rule` with one-line texts."""
    return evolve(
        rule, matcher=_matcher(rule.matcher), replies=tuple(map(one_line_reply, rule.replies))
    )


def one_line_reply(reply: Reply) -> Reply:
    """`reply` with one-line texts."""
    return tuple(
        piece if isinstance(piece, FilePiece) else evolve(piece, written=_written(piece.written))
        for piece in reply
    )


def one_line_set(ruleset: RuleSet) -> RuleSet:
    """`ruleset` with one-line texts."""
    unmatched = ruleset.unmatched
    return RuleSet(
        ruleset.framing,
        one_line_reply(ruleset.greeting),
        one_line_reply(unmatched) if isinstance(unmatched, tuple) else unmatched,
        tuple(map(one_line_rule, ruleset.rules)),
    )


def as_written(edited: RuleSet, before: RuleSet) -> RuleSet:
    """`edited`, in which everything that is the same as in `before` is written as there."""
    originals = {evolve(one_line_rule(rule), enabled=True): rule for rule in before.rules}
    rules = []
    for rule in edited.rules:
        original = originals.get(evolve(rule, enabled=True))
        rules.append(rule if original is None else evolve(original, enabled=rule.enabled))
    shown = one_line_set(before)
    return RuleSet(
        edited.framing,
        before.greeting if edited.greeting == shown.greeting else edited.greeting,
        before.unmatched if edited.unmatched == shown.unmatched else edited.unmatched,
        tuple(rules),
    )


def _matcher(matcher: Matcher | None) -> Matcher | None:
    match matcher:
        case LiteralMatcher(comparison, written):
            return LiteralMatcher(comparison, _written(written))
        case RegexMatcher(source):
            return RegexMatcher(one_line(source))
    return matcher


def _written(written: Written) -> Written:
    if written.notation is Notation.HEX:  # white space has no meaning there
        return Written(" ".join(written.text.split()), written.notation)
    return Written(one_line(written.text), written.notation)
