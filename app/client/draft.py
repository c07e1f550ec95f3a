"""Drafts: the text in the console's input, with its notation and its line ending.

A draft composes to the bytes to send. This file also pastes clipboard data into a draft, and fills
in variables for repeated sends. History, snippets and saved tabs store drafts, so that a restored
text gives the same bytes.

A text that is sent repeatedly may have variables. `app.rules.template` lists them and fills them
in; the console has those that need no rule.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple, TypeVar

from attrs import evolve, field, frozen

from app.rules.template import (
    COMPUTED,
    CONSOLE_VARIABLES,
    Computed,
    Part,
    PartError,
    RenderError,
    Scope,
    Template,
    Values,
    read_part,
)
from app.text.notation import LineEnding, Notation, NotationError, read, write
from app.text.sentence import Sentence, SentenceError

LONGEST_TEXT = 64 * 1024
"""The longest draft that is stored, in characters."""

VARIABLES = (
    "{counter}", "{time}", "{uuid}", "{random:8}", "{length}", "{crc16}", "{crc32}", "{xor}",
)  # fmt: skip
_EnumT = TypeVar("_EnumT", bound=Enum)


@frozen
class Draft:
    """A text that composes to bytes. Hex has no line endings. In the other notations, each line
    ends as `ending` says."""

    text: str = ""
    notation: Notation = Notation.TEXT
    ending: LineEnding = LineEnding.LF

    def compose(self) -> bytes:
        """The bytes to send. Raises `NotationError` with a position in `text`."""
        data = read(self.text, self.notation)
        if self.notation is Notation.HEX:
            return data
        if "\n" in self.text:
            data = read(self.text.replace("\n", self.ending.line_break), self.notation)
        return data + self.ending.terminator

    def converted(self, notation: Notation) -> Draft:
        """The same bytes in another notation. Raises `NotationError` if that is not possible.

        The line ending may change: `48 69` in hex becomes text without a line ending. An empty text
        stays empty.
        """
        if notation is self.notation or not self.text:
            return evolve(self, notation=notation)
        return draft_from_bytes(self.compose(), notation, self.ending)


def draft_from_bytes(data: bytes, notation: Notation, ending: LineEnding) -> Draft:
    """A draft in `notation` that composes to `data`, with the line ending `ending` if possible.

    Raises `NotationError` if there is no such draft.
    """
    if notation is Notation.HEX:
        return Draft(write(data, notation), notation, ending)
    error_seen: NotationError | None = None
    for each in (ending, LineEnding.CRLF, LineEnding.LF, LineEnding.NONE):
        try:
            draft = Draft(_write_lines(data, notation, each), notation, each)
        except NotationError as error:
            error_seen = error
            continue
        if draft.compose() == data:
            return draft
    # Without a line ending, data that can be written always composes to itself.
    assert error_seen is not None
    raise error_seen


def _write_lines(data: bytes, notation: Notation, ending: LineEnding) -> str:
    if not ending.terminator:
        return write(data, notation)
    if not data.endswith(ending.terminator):
        raise NotationError(
            Sentence("not-with-this-ending", "This does not end like that."), len(data)
        )
    lines = data.removesuffix(ending.terminator).split(ending.terminator)
    return "\n".join(write(line, notation) for line in lines)


def readable_draft(data: bytes, ending: LineEnding) -> Draft:
    """`data` as a draft for the input: text if all bytes can be shown as text, otherwise hex."""
    try:
        return draft_from_bytes(data, Notation.TEXT, ending)
    except NotationError:
        return draft_from_bytes(data, Notation.HEX, ending)


def draft_to_dict(draft: Draft) -> dict[str, str]:
    """`draft` as plain values, to be saved."""
    return {
        "text": draft.text,
        "notation": draft.notation.value,
        "ending": draft.ending.value,
    }


def draft_from_dict(values: Mapping[str, object]) -> Draft:
    """The draft in `values`, which came from `draft_to_dict`. A missing value has its default.

    Raises `ValueError` with the name of the wrong value and the allowed values.
    """
    text = values.get("text", "")
    if not isinstance(text, str) or not _is_encodable(text):
        raise SentenceError("draft-text-wrong", "text must be a string")
    return Draft(
        text,
        _enum_value(Notation, values.get("notation", Notation.TEXT.value), "notation"),
        _enum_value(LineEnding, values.get("ending", LineEnding.LF.value), "ending"),
    )


def _is_encodable(text: str) -> bool:
    """Whether `text` can be encoded. A JSON file may contain half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _enum_value(kind: type[_EnumT], value: object, name: str) -> _EnumT:
    try:
        return kind(value)
    except ValueError:
        choices = ", ".join(str(each.value) for each in kind)
        raise SentenceError(
            "draft-value-wrong", "{name} must be one of {choices}", name=name, choices=choices
        ) from None


