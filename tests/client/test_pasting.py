"""A paste loses nothing: what is no text goes in as hex or with escapes."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from app.client.draft import Draft
from app.client.line_ending import LineEnding
from app.client.notation import Notation, NotationError
from app.client.pasting import Change, Pasted, bytes_with_pasted, with_pasted
from tests.client.drafts import drafts, endings, notations

BINARY = Pasted(b"\x00\xff", None)


def text(words: str) -> Pasted:
    return Pasted(words.encode(), words)


def test_text_goes_where_the_selection_was() -> None:
    outcome = with_pasted(Draft("one two three"), 4, 7, text("2"))
    assert (outcome.draft, outcome.cursor) == (Draft("one 2 three"), 5)
    assert outcome.change is Change.NOTHING


def test_lines_that_ended_in_crlf_do_so_again() -> None:
    found = Pasted(b"a\r\nb", "a\nb", is_crlf=True)
    outcome = with_pasted(Draft(""), 0, 0, found)
    assert outcome.draft == Draft("a\nb", ending=LineEnding.CRLF)
    assert outcome.change is Change.TO_CRLF
    assert with_pasted(Draft("x"), 1, 1, found).draft.ending is LineEnding.LF


@given(st.binary(), notations, endings)
def test_bytes_in_an_empty_draft_are_hex(
    data: bytes, notation: Notation, ending: LineEnding
) -> None:
    outcome = with_pasted(Draft("", notation, ending), 0, 0, Pasted(data, None))
    assert outcome.draft.notation is Notation.HEX
    assert outcome.draft.compose() == data


@given(st.binary(), st.text(), st.text(min_size=1))
def test_bytes_among_text_get_escapes(data: bytes, before: str, after: str) -> None:
    draft = Draft(before + after, ending=LineEnding.NONE)
    outcome = with_pasted(draft, len(before), len(before), Pasted(data, None))
    assert outcome.draft.notation is Notation.ESCAPES
    assert outcome.draft.compose() == before.encode() + data + after.encode()


@given(st.binary(), st.binary(), st.binary(min_size=1))
def test_bytes_among_hex_are_hex(data: bytes, before: bytes, after: bytes) -> None:
    draft = Draft(before.hex() + after.hex(), Notation.HEX)
    place = len(before.hex())
    outcome = with_pasted(draft, place, place, Pasted(data, None))
    assert outcome.draft.compose() == before + data + after


@given(drafts, st.one_of(st.text().map(text), st.binary().map(lambda data: Pasted(data, None))))
def test_a_long_paste_comes_to_the_same_bytes(draft: Draft, found: Pasted) -> None:
    place = len(draft.text) // 2
    draft = evolve(draft, ending=LineEnding.NONE)
    try:
        wanted = with_pasted(draft, place, place, found).draft.compose()
        data = bytes_with_pasted(draft, place, place, found)
    except NotationError:
        return
    assert data == wanted


def test_a_draft_with_a_mistake_takes_no_bytes_that_would_hide_it() -> None:
    with pytest.raises(NotationError):
        bytes_with_pasted(Draft("4", Notation.HEX), 1, 1, BINARY)
