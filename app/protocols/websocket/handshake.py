"""The upgrade from HTTP: sans-IO, and bounded. A request that is no upgrade gets an answer."""

from __future__ import annotations

from http import HTTPStatus

from attrs import frozen
from wsproto import WSConnection
from wsproto.connection import ConnectionType
from wsproto.events import AcceptConnection, Request
from wsproto.utilities import ProtocolError

from app.protocols.websocket.limits import BoundedDeflate, SizeLimits
from app.protocols.websocket.options import WebSocketOptions

MOST_HEAD_BYTES = 16 * 1024
_HEAD_END = b"\r\n\r\n"

_NOT_HTTP = "This is no HTTP request."
_TOO_LONG = f"The headers have {MOST_HEAD_BYTES:,} bytes at most."
_NO_UPGRADE = "This server speaks WebSocket. Connect to it with a WebSocket client, such as ws://."
_NO_SUCH_PATH = "There is no WebSocket at this path."
_WRONG_VERSION = "Only version 13 of WebSocket is spoken here."
_MALFORMED = "This upgrade to WebSocket lacks something, or has it wrong."


@frozen
class Accepted:
    """The request is an upgrade: `reply` is the answer to send."""

    websocket: WSConnection
    reply: bytes
    rest: bytes
    """What came after the request: the first frames."""


@frozen
class Rejected:
    """The request is none, or not for here. `reply` is the answer to send before closing."""

    reply: bytes


def rejection(status: HTTPStatus, sentence: str, *headers: str) -> Rejected:
    """An answer with a sentence for people."""
    body = f"{sentence}\n".encode()
    lines = (
        f"HTTP/1.1 {int(status)} {status.phrase}",
        "Connection: close",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        *headers,
        "",
        "",
    )
    return Rejected("\r\n".join(lines).encode() + body)


class Handshake:
    """Takes bytes until the request is whole."""

    def __init__(self, options: WebSocketOptions, subprotocols: tuple[str, ...]) -> None:
        self._options = options
        self._subprotocols = subprotocols
        self._held = bytearray()

    def feed(self, data: bytes) -> Accepted | Rejected | None:
        """What has come of it; `None` as long as more must come."""
        start = max(0, len(self._held) - len(_HEAD_END) + 1)
        self._held += data
        end = self._held.find(_HEAD_END, start)
        if end < 0:
            return self._judge_unfinished()
        end += len(_HEAD_END)
        if end > MOST_HEAD_BYTES:
            return rejection(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, _TOO_LONG)
        return self._judge(bytes(self._held[:end]), bytes(self._held[end:]))

    def _judge_unfinished(self) -> Rejected | None:
        line, _, _ = self._held[:MOST_HEAD_BYTES].partition(b"\n")
        if len(line) < len(self._held) and not line.endswith(b"\r"):
            return rejection(HTTPStatus.BAD_REQUEST, _NOT_HTTP)
        if not self._held[:1].isalpha():
            return rejection(HTTPStatus.BAD_REQUEST, _NOT_HTTP)
        if len(self._held) > MOST_HEAD_BYTES:
            return rejection(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, _TOO_LONG)
        return None

    def _judge(self, head: bytes, rest: bytes) -> Accepted | Rejected:
        if not head[: head.index(b"\r\n")].endswith(b" HTTP/1.1"):
            return _explain(head)
        websocket = WSConnection(ConnectionType.SERVER)
        try:
            websocket.receive_data(head)
            request = next(websocket.events())
        except StopIteration:
            return rejection(HTTPStatus.BAD_REQUEST, _NOT_HTTP)
        except (ProtocolError, ValueError):  # what wsproto cannot decode is a ValueError
            return _explain(head)
        assert isinstance(request, Request)
        path, _, _ = request.target.partition("?")
        if self._options.path not in ("*", path):
            return rejection(HTTPStatus.NOT_FOUND, _NO_SUCH_PATH)
        if not _is_key(request):
            return rejection(HTTPStatus.BAD_REQUEST, _MALFORMED)
        most = self._options.longest_message
        extensions = [
            *([BoundedDeflate(most)] if self._options.compression else ()),
            SizeLimits(self._options.longest_frame, most),
        ]
        chosen = next((each for each in self._subprotocols if each in request.subprotocols), None)
        reply = websocket.send(AcceptConnection(subprotocol=chosen, extensions=extensions))
        return Accepted(websocket, reply, rest)


def _is_key(request: Request) -> bool:
    """Whether there is one key, of 16 bytes in base64 (RFC 6455 section 4.1)."""
    keys = [value for name, value in request.extra_headers if name == b"sec-websocket-key"]
    return len(keys) == 1 and len(keys[0].strip()) == 24 and keys[0].strip().endswith(b"==")


def _explain(head: bytes) -> Rejected:
    """Why `head` is no upgrade, for people."""
    first, _, fields = head.lower().partition(b"\r\n")
    if not first.endswith((b" http/1.1", b" http/1.0")):
        return rejection(HTTPStatus.BAD_REQUEST, _NOT_HTTP)
    if b"websocket" not in fields:
        return rejection(HTTPStatus.UPGRADE_REQUIRED, _NO_UPGRADE, "Upgrade: websocket")
    if b"sec-websocket-version:" in fields and not _has_version_13(fields):
        wanted = "Sec-WebSocket-Version: 13"
        return rejection(HTTPStatus.UPGRADE_REQUIRED, _WRONG_VERSION, wanted)
    return rejection(HTTPStatus.BAD_REQUEST, _MALFORMED)


def _has_version_13(fields: bytes) -> bool:
    for line in fields.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"sec-websocket-version":
            return value.strip() == b"13"
    return False
