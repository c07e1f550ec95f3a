"""HTTP/1.1 traffic, one request or response a message, and WebSocket frames after an upgrade.

h11 could not do this: it does not say how many bytes an event took, stops at the first mistake,
and keeps no byte of what it has parsed. A framer gives every byte, also of what is no HTTP. So the
ends of messages are found here, as RFC 9112 section 6 has them.

A response depends on its request: one to HEAD has no body, whatever its headers say. The framers of
both directions of a connection share an `_Exchange` for that; see `Framer.opposite`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from enum import Enum
from itertools import islice

from attrs import evolve, frozen

from app.text.readable import count_bytes
from app.text.sentence import composed
from app.traffic.framing import LONGEST_MESSAGE, Framer, Message, MessageError
from app.traffic.websocket_framing import WebSocketFrame, frame_of, read_header

_LONGEST_LINE = 8192
"""Bytes of a line that are looked at."""

_MOST_REQUESTS = 1000
"""Requests whose response is awaited."""

_REQUEST = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,40}) (\S+) (HTTP/\d\.\d)")
_RESPONSE = re.compile(rb"(HTTP/\d\.\d) (\d{3})(?: (.*))?")
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*", re.DOTALL)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)


class _Part(Enum):
    START = "the first line is to come"
    HEADERS = "a header is to come, or the empty line"
    BODY = "so many bytes are to come"
    CHUNK = "the length of a chunk is to come"
    CHUNK_END = "the line end after a chunk is to come"
    TRAILERS = "a trailer is to come, or the empty line"
    UNTIL_CLOSE = "all that comes belongs to it"


class _Exchange:
    """What the two directions of a connection know of each other."""

    def __init__(self) -> None:
        self.methods: deque[bytes] = deque(maxlen=_MOST_REQUESTS)
        self.has_frames = False
        """Whether both sides speak WebSocket by now."""

        self.is_tunnel = False
        """Whether both sides speak something else by now."""


class _HttpFramer(Framer):
    def __init__(self, longest: int, exchange: _Exchange | None = None) -> None:
        super().__init__(longest)
        self._exchange = _Exchange() if exchange is None else exchange
        self._begin()

    def opposite(self) -> Framer:
        return _HttpFramer(self._longest, self._exchange)

    def finish(self, flaw: MessageError = MessageError.UNFINISHED) -> list[Message]:
        is_whole = self._part is _Part.UNTIL_CLOSE and flaw is MessageError.UNFINISHED
        self._begin()
        return super().finish(MessageError.NONE if is_whole else flaw)

    def _begin(self) -> None:
        self._part = _Part.START
        self._flaw = MessageError.NONE
        self._scanned = 0
        """So many bytes of what is held were looked at."""

        self._line = bytearray()
        self._body_left = 0
        self._method = b""
        """Of the request; empty for a response."""

        self._status = 0
        self._length: int | None = None
        self._codings = b""
        self._upgrade = b""

    def _cut(self, start: int) -> tuple[int, MessageError] | None:
        if self._part is _Part.START and not self._scanned and not self._line:
            if self._exchange.has_frames:
                return self._cut_frame(start)
            if self._exchange.is_tunnel:
                self._part = _Part.UNTIL_CLOSE
        limit = min(len(self._buffer), start + self._longest)
        at, is_end = self._scan(start + self._scanned, limit)
        if is_end:
            flaw = self._flaw
            self._begin()
            return at, flaw
        if at - start >= self._longest:
            self._scanned = 0
            return at, MessageError.CUT
        self._scanned = at - start
        return None

    def _cut_frame(self, start: int) -> tuple[int, MessageError] | None:
        header = read_header(self._buffer, start)
        if header is None:
            return None
        cut = self._whole(start, header.bytes + header.payload_bytes)
        is_broken = cut is not None and cut[1] is MessageError.NONE and not header.is_valid
        return (cut[0], MessageError.BROKEN) if cut is not None and is_broken else cut

    def _scan(self, at: int, limit: int) -> tuple[int, bool]:
        """Look at what is held from `at` to `limit`: how far, and whether a message ends there."""
        while at < limit:
            if self._part is _Part.UNTIL_CLOSE:
                return limit, False
            if self._part is _Part.BODY:
                taken = min(self._body_left, limit - at)
                self._body_left -= taken
                at += taken
                if not self._body_left and self._end_body():
                    return at, True
                continue
            end = self._buffer.find(b"\n", at, limit)
            stop = limit if end < 0 else end + 1
            self._line += self._buffer[at : min(stop, at + _LONGEST_LINE - len(self._line))]
            at = stop
            if end >= 0 and self._end_line():
                return at, True
        return at, False

    def _end_body(self) -> bool:
        """Whether the message is over with the bytes that were announced."""
        if self._codings:
            self._part = _Part.CHUNK_END
            return False
        return True

    def _end_line(self) -> bool:
        """Take a line. Whether the message is over with it."""
        line = bytes(self._line).rstrip(b"\r\n")
        self._line.clear()
        match self._part:
            case _Part.START:
                return bool(line) and self._begin_message(line)
            case _Part.HEADERS:
                if not line:
                    return self._end_headers()
                self._take_header(line)
            case _Part.CHUNK:
                return self._begin_chunk(line)
            case _Part.CHUNK_END:
                self._part = _Part.CHUNK
                return bool(line) and self._break()
            case _Part.TRAILERS:
                return not line
        return False

    def _break(self) -> bool:
        """What came is no HTTP: the next line may begin a message."""
        self._flaw = MessageError.BROKEN
        return True

    def _begin_message(self, line: bytes) -> bool:
        request, response = _REQUEST.fullmatch(line), _RESPONSE.fullmatch(line)
        if request is not None:
            self._method = request[1]
        elif response is not None:
            self._status = int(response[2])
        else:
            return self._break()
        self._part = _Part.HEADERS
        return False

    def _take_header(self, line: bytes) -> None:
        if line[:1] in b" \t":
            return  # the header before goes on
        match = _HEADER.fullmatch(line)
        if match is None:
            self._flaw = MessageError.BROKEN
            return
        name, value = match[1].lower(), match[2].lower()
        if name == b"content-length":
            if not value.isdigit() or len(value) > 18 or self._length not in (None, int(value)):
                self._flaw = MessageError.BROKEN
            else:
                self._length = int(value)
        elif name == b"transfer-encoding":
            self._codings = value
        elif name == b"upgrade":
            self._upgrade = value

    def _end_headers(self) -> bool:
        if self._method:
            self._exchange.methods.append(self._method)
        elif self._has_no_body():
            return True
        if self._codings.endswith(b"chunked"):
            self._part = _Part.CHUNK
        elif self._length is not None:
            self._codings = b""
            self._part, self._body_left = _Part.BODY, self._length
            return not self._length
        elif self._method:
            return True
        else:
            self._part = _Part.UNTIL_CLOSE
        return False

    def _has_no_body(self) -> bool:
        """Whether the response is over with its headers."""
        exchange = self._exchange
        if 100 <= self._status < 200 and self._status != 101:
            return True  # the one that counts is still to come
        method = exchange.methods.popleft() if exchange.methods else b""
        if self._status == 101:
            exchange.has_frames = self._upgrade == b"websocket"
            exchange.is_tunnel = not exchange.has_frames
            return True
        if method == b"CONNECT" and 200 <= self._status < 300:
            exchange.is_tunnel = True
            return True
        return method == b"HEAD" or self._status in (204, 304)

    def _begin_chunk(self, line: bytes) -> bool:
        match = _CHUNK.fullmatch(line)
        if match is None:
            return self._break()
        self._body_left = int(match[1], 16)
        self._part = _Part.BODY if self._body_left else _Part.TRAILERS
        return False


class _FrameFramer(_HttpFramer):
    """WebSocket from the first byte, unless that begins an HTTP message: the upgrade."""

    _is_judged = False

    def opposite(self) -> Framer:
        return _FrameFramer(self._longest, self._exchange)

    def _cut(self, start: int) -> tuple[int, MessageError] | None:
        if not self._is_judged:
            first = bytes(self._buffer[start : start + 4])
            is_http = b"GET ".startswith(first) or b"HTTP".startswith(first)
            if is_http and len(first) < 4:
                return None
            self._is_judged = True
            if not is_http:
                self._exchange.has_frames = True
        return super()._cut(start)


@frozen
class Http:
    """Each is a request or a response; after an upgrade to WebSocket, a frame."""

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _HttpFramer(longest)


@frozen
class WebSockets:
    """Each is a WebSocket frame; the upgrade before them is framed as HTTP.

    Unlike `Http`, it also understands traffic whose beginning was not kept.
    """

    def framer(self, longest: int = LONGEST_MESSAGE) -> Framer:
        return _FrameFramer(longest)


class Exchanges:
    """Which response belongs to which request: those of a connection, in their order.

    An interim response, such as 100, belongs to its request too; the final one replaces it.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, deque[int]] = {}
        """The numbers of the requests without a final response, for each connection."""

        self._partners: dict[int, int] = {}

    def partner(self, number: int) -> int | None:
        """The number of the response to that request, or of the request of that response."""
        return self._partners.get(number)

    def add(self, connection: int, number: int, message: bytes) -> None:
        """Note a message that came after all others of its connection."""
        first = message[:_LONGEST_LINE].lstrip(b"\r\n").partition(b"\n")[0].rstrip()
        response = _RESPONSE.fullmatch(first)
        if response is None:
            if _REQUEST.fullmatch(first) is not None:
                requests = self._waiting.setdefault(connection, deque(maxlen=_MOST_REQUESTS))
                requests.append(number)
            return
        waiting = self._waiting.get(connection)
        if not waiting:
            return
        is_final = not 100 <= int(response[2]) < 200 or int(response[2]) == 101
        request = waiting.popleft() if is_final else waiting[0]
        self._partners[request], self._partners[number] = number, request

    def end(self, connection: int) -> None:
        """The connection ended: its requests get no response any more."""
        self._waiting.pop(connection, None)

    def forget(self, first: int) -> None:
        """Forget the messages below the number `first`, a part of them at each call."""
        for number in list(islice(self._partners, _MOST_REQUESTS)):
            if number >= first:
                break
            del self._partners[number]


