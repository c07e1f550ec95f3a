"""An HTTP message as its head and its body: without chunk lengths, and unpacked within bounds.

`http_framing.describe` reads a whole message at once. These functions do the same in small steps.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Generator
from enum import Enum
from typing import Final

from attrs import frozen

from app.text.hex import ENCODINGS
from app.traffic.http_framing import HttpMessage, chunk_contents, describe

MOST_HEAD: Final = 32 * 1024
"""Bytes of a head that are read."""

MOST_UNPACKED: Final = 16 * 1024 * 1024
"""Bytes of a body that are unpacked. A small message can hold a huge one."""

_MOST_CODINGS: Final = 3
_STEP_CHUNKS: Final = 1_000
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STEP: Final = 128 * 1024

_WINDOW_BITS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""For `zlib.decompressobj`. Some servers send deflate without the header that RFC 9110 asks for."""

_CHARSETS: Final = frozenset(
    codecs.lookup(each).name
    for each in (
        *ENCODINGS.values(),
        *("utf-8-sig", "utf-16", "utf-32", "gbk", "gb2312", "big5", "euc_jp", "euc_kr", "koi8-r"),
        *("iso8859-2", "iso8859-5", "iso8859-7", "iso8859-15", "cp1250", "cp1251", "cp1252"),
    )
)
"""Python has codecs that are no character sets, such as `zip`, and some that are very slow."""


class Flaw(Enum):
    """Why an unpacked body is not whole."""

    NONE = "none"
    UNKNOWN_CODING = "it is packed in a way that is not known here"
    BROKEN = "it cannot be unpacked, or only its beginning"
    TOO_LARGE = "only its beginning was unpacked"


@frozen
class Body:
    """The content of a message, without chunk lengths and packing."""

    data: bytes
    codings: str = ""
    """The content codings that were declared, such as `gzip`."""

    packed_bytes: int = 0
    """Its size before it was unpacked."""

    flaw: Flaw = Flaw.NONE


def read_head(data: bytes) -> tuple[HttpMessage, int] | None:
    """The message without its body, and the offset of the body. `None` if it is no HTTP, or if its
    head is longer than `MOST_HEAD`.
    """
    start = len(data) - len(data.lstrip(b"\r\n"))
    end = _HEAD_END.search(data, start, start + MOST_HEAD)
    if end is None and len(data) - start > MOST_HEAD:
        return None
    body_at = len(data) if end is None else end.end()
    message = describe(data[:body_at])
    return (message, body_at) if isinstance(message, HttpMessage) else None


def read_body(head: HttpMessage, data: bytes) -> Generator[None, None, Body]:
    """The body of a message: `data` is all behind its head. It works in small steps."""
    if not head.is_chunked:
        return (yield from _unpack(head, data))
    content = bytearray()
    for count, part in enumerate(chunk_contents(data), 1):
        content += part
        if not count % _STEP_CHUNKS:
            yield
    return (yield from _unpack(head, bytes(content)))


def _unpack(head: HttpMessage, data: bytes) -> Generator[None, None, Body]:
    codings = ", ".join(
        value.strip().lower() for name, value in head.headers if name.lower() == "content-encoding"
    )
    size, flaw = len(data), Flaw.NONE
    names = [each.strip() for each in codings.split(",")]
    wanted = [each for each in reversed(names) if each not in ("", "identity")]
    for place, name in enumerate(wanted):
        if name not in _WINDOW_BITS or place >= _MOST_CODINGS:
            return Body(data, codings, size, Flaw.UNKNOWN_CODING)
        for bits in _WINDOW_BITS[name]:
            unpacked, flaw = yield from _inflate(data, bits)
            if unpacked or flaw is Flaw.NONE:
                data = unpacked
                break
        if flaw is not Flaw.NONE:
            break
    return Body(data, codings if wanted else "", size, flaw)


def _inflate(data: bytes, bits: int) -> Generator[None, None, tuple[bytes, Flaw]]:
    made = bytearray()
    engine = zlib.decompressobj(bits)
    rest = data
    while True:
        try:
            made += engine.decompress(rest, _STEP)
        except zlib.error:
            return bytes(made), Flaw.BROKEN
        rest = engine.unconsumed_tail
        if engine.eof:
            return bytes(made), Flaw.NONE
        if len(made) >= MOST_UNPACKED:
            return bytes(made), Flaw.TOO_LARGE
        if not rest:
            return bytes(made), Flaw.BROKEN if data else Flaw.NONE
        yield


def media_type(message: HttpMessage) -> str:
    """The declared type in lower case, such as `application/json`, or an empty text."""
    return (message.header("Content-Type") or "").partition(";")[0].strip().lower()


def charset(message: HttpMessage) -> str | None:
    """The Python name of the declared character set, if there is one that can be used."""
    for part in (message.header("Content-Type") or "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            try:
                found = codecs.lookup(value.strip(" \t\"'")[:40]).name
            except (LookupError, ValueError):
                return None
            return found if found in _CHARSETS else None
    return None
