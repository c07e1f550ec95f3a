"""What stands in the input of the console: a text, how it is meant, and how its lines end.

History, snippets and the tabs of the last time keep drafts, so that what comes back means the same.
"""

from __future__ import annotations

import random
import re
import string
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import TypeVar

from attrs import evolve, field, frozen

from app.text.notation import LineEnding, Notation, NotationError, read, write

LONGEST_TEXT = 64 * 1024
"""Letters of a draft that is still kept."""

_E = TypeVar("_E", bound=Enum)


@frozen
class Draft:
    """Text on its way to bytes. Hex is sent as it stands; other lines end as `ending` says."""

    text: str = ""
    notation: Notation = Notation.TEXT
    ending: LineEnding = LineEnding.LF

    def compose(self) -> bytes:
        """The bytes to send. Raises `NotationError`, whose position is one in `text`."""
        data = read(self.text, self.notation)
        if self.notation is Notation.HEX:
            return data
        if "\n" in self.text:
            data = read(self.text.replace("\n", self.ending.line_break), self.notation)
        return data + self.ending.terminator

    def converted(self, notation: Notation) -> Draft:
        """The same bytes in another notation. Raises `NotationError` if that cannot be.

        Their line ending may have to be another one: `48 69` in hex is text without an ending. An
        empty text stays empty.
        """
        if notation is self.notation or not self.text:
            return evolve(self, notation=notation)
        return draft_of(self.compose(), notation, self.ending)


def draft_of(data: bytes, notation: Notation, ending: LineEnding) -> Draft:
    """A draft in `notation` that composes to `data`, its lines ending as in `ending` if they can.

    Raises `NotationError` if there is none.
    """
    if notation is Notation.HEX:
        return Draft(write(data, notation), notation, ending)
    mistake: NotationError | None = None
    for each in (ending, LineEnding.CRLF, LineEnding.LF, LineEnding.NONE):
        try:
            draft = Draft(_written(data, notation, each), notation, each)
        except NotationError as error:
            mistake = error
            continue
        if draft.compose() == data:
            return draft
    assert mistake is not None  # without an ending, what can be written composes
    raise mistake


def offered(data: bytes, ending: LineEnding) -> Draft:
    """How `data` is put into the input: as text if all of it shows, otherwise in hex."""
    try:
        return draft_of(data, Notation.TEXT, ending)
    except NotationError:
        return draft_of(data, Notation.HEX, ending)


def as_plain(draft: Draft) -> dict[str, str]:
    """`draft` in plain values, to be saved."""
    return {
        "text": draft.text,
        "notation": draft.notation.value,
        "ending": draft.ending.value,
    }


def from_plain(values: Mapping[str, object]) -> Draft:
    """The draft that `as_plain` made `values` of. What is missing is the default.

    Raises `ValueError` with the name of the wrong value and what it must be.
    """
    text = values.get("text", "")
    if not isinstance(text, str) or not _is_whole(text):
        raise ValueError("text must be a string")
    return Draft(
        text,
        _member(Notation, values.get("notation", Notation.TEXT.value), "notation"),
        _member(LineEnding, values.get("ending", LineEnding.LF.value), "ending"),
    )


def _written(data: bytes, notation: Notation, ending: LineEnding) -> str:
    if not ending.terminator:
        return write(data, notation)
    if not data.endswith(ending.terminator):
        raise NotationError("This does not end like that.", len(data))
    lines = data.removesuffix(ending.terminator).split(ending.terminator)
    return "\n".join(write(line, notation) for line in lines)


