"""Variables stand for something else each time; other braces stand for themselves."""

from __future__ import annotations

import binascii
import random
import re
from contextlib import suppress
from functools import reduce
from operator import xor as exclusive_or
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.checksums import crc16_ccitt, crc16_modbus, xor
from app.rules.template import (
    ALL_VARIABLES,
    CONSOLE_VARIABLES,
    MOST_RENDERED,
    Part,
    PartError,
    RenderError,
    Scope,
    Template,
    Values,
    read_part,
)
from app.text.notation import Notation, NotationError, read

NOON = 1_700_000_000.25
VALUES = Values(7, NOON, 3, "127.0.0.1:50000", b"GET", re.match(rb"(?P<a>G)(E)(X)?", b"GET"))
SCOPE = Scope(captures=frozenset({"0", "1", "2", "3", "a"}))


def part(
    text: str, notation: Notation = Notation.ESCAPES, scope: Scope = SCOPE, name: str = ""
) -> Part:
    return read_part(text, notation, scope, chance=random.Random(1), name=name)


def render(
    text: str, notation: Notation = Notation.ESCAPES, scope: Scope = SCOPE, values: Values = VALUES
) -> bytes:
    return Template([part(text, notation, scope)]).render(values)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("{counter} {connection} {peer}", b"7 3 127.0.0.1:50000"),
        ("{time}", b"2023-11-14T22:13:20.250Z"),
        ("{0} {1} {2} {3} {a}", b"GE G E  G"),
        ("12345{length}", b"123455"),
        (r"{length/2}abc\x00", b"\0\0abc\0"),
        ("abc{length/4}{length/1}{length/2le}", b"abc\0\0\0\3\7\x08\0"),
        ('{"id": {counter}, "a": {"b": {}}}', b'{"id": 7, "a": {"b": {}}}'),
        ("{{counter}", b"{counter}"),
        ("{{{counter}", b"{7"),
        ("{ counter }", b"{ counter }"),
        ("{1: 2} { } { {100} {a/b}", b"{1: 2} { } { {100} {a/b}"),
        ("plain", b"plain"),
    ],
)
def test_a_variable_is_worth_what_it_stands_for(text: str, sent: bytes) -> None:
    assert render(text) == sent


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("123456789{crc16}", b"1234567894B37"),
        ("123456789{crc16/modbus}", b"1234567894B37"),
        ("123456789{crc16/ccitt}", b"12345678929B1"),
        ("123456789{crc16/xmodem}", b"12345678931C3"),
        ("123456789{crc32}", b"123456789CBF43926"),
        ("GPGLL,4916.45,N{xor}", b"GPGLL,4916.45,N5D"),
    ],
)
def test_a_checksum_in_text_is_hex_digits(text: str, sent: bytes) -> None:
    value = render(text)
    if "xor" in text:
        body = text.removesuffix("{xor}").encode()
        sent = body + b"%02X" % reduce(exclusive_or, body)
    assert value == sent


def test_a_checksum_in_hex_is_bytes_in_the_order_they_are_sent() -> None:
    # A Modbus request: read one holding register.
    assert render("01 03 00 00 00 01 {crc16}", Notation.HEX).hex(" ") == "01 03 00 00 00 01 84 0a"
    assert render("31 {crc32} {xor}", Notation.HEX).hex(" ") == "31 83 dc ef b7 36"


def test_captures_in_hex_are_bytes() -> None:
    assert render("01 {1} {random:4} 02", Notation.HEX)[:2] == b"\x01G"
    assert len(render("01 {1} {random:4} 02", Notation.HEX)) == 7


def test_named_parts_are_measured_wherever_they_stand() -> None:
    parts = [
        part("{length:body} {xor:head,body} "),
        part("HEAD", name="head"),
        part("abc{counter}", name="body"),
    ]
    expected = reduce(exclusive_or, b"HEADabc7")
    assert Template(parts).render(VALUES) == b"4 %02X HEADabc7" % expected
    assert Template(parts).render_parts(VALUES)[1:] == [b"HEAD", b"abc7"]


def test_a_checksum_over_a_length_waits_for_it() -> None:
    parts = [part("{length/1:body}"), part("xy", name="body"), part("{crc16/ccitt}")]
    data = b"\x02xy"
    assert Template(parts).render(VALUES) == data + b"%04X" % binascii.crc_hqx(data, 0xFFFF)


