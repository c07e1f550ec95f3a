from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.client.transcript import (
    ENTRY_BYTES,
    MAX_BYTES,
    MAX_ENTRIES,
    MAX_EVENTS,
    Entry,
    Kind,
    Transcript,
)


def test_entries_are_numbered_from_one_and_kept_in_order() -> None:
    transcript = Transcript()
    transcript.append(10.0, Kind.EVENT, "Connected.")
    transcript.append(10.5, Kind.SENT, b"hello")
    assert transcript.entries == (
        Entry(1, 10.0, Kind.EVENT, "Connected."),
        Entry(2, 10.5, Kind.SENT, b"hello"),
    )
    assert transcript.last == 2


def test_only_what_is_newer_is_given() -> None:
    transcript = Transcript()
    for data in (b"a", b"b", b"c"):
        transcript.append(0.0, Kind.RECEIVED, data)
    assert [entry.data for entry in transcript.since(0).entries] == [b"a", b"b", b"c"]
    assert [entry.data for entry in transcript.since(2).entries] == [b"c"]
    assert transcript.since(3).entries == []
    assert transcript.since(3).missed == 0


def test_the_oldest_entries_are_dropped_and_counted() -> None:
    transcript = Transcript(max_entries=3)
    for number in range(10):
        transcript.append(0.0, Kind.RECEIVED, b"%d" % number)
    assert [entry.number for entry in transcript.entries] == [8, 9, 10]
    assert transcript.dropped == 7
    assert transcript.since(4).missed == 3
    assert transcript.since(7).missed == 0
    assert transcript.since(8).missed == 0


def test_the_bytes_kept_are_bounded_too() -> None:
    transcript = Transcript(max_bytes=10)
    for _ in range(5):
        transcript.append(0.0, Kind.RECEIVED, b"four")
    assert [entry.number for entry in transcript.entries] == [4, 5]
    assert transcript.dropped == 3


@pytest.mark.parametrize("size", [1, ENTRY_BYTES, 1_000_000])
def test_a_flood_stays_within_the_default_bounds(size: int) -> None:
    transcript = Transcript()
    for _ in range(MAX_ENTRIES + 10 if size == 1 else 100):
        transcript.append(0.0, Kind.RECEIVED, bytes(size))
    assert len(transcript) <= MAX_ENTRIES
    assert sum(len(entry.data) for entry in transcript.entries) <= MAX_BYTES
    assert transcript.dropped > 0


def test_long_data_becomes_several_entries_of_one_time() -> None:
    transcript = Transcript()
    data = bytes(range(256)) * 600
    transcript.append(5.0, Kind.SENT, data)
    assert [entry.number for entry in transcript.entries] == [1, 2, 3]
    assert {entry.time for entry in transcript.entries} == {5.0}
    pieces = [entry.data for entry in transcript.entries if isinstance(entry.data, bytes)]
    assert b"".join(pieces) == data


def test_empty_data_leaves_no_entry() -> None:
    transcript = Transcript()
    transcript.append(0.0, Kind.SENT, b"")
    assert len(transcript) == 0
    assert transcript.last == 0


def test_what_was_cleared_is_neither_dropped_nor_missed() -> None:
    transcript = Transcript(max_entries=2)
    for data in (b"a", b"b", b"c"):
        transcript.append(0.0, Kind.RECEIVED, data)
    transcript.clear()
    assert transcript.dropped == 0
    assert transcript.since(0).missed == 0
    transcript.append(0.0, Kind.RECEIVED, b"d")
    assert transcript.since(0).entries == [Entry(4, 0.0, Kind.RECEIVED, b"d")]
    assert transcript.since(0).missed == 0


class Reading(RuleBasedStateMachine):
    """A window that looks now and then, at a transcript that drops and is cleared."""

    def __init__(self) -> None:
        super().__init__()
        self.transcript = Transcript(max_entries=4, max_bytes=12)
        self.appended: list[bytes] = []
        self.cleared = 0
        self.seen = 0
        self.accounted = 0

    @rule(data=st.binary(min_size=1, max_size=12))
    def append(self, data: bytes) -> None:
        self.transcript.append(0.0, Kind.RECEIVED, data)
        self.appended.append(data)

    @rule()
    def clear(self) -> None:
        self.accounted += len(self.appended) - max(self.seen, self.cleared)
        self.transcript.clear()
        self.cleared = self.seen = len(self.appended)

    @rule()
    def look(self) -> None:
        news = self.transcript.since(self.seen)
        self.accounted += news.missed + len(news.entries)
        for entry in news.entries:
            assert self.appended[entry.number - 1] == entry.data
        self.seen = self.transcript.last
        assert self.accounted == len(self.appended)

    @invariant()
    def is_bounded_and_true(self) -> None:
        kept = self.transcript.entries
        assert len(kept) <= 4
        assert sum(len(entry.data) for entry in kept) <= 12
        assert self.transcript.dropped + len(kept) == len(self.appended) - self.cleared


test_every_entry_is_seen_or_counted_as_missed = Reading.TestCase


@given(st.lists(st.binary(min_size=1, max_size=5)), st.integers(0, 30))
def test_whoever_has_seen_all_gets_nothing(chunks: list[bytes], beyond: int) -> None:
    transcript = Transcript()
    for chunk in chunks:
        transcript.append(0.0, Kind.RECEIVED, chunk)
    news = transcript.since(transcript.last + beyond)
    assert (news.entries, news.missed) == ([], 0)


def test_a_flood_drops_no_event_that_nobody_has_seen() -> None:
    transcript = Transcript(max_entries=3)
    transcript.append(0.0, Kind.EVENT, "seen")
    seen = transcript.last
    transcript.append(1.0, Kind.EVENT, "connected")
    for _ in range(10):
        transcript.append(2.0, Kind.RECEIVED, b"x")
    news = transcript.since(seen)
    assert [entry.data for entry in news.events] == ["connected"]
    assert (news.missed, len(news.entries)) == (7, 3)
    assert not transcript.since(transcript.last).events
    transcript.clear()
    assert not transcript.since(seen).events


def test_the_events_beside_a_flood_are_bounded() -> None:
    transcript = Transcript(max_entries=1)
    for _ in range(MAX_EVENTS * 2):
        transcript.append(0.0, Kind.EVENT, "again")
    news = transcript.since(0)
    assert len(news.events) == MAX_EVENTS
    assert news.missed + len(news.events) + len(news.entries) == MAX_EVENTS * 2
