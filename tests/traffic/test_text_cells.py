"""The text column: every byte has a cell, whatever part of the bytes is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traffic.text_cells import ENCODINGS, UNREADABLE, cells

SELF_SYNCHRONOUS = ("utf-8", "ascii", "latin-1")
encodings = st.sampled_from(sorted(ENCODINGS.values()))


@given(st.binary(max_size=80), encodings, st.integers(0, 80), st.integers(0, 80))
def test_every_byte_has_a_cell(data: bytes, encoding: str, one: int, other: int) -> None:
    start, stop = sorted((min(one, len(data)), min(other, len(data))))
    assert len(cells(data, start, stop, encoding)) == stop - start


@given(st.text(max_size=30), st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "gb18030"]))
def test_readable_text_is_there_whole(text: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    shown = "".join(cells(data, 0, len(data), encoding))
    meant = data.decode(encoding)
    readable = [each for each in meant if each.isprintable() and each != UNREADABLE]
    assert [each for each in shown if each in readable] == [
        each for each in readable if each in shown
    ]
    assert len(shown) == len(meant)


@given(st.binary(max_size=60), st.sampled_from(SELF_SYNCHRONOUS), st.integers(0, 60))
def test_a_part_shows_as_it_does_in_the_whole(data: bytes, encoding: str, start: int) -> None:
    whole = cells(data, 0, len(data), encoding)
    assert cells(data, start, len(data), encoding) == whole[start:]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "shift_jis", "utf-16-le", "utf-16-be"])
def test_a_row_that_begins_within_a_character_shows_the_others(encoding: str) -> None:
    data = ("日本" * 20).encode(encoding)
    whole = cells(data, 0, len(data), encoding)
    for start in range(len(data)):
        assert cells(data, start, min(len(data), start + 16), encoding) == whole[start : start + 16]


@pytest.mark.parametrize(
    ("data", "encoding", "shown"),
    [
        (b"a\xe7\xab\xafb", "utf-8", ["a", "端", "", "", "b"]),
        (b"\xe7\xab", "utf-8", [".", "."]),
        (b"\xe7\xabz", "utf-8", [".", ".", "z"]),
        (b"\x00\t\x7f\xff", "ascii", [".", ".", ".", "."]),
        (b"\xe9", "latin-1", ["é"]),
        (b"e\xcc\x81", "utf-8", ["e", ".", ""]),
        ("\u202e".encode(), "utf-8", [".", "", ""]),
        (b"a\x00\x3d\xd8\x00\xde", "utf-16-le", ["a", "", "😀", "", "", ""]),
        (b"\x84\x31\xa4", "gb18030", [".", "1", "."]),
    ],
)
def test_what_has_no_shape_or_is_cut_shows_as_unreadable(
    data: bytes, encoding: str, shown: list[str]
) -> None:
    assert cells(data, 0, len(data), encoding) == shown
