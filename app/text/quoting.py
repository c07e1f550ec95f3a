"""Text and other values of a user as they stand inside a sentence: quoted, short and printable."""

from __future__ import annotations

from collections.abc import Mapping

from app.text.sentence import Sentence


def quoted(text: str) -> str:
    """`text` in quotes for a sentence, at most 60 characters, without control characters."""
    short = text if len(text) <= 60 else f"{text[:59]}…"
    return '"' + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short) + '"'


def quoted_value(value: object) -> str:
    """Any value of TOML for a sentence."""
    match value:
        case str():
            return quoted(value)
        case bool():
            return str(value).lower()
        case int() if value.bit_length() > 64:
            # TOML allows hex integers of any length. Python refuses to convert very long ones.
            return Sentence("value-huge-number", "a number of that size")
        case int() | float():
            return str(value)
        case Mapping():
            return Sentence("value-table", "a table")
        case list() | tuple():
            return Sentence("value-array", "an array")
        case _:
            return Sentence("value-date", "a date or a time")