@frozen
class HttpMessage:
    """One request or response, taken apart. Parts that are no ASCII are read as Latin-1."""

    start: tuple[str, str, str]
    """The parts of the first line: `GET`, `/x`, `HTTP/1.1`, or `HTTP/1.1`, `200`, `OK`."""

    is_request: bool
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """As it crossed the wire, chunk lengths included."""

    content: bytes = b""
    """The body without chunk lengths. It is the beginning alone if the message was cut."""

    @property
    def is_chunked(self) -> bool:
        """Whether the body is made of chunks with lengths."""
        return (self.header("Transfer-Encoding") or "").lower().endswith("chunked")

    @property
    def is_cut(self) -> bool:
        """Whether the body is shorter than its stated length."""
        length = self.header("Content-Length") or ""
        is_stated = not self.is_chunked and length.isdigit() and len(length) <= 18
        return is_stated and int(length) > len(self.body)

    @property
    def summary(self) -> str:
        """One line: `GET /x HTTP/1.1`, or `200 OK, 1,234 bytes`."""
        size = len(self.content)
        line = " ".join(self.start if self.is_request else self.start[1:]).strip()
        if self.is_request and not size:
            return line
        return composed("{line}, {size}", line=line, size=count_bytes(size))

    def header(self, name: str) -> str | None:
        """The value of the first header of that name, in whatever case."""
        wanted = name.lower()
        return next((value for each, value in self.headers if each.lower() == wanted), None)