@pytest.mark.parametrize(
    ("parts", "number", "words"),
    [
        ([part("{xor:body}")], 0, 'no part of this reply has the name "body"'),
        ([part("{xor:a}", name="a")], 0, "depend on itself"),
        ([part("{length}{length:b}"), part("{crc16}", name="b")], 0, "depend on itself"),
        ([Part((), is_opaque=True), part("{crc32}")], 1, "cannot look into the file"),
        ([part("{xor}" * 17)], 0, "16 lengths and checksums"),
    ],
)
def test_parts_that_do_not_fit_together_are_told(
    parts: list[Part], number: int, words: str
) -> None:
    with pytest.raises(PartError, match=words) as raised:
        Template(parts)
    assert raised.value.part == number


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("a {count}", 2, "{count} is no variable and no capture. The captures are {0}, {1}"),
        ("{4}", 0, "{4} is no variable and no capture"),
        ("{random}", 0, "needs how many"),
        ("{random:0}", 0, "needs how many"),
        ("{random:65537}", 0, "needs how many"),
        ("{random:٣}", 0, "needs how many"),
        ("{counter:3}", 0, "is no variable"),
        ("{crc16/x25}", 0, "There are crc16, crc16/modbus"),
        ("{xor:a,}", 0, "names no part"),
        ("{counter} {{ \\q", 13, r"\\q is no escape"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, position: int, words: str) -> None:
    with pytest.raises(NotationError, match=re.escape(words).replace(r"\\\\", r"\\")) as raised:
        render(text)
    assert raised.value.position == position


def test_without_captures_a_number_in_braces_stands_for_itself() -> None:
    assert render("{1} {0}", scope=Scope()) == b"{1} {0}"


def test_the_console_has_its_own_variables_only() -> None:
    console = Scope(CONSOLE_VARIABLES)
    assert render("{counter} {1}", scope=console) == b"7 {1}"
    with pytest.raises(
        NotationError, match=r"is no variable\. There are \{counter\}, \{random:8\}"
    ):
        render("{connection}", scope=console)


def test_random_values_are_those_of_the_source_given() -> None:
    first, second = render("{uuid} {random:8}"), render("{uuid} {random:8}")
    assert first == second
    identifier, letters = first.decode().split()
    assert UUID(identifier).version == 4
    assert re.fullmatch("[a-z0-9]{8}", letters)


def test_literal_bytes_may_be_made_by_another() -> None:
    text = "a{counter}b"
    made = read_part(
        text,
        Notation.TEXT,
        Scope(CONSOLE_VARIABLES),
        chance=random.Random(),
        literal=lambda start, end: text[start:end].upper().encode(),
    )
    assert Template([made]).render(VALUES) == b"A7B"


def test_a_reply_that_would_be_too_long_is_not_made() -> None:
    values = Values(1, NOON, captures=None, message=bytes(MOST_RENDERED // 2 + 1))
    with pytest.raises(RenderError, match="longer than 1,048,576 bytes"):
        render("{0}{0}", values=values)


@given(st.text(), st.sampled_from([Notation.TEXT, Notation.ESCAPES]))
def test_with_every_brace_doubled_a_text_means_what_it_means(text: str, notation: Notation) -> None:
    with suppress(NotationError):
        data = read(text, notation)
        assert render(text.replace("{", "{{"), notation) == data


words = st.sampled_from([f"{{{name}}}" for name in sorted(ALL_VARIABLES)] + ["{", "}", "{9}", ":a"])


@given(st.lists(words | st.text(max_size=3), max_size=6).map("".join), st.sampled_from(Notation))
def test_any_text_is_a_template_or_has_a_mistake_in_it(text: str, notation: Notation) -> None:
    try:
        template = Template([part(text, notation)])
    except NotationError as error:
        mistake = error
    else:
        template.render(VALUES)
        return
    assert 0 <= mistake.position < len(text)


@given(st.binary(max_size=300))
def test_checksums_are_those_of_the_plain_way(data: bytes) -> None:
    assert xor(data) == reduce(exclusive_or, data, 0)
    assert crc16_ccitt(data) == binascii.crc_hqx(data, 0xFFFF)
    assert crc16_modbus(data) == _bitwise_modbus(data)


def _bitwise_modbus(data: bytes) -> int:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc
