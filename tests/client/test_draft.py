"""A draft means the same bytes however it is shown, and after it was kept."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client.draft import Draft, as_plain, draft_of, from_plain, offered
from app.client.line_ending import LineEnding
from app.client.notation import Notation, NotationError
from tests.client.drafts import drafts, endings, notations


@pytest.mark.parametrize(
    ("draft", "data"),
    [
        (Draft("hi"), b"hi\n"),
        (Draft("GET /\nHost: a\n", ending=LineEnding.CRLF), b"GET /\r\nHost: a\r\n\r\n"),
        (Draft("a\nb", ending=LineEnding.NONE), b"a\nb"),
        (Draft("a\nb", ending=LineEnding.NUL), b"a\0b\0"),
        (Draft("a\\n\nb", Notation.ESCAPES, LineEnding.CRLF), b"a\n\r\nb\r\n"),
        (Draft("48 65\n79", Notation.HEX, LineEnding.CRLF), b"Hey"),
        (Draft(""), b"\n"),
    ],
)
def test_lines_end_as_chosen_and_hex_is_exact(draft: Draft, data: bytes) -> None:
    assert draft.compose() == data


def test_a_mistake_is_pointed_at_where_it_was_typed() -> None:
    with pytest.raises(NotationError) as raised:
        Draft("one\ntwo\\q", Notation.ESCAPES, LineEnding.CRLF).compose()
    assert raised.value.position == 7


@given(drafts, notations)
def test_another_notation_means_the_same_bytes_or_is_refused(
    draft: Draft, notation: Notation
) -> None:
    with suppress(NotationError):
        converted = draft.converted(notation)
        assert converted.notation is notation
        assert not draft.text or converted.compose() == draft.compose()


@given(st.binary(), st.sampled_from([Notation.ESCAPES, Notation.HEX]), endings)
def test_any_bytes_have_a_draft_with_escapes_and_in_hex(
    data: bytes, notation: Notation, ending: LineEnding
) -> None:
    assert draft_of(data, notation, ending).compose() == data


@given(st.one_of(st.binary(), st.text().map(str.encode)), endings)
def test_bytes_that_are_offered_are_sent_again_as_they_were(
    data: bytes, ending: LineEnding
) -> None:
    assert offered(data, ending).compose() == data


@pytest.mark.parametrize(
    ("data", "draft"),
    [
        (b"hi\n", Draft("hi")),
        (b"hi", Draft("hi", ending=LineEnding.NONE)),
        (b"a\r\nb\r\n", Draft("a\nb", ending=LineEnding.CRLF)),
        (b"\x1b[1m", Draft("1b 5b 31 6d", Notation.HEX)),
        (b"\xff", Draft("ff", Notation.HEX)),
    ],
)
def test_what_shows_is_offered_as_text_and_the_rest_in_hex(data: bytes, draft: Draft) -> None:
    assert offered(data, LineEnding.LF) == draft


def test_nothing_stays_nothing_in_another_notation() -> None:
    assert Draft("").converted(Notation.HEX) == Draft("", Notation.HEX)


@given(drafts)
def test_a_draft_is_kept_in_plain_values(draft: Draft) -> None:
    assert from_plain(as_plain(draft)) == draft


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": 1}, "text must be a string"),
        ({"text": "\ud800"}, "text must be a string"),
        ({"notation": "morse"}, "notation must be one of text, escapes, hex"),
        ({"notation": ["text"]}, "notation must be one of"),
        ({"ending": None}, "ending must be one of none, lf, crlf, cr, nul"),
    ],
)
def test_wrong_values_are_named(values: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        from_plain(values)
