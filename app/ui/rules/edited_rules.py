"""Rules as the editor has them: with their texts on one line, and checked.

A text in a profile may have real line ends. A form shows their escapes, which stand for the same
bytes. A rule that the user did not change is saved as it was, so that it keeps its hits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import evolve, field, frozen

from app.protocols import catalog
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
from app.rules.writing import to_toml_tables
from app.text.notation import Notation
from app.ui.widgets.translation import translated

PROTOCOL: Final = "replies"
_LINE_ENDS: Final = str.maketrans({"\n": r"\n", "\r": r"\r", "\t": r"\t"})
_PLACE: Final = re.compile(r"rule\[(\d+)\](?:\.(\w+))?")
_MATCHERS: Final = frozenset({"equals", "starts", "ends", "contains", "regex", "python", "every"})

WHEN: Final = "when"
"""The field of everything that says when a rule applies."""

REPLIES: Final = "replies"


@frozen
class Checked:
    """The result for one rule set."""

    options: Mapping[str, Any] | None
    """As a profile has them; `None` if there are mistakes."""

    of_set: Mapping[str, str] = field(factory=dict)
    """The mistakes in the framing, the greeting and the reply to unmatched messages, by key."""

    of_rules: Mapping[int, Mapping[str, str]] = field(factory=dict)
    """The mistakes in each rule, by its place and then by the field: `WHEN`, `REPLIES` or a key."""

    def of_rule(self, index: int) -> Mapping[str, str]:
        """The mistakes in one rule."""
        return self.of_rules.get(index, {})

    @property
    def count(self) -> int:
        """How many fields have mistakes."""
        return len(self.of_set) + sum(map(len, self.of_rules.values()))


def check(ruleset: RuleSet) -> Checked:
    """Check `ruleset` as a profile that has it is checked."""
    tables = catalog.find(PROTOCOL).tables
    assert tables is not None
    result = tables.read(to_toml_tables(ruleset), "")
    if not isinstance(result, tuple):
        return Checked(result)
    of_set: dict[str, str] = {}
    of_rules: dict[int, dict[str, str]] = {}
    for mistake in result:
        place = _PLACE.match(mistake.path)
        if place is None:
            key = re.split(r"[.\[]", mistake.path)[0]
            of_set.setdefault(key, mistake.message)
        else:
            fields = of_rules.setdefault(int(place[1]), {})
            fields.setdefault(_field(place[2]), mistake.message)
    return Checked(None, of_set, of_rules)


def _field(key: str | None) -> str:
    if key is None or key in _MATCHERS:
        return WHEN
    return REPLIES if key == "reply" else key


def sentence(messages: Sequence[str]) -> str:
    """Messages of one field as sentences."""
    said = map(translated, messages)
    return " ".join(f"{each[:1].upper()}{each[1:].rstrip('.。')}." for each in said)


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
