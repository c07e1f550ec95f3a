r"""Bytes written as hex digits, however people separate them.

`48 65`, `48:65`, `4865`, `0x48, 0x65`, `\x48\x65` and the inside of a C array are all the same.
"""

from __future__ import annotations

import re

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
    """Text that is no hex; `str()` is a sentence, `position` the index of what is wrong."""

    def __init__(self, sentence: str, position: int) -> None:
        super().__init__(sentence)
        self.position = position


def parse_hex(text: str) -> bytes:
    """The bytes that `text` writes in hex. Two digits make a byte; one is enough after `0x`.

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
            return HexError(f"{piece['wrong']!r} is no hex digit.", piece.start())
    odd = next(piece for piece in pieces if len(piece["digits"] or "") % 2)
    return HexError("A hex digit is missing: two of them make a byte.", odd.end() - 1)