@frozen
class ClipboardData:
    """The content of the clipboard."""

    data: bytes = field(repr=False)
    """The content as bytes."""

    text: str | None = field(repr=False)
    """The same as lines of text that end in `\\n`. `None` if text cannot hold all the bytes."""

    is_crlf: bool = False
    """Whether the lines of `text` ended in CRLF."""


class PasteChange(Enum):
    """The change that a paste made in addition to the text."""

    NOTHING = "nothing"
    TO_CRLF = "to crlf"
    TO_HEX = "to hex"
    TO_ESCAPES = "to escapes"


class PasteResult(NamedTuple):
    """The draft after a paste."""

    draft: Draft
    cursor: int
    """The position in the text after the pasted part."""

    change: PasteChange = PasteChange.NOTHING


def paste_into(draft: Draft, start: int, end: int, pasted: ClipboardData) -> PasteResult:
    """`draft` with the text from `start` to `end` replaced by `pasted`.

    Bytes that are not text turn an empty draft into hex, and a text draft into escapes. Raises
    `NotationError` if the text of the draft has a mistake, so that it cannot be converted.
    """
    before, after = draft.text[:start], draft.text[end:]
    if pasted.text is not None:
        result = _replace_text(draft, before, pasted.text, after)
        if pasted.is_crlf and not before and not after and draft.notation is not Notation.HEX:
            crlf_draft = evolve(draft, text=pasted.text, ending=LineEnding.CRLF)
            return PasteResult(crlf_draft, result.cursor, PasteChange.TO_CRLF)
        return result
    if not before and not after:
        hex_draft = draft_from_bytes(pasted.data, Notation.HEX, draft.ending)
        change = PasteChange.NOTHING if draft.notation is Notation.HEX else PasteChange.TO_HEX
        return PasteResult(hex_draft, len(hex_draft.text), change)
    if draft.notation is not Notation.TEXT:
        return _replace_text(draft, before, _write_bytes(pasted.data, draft.notation), after)
    draft = evolve(draft, notation=Notation.ESCAPES)
    result = _replace_text(
        draft, _escaped(before), _write_bytes(pasted.data, draft.notation), _escaped(after)
    )
    return result._replace(change=PasteChange.TO_ESCAPES)


def paste_into_bytes(draft: Draft, start: int, end: int, pasted: ClipboardData) -> bytes:
    """The bytes of `paste_into`, without a line ending. For a paste that is too long for the input.

    Raises `NotationError` if the text of the draft has a mistake.
    """
    before, after = draft.text[:start], draft.text[end:]
    if pasted.text is not None and draft.notation is not Notation.TEXT:
        return read(before + pasted.text + after, draft.notation)
    return read(before, draft.notation) + pasted.data + read(after, draft.notation)


def _replace_text(draft: Draft, before: str, added: str, after: str) -> PasteResult:
    return PasteResult(evolve(draft, text=before + added + after), len(before + added))


def _write_bytes(data: bytes, notation: Notation) -> str:
    text = write(data, notation)
    return f" {text} " if notation is Notation.HEX else text


def _escaped(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(write(read(line, Notation.TEXT), Notation.ESCAPES) for line in lines)


def draft_template(draft: Draft, chance: random.Random | None = None) -> Template:
    """`draft` with its variables. Raises `NotationError` with a position in the text.

    `chance` makes the random values.
    """
    text = draft.text
    part = read_part(
        text,
        draft.notation,
        Scope(CONSOLE_VARIABLES | COMPUTED),
        chance=chance or random.Random(),
        literal=lambda start, end: _literal(draft, start, end),
    )
    for piece in part.pieces:
        if isinstance(piece, Computed) and piece.parts:
            sentence = Sentence(
                "no-parts-here",
                "{shown} names a part, and only replies by rule have parts.",
                shown=piece.shown,
            )
            raise NotationError(sentence, text.index(piece.shown), len(piece.shown))
    is_hex = draft.notation is Notation.HEX
    try:
        template = Template([part, Part((b"" if is_hex else draft.ending.terminator,))])
        template.render(Values(1, 0.0))
    except (PartError, RenderError) as error:
        raise NotationError(str(error), 0, len(text)) from None
    return template


def constant_template(data: bytes) -> Template:
    """A template without variables that is always `data`."""
    return Template([Part((data,))])


def _literal(draft: Draft, start: int, end: int) -> bytes:
    """The bytes of the text from `start` to `end`, between two variables, without a line ending at
    the end."""
    part = evolve(draft, text=draft.text[start:end])
    try:
        data = part.compose()
    except NotationError as error:
        raise NotationError(str(error), start + error.position, error.length) from None
    if draft.notation is Notation.HEX or draft.ending is LineEnding.NONE:
        return data
    return data.removesuffix(draft.ending.terminator)
