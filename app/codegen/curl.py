"""A `curl` command line that sends an HTTP request again, as it was sent before.

It is quoted for any POSIX shell, so that no byte of a request is run as a command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

from attrs import evolve

from app.codegen.command_lines import ClientAddress, curl_words
from app.traffic.http_framing import HttpMessage

LONGEST_BODY: Final = 60_000
"""Bytes of a body in the line. Linux takes at most 128 KiB as one word of a command."""

BODY_FILE: Final = "body.bin"
"""A placeholder: the user saves the body under this name, or puts in another."""

_FRAMING = ("content-length", "transfer-encoding")
"""The headers that `curl` makes of the body."""

_OWN = ("user-agent", "accept")
"""The headers that `curl` adds by itself."""

_PLAIN = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]*")
_GLOB = re.compile(r"[\[\]{}]")
_DOTS = re.compile(r"/\.{1,2}(/|$|\?)")


def curl_line(request: HttpMessage, address: ClientAddress) -> str:
    """The command for `request` to `address`. A body that the shell could not take as it is comes
    from `printf` through a pipe; a very long one from `BODY_FILE`."""
    body = request.content
    is_pipe = bool(body) and len(body) <= LONGEST_BODY and _as_word(body) is None
    command = shlex.join(_words(request, address))
    return f"printf {_printf_format(body)} | {command}" if is_pipe else command


def _words(request: HttpMessage, address: ClientAddress) -> Iterator[str]:
    method, target, version = request.start
    is_path = target.startswith("/")
    *first, url = curl_words(evolve(address, scheme="http", resource=target if is_path else "/"))
    yield from first
    yield from _method_words(method, has_body=bool(request.content))
    if version == "HTTP/1.0":
        yield "--http1.0"
    elif address.has_tls:
        yield "--http1.1"
    if not is_path:
        yield from ("--request-target", target)
    if _GLOB.search(target):
        yield "--globoff"
    if _DOTS.search(target):
        yield "--path-as-is"
    yield from _header_words(request, url.partition("://")[2].partition("/")[0])
    if request.content:
        yield from _body_words(request.content)
    yield url


def _method_words(method: str, *, has_body: bool) -> Iterator[str]:
    if method == "HEAD" and not has_body:
        yield "--head"
    elif method != ("POST" if has_body else "GET"):
        yield from ("-X", method)


def _header_words(request: HttpMessage, authority: str) -> Iterator[str]:
    """The headers that `curl` would not send alike by itself."""
    names = {name.lower() for name, _ in request.headers}
    for name, value in request.headers:
        text = value.encode("latin-1").decode("utf-8", "replace")
        if name.lower() in _FRAMING or (name.lower() == "host" and text == authority):
            continue
        yield from ("-H", f"{name}: {text}" if text else f"{name};")
    if "gzip" in (request.header("Accept-Encoding") or ""):
        yield "--compressed"  # otherwise the terminal gets the packed bytes
    added = (*_OWN, "content-type") if request.content else _OWN
    for name in added:
        if name not in names:
            yield from ("-H", f"{name.title()}:")


def _body_words(body: bytes) -> tuple[str, str]:
    if len(body) > LONGEST_BODY:
        return "--data-binary", f"@{BODY_FILE}"
    word = _as_word(body)
    if word is None:
        return "--data-binary", "@-"
    # After --data-binary an @ would name a file.
    return "--data-raw" if word.startswith("@") else "--data-binary", word


def _as_word(body: bytes) -> str | None:
    """The body as a word of a command, if it is text without control characters."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return text if _PLAIN.fullmatch(text) else None


def _printf_format(body: bytes) -> str:
    """A format for the `printf` of any shell that writes `body`."""
    return shlex.quote(
        "".join(
            chr(byte) if 0x20 <= byte < 0x7F and chr(byte) not in "\\%" else f"\\{byte:03o}"
            for byte in body
        )
    )
