"""Bytes as characters that stay under their bytes, for the text column of a hex view."""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache

UNREADABLE = "."

ENCODINGS = {
    "UTF-8": "utf-8",
    "ASCII": "ascii",
    "Latin-1": "latin-1",
    "GB18030": "gb18030",
    "UTF-16 LE": "utf-16-le",
    "UTF-16 BE": "utf-16-be",
    "Shift-JIS": "shift_jis",
}
"""What Python calls them, by what people call them."""

LOOK_BACK = 1024
"""Bytes before the wanted ones that are searched for a place where a character surely begins."""

_SURE_END = {
    # Bytes that are no part of a longer sequence, nor can a sequence go on after them.
    "utf-8": re.compile(rb"[\x00-\x7f]"),
    "gb18030": re.compile(rb"[\x00-\x2f]"),
    "shift_jis": re.compile(rb"[\x00-\x3f]"),
}


def cells(data: bytes, start: int, stop: int, encoding: str) -> list[str]:
    """One cell for each byte in `data[start:stop]`, decoded by `encoding` (as Python calls it).

    A character is in the cell of its first byte; those of its other bytes are empty. A byte that is
    part of none, or of one without a shape, is `UNREADABLE`.
    """
    begin = _beginning(data, start, encoding)
    # A character may go on beyond `stop`, but by no more than three bytes.
    return _decode(data[begin : stop + 3], encoding)[start - begin : stop - begin]


def _beginning(data: bytes, start: int, encoding: str) -> int:
    if encoding.startswith("utf-16"):
        return max(0, (start & ~1) - 2)  # the first half of a pair may be just before
    sure = _SURE_END.get(encoding)
    if sure is None:
        return start
    earliest = max(0, start - LOOK_BACK)
    ends = [match.end() for match in sure.finditer(data, earliest, start)]
    return ends[-1] if ends else earliest


def _decode(data: bytes, encoding: str) -> list[str]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    made: list[str] = []
    place = 0
    while len(made) < len(data):
        try:
            text = decoder.decode(data[place : place + 1], place >= len(data))
        except UnicodeDecodeError:
            text = ""
            stuck = True
        else:
            stuck = place >= len(data) and not text
        if stuck:
            made.append(UNREADABLE)
            place = len(made)
            decoder.reset()
            continue
        place += 1
        if text:
            made.append(_glyph(text))
            made.extend([""] * (place - len(made)))
    return made


@lru_cache(4096)
def _glyph(text: str) -> str:
    if not text.isprintable() or any(unicodedata.category(each)[0] == "M" for each in text):
        return UNREADABLE
    return text
