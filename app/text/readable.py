"""Bytes as text that a person can read.

Every byte shows. What the encoding has a character for is shown as it is meant; a byte that is part
of none shows as `\\xNN`; a character that has no shape, or that would turn the text around, shows
as `\\t`, `\\x1b` or `\\u202e`. LF and CRLF break the line. A backslash stands for itself: the text
is for reading, not for reading back.
"""

from __future__ import annotations

import codecs
import re

_SHAPELESS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


class ReadableText:
    """Makes one direction of a connection legible, chunk by chunk.

    What a chunk cuts in two, a sequence of bytes or a CRLF, is held back until the rest comes; so
    the texts joined are the same however the bytes were cut.
    """

    def __init__(self, encoding: str = "utf-8") -> None:
        """`encoding` as Python calls it."""
        self._decoder = codecs.getincrementaldecoder(encoding)("backslashreplace")
        self._held = ""

    def feed(self, data: bytes) -> str:
        """The text of `data`, and of what was held back; line breaks are `\\n`."""
        text = self._held + self._decoder.decode(data)
        self._held = "\r" if text.endswith("\r") else ""
        return _show(text.removesuffix("\r"))

    def finish(self) -> str:
        """What was held back: nothing more follows. The next chunk starts anew."""
        text = self._held + self._decoder.decode(b"", True)
        self._held = ""
        return _show(text)


def _show(text: str) -> str:
    return _SHAPELESS.sub(_escape, text.replace("\r\n", "\n"))


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character in "\t\r":
        return {"\t": r"\t", "\r": r"\r"}[character]
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


# MERGED ui/formatting: Numbers and names as people read them.

_PREFIXES = ("", "k", "M", "G", "T", "P")


def format_size(count: float) -> str:
    """`count` bytes: `0 B`, `999 B`, `1.2 kB`, `34 MB`. One kB is 1000 B."""
    value = float(count)
    for prefix in _PREFIXES:
        if value < 999.5 or prefix == _PREFIXES[-1]:
            break
        value /= 1000
    digits = 1 if prefix and value < 9.95 else 0
    return f"{value:.{digits}f} {prefix}B"


def format_rate(bytes_per_second: float) -> str:
    """`1.2 MB/s`; nothing where nothing moves."""
    return f"{format_size(bytes_per_second)}/s" if bytes_per_second >= 1 else ""


def format_duration(seconds: float) -> str:
    """`00:42`, `1:02:03`, `3 d 04:05:06`."""
    whole = max(0, int(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days} d {hour:02}:{minute:02}:{second:02}"
    if hour:
        return f"{hour}:{minute:02}:{second:02}"
    return f"{minute:02}:{second:02}"


def escape_mnemonics(name: str) -> str:
    """`name` for a button or a tab, where a single & would underline the letter after it."""
    return name.replace("&", "&&")
