"""Counts by reason, of a bounded number of reasons."""

from __future__ import annotations

from app.server.tally import MOST_REASONS, OTHER_REASONS, Tally


def test_the_most_frequent_reason_comes_first() -> None:
    tally = Tally()
    for reason in ("rain", "snow", "snow"):
        tally.add(reason)
    assert tally.total == 3
    assert tally.by_reason() == [("snow", 2), ("rain", 1)]


def test_what_is_one_reason_too_many_is_counted_all_the_same() -> None:
    tally = Tally()
    for number in range(MOST_REASONS + 5):
        tally.add(f"reason {number}")
    tally.add("reason 0")
    counts = dict(tally.by_reason())
    assert len(counts) == MOST_REASONS + 1
    assert (counts["reason 0"], counts[OTHER_REASONS]) == (2, 5)
    assert tally.total == sum(counts.values()) == MOST_REASONS + 6
