"""Bytes as text: every byte shows, whatever the encoding and however they were cut."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.hex import ENCODINGS
from app.text.readable import ReadableText, format_duration, format_rate, format_size


def read(*chunks: bytes, encoding: str = "utf-8") -> str:
    legible = ReadableText(encoding)
    return "".join(legible.feed(chunk) for chunk in chunks) + legible.finish()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("grüß 你好 😀".encode(), "grüß 你好 😀"),
        (b"a\xffb\xc3(", r"a\xffb\xc3("),
        (b"a\nb\r\nc\n", "a\nb\nc\n"),
        (b"50 %\r60 %", r"50 %\r60 %"),
        (b"\x00\x07\t\x1b[31m\x7f", r"\x00\x07\t\x1b[31m\x7f"),
        ("\u0085\u202e\ufeff\U000e0041".encode(), r"\u0085\u202e\ufeff\U000e0041"),
        ("\u00a0".encode(), "\u00a0"),
        (rb"back\slash", rb"back\slash".decode()),
    ],
)
def test_bytes_become_legible(data: bytes, text: str) -> None:
    assert read(data) == text


def test_a_sequence_cut_between_two_chunks_shows_right() -> None:
    legible = ReadableText()
    first, second = "a€b".encode()[:2], "a€b".encode()[2:]
    assert legible.feed(first) == "a"
    assert legible.feed(second) == "€b"


def test_a_crlf_cut_between_two_chunks_is_one_line_break() -> None:
    assert read(b"one\r", b"\ntwo") == "one\ntwo"
    assert read(b"one\r", b"two\r") == r"one\rtwo\r"


def test_an_unfinished_sequence_shows_as_bytes_at_the_end() -> None:
    assert read(b"a\xe2\x82") == r"a\xe2\x82"


@given(st.lists(st.binary(max_size=4) | st.sampled_from([b"\r", b"\n", "€".encode(), b"\xe2\x82"])))
def test_the_text_does_not_depend_on_how_the_bytes_were_cut(chunks: list[bytes]) -> None:
    assert read(*chunks) == read(b"".join(chunks))


@given(st.sampled_from(sorted(ENCODINGS.values())), st.lists(st.binary(max_size=5)))
def test_any_bytes_are_legible_in_any_encoding_however_they_were_cut(
    encoding: str, chunks: list[bytes]
) -> None:
    assert read(*chunks, encoding=encoding) == read(b"".join(chunks), encoding=encoding)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "你好 €𠀀"),
        ("shift_jis", "こんにちはｱ"),
        ("utf-16-le", "a你😀"),
        ("utf-16-be", "a你😀"),
        ("latin-1", "grüß"),
    ],
)
def test_a_character_cut_between_two_chunks_reads_right(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    assert read(*(bytes([byte]) for byte in data), encoding=encoding) == text


def test_ascii_shows_all_else_with_escapes() -> None:
    assert read("é!".encode(), encoding="ascii") == r"\xc3\xa9!"


@given(st.binary())
def test_nothing_shown_can_move_the_cursor(data: bytes) -> None:
    assert not [c for c in read(data) if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]


FACTORS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1234, "1.2 kB"),
        (9949, "9.9 kB"),
        (9950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (34_000_000, "34 MB"),
        (10**18, "1000 PB"),
    ],
)
def test_a_size_has_two_digits_at_least_and_the_largest_unit_that_fits(
    count: int, text: str
) -> None:
    assert format_size(count) == text


@given(st.integers(0, 999 * 10**15))
def test_a_size_is_never_wrong_by_more_than_a_twentieth(count: int) -> None:
    number, prefix = parts(format_size(count))
    assert abs(number * FACTORS[prefix] - count) <= max(0.5, 0.05 * count)


@given(st.integers(0, 999 * 10**15))
def test_a_size_never_needs_four_digits(count: int) -> None:
    number, _ = parts(format_size(count))
    assert number < 1000


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_more_bytes_never_look_like_fewer(one: int, other: int) -> None:
    smaller, larger = sorted((one, other))
    assert value(format_size(smaller)) <= value(format_size(larger))


@given(st.floats(0, 0.999))
def test_nothing_is_shown_where_nothing_moves(bytes_per_second: float) -> None:
    assert format_rate(bytes_per_second) == ""


@given(st.floats(1, 1e15))
def test_a_rate_is_a_size_a_second(bytes_per_second: float) -> None:
    assert format_rate(bytes_per_second) == f"{format_size(bytes_per_second)}/s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-0.2, "00:00"),
        (0, "00:00"),
        (42.9, "00:42"),
        (3599, "59:59"),
        (3723, "1:02:03"),
        (86_399, "23:59:59"),
        (3 * 86_400 + 4 * 3600 + 5 * 60 + 6, "3 d 04:05:06"),
    ],
)
def test_a_duration_leaves_out_what_it_does_not_need(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.integers(0, 10**9))
def test_a_duration_says_every_second(seconds: int) -> None:
    days, _, clock = format_duration(seconds).rpartition(" d ")
    total = 0
    for part in clock.split(":"):
        total = total * 60 + int(part)
    assert int(days or 0) * 86_400 + total == seconds


def parts(text: str) -> tuple[float, str]:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9])?) ([kMGTP]?)B", text)
    assert match is not None, text
    return float(match[1]), match[2]


def value(text: str) -> float:
    number, prefix = parts(text)
    return number * FACTORS[prefix]
