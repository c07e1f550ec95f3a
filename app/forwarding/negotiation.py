"""SOCKS5 (RFC 1928) and HTTP CONNECT (RFC 9110, 9.3.6): a client says where it wants to go.

Bytes in, bytes out. Which of the two a client speaks is known from its first byte.
"""

from __future__ import annotations

from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from app.net.target import Target, TargetError
from app.text.sentence import Sentence

LONGEST_HEAD: Final = 16 * 1024
"""Bytes of the head of a CONNECT."""

_SOCKS: Final = 5
_CONNECT: Final = 1
_NO_PASSWORD: Final = 0
_IPV4, _NAME, _IPV6 = 1, 3, 4


class Answer(Enum):
    """The answer to a request: the code of SOCKS5, and the status line of HTTP."""

    GRANTED = (0, "200 Connection established")
    FAILED = (1, "502 Bad Gateway")
    NOT_ALLOWED = (2, "403 Forbidden")
    UNREACHABLE = (4, "502 Bad Gateway")
    REFUSED = (5, "502 Bad Gateway")
    TIMED_OUT = (6, "504 Gateway Timeout")
    NO_SUCH_COMMAND = (7, "405 Method Not Allowed")
    NO_SUCH_ADDRESS = (8, "400 Bad Request")


class NegotiationError(ValueError):
    """The client asks for something that there is not. The text is a sentence."""

    def __init__(self, sentence: str, reply: bytes = b"") -> None:
        super().__init__(sentence)
        self.reply = reply
        """What the client is told before it is turned away."""


class Negotiation:
    """Reads what one client asks for."""

    def __init__(self) -> None:
        self.target: Target | None = None
        """Where the client wants to go, when it has said so."""
        self._data = b""
        self._has_greeted = False
        self._is_http = False

    @property
    def rest(self) -> bytes:
        """What came behind the request."""
        return self._data

    def feed(self, data: bytes) -> bytes:
        """Take `data`, and return what is to be sent. Raises `NegotiationError`."""
        self._data += data
        if self.target is not None or not self._data:
            return b""
        first = self._data[0]
        if first == _SOCKS and not self._is_http:
            return self._socks()
        if self._has_greeted or not 0x41 <= first <= 0x5A:
            raise NegotiationError(
                Sentence("client-no-proxy-protocol", "The client speaks neither SOCKS5 nor HTTP.")
            )
        self._is_http = True
        self._http()
        return b""

    def answer(self, answer: Answer, reason: str = "") -> bytes:
        """The answer to the request. `reason` is a sentence that HTTP can carry."""
        code, status = answer.value
        if not self._is_http:
            return bytes((_SOCKS, code, 0, _IPV4)) + bytes(6)
        if answer is Answer.GRANTED:
            return f"HTTP/1.1 {status}\r\n\r\n".encode()
        body = f"{reason}\n".encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        if answer is Answer.NO_SUCH_COMMAND:
            head += "Allow: CONNECT\r\n"
        return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body

    def _socks(self) -> bytes:
        reply = b""
        if not self._has_greeted:
            if len(self._data) < 2 or len(self._data) < 2 + self._data[1]:
                return b""
            methods = self._data[2 : 2 + self._data[1]]
            self._data = self._data[2 + self._data[1] :]
            if _NO_PASSWORD not in methods:
                raise NegotiationError(
                    Sentence(
                        "client-asks-password", "The client asks for a password, and here is none."
                    ),
                    bytes((_SOCKS, 0xFF)),
                )
            self._has_greeted = True
            reply = bytes((_SOCKS, _NO_PASSWORD))
        if self._data:
            self._request()
        return reply

    def _request(self) -> None:
        data = self._data
        if data[0] != _SOCKS:
            raise NegotiationError(
                Sentence("client-stops-socks", "The client does not go on with SOCKS5.")
            )
        if len(data) < 5:
            return
        sizes = {_IPV4: 4, _IPV6: 16, _NAME: 1 + data[4]}
        size = sizes.get(data[3])
        if size is None:
            raise NegotiationError(
                Sentence(
                    "client-address-unknown", "The client gives an address of an unknown kind."
                ),
                self.answer(Answer.NO_SUCH_ADDRESS),
            )
        end = 4 + size + 2
        if len(data) < end:
            return
        self._data = data[end:]
        if data[1] != _CONNECT:
            reply = self.answer(Answer.NO_SUCH_COMMAND)
            raise NegotiationError(
                Sentence(
                    "client-asks-other", "The client asks for something else than a connection."
                ),
                reply,
            )
        self._set_target(
            _host(data[3], data[4 : end - 2]), int.from_bytes(data[end - 2 : end], "big")
        )

    def _http(self) -> None:
        head, end, rest = self._data.partition(b"\r\n\r\n")
        if not end:
            if len(self._data) > LONGEST_HEAD:
                raise NegotiationError(
                    Sentence(
                        "client-head-too-long", "The head of the client's request is too long."
                    )
                )
            return
        words = head.partition(b"\r\n")[0].split(b" ")
        self._data = rest
        if len(words) != 3 or words[0] != b"CONNECT" or not words[2].startswith(b"HTTP/1."):
            sentence = Sentence(
                "only-connect", "Only CONNECT is served here; for http:// curl needs --proxytunnel."
            )
            raise NegotiationError(sentence, self.answer(Answer.NO_SUCH_COMMAND, sentence))
        host, _, port = words[1].decode("ascii", "replace").rpartition(":")
        host = host or port  # without a colon
        number = int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else 0
        self._set_target(host.removeprefix("[").removesuffix("]"), number)

    def _set_target(self, host: str, port: int) -> None:
        try:
            self.target = Target(host, port)
        except TargetError as error:
            raise NegotiationError(str(error), self.answer(Answer.FAILED, str(error))) from None


def _host(kind: int, data: bytes) -> str:
    if kind == _IPV4:
        return str(IPv4Address(data))
    if kind == _IPV6:
        return str(IPv6Address(data))
    return data[1:].decode("ascii", "replace")
