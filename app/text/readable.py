"""Readable texts: bytes decoded for people, and sizes, rates and durations.

Every byte is visible. A byte that the encoding cannot decode shows as `\\xNN`. A character that is
invisible, or that changes the direction of the text, shows as `\\t`, `\\x1b` or `\\u202e`. LF and
CRLF break the line. A backslash is shown as it is, so the text cannot be converted back to bytes.
"""

from __future__ import annotations

import codecs
import re

from app.text.sentence import Sentence

INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


class ReadableText:
    """Decodes one direction of a connection, chunk by chunk.

    A byte sequence or a CRLF that a chunk cuts in two is held back until the rest arrives. So the
    joined texts do not depend on how the bytes were cut.
    """

    def __init__(self, encoding: str = "utf-8") -> None:
        """`encoding` is the Python name."""
        self._decoder = codecs.getincrementaldecoder(encoding)("backslashreplace")
        self._held = ""

    def feed(self, data: bytes) -> str:
        """The text of the bytes held back and of `data`, with `\\n` as line break."""
        text = self._held + self._decoder.decode(data)
        self._held = "\r" if text.endswith("\r") else ""
        return _show(text.removesuffix("\r"))

    def finish(self) -> str:
        """The text of the bytes held back, at the end of the stream. The next `feed` starts a new
        one."""
        text = self._held + self._decoder.decode(b"", True)
        self._held = ""
        return _show(text)


def escaped(text: str) -> str:
    """`text` with each invisible character written out, such as `\\x1b`. LF breaks the line."""
    return _show(text)


def _show(text: str) -> str:
    return INVISIBLE.sub(_escape, text.replace("\r\n", "\n"))


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character in "\t\r":
        return {"\t": r"\t", "\r": r"\r"}[character]
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


_PREFIXES = ("", "k", "M", "G", "T", "P")


def format_size(count: float) -> str:
    """A number of bytes as `0 B`, `999 B`, `1.2 kB` or `34 MB`. One kB is 1000 B."""
    value = float(count)
    for prefix in _PREFIXES:
        if value < 999.5 or prefix == _PREFIXES[-1]:
            break
        value /= 1000
    digits = 1 if prefix and value < 9.95 else 0
    return f"{value:.{digits}f} {prefix}B"


def count_bytes(count: int) -> Sentence:
    """`1 byte`, `12,345 bytes`."""
    if count == 1:
        return Sentence("one-byte", "1 byte")
    return Sentence("byte-count", "{count:,} bytes", count=count)


def format_rate(bytes_per_second: float) -> str:
    """A rate as `1.2 MB/s`; empty below 1 B/s."""
    return f"{format_size(bytes_per_second)}/s" if bytes_per_second >= 1 else ""


def format_duration(seconds: float) -> str:
    """A duration as `00:42`, `1:02:03` or `3 d 04:05:06`."""
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
    """`name` for a button or a tab, where a single & would underline the next letter."""
    return name.replace("&", "&&")


def remove_mnemonics(text: str) -> str:
    """`text` of a menu or a button as it reads, without the & that marks its key.

    Chinese texts have the key in brackets at the end: "文件(&F)".
    """
    head, bracket, rest = text.partition("(&")
    if bracket and rest[1:2] == ")":
        return head + rest[2:]
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")
