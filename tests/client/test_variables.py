"""Variables stand for something else each time; other braces stand for themselves."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client.draft import Draft
from app.client.line_ending import LineEnding
from app.client.notation import Notation, NotationError
from app.client.variables import Moment, Template
from tests.client.drafts import drafts, endings

NOON = 1_700_000_000.25


def render(
    text: str,
    notation: Notation = Notation.TEXT,
    ending: LineEnding = LineEnding.NONE,
    counter: int = 7,
) -> bytes:
    template = Template(Draft(text, notation, ending), random.Random(1))
    return template.render(Moment(counter, NOON))


def test_counter_and_time_are_those_of_the_moment() -> None:
    assert render("{counter} {time}") == b"7 2023-11-14T22:13:20.250Z"


def test_every_uuid_is_another_one() -> None:
    first, second = render("{uuid} {uuid}").decode().split()
    assert UUID(first).version == UUID(second).version == 4
    assert first != second


def test_random_is_letters_in_text_and_bytes_in_hex() -> None:
    assert re.fullmatch(rb"[a-z0-9]{8}", render("{random:8}"))
    assert len(render("ff {random:300} 00", Notation.HEX)) == 302


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
def test_other_braces_stand_for_themselves(text: str, sent: bytes) -> None:
    assert render(text) == sent


def test_lines_end_as_in_any_draft() -> None:
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
        ("{counter} {{ \\q", Notation.ESCAPES, 13, r"\\q is no escape"),
        ("{counter} 4g", Notation.HEX, 11, "is no hex digit"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, notation: Notation, position: int, words: str) -> None:
    with pytest.raises(NotationError, match=words) as raised:
        render(text, notation)
    assert raised.value.position == position


def test_whether_anything_varies_is_known() -> None:
    assert Template(Draft("{counter}")).varies
    assert not Template(Draft("{{counter}")).varies


@given(st.text(), st.sampled_from([Notation.TEXT, Notation.ESCAPES]), endings)
def test_with_every_brace_doubled_a_draft_means_what_it_means(
    text: str, notation: Notation, ending: LineEnding
) -> None:
    with suppress(NotationError):
        sent = Draft(text, notation, ending).compose()
        assert render(text.replace("{", "{{"), notation, ending) == sent


@given(drafts)
def test_any_draft_is_a_template_or_has_a_mistake_in_it(draft: Draft) -> None:
    try:
        template = Template(draft)
    except NotationError as error:
        mistake = error
    else:
        template.render(Moment(1, NOON))
        return
    assert 0 <= mistake.position < len(draft.text)
