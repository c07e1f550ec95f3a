from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.client.transcript import (
    ENTRY_BYTES,
    MAX_BYTES,
    MAX_ENTRIES,
    MAX_EVENTS,
    Display,
    Entry,
    EntryKind,
    Layout,
    Transcript,
    plain_text,
    timestamp,
)
from app.text.readable import count_bytes


def test_entries_are_numbered_from_one_and_kept_in_order() -> None:
    transcript = Transcript()
    transcript.append(10.0, EntryKind.EVENT, "Connected.")
    transcript.append(10.5, EntryKind.SENT, b"hello")
    assert transcript.entries == (
        Entry(1, 10.0, EntryKind.EVENT, "Connected."),
        Entry(2, 10.5, EntryKind.SENT, b"hello"),
    )
    assert transcript.last == 2


def test_only_newer_entries_are_returned() -> None:
    transcript = Transcript()
    for data in (b"a", b"b", b"c"):
        transcript.append(0.0, EntryKind.RECEIVED, data)
    assert [entry.data for entry in transcript.since(0).entries] == [b"a", b"b", b"c"]
    assert [entry.data for entry in transcript.since(2).entries] == [b"c"]
    assert transcript.since(3).entries == []
    assert transcript.since(3).missed == 0


def test_the_oldest_entries_are_dropped_and_counted() -> None:
    transcript = Transcript(max_entries=3)
    for number in range(10):
        transcript.append(0.0, EntryKind.RECEIVED, b"%d" % number)
    assert [entry.number for entry in transcript.entries] == [8, 9, 10]
    assert transcript.dropped == 7
    assert transcript.since(4).missed == 3
    assert transcript.since(7).missed == 0
    assert transcript.since(8).missed == 0


def test_the_kept_bytes_are_limited_too() -> None:
    transcript = Transcript(max_bytes=10)
    for _ in range(5):
        transcript.append(0.0, EntryKind.RECEIVED, b"four")
    assert [entry.number for entry in transcript.entries] == [4, 5]
    assert transcript.dropped == 3


@pytest.mark.parametrize("size", [1, ENTRY_BYTES, 1_000_000])
def test_a_flood_stays_within_the_default_bounds(size: int) -> None:
    transcript = Transcript()
    for _ in range(MAX_ENTRIES + 10 if size == 1 else 100):
        transcript.append(0.0, EntryKind.RECEIVED, bytes(size))
    assert len(transcript) <= MAX_ENTRIES
    assert sum(len(entry.data) for entry in transcript.entries) <= MAX_BYTES
    assert transcript.dropped > 0


def test_long_data_becomes_several_entries_with_the_same_time() -> None:
    transcript = Transcript()
    data = bytes(range(256)) * 600
    transcript.append(5.0, EntryKind.SENT, data)
    assert [entry.number for entry in transcript.entries] == [1, 2, 3]
    assert {entry.time for entry in transcript.entries} == {5.0}
    pieces = [entry.data for entry in transcript.entries if isinstance(entry.data, bytes)]
    assert b"".join(pieces) == data


def test_empty_data_leaves_no_entry() -> None:
    transcript = Transcript()
    transcript.append(0.0, EntryKind.SENT, b"")
    assert len(transcript) == 0
    assert transcript.last == 0


def test_cleared_entries_count_neither_as_dropped_nor_as_missed() -> None:
    transcript = Transcript(max_entries=2)
    for data in (b"a", b"b", b"c"):
        transcript.append(0.0, EntryKind.RECEIVED, data)
    transcript.clear()
    assert transcript.dropped == 0
    assert transcript.since(0).missed == 0
    transcript.append(0.0, EntryKind.RECEIVED, b"d")
    assert transcript.since(0).entries == [Entry(4, 0.0, EntryKind.RECEIVED, b"d")]
    assert transcript.since(0).missed == 0


class TranscriptReader(RuleBasedStateMachine):
    """A window that sometimes reads a transcript, which drops entries and is cleared."""

    def __init__(self) -> None:
        super().__init__()
        self.transcript = Transcript(max_entries=4, max_bytes=12)
        self.appended: list[bytes] = []
        self.cleared = 0
        self.seen = 0
        self.accounted = 0

    @rule(data=st.binary(min_size=1, max_size=12))
    def append(self, data: bytes) -> None:
        self.transcript.append(0.0, EntryKind.RECEIVED, data)
        self.appended.append(data)

    @rule()
    def clear(self) -> None:
        self.accounted += len(self.appended) - max(self.seen, self.cleared)
        self.transcript.clear()
        self.cleared = self.seen = len(self.appended)

    @rule()
    def read_new(self) -> None:
        news = self.transcript.since(self.seen)
        self.accounted += news.missed + len(news.entries)
        for entry in news.entries:
            assert self.appended[entry.number - 1] == entry.data
        self.seen = self.transcript.last
        assert self.accounted == len(self.appended)

    @invariant()
    def limits_and_counts_hold(self) -> None:
        kept = self.transcript.entries
        assert len(kept) <= 4
        assert sum(len(entry.data) for entry in kept) <= 12
        assert self.transcript.dropped + len(kept) == len(self.appended) - self.cleared


test_every_entry_is_seen_or_counted_as_missed = TranscriptReader.TestCase


@given(st.lists(st.binary(min_size=1, max_size=5)), st.integers(0, 30))
def test_there_is_nothing_newer_than_the_last_entry(chunks: list[bytes], beyond: int) -> None:
    transcript = Transcript()
    for chunk in chunks:
        transcript.append(0.0, EntryKind.RECEIVED, chunk)
    news = transcript.since(transcript.last + beyond)
    assert (news.entries, news.missed) == ([], 0)


