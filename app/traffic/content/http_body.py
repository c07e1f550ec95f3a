"""An HTTP message as its head and its body: without chunk lengths, and unpacked within bounds.

`http_framing.describe` reads a whole message at once. These functions do the same in small steps.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping
from enum import Enum
from functools import partial
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

_ZSTD_STEP: Final = 128
"""Bytes that are unpacked at once: zstd has no limit for what they become, but four of them become
at most 128 KiB."""

_ZSTD_WINDOW: Final = 8 * 1024 * 1024
"""The largest window that RFC 9659 allows for HTTP."""

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
        if name not in _CODINGS or place >= _MOST_CODINGS:
            return Body(data, codings, size, Flaw.UNKNOWN_CODING)
        for unpack in _CODINGS[name] if data else ():
            unpacked, flaw = yield from _joined(unpack(data))
            if unpacked or flaw is Flaw.NONE:
                data = unpacked
                break
        if flaw is not Flaw.NONE:
            break
    return Body(data, codings if wanted else "", size, flaw)


def _joined(pieces: Iterator[bytes]) -> Generator[None, None, tuple[bytes, Flaw]]:
    """The pieces as far as they go, up to `MOST_UNPACKED` bytes and the rest of a piece."""
    made = bytearray()
    try:
        for piece in pieces:
            if piece and len(made) >= MOST_UNPACKED:
                return bytes(made), Flaw.TOO_LARGE
            made += piece
            yield
    except _Broken:
        return bytes(made), Flaw.BROKEN
    return bytes(made), Flaw.NONE


class _Broken(Exception):
    """These bytes are not packed as declared, or their end is missing."""


def _inflate(bits: int, data: bytes) -> Iterator[bytes]:
    engine = zlib.decompressobj(bits)
    while not engine.eof:
        try:
            yield engine.decompress(data, _STEP)
        except zlib.error as error:
            raise _Broken from error
        data = engine.unconsumed_tail
        if not data and not engine.eof:
            raise _Broken


def _unpack_brotli(data: bytes) -> Iterator[bytes]:
    import brotli  # imported only when it is met

    engine = brotli.Decompressor()
    while not engine.is_finished():
        try:
            piece = engine.process(data, output_buffer_limit=_STEP)
        except brotli.error as error:
            raise _Broken from error
        if not piece and not data:
            raise _Broken
        yield piece
        data = b""  # the engine keeps what it did not need yet


def _unpack_zstd(data: bytes) -> Iterator[bytes]:
    import zstandard  # imported only when it is met

    context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    at = 0
    while at < len(data):  # one frame after the other, as RFC 8878 has them
        engine = context.decompressobj()
        while not engine.eof:
            part = data[at : at + _ZSTD_STEP]
            if not part:
                raise _Broken
            try:
                yield engine.decompress(part)
            except zstandard.ZstdError as error:
                raise _Broken from error
            at += len(part)
        at -= len(engine.unused_data)


_CODINGS: Final[Mapping[str, tuple[Callable[[bytes], Iterator[bytes]], ...]]] = {
    "gzip": (partial(_inflate, 31),),
    "x-gzip": (partial(_inflate, 31),),
    # Some servers send deflate without the header of zlib that RFC 9110 asks for.
    "deflate": (partial(_inflate, 15), partial(_inflate, -15)),
    "br": (_unpack_brotli,),
    "zstd": (_unpack_zstd,),
}
"""The content codings, each with the ways to unpack it. The first that finds something counts."""


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
