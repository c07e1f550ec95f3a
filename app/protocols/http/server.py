"""The catalog's `http`: the factory, which answers as its options say, and a request as JSON."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from app.protocols.definition import ListenerContext, OptionError
from app.protocols.http.channel import Answer, WebFactory, WebRequest
from app.protocols.http.folder import StaticFolder
from app.protocols.http.options import HttpOptions, Mode

HEADER = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
MOST_QUERY_FIELDS = 1000
SET_BY_THE_SERVER = ("content-length", "transfer-encoding", "connection", "date")


class HttpFactory(WebFactory):
    """Answers each request as the options say. Raises `OptionError` for what nobody can serve."""

    def __init__(self, options: HttpOptions, context: ListenerContext) -> None:
        super().__init__(context.clock, options.longest_body)
        self._options = options
        folder = context.folder.absolute() / Path(options.folder).expanduser()
        self._folder = StaticFolder(folder, options.listing)
        self._headers = read_headers(options.headers)
        self._body = options.body.encode("utf-8", "replace")

    def startFactory(self) -> None:
        if self._options.mode is Mode.FOLDER and not self._folder.root.is_dir():
            raise OptionError(
                "http-no-folder",
                "There is no folder {root}. Make it, or choose another.",
                root=self._folder.root,
            )

    def answer(self, request: WebRequest) -> None:
        if not self._options.delay_ms:
            self._answer_now(request)
            return
        call = self.clock.callLater(self._options.delay_ms / 1000, self._answer_now, request)
        request.dropped = call.cancel

    def _answer_now(self, request: WebRequest) -> None:
        request.dropped = None
        match self._options.mode:
            case Mode.FOLDER:
                self._folder.answer(request)
            case Mode.INSPECT:
                self._answer_with(request, inspect(request), "application/json")
            case Mode.FIXED:
                self._answer_with(request, self._body, "text/plain; charset=utf-8")

    def _answer_with(self, request: WebRequest, body: bytes, kind: str) -> None:
        headers = self._headers
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers = (("Content-Type", kind), *headers)
        request.answer(Answer(self._options.status, body, headers))


def read_headers(text: str) -> tuple[tuple[str, str], ...]:
    """The headers that `text` has, a line each. Raises `OptionError`."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        match = HEADER.fullmatch(line)
        if match is None:
            raise OptionError(
                "http-header-wrong",
                "{line!r} is no header. Write it as Name: value.",
                line=line[:80],
            )
        if match[1].lower() in SET_BY_THE_SERVER:
            raise OptionError(
                "http-header-own",
                "The server sets {match} itself. Leave it out of the headers.",
                match=match[1],
            )
        found.append((match[1], match[2].strip()))
    return tuple(found)


def inspect(request: WebRequest) -> bytes:
    """The JSON of `request`, in UTF-8 and with a line end.

    `body` is text if it is UTF-8; otherwise it is base64, and `body_encoding` says so. `headers`
    is a list of pairs, as one name may come twice.
    """
    body = request.body
    try:
        text, encoding = body.decode(), "utf-8"
    except UnicodeDecodeError:
        text, encoding = b64encode(body).decode(), "base64"
    target = request.uri.decode("latin-1")
    path, _, query = target.partition("?")
    got: dict[str, Any] = {
        "method": request.method.decode("latin-1"),
        "target": target,
        "path": path,
        "query": _fields(query),
        "version": request.clientproto.decode("latin-1"),
        "headers": [
            [name.decode("latin-1"), value.decode("utf-8", "backslashreplace")]
            for name, values in request.requestHeaders.getAllRawHeaders()
            for value in values
        ],
        "body": text,
        "body_encoding": encoding,
        "body_bytes": len(body),
        "peer": _peer(request),
        "tls": request.isSecure(),
    }
    return (json.dumps(got, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _fields(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query, keep_blank_values=True, max_num_fields=MOST_QUERY_FIELDS)
    except ValueError:  # too many of them: `target` has them all
        return {}


def _peer(request: WebRequest) -> str:
    address = request.getClientAddress()
    host, port = getattr(address, "host", None), getattr(address, "port", None)
    if host is None:
        return "a Unix socket"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
