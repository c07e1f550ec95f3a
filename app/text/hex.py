"""Bytes in hex: dump them, read them back, copy them as source code, and show them as characters.

Reading takes the digits however they are separated: `48 65`, `48:65`, `4865`, `0x48, 0x65`,
`\\x48\\x65` and the inside of a C array are the same bytes.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from app.text.sentence import Sentence

WIDTH = 16
_SHOWN = bytes(byte if 0x20 <= byte < 0x7F else ord(".") for byte in range(256))


def hexdump(data: bytes) -> str:
    """A hex dump with lines such as `00000010  48 65 6c 6c 6f …  |Hello…|`, as of `hexdump -C`."""
    return "\n".join(lines(data))


def lines(data: bytes, offset: int = 0) -> Iterator[str]:
    """The lines of a hex dump, `WIDTH` bytes in each. The first byte has the offset `offset`."""
    for start in range(0, len(data), WIDTH):
        digits, text = columns(data[start : start + WIDTH])
        yield f"{offset + start:08x}  {digits}  |{text}|"


def columns(row: bytes) -> tuple[str, str]:
    """The hex column, padded to `WIDTH` bytes, and the ASCII column of at most `WIDTH` bytes."""
    left, right = row[: WIDTH // 2].hex(" "), row[WIDTH // 2 :].hex(" ")
    return f"{left:<23}  {right:<23}", row.translate(_SHOWN).decode("ascii")


_DIGIT = "[0-9A-Fa-f]"
_PREFIX = rf"(?:(?<!{_DIGIT})0[xX]|\\[xX])(?={_DIGIT})"
_SEPARATOR = r"[\s,:;|_{}\[\]-]"

_ALONE = re.compile(rf"{_PREFIX}({_DIGIT})(?!{_DIGIT})")
_BETWEEN = re.compile(rf"(?:{_PREFIX}|{_SEPARATOR}+)+")
_PIECE = re.compile(
    rf"{_PREFIX}{_DIGIT}(?!{_DIGIT})|{_PREFIX}|{_SEPARATOR}|(?P<digits>{_DIGIT}+)|(?P<wrong>.)",
    re.DOTALL,
)


class HexError(ValueError):
    """Text that is not hex. `str()` is a sentence; `position` is the index of the mistake."""

    def __init__(self, sentence: str, position: int) -> None:
        super().__init__(sentence)
        self.position = position


def parse_hex(text: str) -> bytes:
    """The bytes that `text` stands for. Two digits make a byte; after `0x`, one is enough.

    Raises `HexError`.
    """
    try:
        return bytes.fromhex(_BETWEEN.sub(" ", _ALONE.sub(r" 0\1", text)))
    except ValueError:
        raise _mistake(text) from None


def _mistake(text: str) -> HexError:
    pieces = list(_PIECE.finditer(text))
    for piece in pieces:
        if piece["wrong"]:
            return HexError(
                Sentence("no-hex-digit", "{wrong!r} is no hex digit.", wrong=piece["wrong"]),
                piece.start(),
            )
    odd = next(piece for piece in pieces if len(piece["digits"] or "") % 2)
    return HexError(
        Sentence("hex-digit-missing", "A hex digit is missing: two of them make a byte."),
        odd.end() - 1,
    )


BYTES_A_LINE = 12
PIECE = 60


def as_hex(data: bytes) -> str:
    """Hex digits in pairs: `48 65 6c 6c 6f`."""
    return data.hex(" ")


def as_c_array(data: bytes, name: str = "data") -> str:
    """A C array, `unsigned char data[2] = {0x48, 0x65};`, with `BYTES_A_LINE` bytes in a line."""
    lines = [
        "    " + " ".join(f"0x{byte:02x}," for byte in data[start : start + BYTES_A_LINE])
        for start in range(0, len(data), BYTES_A_LINE)
    ]
    return "\n".join([f"unsigned char {name}[{len(data)}] = {{", *lines, "};"])


def as_python(data: bytes) -> str:
    """A Python literal, `b"..."`; long data as several literals in parentheses."""
    if len(data) <= PIECE:
        return repr(data)
    pieces = [f"    {data[start : start + PIECE]!r}" for start in range(0, len(data), PIECE)]
    return "\n".join(["(", *pieces, ")"])


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
"""The Python name of each encoding, by its name in the window."""

LOOK_BACK = 1024
"""How many bytes before the wanted ones are searched for a certain start of a character."""

_SURE_END = {
    # Bytes that are no part of a longer sequence. No sequence continues after them.
    "utf-8": re.compile(rb"[\x00-\x7f]"),
    "gb18030": re.compile(rb"[\x00-\x2f]"),
    "shift_jis": re.compile(rb"[\x00-\x3f]"),
}


def cells(data: bytes, start: int, stop: int, encoding: str) -> list[str]:
    """One text cell for each byte of `data[start:stop]`, for the text column of a hex view.

    `encoding` is the Python name. A character is in the cell of its first byte; the cells of its
    other bytes are empty. Bytes of no character, or of an invisible one, are `UNREADABLE`.
    """
    begin = _beginning(data, start, encoding)
    # The last character may continue up to three bytes beyond `stop`.
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
