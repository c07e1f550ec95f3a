"""Checks of the rules that are edited: the options they give, or each mistake at its field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import field, frozen

from app.protocols import catalog
from app.rules.spec import RuleSet
from app.rules.writing import to_toml_tables
from app.ui.widgets.translation import translated

PROTOCOL: Final = "replies"
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
