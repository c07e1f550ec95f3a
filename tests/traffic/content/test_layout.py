"""The form of bytes, and their layout as a page."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Final, cast

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from app.traffic.content import http_body, page
from app.traffic.content.form import Form
from app.traffic.content.http_body import Body, Flaw, read_body, read_head
from app.traffic.content.layout import Note, detect, lay_out
from app.traffic.content.page import Page, Style


def laid_out(data: bytes, form: Form | None = None, encoding: str = "utf-8") -> Page:
    made = Page()
    for _ in lay_out(
        data, form or detect(data, encoding), made, encoding=encoding, title=_title, note=_note
    ):
        pass
    return made


def _title(body: Body, form: Form) -> str:
    return f"{form.name} {len(body.data)} {body.codings} {body.flaw.name}"


def _note(note: Note) -> str:
    return note.name


def response(body: bytes, *headers: str) -> bytes:
    head = "\r\n".join(("HTTP/1.1 200 OK", *headers, "", ""))
    return head.encode() + body


def unpacked(packed: bytes, coding: str) -> Body:
    data = response(packed, f"Content-Encoding: {coding}")
    found = read_head(data)
    assert found is not None
    head, body_at = found
    steps = read_body(head, data[body_at:])
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast("Body", end.value)


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"", Form.TEXT),
        (b"hello\r\n", Form.TEXT),
        (b"caf\xe9 au lait", Form.TEXT),
        (b"\x1b[31mred\x1b[0m", Form.TEXT),
        (b"\x00\x01\x02", Form.HEX),
        (bytes(range(256)), Form.HEX),
        (b"\xff\xfeh\x00i\x00", Form.TEXT),
        (b'{"a": 1}', Form.JSON),
        (b'\xef\xbb\xbf[1, "x"]', Form.JSON),
        (b'{"a": 1}\n{"a": 2}\n', Form.JSON),
        (b"[" + b"1," * 10_000 + b"1]", Form.JSON),
        (b"[2024-01-01] started", Form.TEXT),
        (b"[INFO] x", Form.TEXT),
        (b"{name}", Form.TEXT),
        (b"[", Form.TEXT),
        (b"<a>b</a>", Form.XML),
        (b"<13>Oct 11", Form.TEXT),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", Form.HTTP),
        (b"HTTP/1.0 200 OK\r\n\r\n", Form.HTTP),
        (b"\r\nPOST /x HTTP/1.1\r\n", Form.HTTP),
        (b"I like HTTP/1.1 a lot\n", Form.TEXT),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 100_000, Form.TEXT),
    ],
)
def test_the_form_is_found_by_the_content(data: bytes, form: Form) -> None:
    assert detect(data) is form


def test_text_of_another_encoding_is_text_if_it_is_the_chosen_one() -> None:
    data = "数据" * 100
    assert detect(data.encode("gb18030"), "gb18030") is Form.TEXT
    assert detect(data.encode("utf-16-le"), "utf-16-le") is Form.TEXT


@given(st.binary(max_size=200), st.sampled_from([f for f in Form if f is not Form.AUTO]))
def test_any_bytes_have_a_page_in_any_form(data: bytes, form: Form) -> None:
    made = laid_out(data, form)
    assert all("\n" not in text and "\x00" not in text for text in made.texts)
    detect(data)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b'{"a": 1}', mtime=0)),
        ("x-gzip", gzip.compress(b'{"a": 1}', mtime=0)),
        ("deflate", zlib.compress(b'{"a": 1}')),
        ("deflate", zlib.compress(b'{"a": 1}')[2:-4]),
        ("br", brotli.compress(b'{"a": 1}')),
        ("zstd", zstandard.compress(b'{"a": 1}')),
        ("zstd", zstandard.compress(b'{"a"') + zstandard.compress(b": 1}")),
        ("zstd, br", brotli.compress(zstandard.compress(b'{"a": 1}'))),
        ("gzip, deflate", zlib.compress(gzip.compress(b'{"a": 1}', mtime=0))),
        ("identity", b'{"a": 1}'),
    ],
    ids=[
        *("gzip", "x-gzip", "zlib", "raw deflate", "brotli", "zstd", "two frames of zstd"),
        *("zstd, then brotli", "gzip, then zlib", "identity"),
    ],
)
def test_a_body_is_unpacked(coding: str, packed: bytes) -> None:
    made = laid_out(response(packed, f"Content-Encoding: {coding}"))
    told = "" if coding == "identity" else coding
    assert made.texts[2] == f"JSON 8 {told} NONE"
    assert made.texts[3:] == ["{", '"a": 1', "}"]


def test_a_chunked_body_is_joined() -> None:
    made = laid_out(
        response(b'3\r\n{"a\r\n5;x=y\r\n": 1}\r\n0\r\n\r\n', "Transfer-Encoding: chunked")
    )
    assert made.texts[3:] == ["{", '"a": 1', "}"]


PACKERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": gzip.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("coding", PACKERS)
def test_a_body_that_lacks_its_end_is_shown_as_far_as_it_goes(coding: str) -> None:
    text = " ".join(map(str, range(60_000))).encode()
    packed = PACKERS[coding](text)
    body = unpacked(packed[:-20], coding)
    assert body.flaw is Flaw.BROKEN
    assert text.startswith(body.data)
    assert len(body.data) > len(text) // 3
    assert unpacked(packed + b"\r\n", "gzip" if coding == "zstd" else coding).packed_bytes


def test_a_coding_that_is_not_known_is_shown_as_it_came() -> None:
    made = laid_out(response(b"\x01\x02", "Content-Encoding: compress"))
    assert made.texts[2] == "HEX 2 compress UNKNOWN_CODING"


@pytest.mark.parametrize("coding", PACKERS)
@given(data=st.binary(max_size=300), cut=st.integers(0, 400), flip=st.integers(0, 400))
def test_a_garbled_body_is_shown(coding: str, data: bytes, cut: int, flip: int) -> None:
    packed = bytearray(PACKERS[coding](data))
    if flip < len(packed):
        packed[flip] ^= 0xFF
    body = unpacked(bytes(packed[:cut]), coding)
    assert body.flaw in (Flaw.NONE, Flaw.BROKEN)
    assert body.packed_bytes == len(packed[:cut])


@given(st.binary(max_size=200), st.sampled_from(sorted(PACKERS)))
def test_bytes_that_were_never_packed_are_shown_as_they_came(data: bytes, coding: str) -> None:
    body = unpacked(data, coding)
    assert body.data or not data or body.flaw in (Flaw.NONE, Flaw.BROKEN)


@pytest.mark.parametrize("coding", PACKERS)
def test_a_small_body_that_holds_a_huge_one_is_bounded(
    coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_body, "MOST_UNPACKED", 100_000)
    body = unpacked(PACKERS[coding](b"x" * 10_000_000), coding)
    assert body.flaw is Flaw.TOO_LARGE
    assert 100_000 <= len(body.data) < 10_000_000


def test_zstd_with_a_window_that_http_forbids_is_not_unpacked() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(b"hello") + packer.flush()
    body = unpacked(packed, "zstd")
    assert (body.data, body.flaw) == (packed, Flaw.BROKEN)


@pytest.mark.parametrize(
    ("kind", "body", "style"),
    [
        ("application/json", b'{"a": 1}', Style.JSON),
        ("application/problem+json; charset=utf-8", b'{"a": 1}', Style.JSON),
        ("text/html", b"<p>one", Style.XML),
        ("image/svg+xml", b"<svg/>", Style.XML),
        ("text/plain", b"hello", Style.TEXT),
        ("application/json", b"\x00\x01", Style.HEX),
    ],
)
def test_a_body_has_the_form_of_its_type_and_content(kind: str, body: bytes, style: Style) -> None:
    made = laid_out(response(body, f"Content-Type: {kind}"))
    assert made.style(3) is style


def test_a_body_is_decoded_as_it_says() -> None:
    made = laid_out(response("数据".encode("gbk"), "Content-Type: text/plain; charset=gbk"))
    assert made.texts[-1] == "数据"
    for name in ("zip", "nonsense", "utf-8\x00", "x" * 100):
        laid_out(response(b"abc", f"Content-Type: text/plain; charset={name}"))


def test_the_head_and_the_body_fold() -> None:
    made = laid_out(response(b"hello", "Server: a", "no header"))
    assert made.texts == ["HTTP/1.1 200 OK", "Server: a", "no header", "TEXT 5  NONE", "hello"]
    assert made.folds == {0: 2, 3: 4}


def test_what_is_not_as_its_form_has_it_is_shown_as_text_below_a_note() -> None:
    made = laid_out(b'{"a": 1, oops}', Form.JSON)
    assert made.texts == ["{", '"a": 1,', "NOT_JSON", "oops}"]
    assert made.style(2) is Style.MISTAKE
    assert laid_out(b"<a><b c=", Form.XML).texts == ["<a>", "NOT_XML", "<b c="]
    assert laid_out(b"hello", Form.HTTP).texts == ["NOT_HTTP", "hello"]


def test_invisible_characters_are_told_and_line_ends_break_the_line() -> None:
    made = laid_out("a\tb\r\nc\rd\x1b\u202e\n\ne".encode())
    assert made.texts == [r"a\tb", r"c\rd\x1b\u202e", "", "e"]


def test_a_page_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MOST_LINES", 100)
    made = laid_out(json.dumps(list(range(1_000))).encode(), Form.JSON)
    assert len(made) == 100
    assert made.texts[-1] == "TOO_LONG"


def test_a_copy_of_a_part_begins_at_its_own_level() -> None:
    made = laid_out(b'{"a": {"b": [1, 2]}}')
    assert made.text(*made.part(2)) == '"b": [\n  1,\n  2\n]'
