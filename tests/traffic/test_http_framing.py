"""HTTP and WebSocket framing: right for each kind of body, whatever the cuts, and nothing lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traffic.framing import Framer, Framing, Message, MessageError
from app.traffic.http_framing import Exchanges, Http, HttpMessage, WebSockets, describe
from app.traffic.websocket_framing import WebSocketFrame

GET = b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
CHUNKED = (
    b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"
    b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n"
)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
UNTIL_CLOSE = b"HTTP/1.0 200 OK\r\n\r\nand so on\n"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
TEXT = b"\x81\x85\x01\x02\x03\x04" + b"igohn"
PING, CLOSE = b"\x89\x00", b"\x88\x05\x03\xe8bye"
LONG = b"\x82\x7e\x01\x00" + bytes(256)
GARBAGE = b"not http\n"

parts = st.sampled_from((GET, POST, CHUNKED, OK, UNTIL_CLOSE, SWITCH, TEXT, PING, CLOSE, GARBAGE))
streams = st.one_of(
    st.lists(st.one_of(parts, st.binary(max_size=5)), max_size=8).map(b"".join),
    st.text("GETHP/1. \r\n0:", max_size=80).map(str.encode),
)
framings = st.sampled_from((Http(), WebSockets()))


def feed(framer: Framer, *pieces: bytes) -> list[Message]:
    return [message for piece in pieces for message in framer.feed(piece)]


def frame(framing: Framing, *pieces: bytes, longest: int = 1000) -> list[Message]:
    framer = framing.framer(longest)
    return feed(framer, *pieces) + framer.finish()


def whole(*messages: bytes) -> list[Message]:
    return [(data, MessageError.NONE) for data in messages]


@given(framings, streams, st.lists(st.integers(0, 400), max_size=30), st.integers(1, 300))
def test_how_the_bytes_were_cut_makes_no_difference(
    framing: Framing, data: bytes, cuts: list[int], longest: int
) -> None:
    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(bounds)]
    assert frame(framing, *pieces, longest=longest) == frame(framing, data, longest=longest)


@given(framings, streams, st.integers(1, 300))
def test_the_messages_joined_are_what_was_fed_and_none_is_too_long(
    framing: Framing, data: bytes, longest: int
) -> None:
    messages = frame(framing, data, longest=longest)
    assert b"".join(each for each, _ in messages) == data
    assert all(each for each, _ in messages)
    assert max((len(each) for each, _ in messages), default=0) <= max(longest, 14)


@given(framings, streams, st.integers(1, 300))
def test_no_more_is_held_back_than_a_message_may_have(
    framing: Framing, data: bytes, longest: int
) -> None:
    framer = framing.framer(longest)
    for byte in data:
        framer.feed(bytes([byte]))
        assert framer.pending <= max(longest, 14)


@given(st.binary(max_size=100))
def test_whatever_it_is_can_be_described(data: bytes) -> None:
    found = describe(data)
    assert found is None or found.summary


def test_requests_end_where_their_body_does() -> None:
    assert frame(Http(), GET + POST + CHUNKED + GET) == whole(GET, POST, CHUNKED, GET)


def test_responses_end_where_their_body_does_or_with_the_connection() -> None:
    assert frame(Http(), OK + OK + UNTIL_CLOSE) == whole(OK, OK, UNTIL_CLOSE)


def test_line_ends_between_messages_belong_to_the_next() -> None:
    assert frame(Http(), b"\r\n" + GET) == whole(b"\r\n" + GET)


def test_bare_line_feeds_are_understood() -> None:
    message = b"GET / HTTP/1.0\nContent-Length: 1\n\nx"
    assert frame(Http(), message + GET) == whole(message, GET)


@pytest.mark.parametrize(
    ("request_bytes", "response"),
    [
        (GET.replace(b"GET", b"HEAD"), b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        (GET, b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        (GET, b"HTTP/1.1 204 No Content\r\n\r\n"),
        (GET, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"),
    ],
)
def test_a_response_without_a_body_depends_on_the_request(
    request_bytes: bytes, response: bytes
) -> None:
    client = Http().framer()
    server = client.opposite()
    assert server is not None
    assert feed(client, request_bytes + GET) == whole(request_bytes, GET)
    assert feed(server, response + OK) == whole(response, OK)


def test_an_interim_response_is_one_of_its_own() -> None:
    client = Http().framer()
    server = client.opposite()
    assert server is not None
    feed(client, GET.replace(b"GET", b"HEAD"))
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    final = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
    assert feed(server, interim + final) == whole(interim, final)


def test_after_the_upgrade_both_sides_are_framed_as_websocket() -> None:
    client = Http().framer()
    server = client.opposite()
    assert server is not None
    assert feed(client, GET) == whole(GET)
    assert feed(server, SWITCH + PING + LONG) == whole(SWITCH, PING, LONG)
    assert feed(client, TEXT + CLOSE) == whole(TEXT, CLOSE)


def test_what_follows_another_upgrade_is_no_http() -> None:
    server = Http().framer()
    feed(server, SWITCH.replace(b"websocket", b"h2c"))
    assert feed(server, b"anything\n") == []
    assert server.finish() == whole(b"anything\n")


def test_websocket_is_framed_from_its_middle_too() -> None:
    assert frame(WebSockets(), TEXT + PING + CLOSE) == whole(TEXT, PING, CLOSE)
    assert feed(WebSockets().framer(), PING) == whole(PING)
    assert frame(WebSockets(), SWITCH + PING) == whole(SWITCH, PING)


def test_a_frame_that_nobody_may_send_is_broken_and_the_next_is_right() -> None:
    assert frame(WebSockets(), b"\x83\x01x" + b"\xb9\x00" + PING) == [
        (b"\x83\x01x", MessageError.BROKEN),
        (b"\xb9\x00", MessageError.BROKEN),
        (PING, MessageError.NONE),
    ]


def test_what_is_no_http_is_broken_up_to_its_line_end() -> None:
    assert frame(Http(), GARBAGE + GET) == [(GARBAGE, MessageError.BROKEN), *whole(GET)]


@pytest.mark.parametrize(
    "wrong",
    [
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_a_message_that_is_wrong_is_broken_and_the_next_is_right(wrong: bytes) -> None:
    assert frame(Http(), wrong + GET) == [(wrong, MessageError.BROKEN), *whole(GET)]


def test_a_long_body_comes_in_pieces_and_the_next_message_is_right() -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 250\r\n\r\n"
    data = head + bytes(250)
    assert frame(Http(), data + GET, longest=100) == [
        (data[:100], MessageError.CUT),
        (data[100:200], MessageError.CUT),
        (data[200:], MessageError.NONE),
        (GET, MessageError.NONE),
    ]


def test_an_unfinished_message_is_told_so() -> None:
    assert frame(Http(), GET[:-2]) == [(GET[:-2], MessageError.UNFINISHED)]
    assert frame(WebSockets(), TEXT[:-1]) == [(TEXT[:-1], MessageError.UNFINISHED)]


@pytest.mark.parametrize(
    ("message", "summary"),
    [
        (GET, "GET /x HTTP/1.1"),
        (POST, "POST / HTTP/1.1, 3 bytes"),
        (CHUNKED, "POST / HTTP/1.1, 13 bytes"),
        (OK, "200 OK, 2 bytes"),
        (b"HTTP/1.1 404\r\n\r\n", "404, 0 bytes"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1234), "200 OK, 1,234 bytes"),
        (TEXT, "text, 5 bytes"),
        (PING, "ping, 0 bytes"),
        (CLOSE, "close 1000, bye"),
        (b"\x88\x00", "close"),
        (b"\x88\x02\x03\xe8", "close 1000"),
        (LONG, "binary, 256 bytes"),
        (b"\x01\x01a", "text, fragment, 1 byte"),
        (b"\x00\x01a", "continuation, 1 byte"),
        (b"\x80\x01a", "continuation, last, 1 byte"),
        (b"\xc1\x01a", "text, compressed, 1 byte"),
    ],
)
def test_each_message_is_told_in_one_line(message: bytes, summary: str) -> None:
    found = describe(message)
    assert found is not None
    assert found.summary == summary


def test_a_message_is_taken_apart() -> None:
    found = describe(CHUNKED)
    assert isinstance(found, HttpMessage)
    assert found.start == ("POST", "/", "HTTP/1.1")
    assert found.headers == (("transfer-encoding", "chunked"),)
    assert found.content == b"abc0123456789"
    text = describe(TEXT)
    assert isinstance(text, WebSocketFrame)
    assert (text.payload, text.is_masked, text.is_final) == (b"hello", True, True)


def test_responses_belong_to_requests_in_their_order() -> None:
    exchanges = Exchanges()
    for number, message in enumerate(
        (
            b"GET /a HTTP/1.1\r\n\r\n",
            b"POST /b HTTP/1.1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.1 201 Created\r\n\r\n",
            b"HTTP/1.1 408 Request Timeout\r\n\r\n",
            b"no HTTP",
        )
    ):
        exchanges.add(1, number, message)
    partners = [exchanges.partner(number) for number in range(7)]
    assert partners == [2, 4, 0, 1, 1, None, None]


def test_exchanges_of_a_connection_end_with_it_and_others_go_on() -> None:
    exchanges = Exchanges()
    for connection in (1, 2):
        exchanges.add(connection, connection, b"GET / HTTP/1.1\r\n\r\n")
    exchanges.end(1)
    for number, connection in ((3, 1), (4, 2)):
        exchanges.add(connection, number, b"HTTP/1.1 200 OK\r\n\r\n")
    assert [exchanges.partner(number) for number in (1, 2, 3, 4)] == [None, 4, None, 2]
    exchanges.forget(3)
    assert exchanges.partner(2) is None
