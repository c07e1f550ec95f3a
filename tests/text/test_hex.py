"""Hex digits are read however they are separated, and the wrong one is pointed at."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.text.hex import (
    ENCODINGS,
    UNREADABLE,
    HexError,
    as_c_array,
    as_hex,
    as_python,
    cells,
    hexdump,
    parse_hex,
)

SEPARATORS = ["", " ", "\n", "\t", ", ", ":", ";", "-", "_", " | ", "\r\n", "\u00a0", "\\x"]


@given(st.binary(), st.sampled_from(SEPARATORS), st.booleans())
def test_bytes_are_read_whatever_separates_them(
    data: bytes, separator: str, capitals: bool
) -> None:
    form = "02X" if capitals else "02x"
    assert parse_hex(separator.join(f"{byte:{form}}" for byte in data)) == data


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", b""),
        (" , ", b""),
        ("0x48, 0X65", b"He"),
        ("0xdeadbeef", b"\xde\xad\xbe\xef"),
        ("{0x0, 0x1, 0xf}", b"\x00\x01\x0f"),
        (r"\x48\x65", b"He"),
        ("100x", None),
        ("00 0x41", b"\x00A"),
    ],
)
def test_the_ways_of_programmers_are_known(text: str, data: bytes | None) -> None:
    if data is None:
        with pytest.raises(HexError):
            parse_hex(text)
    else:
        assert parse_hex(text) == data


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("48 6g", 4, "'g' is no hex digit"),
        ("48 6", 3, "A hex digit is missing"),
        ("486", 2, "A hex digit is missing"),
        ("0x48, 0x", 7, "'x' is no hex digit"),
        ("48 é", 3, "'é' is no hex digit"),
        ("4 8", 0, "A hex digit is missing"),
        ("٤٨", 0, "is no hex digit"),
    ],
)
def test_what_is_wrong_is_pointed_at(text: str, position: int, words: str) -> None:
    with pytest.raises(HexError, match=words) as raised:
        parse_hex(text)
    assert raised.value.position == position


@given(st.text(st.sampled_from("0123456789abcdefABCDEFxX\\ ,:;-_{}[]|g\n\u00a0é")))
def test_any_text_is_hex_or_is_told_where_it_is_not(text: str) -> None:
    try:
        parse_hex(text)
    except HexError as error:
        mistake = error
    else:
        return
    assert 0 <= mistake.position < len(text)
    assert str(mistake).endswith(".")


@given(st.binary(max_size=300))
def test_hex_reads_back(data: bytes) -> None:
    assert bytes.fromhex(as_hex(data)) == data


@given(st.binary(max_size=300))
@example(bytes(range(256)))
def test_python_reads_it_back(data: bytes) -> None:
    assert ast.literal_eval(as_python(data)) == data


@given(st.binary(max_size=300))
def test_a_c_array_has_every_byte_and_the_right_size(data: bytes) -> None:
    text = as_c_array(data)
    assert text.startswith(f"unsigned char data[{len(data)}] = {{")
    assert bytes(int(each, 16) for each in re.findall("0x([0-9a-f]{2}),", text)) == data


@given(st.binary(max_size=300))
def test_a_hex_dump_has_every_byte_at_its_offset(data: bytes) -> None:
    lines = hexdump(data).splitlines()
    assert [int(line[:8], 16) for line in lines] == list(range(0, len(data), 16))
    assert b"".join(bytes.fromhex(line[10:60]) for line in lines) == data


def test_a_hex_dump_looks_like_that_of_others() -> None:
    assert hexdump(b"Hello, world!\r\n\x00more") == (
        "00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 21 0d 0a 00  |Hello, world!...|\n"
        "00000010  6d 6f 72 65                                       |more|"
    )


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
