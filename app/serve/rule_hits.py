"""The rules of listeners that reply by rule, counted over a run of `portdeck serve`.

Each stop of such a listener is an event `rules`. With `--require-rules` the whole run is a contract
test: every rule must have matched, and every message must have matched a rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from attrs import Factory, define

from app.serve.events import Rules
from app.server.listener import Listener, State
from app.text.notation import Notation, write

if TYPE_CHECKING:  # the rules are slow to import, and few runs have any
    from app.rules.protocol import RepliesDatagrams, RepliesFactory
    from app.rules.running import RunningRules
    from app.rules.spec import Rule

LONGEST_SHOWN = 80
"""Characters of an unmatched message in a sentence."""


@define
class _Counts:
    """The counts of one listener."""

    current: RunningRules | None = None
    """Set while the listener runs."""

    rules: tuple[Rule, ...] = ()
    """The rules of the last stop."""

    hits: Counter[Rule] = Factory(Counter)
    unmatched: int = 0
    last_unmatched: bytes = b""


class RuleHits:
    """Counts for the deck of a run."""

    def __init__(self) -> None:
        self._counts: dict[Listener, _Counts] = {}

    def listener_changed(self, listener: Listener) -> Rules | None:
        """Note the rules of a listener that has started. Returns the event of one that has
        stopped."""
        if listener.state is State.LISTENING and listener.spec.protocol == "replies":
            assert listener.factory is not None
            service = cast("RepliesFactory | RepliesDatagrams", listener.factory.service)
            self._counts.setdefault(listener, _Counts()).current = service.rules
        counts = self._counts.get(listener)
        is_over = listener.state in (State.STOPPED, State.FAILED)
        if not is_over or counts is None or counts.current is None:
            return None
        rules, counts.current = counts.current, None
        counts.rules = tuple(each.rule for each in rules.rules)
        for each in rules.rules:
            counts.hits[each.rule] += each.hits
        counts.unmatched += rules.unmatched_count
        if rules.unmatched:
            counts.last_unmatched = rules.unmatched[-1].message
        return Rules(
            listener.spec.name,
            [{"rule": each.rule.name, "hits": each.hits} for each in rules.rules],
            rules.unmatched_count,
        )

    def unmet(self) -> Iterator[str]:
        """A sentence for each rule that never matched, and for messages that matched none."""
        for listener, counts in self._counts.items():
            name = listener.spec.name
            for index, rule in enumerate(counts.rules):
                if rule.enabled and not counts.hits[rule]:
                    yield f"{name}: Rule {rule.label(index)} never matched."
            if counts.unmatched:
                shown = write(counts.last_unmatched, Notation.ESCAPES)[:LONGEST_SHOWN]
                number = f"{counts.unmatched} message" + "s" * (counts.unmatched > 1)
                yield f'{name}: {number} matched no rule; the last was "{shown}".'
