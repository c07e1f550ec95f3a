from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client.line_ending import LineEnding, encode


@pytest.mark.parametrize(
    ("ending", "terminator"),
    [(LineEnding.NONE, b""), (LineEnding.LF, b"\n"), (LineEnding.CRLF, b"\r\n")],
)
def test_each_ending_ends_the_line(ending: LineEnding, terminator: bytes) -> None:
    assert ending.terminator == terminator
    assert encode("grüß", ending) == "grüß".encode() + terminator


def test_the_labels_tell_the_endings_apart() -> None:
    assert [ending.label for ending in LineEnding] == ["None", "LF", "CRLF"]


def test_line_breaks_inside_the_text_stay() -> None:
    assert encode("a\nb\r\nc", LineEnding.CRLF) == b"a\nb\r\nc\r\n"


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    assert encode("a\ud800b\udfff", LineEnding.NONE) == "a\ufffdb\ufffd".encode()


def test_a_pair_of_surrogates_becomes_its_character() -> None:
    assert encode("\ud83d\ude00", LineEnding.NONE) == "\N{GRINNING FACE}".encode()


@given(st.text(st.characters(codec="utf-8")), st.sampled_from(LineEnding))
def test_text_is_sent_as_utf_8(text: str, ending: LineEnding) -> None:
    assert encode(text, ending) == text.encode() + ending.terminator


@given(st.text(st.characters()), st.sampled_from(LineEnding))
def test_every_text_can_be_sent_as_valid_utf_8(text: str, ending: LineEnding) -> None:
    encode(text, ending).decode()
