"""What becomes of a draft when something is pasted into it."""

from __future__ import annotations

from enum import Enum

from attrs import evolve, field, frozen

from app.client.draft import Draft, draft_of
from app.client.line_ending import LineEnding
from app.client.notation import Notation, read, write


@frozen
class Pasted:
    """What was on the clipboard."""

    data: bytes = field(repr=False)
    """All of it."""

    text: str | None = field(repr=False)
    """The same as lines of text, which end in `\\n`; `None` if that would lose anything."""

    is_crlf: bool = False
    """Whether the lines of `text` ended in CRLF."""


class Change(Enum):
    """What a paste changed besides the text."""

    NOTHING = "nothing"
    TO_CRLF = "to crlf"
    TO_HEX = "to hex"
    TO_ESCAPES = "to escapes"


@frozen
class Outcome:
    """The draft with what was pasted in it."""

    draft: Draft
    cursor: int
    """Where in its text the pasted part ends."""

    change: Change = Change.NOTHING


def with_pasted(draft: Draft, start: int, end: int, pasted: Pasted) -> Outcome:
    """`draft` with `pasted` in place of its text from `start` to `end`.

    Bytes that are no text make the draft one in hex if it was empty; one of text gets escapes.
    Raises `NotationError` if the draft has a mistake that keeps it from getting them.
    """
    before, after = draft.text[:start], draft.text[end:]
    if pasted.text is not None:
        outcome = _joined(draft, before, pasted.text, after)
        if pasted.is_crlf and not before and not after and draft.notation is not Notation.HEX:
            in_crlf = evolve(draft, text=pasted.text, ending=LineEnding.CRLF)
            return Outcome(in_crlf, outcome.cursor, Change.TO_CRLF)
        return outcome
    if not before and not after:
        hexed = draft_of(pasted.data, Notation.HEX, draft.ending)
        change = Change.NOTHING if draft.notation is Notation.HEX else Change.TO_HEX
        return Outcome(hexed, len(hexed.text), change)
    if draft.notation is not Notation.TEXT:
        return _joined(draft, before, _written(pasted.data, draft.notation), after)
    draft = evolve(draft, notation=Notation.ESCAPES)
    outcome = _joined(
        draft, _escaped(before), _written(pasted.data, draft.notation), _escaped(after)
    )
    return evolve(outcome, change=Change.TO_ESCAPES)


def bytes_with_pasted(draft: Draft, start: int, end: int, pasted: Pasted) -> bytes:
    """The bytes of `with_pasted`, without a line ending: for a paste too long to be edited.

    Raises `NotationError` if they cannot be told.
    """
    before, after = draft.text[:start], draft.text[end:]
    if pasted.text is not None and draft.notation is not Notation.TEXT:
        return read(before + pasted.text + after, draft.notation)
    return read(before, draft.notation) + pasted.data + read(after, draft.notation)


def _joined(draft: Draft, before: str, added: str, after: str) -> Outcome:
    return Outcome(evolve(draft, text=before + added + after), len(before + added))


def _written(data: bytes, notation: Notation) -> str:
    text = write(data, notation)
    return f" {text} " if notation is Notation.HEX else text


def _escaped(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(write(read(line, Notation.TEXT), Notation.ESCAPES) for line in lines)
