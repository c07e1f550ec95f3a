"""A draft gives the same bytes in every notation, and after it was saved."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from app.client.draft import (
    ClipboardData,
    Draft,
    PasteChange,
    draft_from_bytes,
    draft_from_dict,
    draft_template,
    draft_to_dict,
    paste_into,
    paste_into_bytes,
    readable_draft,
)
from app.rules.template import Values
from app.text.notation import LineEnding, Notation, NotationError
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


def test_a_mistake_has_its_position_in_the_text() -> None:
    with pytest.raises(NotationError) as raised:
        Draft("one\ntwo\\q", Notation.ESCAPES, LineEnding.CRLF).compose()
    assert raised.value.position == 7


@given(drafts, notations)
def test_another_notation_gives_the_same_bytes_or_an_error(
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
    assert draft_from_bytes(data, notation, ending).compose() == data


@given(st.one_of(st.binary(), st.text().map(str.encode)), endings)
def test_a_readable_draft_composes_to_the_same_bytes(data: bytes, ending: LineEnding) -> None:
    assert readable_draft(data, ending).compose() == data


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
def test_a_readable_draft_is_text_if_all_bytes_show_and_hex_otherwise(
    data: bytes, draft: Draft
) -> None:
    assert readable_draft(data, LineEnding.LF) == draft


def test_an_empty_draft_stays_empty_in_another_notation() -> None:
    assert Draft("").converted(Notation.HEX) == Draft("", Notation.HEX)


@given(drafts)
def test_a_draft_is_saved_as_plain_values(draft: Draft) -> None:
    assert draft_from_dict(draft_to_dict(draft)) == draft


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
        draft_from_dict(values)


BINARY = ClipboardData(b"\x00\xff", None)


def text(words: str) -> ClipboardData:
    return ClipboardData(words.encode(), words)


def test_pasted_text_replaces_the_selection() -> None:
    outcome = paste_into(Draft("one two three"), 4, 7, text("2"))
    assert (outcome.draft, outcome.cursor) == (Draft("one 2 three"), 5)
    assert outcome.change is PasteChange.NOTHING


def test_pasted_crlf_lines_set_the_line_ending() -> None:
    found = ClipboardData(b"a\r\nb", "a\nb", is_crlf=True)
    outcome = paste_into(Draft(""), 0, 0, found)
    assert outcome.draft == Draft("a\nb", ending=LineEnding.CRLF)
    assert outcome.change is PasteChange.TO_CRLF
    assert paste_into(Draft("x"), 1, 1, found).draft.ending is LineEnding.LF


@given(st.binary(), notations, endings)
def test_bytes_pasted_into_an_empty_draft_are_hex(
    data: bytes, notation: Notation, ending: LineEnding
) -> None:
    outcome = paste_into(Draft("", notation, ending), 0, 0, ClipboardData(data, None))
    assert outcome.draft.notation is Notation.HEX
    assert outcome.draft.compose() == data


@given(st.binary(), st.text(), st.text(min_size=1))
def test_bytes_pasted_into_text_become_escapes(data: bytes, before: str, after: str) -> None:
    draft = Draft(before + after, ending=LineEnding.NONE)
    outcome = paste_into(draft, len(before), len(before), ClipboardData(data, None))
    assert outcome.draft.notation is Notation.ESCAPES
    assert outcome.draft.compose() == before.encode() + data + after.encode()


@given(st.binary(), st.binary(), st.binary(min_size=1))
def test_bytes_pasted_into_hex_are_hex(data: bytes, before: bytes, after: bytes) -> None:
    draft = Draft(before.hex() + after.hex(), Notation.HEX)
    place = len(before.hex())
    outcome = paste_into(draft, place, place, ClipboardData(data, None))
    assert outcome.draft.compose() == before + data + after


@given(
    drafts, st.one_of(st.text().map(text), st.binary().map(lambda data: ClipboardData(data, None)))
)
def test_a_long_paste_gives_the_same_bytes_as_a_short_one(
    draft: Draft, found: ClipboardData
) -> None:
    place = len(draft.text) // 2
    draft = evolve(draft, ending=LineEnding.NONE)
    try:
        wanted = paste_into(draft, place, place, found).draft.compose()
        data = paste_into_bytes(draft, place, place, found)
    except NotationError:
        return
    assert data == wanted


def test_bytes_cannot_be_pasted_into_a_draft_with_a_mistake() -> None:
    with pytest.raises(NotationError):
        paste_into_bytes(Draft("4", Notation.HEX), 1, 1, BINARY)


NOON = 1_700_000_000.25


def render(
    text: str,
    notation: Notation = Notation.TEXT,
    ending: LineEnding = LineEnding.NONE,
    counter: int = 7,
) -> bytes:
    template = draft_template(Draft(text, notation, ending), random.Random(1))
    return template.render(Values(counter, NOON))


def test_counter_and_time_come_from_the_values_of_the_send() -> None:
    assert render("{counter} {time}") == b"7 2023-11-14T22:13:20.250Z"


def test_every_uuid_is_different() -> None:
    first, second = render("{uuid} {uuid}").decode().split()
    assert UUID(first).version == UUID(second).version == 4
    assert first != second


def test_random_is_letters_in_text_and_bytes_in_hex() -> None:
    assert re.fullmatch(rb"[a-z0-9]{8}", render("{random:8}"))
    assert len(render("ff {random:300} 00", Notation.HEX)) == 302


def test_a_checksum_is_digits_in_text_and_bytes_in_hex() -> None:
    assert render("12{length}{xor}") == b"12231"
    assert render("01 03 {crc16}", Notation.HEX) == bytes.fromhex("01 03 40 21")
    assert render("AB{crc32}", ending=LineEnding.CRLF) == b"AB30694C07\r\n"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ('{"id": {counter}, "a": {"b": {}}}', b'{"id": 7, "a": {"b": {}}}'),
        ("{{counter}", b"{counter}"),
        ("{{{counter}", b"{7"),
        ("{ counter }", b"{ counter }"),
        ("{1} { } {", b"{1} { } {"),
        ("plain", b"plain"),
    ],
)
def test_other_braces_are_plain_text(text: str, sent: bytes) -> None:
    assert render(text) == sent


def test_a_template_ends_its_lines_like_a_draft() -> None:
    assert render("{counter}\nx", ending=LineEnding.CRLF) == b"7\r\nx\r\n"
    assert render(r"{counter}\n", Notation.ESCAPES, LineEnding.NUL) == b"7\n\0"
    assert render("{counter} 0a", Notation.HEX, LineEnding.CRLF) == b"7\n"


@pytest.mark.parametrize(
    ("text", "notation", "position", "words"),
    [
        ("a {count}", Notation.TEXT, 2, "{count} is no variable"),
        ("{random}", Notation.TEXT, 0, "needs how many"),
        ("{random:0}", Notation.TEXT, 0, "needs how many"),
        ("{random:65537}", Notation.TEXT, 0, "needs how many"),
        ("{random:٣}", Notation.TEXT, 0, "needs how many"),
        ("{counter:3}", Notation.TEXT, 0, "is no variable"),
        ("a {crc16:body}", Notation.TEXT, 2, "names a part"),
        ("a {crc16/odd}", Notation.TEXT, 2, "is unknown"),
        ("{random:65536}" * 17, Notation.TEXT, 0, "would be longer"),
        ("{xor}" * 17, Notation.TEXT, 0, "There may be 16"),
        ("a {peer}", Notation.TEXT, 2, "is no variable"),
        ("{counter} {{ \\q", Notation.ESCAPES, 13, r"\\q is no escape"),
        ("{counter} 4g", Notation.HEX, 11, "is no hex digit"),
    ],
)
def test_a_mistake_in_a_template_has_its_position(
    text: str, notation: Notation, position: int, words: str
) -> None:
    with pytest.raises(NotationError, match=words) as raised:
        render(text, notation)
    assert raised.value.position == position


def test_a_template_varies_only_with_a_variable() -> None:
    assert draft_template(Draft("{counter}")).varies
    assert not draft_template(Draft("{{counter}")).varies


@given(st.text(), st.sampled_from([Notation.TEXT, Notation.ESCAPES]), endings)
def test_a_template_with_doubled_braces_gives_the_bytes_of_the_draft(
    text: str, notation: Notation, ending: LineEnding
) -> None:
    with suppress(NotationError):
        sent = Draft(text, notation, ending).compose()
        assert render(text.replace("{", "{{"), notation, ending) == sent


@given(drafts)
def test_any_draft_is_a_template_or_has_a_mistake_in_it(draft: Draft) -> None:
    try:
        template = draft_template(draft)
    except NotationError as error:
        mistake = error
    else:
        template.render(Values(1, NOON))
        return
    assert 0 <= mistake.position < len(draft.text)
