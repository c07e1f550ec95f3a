"""The parts of one line of a page that have a colour of their own.

They are found when the line is painted, so a page stores only text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from attrs import frozen

from app.traffic.content.page import Style


class PartKind(IntEnum):
    """What a part of a line is."""

    NAME = 0
    """A key, a tag, a header, the method of a request."""

    STRING = 1
    NUMBER = 2
    WORD = 3
    """`true`, `false`, `null`."""

    FAINT = 4
    """Brackets, commas, comments."""

    TITLE = 5
    MISTAKE = 6
    GOOD = 7
    """A status of success."""

    BAD = 8
    """A status of failure."""


@frozen
class Part:
    """Letters of a line, from `start` to before `stop`."""

    start: int
    stop: int
    kind: PartKind


_JSON = re.compile(
    r'(?P<string>"(?:[^"\\]++|\\.)*+"?)(?P<colon>:)?'
    r"|(?P<number>-?\d[\d.eE+-]*+)|(?P<word>true|false|null)|(?P<faint>[{}\[\],:]+)"
)
_STRING_END = re.compile(r'(?:[^"\\]++|\\.)*+"?')
_MARKUP = re.compile(
    r"""(?P<tag></?[^\s<>/="']+)(?P<rest>(?:[^<>"']++|"[^"]*+"?|'[^']*+'?)*+)(?P<end>>?)"""
)
_ATTRIBUTE = re.compile(r"""(?P<name>[^\s=/"']+)|(?P<value>"[^"]*+"?|'[^']*+'?)""")
_RESPONSE = re.compile(r"HTTP/\d\.\d (\d)\d\d")
_HEX = re.compile(r"(?P<offset>[0-9a-f]{8})  .{48}  (?P<text>\|.*)")


def parts(text: str, style: Style) -> Iterator[Part]:
    """The coloured parts of a line, in order. All letters between them are plain."""
    match style:
        case Style.JSON:
            yield from _json_parts(text, 0)
        case Style.JSON_STRING:
            found = _STRING_END.match(text)
            end = 0 if found is None else found.end()
            yield Part(0, end, PartKind.STRING)
            yield from _json_parts(text, end)
        case Style.XML:
            yield from _markup_parts(text)
        case Style.XML_COMMENT:
            yield Part(0, len(text), PartKind.FAINT)
        case Style.START:
            yield from _start_parts(text)
        case Style.HEADER:
            colon = text.find(":")
            yield Part(0, max(0, colon), PartKind.NAME)
            yield Part(max(0, colon), colon + 1, PartKind.FAINT)
        case Style.HEX:
            found = _HEX.match(text)
            if found is not None:
                yield Part(*found.span("offset"), PartKind.FAINT)
                yield Part(*found.span("text"), PartKind.STRING)
        case Style.TITLE:
            yield Part(0, len(text), PartKind.TITLE)
        case Style.MISTAKE:
            yield Part(0, len(text), PartKind.MISTAKE)


def _json_parts(text: str, start: int) -> Iterator[Part]:
    for found in _JSON.finditer(text, start):
        match found.lastgroup:
            case "colon":
                yield Part(*found.span("string"), PartKind.NAME)
                yield Part(*found.span("colon"), PartKind.FAINT)
            case "string":
                yield Part(*found.span(), PartKind.STRING)
            case "number":
                yield Part(*found.span(), PartKind.NUMBER)
            case "word":
                yield Part(*found.span(), PartKind.WORD)
            case _:
                yield Part(*found.span(), PartKind.FAINT)


def _markup_parts(text: str) -> Iterator[Part]:
    for found in _MARKUP.finditer(text):
        bracket = 2 if found["tag"].startswith("</") else 1
        yield Part(found.start(), found.start() + bracket, PartKind.FAINT)
        yield Part(found.start() + bracket, found.end("tag"), PartKind.NAME)
        for each in _ATTRIBUTE.finditer(text, *found.span("rest")):
            kind = PartKind.NUMBER if each["name"] else PartKind.STRING
            yield Part(*each.span(), kind)
        yield Part(*found.span("end"), PartKind.FAINT)


def _start_parts(text: str) -> Iterator[Part]:
    response = _RESPONSE.match(text)
    if response is not None:
        kind = PartKind.GOOD if response[1] in "123" else PartKind.BAD
        yield Part(0, 8, PartKind.FAINT)
        yield Part(8, len(text), kind)
        return
    method, target = text.find(" "), text.rfind(" ")
    yield Part(0, method, PartKind.NAME)
    yield Part(target, len(text), PartKind.FAINT)