def describe(message: bytes) -> HttpMessage | WebSocketFrame | None:
    """What a message of `Http` or `WebSockets` is. `None` for neither.

    A piece of a message that was cut is told only if it has the first line.
    """
    text = message.lstrip(b"\r\n")
    first, _, rest = text.partition(b"\n")
    request, response = _REQUEST.fullmatch(first.rstrip()), _RESPONSE.fullmatch(first.rstrip())
    found = request or response
    if found is None:
        return frame_of(message)
    lines, body = _split_head(rest)
    headers = tuple(
        (match[1].decode("latin-1"), match[2].decode("latin-1"))
        for match in map(_HEADER.fullmatch, lines)
        if match is not None
    )
    one, two, three = ((part or b"").decode("latin-1") for part in found.groups())
    made = HttpMessage((one, two, three), request is not None, headers, body, body)
    if made.is_chunked:
        return evolve(made, content=b"".join(chunk_contents(body)))
    return made


def _split_head(rest: bytes) -> tuple[list[bytes], bytes]:
    """The lines of the headers, and the body."""
    lines, at = [], 0
    while at < len(rest):
        end = rest.find(b"\n", at)
        stop = len(rest) if end < 0 else end
        line, at = rest[at:stop].rstrip(b"\r"), stop + 1
        if not line:
            break
        lines.append(line)
    return lines, rest[at:]


def chunk_contents(body: bytes) -> Iterator[bytes]:
    """The content of each chunk of a chunked body, as far as they go."""
    at = 0
    while (end := body.find(b"\n", at)) >= 0:
        match = _CHUNK.fullmatch(body[at:end].rstrip(b"\r"))
        size = int(match[1], 16) if match is not None else 0
        if not size:
            return
        yield body[end + 1 : end + 1 + size]
        at = body.find(b"\n", end + 1 + size) + 1
        if not at:
            return
