"""A UDP socket reads a limited number of datagrams per turn."""

from __future__ import annotations

import pytest
from twisted.internet.protocol import DatagramProtocol

from app.server.udp.transport import DATAGRAMS_PER_TURN, sender_of
from tests.server.reactors import HandReactor
from tests.server.udp.conftest import Post


class Counter(DatagramProtocol):
    """Counts datagrams, and closes its socket after a number of them."""

    def __init__(self, post: Post | None = None, most: int = 0) -> None:
        self._post = post
        self._most = most
        self.count = 0

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        self.count += 1
        if self.count == self._most and self._post is not None:
            self._post.ports[-1].connectionLost(None)


@pytest.mark.parametrize("datagram", [b"", b"x", bytes(60_000)])
def test_at_most_one_turn_of_datagrams_is_read_in_a_row(
    post: Post, hand: HandReactor, datagram: bytes
) -> None:
    protocol = Counter()
    post.bind(protocol)
    sender = post.sender()
    sent = 2 * DATAGRAMS_PER_TURN if len(datagram) < 100 else 2
    for _ in range(sent):
        sender.socket.sendto(datagram, sender.to)
    hand.read()
    assert protocol.count == min(sent, DATAGRAMS_PER_TURN)
    hand.read()
    assert protocol.count == sent


def test_nothing_is_read_after_a_datagram_closed_the_socket(post: Post, hand: HandReactor) -> None:
    protocol = Counter(post, most=3)
    post.bind(protocol)
    sender = post.sender()
    for _ in range(10):
        sender.socket.sendto(b"x", sender.to)
    hand.read()
    assert protocol.count == 3


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (("127.0.0.1", 5000), ("127.0.0.1", 5000)),
        (("::1", 5000, 0, 0), ("::1", 5000)),
        (("fe80::1", 5000, 0, 2), ("fe80::1%2", 5000)),
    ],
)
def test_a_link_local_sender_keeps_its_scope(
    address: tuple[object, ...], expected: tuple[str, int]
) -> None:
    assert sender_of(address) == expected
