"""Line: what comes back, and where its patience ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.testing import StringTransport

from app.protocols.line import LineFactory, LineOptions, Transformation
from tests.protocols.conftest import ADDRESS, Join


def answer(options: LineOptions, *chunks: bytes) -> StringTransport:
    """The transport of a peer that has sent `chunks`."""
    transport = StringTransport()
    protocol = LineFactory(options).buildProtocol(ADDRESS)
    assert protocol is not None
    protocol.makeConnection(transport)
    for chunk in chunks:
        protocol.dataReceived(chunk)
    return transport


CAPITALS = LineOptions()
REVERSED = LineOptions(how=Transformation.REVERSED)
SHORT = LineOptions(longest_line=5)


@pytest.mark.parametrize(
    ("options", "line", "expected"),
    [
        (CAPITALS, b"Hello, you\n", b"HELLO, YOU\n"),
        (CAPITALS, "straße é\r\n".encode(), "STRASSE É\r\n".encode()),
        (REVERSED, b"Hello\n", b"olleH\n"),
        (REVERSED, "→é你\r\n".encode(), "你é→\r\n".encode()),
        (CAPITALS, b"a\xffb\n", b"A\xffB\n"),
        (REVERSED, b"a\xffb\n", b"b\xffa\n"),
        (REVERSED, b"\n\r\n", b"\n\r\n"),
    ],
)
def test_a_line_comes_back_with_its_own_ending(
    options: LineOptions, line: bytes, expected: bytes
) -> None:
    assert answer(options, line).value() == expected


def test_nothing_comes_back_before_the_line_ends() -> None:
    assert answer(CAPITALS, b"he").value() == b""
    assert answer(CAPITALS, b"he", b"llo\nyou").value() == b"HELLO\n"


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line), max_size=5))
def test_any_bytes_get_one_line_back_for_each_line(lines: list[bytes]) -> None:
    sent = b"".join(line + b"\n" for line in lines)
    returned = answer(REVERSED, sent).value()
    assert returned.count(b"\n") == len(lines)
    assert sorted(returned) == sorted(sent)


@pytest.mark.parametrize("chunks", [[b"123456\nmore\n"], [b"123456"], [b"123", b"456"]])
def test_a_line_that_is_too_long_ends_the_connection_with_a_sentence(chunks: list[bytes]) -> None:
    transport = answer(SHORT, *chunks)
    assert transport.value() == b"A line may have 5 bytes at most. Goodbye.\r\n"
    assert transport.disconnecting


def test_the_longest_line_itself_is_right() -> None:
    transport = answer(SHORT, b"12345\n12345\n")
    assert transport.value() == b"12345\n12345\n"
    assert not transport.disconnecting


def test_the_sentence_reaches_a_peer_that_sends_on(join: Join) -> None:
    client = join(LineFactory(SHORT))
    client.send(b"ab\n" + b"x" * 1000)
    assert client.read_to_end() == b"AB\nA line may have 5 bytes at most. Goodbye.\r\n"
