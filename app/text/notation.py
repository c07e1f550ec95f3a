r"""Text in one visible line, and back: what a form shows of an option that may hold line ends.

The notation is that of the console's input with escapes; here it must come to text.
"""

from __future__ import annotations

import re
from enum import Enum

from app.text.hex import HexError, parse_hex

# MERGED client/notation: How bytes are typed: as text, as text with escapes, or as hex. Each can be read and written.
#
# With escapes, a backslash is `\\`; CR, LF, tab and NUL are `\r`, `\n`, `\t`, `\0`; `\xNN` is a byte;
# `\uNNNN` and `\UNNNNNNNN` are a character, in UTF-8 like all that stands for itself.


class Notation(Enum):
    """How typed text is meant. The value is stable: it may be saved."""

    TEXT = "text"
    ESCAPES = "escapes"
    HEX = "hex"


class NotationError(ValueError):
    """Text that stands for no bytes, or bytes that a notation has no text for.

    `str()` is a sentence for the user; `position` is where it is wrong, an index into the text or
    the bytes, and `length` how much of it.
    """

    def __init__(self, sentence: str, position: int, length: int = 1) -> None:
        super().__init__(sentence)
        self.position = position
        self.length = length


ESCAPES_ADVICE = r"Write \\ for a backslash, or one of \r \n \t \0 \xff \u00a0."

_SHORT = {"\\": r"\\", "\r": r"\r", "\n": r"\n", "\t": r"\t", "\0": r"\0"}
_MEANT = {short.encode(): character.encode() for character, short in _SHORT.items()}

_DIGIT = b"[0-9a-fA-F]"
_ESCAPE = re.compile(
    rb"\\(?:[\\rnt0]|x%b{2}|u%b{4}|U%b{8}|[\x00-\x7f]?)" % (_DIGIT, _DIGIT, _DIGIT), re.DOTALL
)
_HALF_CHARACTER = re.compile(
    "[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]"
)


def read(text: str, notation: Notation) -> bytes:
    """The bytes that `text` stands for. Raises `NotationError`.

    A pair of surrogates, as some window systems give it, is the character that it stands for.
    """
    match notation:
        case Notation.TEXT:
            return _encode(text)
        case Notation.ESCAPES:
            return _ESCAPE.sub(_meaning, _encode(text))
        case Notation.HEX:
            return _read_hex(text)


def write(data: bytes, notation: Notation) -> str:
    r"""Text that reads back as `data`, in characters that show: `\n` and tabs at most besides.

    Raises `NotationError` if there is none: as `Notation.TEXT`, only visible UTF-8 can be written.
    """
    match notation:
        case Notation.TEXT:
            return _visible(data)
        case Notation.ESCAPES:
            return "".join(map(_escaped, data.decode("utf-8", "surrogateescape")))
        case Notation.HEX:
            return data.hex(" ")


def _encode(text: str) -> bytes:
    half = _HALF_CHARACTER.search(text)
    if half:
        raise NotationError("Here is half of a character: type it again.", half.start())
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()


def _meaning(match: re.Match[bytes]) -> bytes:
    escape = match[0]
    if escape in _MEANT:
        return _MEANT[escape]
    if len(escape) <= 2:
        shown = escape.decode()
        raise _wrong_escape(match, f"{shown} is no escape. {ESCAPES_ADVICE}")
    code = int(escape[2:], 16)
    if escape[1:2] == b"x":
        return bytes([code])
    if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        raise _wrong_escape(match, f"{escape.decode()} is no character.")
    return chr(code).encode()


def _wrong_escape(match: re.Match[bytes], sentence: str) -> NotationError:
    position = len(match.string[: match.start()].decode())
    return NotationError(sentence, position, len(match[0]))


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _visible(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        sentence = "These bytes are no UTF-8 text. Use escapes or hex."
        raise NotationError(sentence, error.start, error.end - error.start) from None
    for index, character in enumerate(text):
        if not (character.isprintable() or character in "\n\t"):
            raise NotationError(
                "A control character has no shape as text. Use escapes or hex.",
                len(text[:index].encode()),
                len(character.encode()),
            )
    return text


def _read_hex(text: str) -> bytes:
    try:
        return parse_hex(text)
    except HexError as error:
        raise NotationError(str(error), error.position) from None


def escaped(text: str) -> str:
    """`text` in one line of visible characters; `unescaped` gives it back."""
    return write(text.encode(), Notation.ESCAPES)


def unescaped(line: str) -> str:
    """The text that `line` stands for. Raises `ValueError`, whose text is for the user."""
    try:
        return read(line, Notation.ESCAPES).decode()
    except UnicodeDecodeError as error:
        wrong = "".join(f"\\x{byte:02x}" for byte in error.object[error.start : error.end])
        raise ValueError(f"must not hold {wrong}, which is no UTF-8 text") from None
    except NotationError as error:
        wrong = line[error.position : error.position + error.length]
        raise ValueError(f"must not hold {wrong}. {ESCAPES_ADVICE}") from None


# MERGED client/line_ending: What ends each line that is sent.


class LineEnding(Enum):
    """What follows each line that is sent. The value is stable: it may be saved."""

    NONE = "none"
    LF = "lf"
    CRLF = "crlf"
    CR = "cr"
    NUL = "nul"

    @property
    def terminator(self) -> bytes:
        """The bytes that end a line."""
        return _TERMINATORS[self].encode()

    @property
    def line_break(self) -> str:
        """What a line break within a text is sent as; without an ending it is what was typed."""
        return _TERMINATORS[self] or "\n"

    @property
    def label(self) -> str:
        """What a person chooses it by."""
        return "None" if self is LineEnding.NONE else self.name


_TERMINATORS = {
    LineEnding.NONE: "",
    LineEnding.LF: "\n",
    LineEnding.CRLF: "\r\n",
    LineEnding.CR: "\r",
    LineEnding.NUL: "\0",
}
