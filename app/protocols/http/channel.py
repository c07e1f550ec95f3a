"""HTTP connections with bounds: what is too long, too many or too slow gets a status and the end.

twisted.web parses. Its own limits end a connection with 400 or without a word, and it waits for a
slow body for ever. The classes here answer 400, 408, 413, 414 and 431, with a sentence for people.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from email.utils import formatdate
from http import HTTPStatus
from io import BytesIO
from typing import Any

from attrs import field, frozen
from twisted.internet.interfaces import IDelayedCall, IHalfCloseableProtocol, IReactorTime
from twisted.internet.protocol import Factory, connectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel, Request
from zope.interface import implementer

log = logging.getLogger(__name__)

MOST_HEADER_BYTES = 16 * 1024
"""Of the request line and all headers."""

MOST_HEADERS = 100
REQUEST_SECONDS = 30.0
"""How long one request may take to arrive, body included."""

IDLE_SECONDS = 60
"""How long a connection may stay open without a request."""

REQUESTS_IN_A_ROW = 32
"""Pipelined requests that are answered before the reactor gets its turn."""

TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
"""The bytes of a method, RFC 9110 section 5.6.2."""

_SENTENCES = {
    HTTPStatus.BAD_REQUEST: "This is no HTTP request. It begins as in GET / HTTP/1.1, and its "
    "lines end in CR LF.",
    HTTPStatus.REQUEST_TIMEOUT: f"The request did not arrive within {REQUEST_SECONDS:g} seconds.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than this server takes.",
    HTTPStatus.REQUEST_URI_TOO_LONG: f"A request line has {MOST_HEADER_BYTES:,} bytes at most.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: f"A request has {MOST_HEADERS} headers and "
    f"{MOST_HEADER_BYTES:,} bytes of them at most.",
}


@frozen
class Answer:
    """One response, whole."""

    status: int
    body: bytes = b""
    headers: Sequence[tuple[str, str]] = field(default=())
    """Besides `Date`, `Content-Length` and `Connection`."""

    @classmethod
    def text(cls, status: int, sentence: str, *headers: tuple[str, str]) -> Answer:
        """A sentence for people."""
        kind = ("Content-Type", "text/plain; charset=utf-8")
        return cls(status, f"{sentence}\n".encode(), (kind, *headers))


class WebRequest(Request):
    """One request. Its body is kept in memory, up to `longest_body` of the factory.

    `answer` ends it at once; whoever answers later sets `dropped`, which is called if the client
    leaves before that.
    """

    channel: Any
    content: Any
    dropped: Callable[[], None] | None = None
    _is_refused = False
    _body_bytes = 0

    def __init__(self, channel: WebChannel, *queued: object) -> None:
        super().__init__(channel, parsePOSTFormSubmission=False)

    @property
    def body(self) -> bytes:
        """All of it."""
        data: bytes = self.content.getvalue()
        return data

    def gotLength(self, length: int | None) -> None:
        self.content = BytesIO()
        if length is not None and length > self.channel.factory.longest_body:
            self._refuse_body()

    def handleContentChunk(self, data: bytes) -> None:
        if self._is_refused:
            return
        self._body_bytes += len(data)
        if self._body_bytes > self.channel.factory.longest_body:
            self._refuse_body()
        else:
            self.content.write(data)

    def process(self) -> None:
        if not self._is_refused:
            self.channel.begin_answer(self)

    def connectionLost(self, reason: Failure) -> None:
        dropped, self.dropped = self.dropped, None
        super().connectionLost(reason)
        if dropped is not None:
            dropped()

    def begin(self, status: int, headers: Sequence[tuple[str, str]]) -> None:
        """Set the status and the headers; the body follows with `write` and `finish`."""
        self.setResponseCode(status, _phrase(status))
        self.responseHeaders.addRawHeader("Date", formatdate(usegmt=True))
        for name, value in headers:
            self.responseHeaders.addRawHeader(name, value)

    def answer(self, answer: Answer) -> None:
        """Answer, and be done with the request."""
        self.begin(answer.status, answer.headers)
        if answer.status not in (204, 304):
            self.responseHeaders.setRawHeaders("Content-Length", [str(len(answer.body))])
        self.write(answer.body)
        self.finish()

    def _refuse_body(self) -> None:
        self._is_refused = True
        self.requestHeaders.removeHeader(b"expect")  # or "100 Continue" would follow the refusal
        self.channel.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


@implementer(IHalfCloseableProtocol)
class WebChannel(HTTPChannel):
    """One connection. twisted.web holds further requests back while one is answered, and stops
    reading when more than 16 KiB of them wait."""

    factory: WebFactory
    transport: Any
    requestFactory = WebRequest  # type: ignore[assignment] # twisted.web calls it so
    timeOut = IDLE_SECONDS
    MAX_LENGTH = MOST_HEADER_BYTES
    totalHeadersSize = 2 * MOST_HEADER_BYTES  # the bounds here come first, and say why
    maxHeaders = 2 * MOST_HEADERS

    _deadline: IDelayedCall | None = None
    """Runs from the first byte of a request to its last."""

    _is_new = True
    _is_refused = False
    _peer_finished = False
    _header_bytes = 0
    _headers = 0
    _in_a_row = 0

    def dataReceived(self, data: bytes) -> None:
        if self._is_refused:
            return
        self._in_a_row = 0
        if self._is_new and not _may_begin_request(data):
            self.refuse(HTTPStatus.BAD_REQUEST)
            return
        self._is_new = False
        if not self._handlingRequest:
            self._expect_rest_of_request()
        super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:
        if self._is_refused:
            return
        self._header_bytes += len(line) + 2
        if self._header_bytes > MOST_HEADER_BYTES:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        self._expect_rest_of_request()
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        if self._header_bytes:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif b" " in line[:32]:
            self.refuse(HTTPStatus.REQUEST_URI_TOO_LONG)
        else:
            self.refuse(HTTPStatus.BAD_REQUEST)

    def headerReceived(self, line: bytes) -> bool:
        self._headers += 1
        if self._headers > MOST_HEADERS:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return False
        return bool(super().headerReceived(line))

    def allContentReceived(self) -> None:
        self._header_bytes = self._headers = 0
        self._stop_deadline()
        super().allContentReceived()

    def begin_answer(self, request: WebRequest) -> None:
        """Let the factory answer, now or in the reactor's next turn."""
        self._in_a_row += 1
        if self._in_a_row <= REQUESTS_IN_A_ROW:
            self.factory.answer(request)
            return
        call = self.factory.clock.callLater(0, self._answer_later, request)
        request.dropped = call.cancel

    def requestDone(self, request: Request) -> None:
        super().requestDone(request)
        if self._peer_finished and not self.requests:
            self.loseConnection()

    def refuse(self, status: HTTPStatus) -> None:
        """Answer with `status` and its sentence, whatever is under way, and close."""
        if self._is_refused:
            return
        self._is_refused = True
        self._stop_deadline()
        answer = Answer.text(status, _SENTENCES[status])
        head = [f"HTTP/1.1 {int(status)} {status.phrase}", "Connection: close"]
        head += [f"{name}: {value}" for name, value in answer.headers]
        head += [f"Content-Length: {len(answer.body)}", "", ""]
        self.transport.write("\r\n".join(head).encode() + answer.body)
        self.loseConnection()

    def callLater(self, period: float, func: Callable[[], object]) -> IDelayedCall:
        return self.factory.clock.callLater(period, func)

    def timeoutConnection(self) -> None:
        if self._deadline is not None:
            self._time_out()
        else:
            super().timeoutConnection()

    def readConnectionLost(self) -> None:
        """The client sends no more. What it asked for is answered still."""
        self._peer_finished = True
        if not self._handlingRequest:
            self.loseConnection()

    def writeConnectionLost(self) -> None:
        """The answer is sent."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._stop_deadline()
        super().connectionLost(reason)

    def _answer_later(self, request: WebRequest) -> None:
        request.dropped = None
        self._in_a_row = 1
        self.factory.answer(request)

    def _expect_rest_of_request(self) -> None:
        if self._deadline is None:
            self._deadline = self.factory.clock.callLater(REQUEST_SECONDS, self._time_out)

    def _time_out(self) -> None:
        self.refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _stop_deadline(self) -> None:
        deadline, self._deadline = self._deadline, None
        if deadline is not None and deadline.active():
            deadline.cancel()


class WebFactory(Factory[WebChannel]):
    """Makes the connections of one listener, and answers what they ask."""

    protocol = WebChannel
    noisy = False

    def __init__(self, clock: IReactorTime, longest_body: int) -> None:
        self.clock = clock
        self.longest_body = longest_body

    def answer(self, request: WebRequest) -> None:
        """Answer `request`, now or later."""
        raise NotImplementedError

    def log(self, request: Request) -> None:
        """twisted.web writes an access log here. The traffic of the listener shows it all."""


def _may_begin_request(data: bytes) -> bool:
    """Whether the first chunk of a connection may be HTTP: a method first, and CR before LF."""
    line_end = data.find(b"\n")
    if line_end >= 0 and data[line_end - 1 : line_end] != b"\r":
        return False
    return data[0] in TOKEN or data[:2] in (b"\r", b"\r\n")


def _phrase(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b"Chosen"
