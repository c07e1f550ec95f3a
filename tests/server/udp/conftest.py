"""Fixtures: UDP listeners on a manual reactor, and plain sockets that send datagrams."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from attrs import evolve
from twisted.internet.protocol import DatagramProtocol

from app.net.ip import LARGEST_READ
from app.profile import ListenerSpec
from app.server.binder import DatagramReceiver
from app.server.udp.factory import DatagramFactory
from app.server.udp.peer import Peer
from app.server.udp.transport import CatalogService, FairPort
from tests.server.reactors import HandReactor
from tests.server.record import Record

SPEC = ListenerSpec(name="Test", protocol="echo", endpoint="udp:0")


class Sender:
    """A plain UDP socket. It turns the reactor while it waits."""

    PATIENCE_SECONDS = 10.0
    """A limit for failing tests: a datagram arrives after a few turns or never."""

    def __init__(self, hand: HandReactor, port: FairPort) -> None:
        self.hand = hand
        self.to = (port.getHost().host, port.getHost().port)
        family = socket.AF_INET6 if ":" in self.to[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((self.to[0], 0))
        self.socket.setblocking(False)

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.socket.getsockname()[:2]
        return host, port

    def send(self, datagram: bytes) -> None:
        """Send a datagram to the listener, and let its socket read."""
        self.socket.sendto(datagram, self.to)
        self.hand.read()

    def receive(self) -> bytes:
        """Wait for the next datagram."""
        deadline = monotonic() + self.PATIENCE_SECONDS
        while True:
            try:
                return self.socket.recv(LARGEST_READ)
            except BlockingIOError:
                assert monotonic() < deadline, "waited in vain"
                self.hand.turn()

    def ask(self, datagram: bytes) -> bytes:
        """Send `datagram` and return the answer."""
        self.send(datagram)
        return self.receive()

    def has_nothing(self) -> bool:
        """Whether no datagram has arrived. On loopback they arrive immediately."""
        try:
            self.socket.recv(LARGEST_READ)
        except BlockingIOError:
            return True
        return False


class Post:
    """The factory of a bound UDP listener, and its senders. Closes both after the test."""

    def __init__(self, hand: HandReactor, record: Record) -> None:
        self.hand = hand
        self.record = record
        self.tapped: list[tuple[int, bool, bytes]] = []
        self.senders: list[Sender] = []
        self.ports: list[FairPort] = []
        self._numbers = itertools.count(1)

    def bind(
        self, protocol: DatagramProtocol, interface: str = "127.0.0.1", **fields: Any
    ) -> DatagramFactory:
        """Serve with `protocol` on a free port."""
        factory = DatagramFactory(
            CatalogService(protocol),
            spec=evolve(SPEC, **fields),
            clock=self.hand,
            observer=self.record,
            numbers=self._numbers,
            tap=lambda _, number, direction, data: self.tapped.append((number, direction, data)),
        )
        reactor: Any = self.hand
        port = FairPort(0, DatagramReceiver(factory), interface, LARGEST_READ, reactor)
        port.startListening()
        try:
            factory.open(port)
        except BaseException:
            port.connectionLost()
            raise
        self.ports.append(port)
        return factory

    def sender(self) -> Sender:
        """A new sender for the last bound listener."""
        self.senders.append(Sender(self.hand, self.ports[-1]))
        return self.senders[-1]

    def peer(self, sender: Sender) -> Peer:
        """The peer of `sender`."""
        (peer,) = (each for each in self.record.live if self._is_of(each, sender))
        assert isinstance(peer, Peer)
        return peer

    @staticmethod
    def _is_of(peer: Any, sender: Sender) -> bool:
        return bool(peer.address == sender.address)

    def close(self) -> None:
        """Close the bound sockets."""
        for port in self.ports:
            port.stopListening()
        self.hand.advance(0)
        self.ports.clear()


@pytest.fixture
def post(hand: HandReactor, record: Record) -> Iterator[Post]:
    post = Post(hand, record)
    yield post
    post.close()
    for peer in list(record.live):
        peer.loseConnection()
    for sender in post.senders:
        sender.socket.close()
    assert not hand.getDelayedCalls(), "something of a listener outlived it"
    assert not hand.getReaders()
