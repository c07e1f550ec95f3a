"""A request as JSON: what the server got, for whoever wants to see what a client sends."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs

from app.protocols.http.channel import WebRequest

MOST_QUERY_FIELDS = 1000


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
