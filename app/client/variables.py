"""Text with variables, which stand for something else each time it is sent.

`{counter}` counts from 1, `{time}` is the time of day in UTC (ISO 8601), `{uuid}` is a random UUID,
`{random:8}` are 8 random letters and digits, or 8 random bytes in hex. `{{` stands for a brace. All
other braces stand for themselves, so JSON needs no care; only `{word}` without such a meaning is a
mistake.
"""

from __future__ import annotations

import random
import re
import string
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from attrs import evolve, frozen

from app.client.draft import Draft
from app.client.line_ending import LineEnding
from app.client.notation import Notation, NotationError

NAMES = ("{counter}", "{time}", "{uuid}", "{random:8}")
MOST_RANDOM = 65_536
_LETTERS = string.ascii_lowercase + string.digits

_MARK = re.compile(r"(?P<brace>\{\{)|\{(?P<name>[A-Za-z_]\w*)(?::(?P<argument>[^{}\n]*))?\}")


@frozen
class Moment:
    """What the variables are worth for one send."""

    counter: int
    """1 for the first."""

    time: float
    """Unix seconds."""


Piece = bytes | Callable[[Moment], bytes]


class Template:
    """A draft with variables. Making one raises `NotationError`, with a position in its text."""

    def __init__(self, draft: Draft, chance: random.Random | None = None) -> None:
        """`chance` is where random values come from."""
        self._chance = chance or random.Random()
        self._pieces = self._read(draft)

    @classmethod
    def of_bytes(cls, data: bytes) -> Template:
        """One that is always `data`."""
        template = cls(Draft("", Notation.HEX))
        template._pieces = [data]
        return template

    @property
    def varies(self) -> bool:
        """Whether it has any variable."""
        return any(not isinstance(piece, bytes) for piece in self._pieces)

    def render(self, moment: Moment) -> bytes:
        """The bytes to send at `moment`."""
        return b"".join(
            piece if isinstance(piece, bytes) else piece(moment) for piece in self._pieces
        )

    def _read(self, draft: Draft) -> list[Piece]:
        pieces: list[Piece] = []
        start, text = 0, draft.text
        for mark in _MARK.finditer(text):
            pieces.append(_literal(draft, start, mark.start()))
            if mark["brace"]:
                pieces.append(b"" if draft.notation is Notation.HEX else b"{")
            else:
                pieces.append(self._variable(mark, draft.notation))
            start = mark.end()
        pieces.append(_literal(draft, start, len(text)))
        if draft.notation is not Notation.HEX:
            pieces.append(draft.ending.terminator)
        return pieces

    def _variable(self, mark: re.Match[str], notation: Notation) -> Piece:
        match mark["name"], mark["argument"]:
            case "counter", None:
                return lambda moment: str(moment.counter).encode()
            case "time", None:
                return _time
            case "uuid", None:
                return self._uuid
            case "random", str(argument) if _is_count(argument):
                return self._random(int(argument), notation)
            case "random", _:
                sentence = f"{{random:8}} needs how many, from 1 to {MOST_RANDOM:,}."
                raise NotationError(sentence, mark.start(), len(mark[0]))
        known = ", ".join(NAMES)
        sentence = f"{mark[0]} is no variable. There are {known}; {{{{ is a brace."
        raise NotationError(sentence, mark.start(), len(mark[0]))

    def _uuid(self, _moment: Moment) -> bytes:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4)).encode()

    def _random(self, count: int, notation: Notation) -> Piece:
        if notation is Notation.HEX:
            return lambda _: self._chance.randbytes(count)
        return lambda _: "".join(self._chance.choices(_LETTERS, k=count)).encode()


def _literal(draft: Draft, start: int, end: int) -> bytes:
    """What stands between two variables: like the draft, but only the last of it ends a line."""
    part = evolve(draft, text=draft.text[start:end])
    try:
        data = part.compose()
    except NotationError as error:
        raise NotationError(str(error), start + error.position, error.length) from None
    if draft.notation is Notation.HEX or draft.ending is LineEnding.NONE:
        return data
    return data.removesuffix(draft.ending.terminator)


def _time(moment: Moment) -> bytes:
    time = datetime.fromtimestamp(moment.time, UTC).isoformat(timespec="milliseconds")
    return time.replace("+00:00", "Z").encode()


def _is_count(argument: str) -> bool:
    is_number = argument.isascii() and argument.isdecimal() and len(argument) <= 5
    return is_number and 1 <= int(argument) <= MOST_RANDOM
