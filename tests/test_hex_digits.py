"""Hex digits are read however they are separated, and the wrong one is pointed at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.hex_digits import HexError, parse_hex

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
