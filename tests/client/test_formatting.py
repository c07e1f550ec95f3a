from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client.formatting import Display, Layout, count_bytes, plain_text, timestamp
from app.client.transcript import Entry, Kind


def test_the_time_is_shown_to_the_millisecond() -> None:
    assert timestamp(51731.420) == timestamp(51731.420, None)
    assert timestamp(51731.420, UTC) == "14:22:11.420"
    assert timestamp(0.9999, timezone(timedelta(hours=8))) == "08:00:00.999"


def test_bytes_are_counted_in_words() -> None:
    assert [count_bytes(n) for n in (0, 1, 12345)] == ["0 bytes", "1 byte", "12,345 bytes"]


def lay_out(*entries: Entry) -> list[tuple[Kind, str]]:
    layout = Layout()
    lines = [line for entry in entries for line in layout.feed(entry)] + layout.finish()
    return [(line.kind, line.text) for line in lines]


def test_the_end_of_a_line_is_no_line_of_its_own() -> None:
    assert lay_out(Entry(1, 0.0, Kind.RECEIVED, b"one\r\n\r\ntwo\r\n")) == [
        (Kind.RECEIVED, "one"),
        (Kind.RECEIVED, ""),
        (Kind.RECEIVED, "two"),
    ]


def test_each_direction_is_read_for_itself() -> None:
    first, second = "€".encode()[:1], "€".encode()[1:]
    assert lay_out(
        Entry(1, 0.0, Kind.RECEIVED, first),
        Entry(2, 0.0, Kind.SENT, b"hello"),
        Entry(3, 0.0, Kind.RECEIVED, second),
    ) == [(Kind.SENT, "hello"), (Kind.RECEIVED, "€")]


@pytest.mark.parametrize(
    "after", [Entry(2, 0.0, Kind.EVENT, "Closed."), Entry(3, 0.0, Kind.RECEIVED, b"\x82\xac")]
)
def test_an_event_or_a_gap_ends_what_was_held_back(after: Entry) -> None:
    first, *_ = lay_out(Entry(1, 0.0, Kind.RECEIVED, b"\xe2"), after)
    assert first == (Kind.RECEIVED, r"\xe2")


def test_a_layout_without_entries_has_no_lines() -> None:
    assert Layout().finish() == []


def test_the_plain_text_has_a_line_for_each_and_owns_up_to_what_was_dropped() -> None:
    entries = [
        Entry(4, 51731.420, Kind.EVENT, "Connected to 127.0.0.1:8007."),
        Entry(5, 51732.0, Kind.SENT, b"hello\r\n"),
        Entry(6, 51732.0005, Kind.RECEIVED, b"hello\r\nyou"),
    ]
    assert plain_text(entries, dropped=3, zone=UTC) == (
        "(3 older entries were dropped)\n"
        "14:22:11.420 ·  Connected to 127.0.0.1:8007.\n"
        "14:22:12.000 →  hello\n"
        "14:22:12.000 ←  hello\n"
        "14:22:12.000 ←  you\n"
    )
    assert plain_text([]) == ""


def test_bytes_are_shown_in_hex_sixteen_on_a_line_with_their_letters_if_wanted() -> None:
    data = bytes(range(0x41, 0x41 + 18))
    entry = Entry(1, 51731.420, Kind.SENT, data)
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
        for line in layout.feed(Entry(number, 0.0, Kind.RECEIVED, chunk))
    ]
    assert bytes.fromhex(" ".join(rows)) == b"".join(chunks)
    assert layout.finish() == []


def test_trouble_has_a_mark_of_its_own() -> None:
    assert plain_text([Entry(1, 51731.420, Kind.TROUBLE, "Not sent.")], zone=UTC) == (
        "14:22:11.420 !  Not sent.\n"
    )
