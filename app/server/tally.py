"""How often each of a few things happened."""

from __future__ import annotations

from collections import Counter

MOST_REASONS = 20
OTHER_REASONS = "for other reasons"


class Tally:
    """Counts by reason. As a reason may hold anything, such as an exception's words, there is a
    bound to how many are told apart."""

    def __init__(self) -> None:
        self.total = 0
        self._counts: Counter[str] = Counter()

    def add(self, reason: str) -> None:
        """Once more."""
        self.total += 1
        if reason not in self._counts and len(self._counts) >= MOST_REASONS:
            reason = OTHER_REASONS
        self._counts[reason] += 1

    def by_reason(self) -> list[tuple[str, int]]:
        """The reasons with their counts, the most frequent first."""
        return self._counts.most_common()
