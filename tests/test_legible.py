"""Bytes as text: every byte shows, whatever the encoding and however they were cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.legible import Legible
from app.traffic.text_cells import ENCODINGS


def read(*chunks: bytes, encoding: str = "utf-8") -> str:
    legible = Legible(encoding)
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
    legible = Legible()
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
