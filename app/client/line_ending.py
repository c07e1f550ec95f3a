"""What ends each line that is sent."""

from __future__ import annotations

from enum import Enum


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
