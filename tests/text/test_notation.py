"""Every notation reads back what it writes, and points at what it cannot read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.notation import Notation, NotationError, read, write


@given(st.binary(), st.sampled_from([Notation.ESCAPES, Notation.HEX]))
def test_any_bytes_can_be_written_with_escapes_and_in_hex_and_read_back(
    data: bytes, notation: Notation
) -> None:
    text = write(data, notation)
    assert text.isprintable()
    assert read(text, notation) == data


@given(st.one_of(st.binary(), st.text().map(str.encode)))
def test_bytes_are_written_as_text_only_if_all_of_them_show(data: bytes) -> None:
    try:
        text = write(data, Notation.TEXT)
    except NotationError as error:
        mistake = error
    else:
        assert text.replace("\n", "").replace("\t", "").isprintable()
        assert read(text, Notation.TEXT) == data
        return
    assert 0 <= mistake.position < mistake.position + mistake.length <= len(data)


@given(st.text())
def test_text_is_sent_in_utf_8_as_it_is(text: str) -> None:
    assert read(text, Notation.TEXT) == text.encode()


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (r"a\r\n\t\0\\", b"a\r\n\t\0\\"),
        (r"\x00\xff\xFF", b"\x00\xff\xff"),
        (r"\u4f60\u00E9", "你é".encode()),
        (r"\U0001f642", "🙂".encode()),
        (r"né\x41", "néA".encode()),
        (r"\012", b"\x0012"),
        (r"\x411", b"A1"),
        ("two\nlines", b"two\nlines"),
    ],
)
def test_escapes_are_read(text: str, data: bytes) -> None:
    assert read(text, Notation.ESCAPES) == data


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"C:\\new\r\n", r"C:\\new\r\n"),
        ("né 你 🙂".encode(), "né 你 🙂"),
        (b"\x1b[1m\x7f", r"\x1b[1m\x7f"),
        ("\u00a0\u202e\U000e0001".encode(), r"\u00a0\u202e\U000e0001"),
        (b"\xe4\xbd half", r"\xe4\xbd half"),
    ],
)
def test_only_what_has_no_shape_is_escaped(data: bytes, text: str) -> None:
    assert write(data, Notation.ESCAPES) == text


@pytest.mark.parametrize(
    ("text", "position", "length", "words"),
    [
        (r"né\q", 2, 2, r"\\q is no escape"),
        ("ab\\", 2, 1, r"\\ is no escape"),
        (r"\x1", 0, 2, r"\\x is no escape"),
        (r"a\u12", 1, 2, r"\\u is no escape"),
        (r"\ud800", 0, 6, "is no character"),
        (r"\U00110000", 0, 10, "is no character"),
        ("\\你", 0, 1, "is no escape"),
    ],
)
def test_a_wrong_escape_is_pointed_at(text: str, position: int, length: int, words: str) -> None:
    with pytest.raises(NotationError, match=words) as raised:
        read(text, Notation.ESCAPES)
    assert (raised.value.position, raised.value.length) == (position, length)


def test_a_wrong_hex_digit_is_pointed_at() -> None:
    with pytest.raises(NotationError, match="'g' is no hex digit") as raised:
        read("48 6g", Notation.HEX)
    assert raised.value.position == 4


@pytest.mark.parametrize("notation", [Notation.TEXT, Notation.ESCAPES])
def test_a_pair_of_surrogates_is_a_character_and_half_of_one_is_a_mistake(
    notation: Notation,
) -> None:
    assert read("\ud83d\ude42", notation) == "🙂".encode()
    with pytest.raises(NotationError, match="half of a character") as raised:
        read("a\ude42", notation)
    assert raised.value.position == 1


@given(st.text(), st.sampled_from(Notation))
def test_any_text_is_bytes_or_a_mistake_in_it(text: str, notation: Notation) -> None:
    try:
        read(text, notation)
    except NotationError as error:
        mistake = error
    else:
        return
    assert 0 <= mistake.position < mistake.position + mistake.length <= len(text)
    assert str(mistake).endswith(".")


@given(st.text(st.sampled_from('\\xuUrnt0"1aF ')))
def test_escapes_that_were_read_read_the_same_when_written_again(text: str) -> None:
    try:
        data = read(text, Notation.ESCAPES)
    except NotationError:
        return
    assert read(write(data, Notation.ESCAPES), Notation.ESCAPES) == data


def test_large_data_is_read_and_written_in_every_notation() -> None:
    data = bytes(range(256)) * 1024
    for notation in (Notation.ESCAPES, Notation.HEX):
        assert read(write(data, notation), notation) == data
