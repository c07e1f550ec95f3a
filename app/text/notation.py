r"""Notations for typed bytes: plain text, text with escapes, or hex. Each is read and written.

The escapes are `\\` for a backslash; `\r`, `\n`, `\t` and `\0` for CR, LF, tab and NUL; `\xNN` for
a byte; `\uNNNN` and `\UNNNNNNNN` for a character, encoded as UTF-8. The console uses all three
notations. A form uses escapes to show an option with line ends in one visible line (`escaped`,
`unescaped`).
"""

from __future__ import annotations

import re
from enum import Enum

from app.text.hex import HexError, parse_hex
from app.text.sentence import Sentence, SentenceError


class Notation(Enum):
    """The notation of typed text. The values are saved in files, so they never change."""

    TEXT = "text"
    ESCAPES = "escapes"
    HEX = "hex"


class NotationError(ValueError):
    """Text that stands for no bytes, or bytes that the notation cannot write.

    `str()` is a sentence for the user. `position` and `length` mark the mistake in the text or the
    bytes.
    """

    def __init__(self, sentence: str, position: int, length: int = 1) -> None:
        super().__init__(sentence)
        self.position = position
        self.length = length


ESCAPES_ADVICE = Sentence(
    "escapes-advice", "Write \\\\ for a backslash, or one of \\r \\n \\t \\0 \\xff \\u00a0."
)

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

    A pair of surrogates, which some window systems deliver, counts as its character.
    """
    match notation:
        case Notation.TEXT:
            return _encode(text)
        case Notation.ESCAPES:
            return _ESCAPE.sub(_meaning, _encode(text))
        case Notation.HEX:
            return _read_hex(text)


def write(data: bytes, notation: Notation) -> str:
    """Text in visible characters that reads back as `data`; plain text may have line ends and tabs.

    Raises `NotationError` where that is impossible: `Notation.TEXT` takes visible UTF-8 only.
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
        raise NotationError(
            Sentence("half-character", "Here is half of a character: type it again."), half.start()
        )
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()


def _meaning(match: re.Match[bytes]) -> bytes:
    escape = match[0]
    if escape in _MEANT:
        return _MEANT[escape]
    if len(escape) <= 2:
        shown = escape.decode()
        raise _wrong_escape(
            match,
            Sentence(
                "no-escape",
                "{shown} is no escape. {escapes_advice}",
                shown=shown,
                escapes_advice=ESCAPES_ADVICE,
            ),
        )
    code = int(escape[2:], 16)
    if escape[1:2] == b"x":
        return bytes([code])
    if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        raise _wrong_escape(
            match, Sentence("no-character", "{escape} is no character.", escape=escape.decode())
        )
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
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _visible(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        sentence = Sentence("bytes-not-utf8", "These bytes are no UTF-8 text. Use escapes or hex.")
        raise NotationError(sentence, error.start, error.end - error.start) from None
    for index, character in enumerate(text):
        if not (character.isprintable() or character in "\n\t"):
            raise NotationError(
                Sentence(
                    "control-character",
                    "A control character has no shape as text. Use escapes or hex.",
                ),
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
    """`text` in one line of visible characters; the reverse of `unescaped`."""
    return write(text.encode(), Notation.ESCAPES)


def unescaped(line: str) -> str:
    """The text that `line` stands for. Raises `ValueError` with a sentence for the user."""
    try:
        return read(line, Notation.ESCAPES).decode()
    except UnicodeDecodeError as error:
        wrong = "".join(f"\\x{byte:02x}" for byte in error.object[error.start : error.end])
        raise SentenceError(
            "must-not-hold-bytes", "must not hold {wrong}, which is no UTF-8 text", wrong=wrong
        ) from None
    except NotationError as error:
        wrong = line[error.position : error.position + error.length]
        raise SentenceError(
            "must-not-hold",
            "must not hold {wrong}. {escapes_advice}",
            wrong=wrong,
            escapes_advice=ESCAPES_ADVICE,
        ) from None


class LineEnding(Enum):
    """The end of each line that is sent. The values are saved in files, so they never change."""

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
        """How a line break inside a text is sent; without an ending it stays as typed."""
        return _TERMINATORS[self] or "\n"

    @property
    def label(self) -> str:
        """The name in the window."""
        return "None" if self is LineEnding.NONE else self.name


_TERMINATORS = {
    LineEnding.NONE: "",
    LineEnding.LF: "\n",
    LineEnding.CRLF: "\r\n",
    LineEnding.CR: "\r",
    LineEnding.NUL: "\0",
}
