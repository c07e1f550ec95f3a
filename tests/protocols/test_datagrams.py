"""The protocols over UDP: what each answers to a datagram, and whom it does not answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock
from twisted.internet.testing import FakeDatagramTransport

from app.net.ip import ANSWERING_PORTS
from app.protocols import catalog
from app.protocols.catalog import UnknownProtocol
from app.protocols.chargen import MOST_CHARACTERS, PATTERN, ChargenDatagrams, any_length
from app.protocols.daytime import DaytimeDatagrams
from app.protocols.definition import ListenerContext
from app.protocols.hello import GREETING, HelloDatagrams, HelloOptions

PEER = ("127.0.0.1", 50_000)


def answers(
    protocol: DatagramProtocol, *datagrams: bytes, peer: tuple[str, int] = PEER
) -> list[bytes]:
    """What `protocol` answers to `datagrams` from `peer`."""
    transport = FakeDatagramTransport()
    protocol.noisy = False
    protocol.makeConnection(transport)
    for datagram in datagrams:
        protocol.datagramReceived(datagram, peer)
    assert all(address == peer for _, address in transport.written)
    return [datagram for datagram, _ in transport.written]


def built(name: str) -> DatagramProtocol:
    """The protocol of the catalog, with nothing chosen."""
    protocol = catalog.find_datagrams(name).build(
        catalog.find(name).options(), ListenerContext(Clock())
    )
    assert isinstance(protocol, DatagramProtocol)
    return protocol


def test_echo_returns_each_datagram_as_it_is() -> None:
    assert answers(built("echo"), b"one", b"", b"\0two") == [b"one", b"", b"\0two"]


def test_discard_never_answers() -> None:
    assert answers(built("discard"), b"one", b"") == []


def test_hello_greets_for_each_datagram() -> None:
    assert answers(built("hello"), b"", b"x") == [GREETING.encode()] * 2
    assert answers(HelloDatagrams(HelloOptions(text="Grüß", closes=False)), b"") == [
        "Grüß".encode()
    ]


def test_daytime_says_the_time_of_each_datagram() -> None:
    times = iter([datetime(2026, 11, 23, 5, 12, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)])
    assert answers(DaytimeDatagrams(lambda: next(times)), b"", b"") == [
        b"Monday, November 23, 2026 05:12:00-UTC\r\n",
        b"Saturday, January 2, 2027 00:00:00-UTC\r\n",
    ]


def test_chargen_answers_with_as_many_characters_as_chance_has_it() -> None:
    lengths = iter([0, 1, MOST_CHARACTERS])
    expected = [b"", PATTERN[:1], PATTERN[:MOST_CHARACTERS]]
    assert answers(ChargenDatagrams(lambda: next(lengths)), b"", b"", b"") == expected
    assert len(expected[2]) == 512
    assert {any_length() for _ in range(20_000)} == set(range(513))


@pytest.mark.parametrize("port", sorted(ANSWERING_PORTS))
@pytest.mark.parametrize("name", catalog.datagram_names())
def test_a_service_that_answers_everything_is_not_answered(name: str, port: int) -> None:
    assert answers(built(name), b"x", peer=("203.0.113.1", port)) == []


@pytest.mark.parametrize("name", catalog.datagram_names())
def test_each_says_what_it_does_over_udp(name: str) -> None:
    assert catalog.find_datagrams(name).summary.endswith(".")


def test_what_needs_connections_is_refused_with_what_there_is_instead() -> None:
    assert catalog.datagram_names() == (
        "echo", "discard", "daytime", "chargen", "hello", "replies", "forward",
    )  # fmt: skip
    with pytest.raises(UnknownProtocol) as raised:
        catalog.find_datagrams("line")
    assert str(raised.value) == (
        "Line needs connections, which UDP does not have. Choose one of: "
        "echo, discard, daytime, chargen, hello, replies, forward; or an endpoint such as tcp:8026."
    )
    with pytest.raises(UnknownProtocol, match="Did you mean chat"):
        catalog.find_datagrams("chatt")
