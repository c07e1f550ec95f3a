r"""Text in one visible line, and back: what a form shows of an option that may hold line ends.

A backslash is shown as `\\`; CR, LF, tab and NUL as `\r`, `\n`, `\t`, `\0`; any other character
that has no shape as `\x1b`, `\u00a0` or `\U000e0001`, by its number. All else stands for itself.
"""

from __future__ import annotations

import re

_SHORT = {"\\": r"\\", "\r": r"\r", "\n": r"\n", "\t": r"\t", "\0": r"\0"}
_MEANT = {short: character for character, short in _SHORT.items()}

_HEX = "[0-9a-fA-F]"
_ESCAPE = re.compile(
    rf"\\(?: [\\rnt0] | x[0-7]{_HEX} | u{_HEX}{{4}} | U{_HEX}{{8}} | .? )", re.VERBOSE | re.DOTALL
)


def escaped(text: str) -> str:
    """`text` in one line of visible characters; `unescaped` gives it back."""
    return "".join(_SHORT.get(each) or _by_number(each) for each in text)


def unescaped(line: str) -> str:
    """The text that `line` stands for. Raises `ValueError`, whose text is for the user."""
    return _ESCAPE.sub(_character, line)


def _by_number(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _character(match: re.Match[str]) -> str:
    escape = match[0]
    if escape in _MEANT:
        return _MEANT[escape]
    if len(escape) <= 2:
        advice = r"Write \\ for a backslash, or one of \r \n \t \0 \x1b \u00a0"
        raise ValueError(f"must not hold {escape}. {advice}")
    code = int(escape[2:], 16)
    if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        raise ValueError(f"must not hold {escape}, which is no character")
    return chr(code)