def _is_whole(text: str) -> bool:
    """Whether `text` can be shown: a file may hold half of a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _member(kind: type[_E], value: object, name: str) -> _E:
    try:
        return kind(value)
    except ValueError:
        choices = ", ".join(str(each.value) for each in kind)
        raise ValueError(f"{name} must be one of {choices}") from None


# MERGED client/pasting: What becomes of a draft when something is pasted into it.


@frozen
class ClipboardData:
    """What was on the clipboard."""

    data: bytes = field(repr=False)
    """All of it."""

    text: str | None = field(repr=False)
    """The same as lines of text, which end in `\\n`; `None` if that would lose anything."""

    is_crlf: bool = False
    """Whether the lines of `text` ended in CRLF."""


class PasteChange(Enum):
    """What a paste changed besides the text."""

    NOTHING = "nothing"
    TO_CRLF = "to crlf"
    TO_HEX = "to hex"
    TO_ESCAPES = "to escapes"


@frozen
class PasteResult:
    """The draft with what was pasted in it."""

    draft: Draft
    cursor: int
    """Where in its text the pasted part ends."""

    change: PasteChange = PasteChange.NOTHING


def with_pasted(draft: Draft, start: int, end: int, pasted: ClipboardData) -> PasteResult:
    """`draft` with `pasted` in place of its text from `start` to `end`.

    Bytes that are no text make the draft one in hex if it was empty; one of text gets escapes.
    Raises `NotationError` if the draft has a mistake that keeps it from getting them.
    """
    before, after = draft.text[:start], draft.text[end:]
    if pasted.text is not None:
        outcome = _joined(draft, before, pasted.text, after)
        if pasted.is_crlf and not before and not after and draft.notation is not Notation.HEX:
            in_crlf = evolve(draft, text=pasted.text, ending=LineEnding.CRLF)
            return PasteResult(in_crlf, outcome.cursor, PasteChange.TO_CRLF)
        return outcome
    if not before and not after:
        hexed = draft_of(pasted.data, Notation.HEX, draft.ending)
        change = PasteChange.NOTHING if draft.notation is Notation.HEX else PasteChange.TO_HEX
        return PasteResult(hexed, len(hexed.text), change)
    if draft.notation is not Notation.TEXT:
        return _joined(draft, before, _typed(pasted.data, draft.notation), after)
    draft = evolve(draft, notation=Notation.ESCAPES)
    outcome = _joined(draft, _escaped(before), _typed(pasted.data, draft.notation), _escaped(after))
    return evolve(outcome, change=PasteChange.TO_ESCAPES)


def bytes_with_pasted(draft: Draft, start: int, end: int, pasted: ClipboardData) -> bytes:
    """The bytes of `with_pasted`, without a line ending: for a paste too long to be edited.

    Raises `NotationError` if they cannot be told.
    """
    before, after = draft.text[:start], draft.text[end:]
    if pasted.text is not None and draft.notation is not Notation.TEXT:
        return read(before + pasted.text + after, draft.notation)
    return read(before, draft.notation) + pasted.data + read(after, draft.notation)


def _joined(draft: Draft, before: str, added: str, after: str) -> PasteResult:
    return PasteResult(evolve(draft, text=before + added + after), len(before + added))


def _typed(data: bytes, notation: Notation) -> str:
    text = write(data, notation)
    return f" {text} " if notation is Notation.HEX else text


def _escaped(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(write(read(line, Notation.TEXT), Notation.ESCAPES) for line in lines)


# MERGED client/variables: Text with variables, which stand for something else each time it is sent.
#
# `{counter}` counts from 1, `{time}` is the time of day in UTC (ISO 8601), `{uuid}` is a random UUID,
# `{random:8}` are 8 random letters and digits, or 8 random bytes in hex. `{{` stands for a brace. All
# other braces stand for themselves, so JSON needs no care; only `{word}` without such a meaning is a
# mistake.

NAMES = ("{counter}", "{time}", "{uuid}", "{random:8}")
MOST_RANDOM = 65_536
_LETTERS = string.ascii_lowercase + string.digits

_MARK = re.compile(r"(?P<brace>\{\{)|\{(?P<name>[A-Za-z_]\w*)(?::(?P<argument>[^{}\n]*))?\}")


@frozen
class VariableValues:
    """What the variables are worth for one send."""

    counter: int
    """1 for the first."""

    time: float
    """Unix seconds."""


Piece = bytes | Callable[[VariableValues], bytes]


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

    def render(self, moment: VariableValues) -> bytes:
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

    def _uuid(self, _moment: VariableValues) -> bytes:
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


def _time(moment: VariableValues) -> bytes:
    time = datetime.fromtimestamp(moment.time, UTC).isoformat(timespec="milliseconds")
    return time.replace("+00:00", "Z").encode()


def _is_count(argument: str) -> bool:
    is_number = argument.isascii() and argument.isdecimal() and len(argument) <= 5
    return is_number and 1 <= int(argument) <= MOST_RANDOM