def test_a_flood_drops_no_unseen_event() -> None:
    transcript = Transcript(max_entries=3)
    transcript.append(0.0, EntryKind.EVENT, "seen")
    seen = transcript.last
    transcript.append(1.0, EntryKind.EVENT, "connected")
    for _ in range(10):
        transcript.append(2.0, EntryKind.RECEIVED, b"x")
    news = transcript.since(seen)
    assert [entry.data for entry in news.events] == ["connected"]
    assert (news.missed, len(news.entries)) == (7, 3)
    assert not transcript.since(transcript.last).events
    transcript.clear()
    assert not transcript.since(seen).events


def test_the_kept_events_of_a_flood_are_limited() -> None:
    transcript = Transcript(max_entries=1)
    for _ in range(MAX_EVENTS * 2):
        transcript.append(0.0, EntryKind.EVENT, "again")
    news = transcript.since(0)
    assert len(news.events) == MAX_EVENTS
    assert news.missed + len(news.events) + len(news.entries) == MAX_EVENTS * 2


def test_the_time_is_shown_to_the_millisecond() -> None:
    assert timestamp(51731.420) == timestamp(51731.420, None)
    assert timestamp(51731.420, UTC) == "14:22:11.420"
    assert timestamp(0.9999, timezone(timedelta(hours=8))) == "08:00:00.999"


def test_bytes_are_counted_in_words() -> None:
    assert [count_bytes(n) for n in (0, 1, 12345)] == ["0 bytes", "1 byte", "12,345 bytes"]


def lay_out(*entries: Entry) -> list[tuple[EntryKind, str]]:
    layout = Layout()
    lines = [line for entry in entries for line in layout.feed(entry)] + layout.finish()
    return [(line.kind, line.text) for line in lines]


def test_a_line_break_at_the_end_makes_no_empty_line() -> None:
    assert lay_out(Entry(1, 0.0, EntryKind.RECEIVED, b"one\r\n\r\ntwo\r\n")) == [
        (EntryKind.RECEIVED, "one"),
        (EntryKind.RECEIVED, ""),
        (EntryKind.RECEIVED, "two"),
    ]


def test_each_direction_is_decoded_separately() -> None:
    first, second = "€".encode()[:1], "€".encode()[1:]
    assert lay_out(
        Entry(1, 0.0, EntryKind.RECEIVED, first),
        Entry(2, 0.0, EntryKind.SENT, b"hello"),
        Entry(3, 0.0, EntryKind.RECEIVED, second),
    ) == [(EntryKind.SENT, "hello"), (EntryKind.RECEIVED, "€")]


@pytest.mark.parametrize(
    "after",
    [Entry(2, 0.0, EntryKind.EVENT, "Closed."), Entry(3, 0.0, EntryKind.RECEIVED, b"\x82\xac")],
)
def test_an_event_or_a_gap_ends_an_incomplete_sequence(after: Entry) -> None:
    first, *_ = lay_out(Entry(1, 0.0, EntryKind.RECEIVED, b"\xe2"), after)
    assert first == (EntryKind.RECEIVED, r"\xe2")


def test_a_layout_without_entries_has_no_lines() -> None:
    assert Layout().finish() == []


def test_the_plain_text_has_a_line_for_each_entry_and_the_number_of_dropped_ones() -> None:
    entries = [
        Entry(4, 51731.420, EntryKind.EVENT, "Connected to 127.0.0.1:8007."),
        Entry(5, 51732.0, EntryKind.SENT, b"hello\r\n"),
        Entry(6, 51732.0005, EntryKind.RECEIVED, b"hello\r\nyou"),
    ]
    assert plain_text(entries, dropped=3, zone=UTC) == (
        "(3 older entries were dropped)\n"
        "14:22:11.420 ·  Connected to 127.0.0.1:8007.\n"
        "14:22:12.000 →  hello\n"
        "14:22:12.000 ←  hello\n"
        "14:22:12.000 ←  you\n"
    )
    assert plain_text([]) == ""


def test_hex_shows_sixteen_bytes_on_a_line_with_ascii_if_wanted() -> None:
    data = bytes(range(0x41, 0x41 + 18))
    entry = Entry(1, 51731.420, EntryKind.SENT, data)
    rows = [line.text for line in Layout(Display.HEX).feed(entry)]
    assert rows == ["41 42 43 44 45 46 47 48  49 4a 4b 4c 4d 4e 4f 50", "51 52"]
    assert plain_text([entry], zone=UTC, display=Display.BOTH).splitlines() == [
        f"14:22:11.420 →  {rows[0]}  |ABCDEFGHIJKLMNOP|",
        f"14:22:11.420 →  {rows[1]:<48}  |QR|",
    ]


@given(st.lists(st.binary(min_size=1, max_size=40)), st.sampled_from([Display.HEX, Display.BOTH]))
def test_every_byte_shows_in_hex(chunks: list[bytes], display: Display) -> None:
    layout = Layout(display)
    rows = [
        line.text.partition("  |")[0]
        for number, chunk in enumerate(chunks, 1)
        for line in layout.feed(Entry(number, 0.0, EntryKind.RECEIVED, chunk))
    ]
    assert bytes.fromhex(" ".join(rows)) == b"".join(chunks)
    assert layout.finish() == []


def test_trouble_has_its_own_mark() -> None:
    assert plain_text([Entry(1, 51731.420, EntryKind.TROUBLE, "Not sent.")], zone=UTC) == (
        "14:22:11.420 !  Not sent.\n"
    )
