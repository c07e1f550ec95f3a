"""What a typed line becomes on its way out: UTF-8 bytes and the chosen line ending."""

from __future__ import annotations

from enum import Enum


class LineEnding(Enum):
    """What follows each text that is sent. The value is stable: it may be saved."""

    NONE = "none"
    LF = "lf"
    CRLF = "crlf"

    @property
    def terminator(self) -> bytes:
        """The bytes that end a line."""
        return {LineEnding.NONE: b"", LineEnding.LF: b"\n", LineEnding.CRLF: b"\r\n"}[self]

    @property
    def label(self) -> str:
        """What a person chooses it by."""
        return {LineEnding.NONE: "None", LineEnding.LF: "LF", LineEnding.CRLF: "CRLF"}[self]


def encode(text: str, ending: LineEnding) -> bytes:
    """`text` as UTF-8, then the terminator. Line breaks inside `text` stay as they are.

    UTF-8 has no lone surrogates, which a paste may hold: each becomes U+FFFD, the replacement
    character. A pair of surrogates, as window systems give it, is the character it stands for.
    """
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return paired.encode() + ending.terminator
