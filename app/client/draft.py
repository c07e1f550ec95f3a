"""What stands in the input of the console: a text, how it is meant, and how its lines end.

History, snippets and the tabs of the last time keep drafts, so that what comes back means the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from attrs import evolve, frozen

from app.client.line_ending import LineEnding
from app.client.notation import Notation, NotationError, read, write

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
