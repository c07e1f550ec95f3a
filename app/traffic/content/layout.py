"""What form bytes have, and their layout as a page in this form.

`detect` looks at the beginning only. `lay_out` does its work in small steps.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Generator, Iterator
from enum import Enum
from typing import Final

from app.text import hex as hex_text
from app.text.hex import WIDTH
from app.traffic.content.form import Form
from app.traffic.content.http_body import Body, charset, media_type, read_body, read_head
from app.traffic.content.json_layout import json_lines
from app.traffic.content.page import Page, PageFull, Style
from app.traffic.content.xml_layout import looks_like_xml, xml_lines
from app.traffic.http_framing import HttpMessage

MOST_BYTES: Final = 16 * 1024 * 1024
"""The bytes that a page shows. A hex view has no such limit."""

SAMPLE: Final = 8 * 1024
"""The bytes that `detect` looks at."""

_LONGEST_WORD: Final = len("false") * 2
"""A sample may end inside of a word of JSON."""

_STEP_BYTES: Final = 256 * 1024
_STEP_ROWS: Final = 64

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_MOST_CONTROLS: Final = 0.1
"""The share of control and invalid characters above which bytes are no text."""

_XML_ENCODING = re.compile(rb"""\s*<\?xml[^>]{1,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,30})""")


class Note(Enum):
    """Why a page does not show all in its form."""

    NOT_JSON = "not JSON from here on"
    NOT_XML = "not XML from here on"
    NOT_HTTP = "no HTTP message"
    TOO_LONG = "more than a page has room for"


BodyTitle = Callable[[Body, Form], str]
NoteText = Callable[[Note], str]


def detect(data: bytes, encoding: str = "utf-8") -> Form:
    """The form that suits `data`; never `AUTO`. `encoding` is the Python name for plain text."""
    sample = data[:SAMPLE]
    first = sample.lstrip(b"\r\n").partition(b"\n")[0]
    if b"HTTP/" in first and read_head(data) is not None:
        return Form.HTTP
    return _detect_text(data, encoding)


def _detect_text(data: bytes, encoding: str) -> Form:
    sample, is_whole = data[:SAMPLE], len(data) <= SAMPLE
    if b"\0" in sample and not encoding.startswith("utf-16") and not _has_wide_mark(sample):
        return Form.HEX
    text = sample.decode(_wide_encoding(sample) or encoding, "replace")
    if len(_CONTROLS.findall(text.removesuffix("\ufffd"))) > _MOST_CONTROLS * len(text):
        return Form.HEX
    head = text.lstrip("\ufeff \t\r\n")[:1]
    if head and head in "{[" and _is_json(text, is_whole=is_whole):
        return Form.JSON
    if head == "<" and looks_like_xml(text.lstrip("\ufeff"), is_whole=is_whole):
        return Form.XML
    return Form.TEXT


def _has_wide_mark(data: bytes) -> bool:
    return data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _wide_encoding(data: bytes) -> str | None:
    return "utf-16" if _has_wide_mark(data) else None


def _is_json(text: str, *, is_whole: bool) -> bool:
    text = text.lstrip("\ufeff")
    page = Page()
    understood = _run(json_lines(text, page))
    left = len(text) - understood
    return (
        left <= (0 if is_whole else _LONGEST_WORD)
        and len(page) > 0
        and page.texts != [text.strip()[:1]]
    )


def _run(steps: Generator[None, None, int]) -> int:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return int(end.value)


def lay_out(
    data: bytes, form: Form, page: Page, *, encoding: str, title: BodyTitle, note: NoteText
) -> Iterator[None]:
    """Add the lines of `data` to `page` in `form`, which is not `AUTO`; see `detect`.

    `title` and `note` return the sentences of the page in the language of the user.
    """
    layout = _Layout(page, title, note)
    try:
        yield from layout.add(data[:MOST_BYTES], form, encoding, 0)
        if len(data) > MOST_BYTES:
            page.add(note(Note.TOO_LONG), 0, Style.MISTAKE)
    except PageFull:
        page.replace_last(note(Note.TOO_LONG), Style.MISTAKE)


class _Layout:
    def __init__(self, page: Page, title: BodyTitle, note: NoteText) -> None:
        self.page = page
        self._title = title
        self._note = note

    def add(self, data: bytes, form: Form, encoding: str, level: int) -> Iterator[None]:
        match form:
            case Form.JSON:
                text = yield from _decoded(data, json.detect_encoding(data[:4]))
                done = yield from json_lines(text, self.page, level)
                yield from self._add_rest(text, done, Note.NOT_JSON, level)
            case Form.XML:
                text = yield from _decoded(data, _xml_encoding(data) or encoding)
                done = yield from xml_lines(text.lstrip("\ufeff"), self.page, level)
                yield from self._add_rest(text, done, Note.NOT_XML, level)
            case Form.HTTP:
                yield from self._add_http(data, encoding, level)
            case Form.HEX:
                yield from self._add_hex(data, level)
            case _:
                text = yield from _decoded(data, _wide_encoding(data) or encoding)
                yield from self._add_text(text, 0, level)

    def _add_rest(self, text: str, start: int, why: Note, level: int) -> Iterator[None]:
        """Add the text that is not as its form has it."""
        if start < len(text):
            self.page.add(self._note(why), level, Style.MISTAKE)
            yield from self._add_text(text, start, level)

    def _add_text(self, text: str, at: int, level: int) -> Iterator[None]:
        count = 0
        while at < len(text):
            end = text.find("\n", at)
            stop = len(text) if end < 0 else end
            if end >= 0 and text[max(at, stop - 1) : stop] == "\r":
                stop -= 1
            yield from self.page.add_long(text, level, Style.TEXT, Style.TEXT, at, stop)
            at = len(text) if end < 0 else end + 1
            count += 1
            if not count % _STEP_ROWS:
                yield

    def _add_hex(self, data: bytes, level: int) -> Iterator[None]:
        for start in range(0, len(data), WIDTH * _STEP_ROWS):
            for row in hex_text.lines(data[start : start + WIDTH * _STEP_ROWS], start):
                self.page.add(row, level, Style.HEX)
            yield

    def _add_http(self, data: bytes, encoding: str, level: int) -> Iterator[None]:
        found = read_head(data)
        if found is None:
            self.page.add(self._note(Note.NOT_HTTP), level, Style.MISTAKE)
            text = yield from _decoded(data, encoding)
            yield from self._add_text(text, 0, level)
            return
        head, body_at = found
        page = self.page
        page.add(" ".join(head.start).rstrip(), level, Style.START)
        opening = len(page) - 1
        for count, line in enumerate(_head_lines(data[:body_at]), 1):
            page.add(line, level + 1, Style.HEADER, Style.HEADER)
            if not count % _STEP_ROWS:
                yield
        page.close(opening)
        if body_at < len(data):
            yield from self._add_body(head, data[body_at:], encoding, level)

    def _add_body(
        self, head: HttpMessage, data: bytes, encoding: str, level: int
    ) -> Iterator[None]:
        body = yield from read_body(head, data)
        used = charset(head) or encoding
        form = body_form(body.data, media_type(head), used)
        self.page.add(self._title(body, form), level, Style.TITLE)
        opening = len(self.page) - 1
        try:
            yield from self.add(body.data, form, used, level + 1)
        finally:
            self.page.close(opening)


def body_form(data: bytes, declared: str, encoding: str) -> Form:
    """The form of a body: as it looks, or as its media type says where it looks like plain text."""
    found = _detect_text(data, encoding)
    if found is not Form.TEXT:
        return found
    if declared.endswith(("/json", "+json")):
        return Form.JSON
    return Form.XML if declared.endswith(("/xml", "+xml", "/html")) else Form.TEXT


def _head_lines(head: bytes) -> Iterator[str]:
    """The lines after the first one, also those that are no headers."""
    for line in head.lstrip(b"\r\n").split(b"\n")[1:]:
        if shown := line.rstrip(b"\r"):
            yield shown.decode("utf-8", "backslashreplace")


def _xml_encoding(data: bytes) -> str | None:
    if _has_wide_mark(data):
        return "utf-16"
    found = _XML_ENCODING.match(data[:SAMPLE])
    if found is None:
        return None
    stated = HttpMessage(
        ("", "", ""), True, (("Content-Type", f";charset={found[1].decode()}"),), b""
    )
    return charset(stated)


def _decoded(data: bytes, encoding: str) -> Generator[None, None, str]:
    """The text of `data`, decoded in small steps; invalid bytes become `\\xNN`."""
    decoder = codecs.getincrementaldecoder(encoding)("backslashreplace")
    parts = []
    for start in range(0, len(data), _STEP_BYTES):
        parts.append(decoder.decode(data[start : start + _STEP_BYTES]))
        yield
    parts.append(decoder.decode(b"", True))
    return "".join(parts)
