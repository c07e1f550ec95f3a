"""SOCKS5 and HTTP CONNECT, as bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forwarding.negotiation import LONGEST_HEAD, Answer, Negotiation, NegotiationError
from app.forwarding.socks import is_on_this_machine
from app.net.target import Target

GREETING = b"\x05\x01\x00"
BY_IPV4 = b"\x05\x01\x00\x01\x7f\x00\x00\x01\x1f\x90"
BY_NAME = b"\x05\x01\x00\x03\x09localhost\x1f\x90"
BY_IPV6 = b"\x05\x01\x00\x04" + bytes(15) + b"\x01\x1f\x90"
CONNECT = b"CONNECT localhost:8080 HTTP/1.1\r\nHost: localhost:8080\r\n\r\n"
CONNECT_IPV6 = b"CONNECT [::1]:8080 HTTP/1.0\r\n\r\n"

WHOLE = [
    (GREETING + BY_IPV4, Target("127.0.0.1", 8080), b"\x05\x00"),
    (GREETING + BY_NAME, Target("localhost", 8080), b"\x05\x00"),
    (GREETING + BY_IPV6, Target("::1", 8080), b"\x05\x00"),
    (CONNECT, Target("localhost", 8080), b""),
    (CONNECT_IPV6, Target("::1", 8080), b""),
]


@pytest.mark.parametrize(("request_", "target", "reply"), WHOLE)
def test_a_request_is_read_however_it_arrives(
    request_: bytes, target: Target, reply: bytes
) -> None:
    for size in (1, 3, len(request_) + 4):
        negotiation = Negotiation()
        data = request_ + b"rest"
        said = b"".join(negotiation.feed(data[at : at + size]) for at in range(0, len(data), size))
        assert (negotiation.target, negotiation.rest, said) == (target, b"rest", reply)


@pytest.mark.parametrize(
    ("data", "words", "reply"),
    [
        (b"\x04\x01", "neither SOCKS5 nor HTTP", b""),
        (b"\x16\x03\x01", "neither SOCKS5 nor HTTP", b""),
        (b"\x05\x01\x02", "asks for a password", b"\x05\xff"),
        (GREETING + b"GET / HTTP/1.1", "does not go on", b""),
        (
            GREETING + b"\x05\x02\x00\x01" + bytes(6),
            "something else",
            b"\x05\x07\x00\x01" + bytes(6),
        ),
        (
            GREETING + b"\x05\x01\x00\x09\x00",
            "unknown kind",
            b"\x05\x08\x00\x01" + bytes(6),
        ),
        (
            GREETING + b"\x05\x01\x00\x03\x02\x00a\x00\x01",
            "no host name",
            b"\x05\x01\x00\x01" + bytes(6),
        ),
        (b"A" * (LONGEST_HEAD + 1), "too long", b""),
    ],
)
def test_what_cannot_be_granted_is_told(data: bytes, words: str, reply: bytes) -> None:
    with pytest.raises(NegotiationError, match=words) as raised:
        Negotiation().feed(data)
    assert raised.value.reply == reply


@pytest.mark.parametrize(
    "line", [b"GET / HTTP/1.1", b"CONNECT a:0 HTTP/1.1", b"CONNECT a HTTP/1.1"]
)
def test_another_http_request_gets_an_answer_for_people(line: bytes) -> None:
    with pytest.raises(NegotiationError) as raised:
        Negotiation().feed(line + b"\r\n\r\n")
    head, _, body = raised.value.reply.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 ")
    assert str(raised.value).encode() + b"\n" == body
    assert f"Content-Length: {len(body)}".encode() in head


def test_a_grant_is_in_the_words_of_the_client() -> None:
    socks, http = Negotiation(), Negotiation()
    socks.feed(GREETING)
    http.feed(CONNECT)
    assert socks.answer(Answer.GRANTED) == b"\x05\x00\x00\x01" + bytes(6)
    assert http.answer(Answer.GRANTED) == b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert b"403 Forbidden" in http.answer(Answer.NOT_ALLOWED, "No.")


@given(st.lists(st.binary(max_size=30), max_size=10), st.sampled_from([b"", GREETING, b"CONNECT "]))
def test_any_bytes_are_read_or_refused(chunks: list[bytes], first: bytes) -> None:
    negotiation = Negotiation()
    with suppress(NegotiationError):
        for chunk in (first, *chunks):
            negotiation.feed(chunk)


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("app.localhost", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("localhost.example.org", False),
        ("example.org", False),
    ],
)
def test_only_loopback_is_this_machine(host: str, is_here: bool) -> None:
    assert is_on_this_machine(host) == is_here
