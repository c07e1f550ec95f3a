"""UDP peers on real sockets: one per sender, served by one protocol."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from twisted.internet.protocol import DatagramProtocol

from app.profile.spec import UDP_IDLE_SECONDS
from app.protocols.discard import DiscardDatagrams
from app.protocols.echo import EchoDatagrams
from app.server.udp.factory import TOO_MANY_PEERS
from app.server.udp.reports import PAUSE_SECONDS
from app.server.udp.transport import CatalogService, PeerAddress
from app.traffic.connection_info import RECEIVED, SENT
from tests.server.reactors import HandReactor
from tests.server.record import Record
from tests.server.udp.conftest import Post


class Calls(DatagramProtocol):
    """A protocol that calls a function with each datagram."""

    transport: Any

    def __init__(self, received: Callable[[Calls, bytes, PeerAddress], object]) -> None:
        self._received = received

    def datagramReceived(self, datagram: bytes, addr: PeerAddress) -> None:
        self._received(self, datagram, addr)


def boom(protocol: Calls, datagram: bytes, addr: PeerAddress) -> None:
    raise ValueError("boom")


# Peers


def test_a_sender_is_a_peer_with_counters(post: Post, record: Record) -> None:
    factory = post.bind(EchoDatagrams())
    sender = post.sender()
    assert sender.ask(b"hello") == b"hello"
    (peer,) = record.live
    host, port = sender.address
    assert (peer.peer, peer.local) == (f"{host}:{port}", f"{sender.to[0]}:{sender.to[1]}")
    assert (peer.bytes_in, peer.bytes_out, peer.bytes_unsent) == (5, 5, 0)
    assert (peer.connected, peer.reason) == (True, "")
    assert peer.getPeer().port == port
    assert list(factory.connections) == [peer]
    assert (factory.accepted, factory.bytes_in, factory.bytes_out) == (1, 5, 5)
    assert record.events == [("opened", 1), ("active", 1)]


def test_each_datagram_is_one_chunk_of_the_traffic(post: Post) -> None:
    post.bind(EchoDatagrams())
    one, two = post.sender(), post.sender()
    one.ask(b"a")
    two.ask(b"b")
    one.ask(b"")
    assert post.tapped == [
        *((1, RECEIVED, b"a"), (1, SENT, b"a")),
        *((2, RECEIVED, b"b"), (2, SENT, b"b")),
        *((1, RECEIVED, b""), (1, SENT, b"")),
    ]


def test_activity_is_reported_once_until_the_peer_is_marked_quiet(
    post: Post, record: Record
) -> None:
    post.bind(DiscardDatagrams())
    sender = post.sender()
    for _ in range(3):
        sender.send(b"x")
    assert record.events.count(("active", 1)) == 1
    post.peer(sender).mark_quiet()
    sender.send(b"x")
    assert record.events.count(("active", 1)) == 2


def test_many_datagrams_of_one_sender_are_one_peer(post: Post, record: Record) -> None:
    factory = post.bind(EchoDatagrams())
    sender = post.sender()
    for number in range(20):
        assert sender.ask(b"%d" % number) == b"%d" % number
    assert (factory.accepted, len(record.live)) == (1, 1)


@pytest.mark.parametrize("size", [0, 1, 8192, 8193, 65507])
def test_a_datagram_of_every_size_comes_back_whole(post: Post, size: int) -> None:
    post.bind(EchoDatagrams())
    datagram = os.urandom(size)
    assert post.sender().ask(datagram) == datagram


def test_ipv6_works_as_ipv4(post: Post) -> None:
    post.bind(EchoDatagrams(), "::1")
    sender = post.sender()
    assert sender.ask(b"hello") == b"hello"
    assert post.peer(sender).peer == f"[::1]:{sender.address[1]}"


# Idle peers


def test_an_idle_peer_ends_and_its_next_datagram_begins_a_new_one(
    post: Post, hand: HandReactor, record: Record
) -> None:
    factory = post.bind(EchoDatagrams())
    sender = post.sender()
    sender.ask(b"x")
    hand.advance(UDP_IDLE_SECONDS - 0.01)
    (peer,) = record.live
    assert peer.closed_at == 0
    hand.advance(0.01)
    assert record.events[-1] == ("closed", 1, "idle for 30 s")
    assert peer.closed_at == hand.seconds()
    assert not factory.connections
    sender.ask(b"x")
    assert [peer.number for peer in record.live] == [2]


def test_a_system_clock_that_is_set_back_leaves_the_datagrams_of_a_peer_in_order(
    post: Post, hand: HandReactor, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_by = [5000.0]
    monkeypatch.setattr(hand, "unix_seconds", lambda: hand.seconds() + set_by[0], raising=False)
    factory = post.bind(EchoDatagrams())
    times: list[float] = []
    factory.tap = lambda time, *_: times.append(time)
    sender = post.sender()
    for change in (0.0, -3600.0):
        hand.advance(1)
        set_by[0] += change
        sender.ask(b"x")
    assert times == [5001, 5001, 5002, 5002]
    (peer,) = record.live
    hand.advance(UDP_IDLE_SECONDS)
    assert record.events[-1] == ("closed", 1, "idle for 30 s")
    assert peer.unix_seconds(peer.closed_at) == 5002 + UDP_IDLE_SECONDS


def test_every_datagram_restarts_the_timeout_of_its_sender(
    post: Post, hand: HandReactor, record: Record
) -> None:
    post.bind(DiscardDatagrams())
    busy, silent = post.sender(), post.sender()
    for sender in (busy, silent):
        sender.send(b"x")
    for _ in range(4):
        hand.advance(UDP_IDLE_SECONDS / 2)
        busy.send(b"x")
    assert [peer.number for peer in record.live] == [1]
    assert record.events[-1] == ("closed", 2, "idle for 30 s")
    hand.pump([0.25] * 240)
    assert not record.live


def test_a_datagram_to_a_peer_restarts_its_timeout_too(
    post: Post, hand: HandReactor, record: Record
) -> None:
    post.bind(DiscardDatagrams())
    sender = post.sender()
    sender.send(b"x")
    peer = post.peer(sender)
    for _ in range(4):
        hand.advance(UDP_IDLE_SECONDS / 2)
        peer.write(b"still there?")
    assert record.live == {peer}


def test_all_peers_share_one_timer(post: Post, hand: HandReactor) -> None:
    post.bind(DiscardDatagrams())
    assert not hand.getDelayedCalls()
    for _ in range(20):
        post.sender().send(b"x")
    assert len(hand.getDelayedCalls()) == 1
    for peer in list(post.record.live):
        peer.loseConnection()
    assert not hand.getDelayedCalls()


def test_a_changed_timeout_applies_immediately(
    post: Post, hand: HandReactor, record: Record
) -> None:
    factory = post.bind(DiscardDatagrams(), idle_timeout=600)
    post.sender().send(b"x")
    hand.advance(60)
    assert record.live
    factory.change(evolve(factory.spec, idle_timeout=60))
    hand.advance(0.25)
    assert record.events[-1] == ("closed", 1, "idle for 60 s")


# Limits


def test_a_peer_over_the_limit_is_counted_and_never_answered(post: Post, record: Record) -> None:
    factory = post.bind(EchoDatagrams(), max_connections=2)
    first, second, third = post.sender(), post.sender(), post.sender()
    first.ask(b"x")
    second.ask(b"x")
    third.send(b"x")
    assert third.has_nothing()
    assert (factory.accepted, factory.refused) == (2, 1)
    assert record.events[-1] == ("refused", "127.0.0.1", TOO_MANY_PEERS)
    assert first.ask(b"known ones go on") == b"known ones go on"


def test_peers_of_one_address_are_limited(post: Post, record: Record) -> None:
    factory = post.bind(EchoDatagrams(), max_connections_per_address=1)
    post.sender().ask(b"x")
    other = post.sender()
    other.send(b"x")
    assert other.has_nothing()
    assert factory.refusals.by_reason() == [("too many peers at one address", 1)]


def test_a_flood_from_ten_thousand_ports_is_bounded(
    post: Post, hand: HandReactor, record: Record
) -> None:
    factory = post.bind(EchoDatagrams())
    sent: list[object] = []
    post.ports[0].write = lambda *datagram: sent.append(datagram)  # type: ignore[method-assign]
    for port in range(10_000, 20_000):
        factory.receive(b"x" * 1000, ("203.0.113.1", port))
    assert len(factory.connections) == 100
    assert (factory.accepted, factory.refused, len(sent)) == (100, 9_900, 100)
    assert len(post.tapped) == 200
    hand.advance(PAUSE_SECONDS)
    assert [event for event in record.events if event[0] == "refused"] == [
        ("refused", "203.0.113.1", TOO_MANY_PEERS),
        ("refused", "203.0.113.1", f"{TOO_MANY_PEERS}; 9,899 datagrams in a second"),
    ]
    hand.advance(UDP_IDLE_SECONDS)
    assert not factory.connections


def test_a_raised_limit_applies_to_the_next_sender(post: Post) -> None:
    factory = post.bind(EchoDatagrams(), max_connections=1)
    post.sender().ask(b"x")
    late = post.sender()
    late.send(b"x")
    assert late.has_nothing()
    factory.change(evolve(factory.spec, max_connections=2))
    assert late.ask(b"x") == b"x"


# Closing


@pytest.mark.parametrize(
    ("how", "reason"),
    [("loseConnection", "closed by the listener"), ("abort", "aborted by the listener")],
)
def test_the_next_datagram_of_a_closed_peer_begins_a_new_one(
    post: Post, record: Record, how: str, reason: str
) -> None:
    post.bind(EchoDatagrams())
    sender = post.sender()
    sender.ask(b"x")
    peer = post.peer(sender)
    for _ in range(2):
        getattr(peer, how)()
    assert record.events[-1] == ("closed", 1, reason)
    assert record.events.count(record.events[-1]) == 1
    assert (peer.connected, peer.bytes_in) == (False, 1)
    peer.write(b"too late")
    assert sender.has_nothing()
    sender.ask(b"y")
    assert post.peer(sender).number == 2


def test_when_empty_fires_when_the_last_peer_ends(post: Post) -> None:
    factory = post.bind(EchoDatagrams())
    senders = [post.sender(), post.sender()]
    for sender in senders:
        sender.ask(b"x")
    gone = factory.when_empty()
    for sender in senders:
        assert not gone.called
        post.peer(sender).loseConnection()
    assert gone.called


# Writing


def test_a_write_to_a_peer_is_one_datagram(post: Post) -> None:
    factory = post.bind(DiscardDatagrams())
    sender = post.sender()
    sender.send(b"x")
    peer = post.peer(sender)
    peer.write(b"from the panel")
    assert sender.receive() == b"from the panel"
    peer.writeSequence([b"in ", b"pieces"])
    assert sender.receive() == b"in pieces"
    assert (peer.bytes_out, factory.bytes_out) == (23, 23)


def test_a_datagram_too_long_is_not_counted_as_sent(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.bind(DiscardDatagrams())
    sender = post.sender()
    sender.send(b"x")
    peer = post.peer(sender)
    peer.write(bytes(65508))
    assert (peer.bytes_out, peer.connected) == (0, True)
    assert "Test: a datagram to 127.0.0.1:" in caplog.text
    assert "was not sent: 65,508 bytes are more than one datagram can have." in caplog.text


@pytest.mark.parametrize("number", [errno.ENOBUFS, errno.EAGAIN, errno.ENETUNREACH, errno.EPERM])
def test_a_datagram_that_the_system_does_not_send_is_logged(
    post: Post, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    factory = post.bind(EchoDatagrams())

    def fail(*datagram: object) -> None:
        raise OSError(number, os.strerror(number))

    write, post.ports[0].write = post.ports[0].write, fail  # type: ignore[method-assign, assignment]
    sender = post.sender()
    for _ in range(500):
        sender.send(b"x")
    peer = post.peer(sender)
    assert (peer.bytes_in, peer.bytes_out, factory.bytes_out) == (500, 0, 0)
    assert caplog.text.count(f"was not sent: {os.strerror(number)}.") == 1
    post.hand.advance(PAUSE_SECONDS)
    assert "It is the last of 499 in a second." in caplog.text
    post.ports[0].write = write  # type: ignore[method-assign]
    assert sender.ask(b"again") == b"again"


def test_a_peer_whose_socket_is_closed_does_not_disturb_the_others(post: Post) -> None:
    post.bind(EchoDatagrams())
    gone, other = post.sender(), post.sender()
    gone.socket.sendto(b"x" * 100, gone.to)
    gone.socket.close()
    for _ in range(5):
        assert other.ask(b"y") == b"y"
    (peer,) = (each for each in post.record.live if each.bytes_in == 100)
    for _ in range(5):
        peer.write(b"nobody is there")
        assert other.ask(b"z") == b"z"


def test_an_address_that_is_written_to_first_is_a_peer_too(post: Post, record: Record) -> None:
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind(("127.0.0.1", 0))
    with stranger:
        elsewhere = stranger.getsockname()
        post.bind(Calls(lambda self, data, _: self.transport.write(data, elsewhere)))
        post.sender().send(b"pass it on")
        stranger.settimeout(10)
        assert stranger.recv(100) == b"pass it on"
    assert [(peer.bytes_in, peer.bytes_out) for peer in sorted(record.live, key=str)] == [
        (10, 0),
        (0, 10),
    ]


def test_new_addresses_cannot_be_written_to_when_the_listener_is_full(post: Post) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.setblocking(False)
        elsewhere = stranger.getsockname()
        factory = post.bind(
            Calls(lambda self, data, _: self.transport.write(data, elsewhere)), max_connections=1
        )
        post.sender().send(b"x")
        with pytest.raises(BlockingIOError):
            stranger.recv(100)
    assert (factory.refused, factory.bytes_out) == (1, 0)


# Protocols that fail


def test_an_exception_ends_only_its_peer_and_is_logged(
    post: Post, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    post.bind(Calls(boom))
    sender = post.sender()
    sender.send(b"x")
    assert record.events[-1] == ("closed", 1, "ValueError: boom")
    host, port = sender.address
    assert f"Test: the protocol failed on a datagram from {host}:{port}." in caplog.text
    assert "Traceback" in caplog.text
    assert "test_factory.py" in caplog.text
    sender.send(b"x")
    assert record.events[-1] == ("closed", 2, "ValueError: boom")


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
def test_no_exception_closes_the_socket(post: Post, record: Record, error: BaseException) -> None:
    def fail_once(protocol: Calls, datagram: bytes, addr: PeerAddress) -> None:
        if datagram == b"fail":
            raise error
        protocol.transport.write(datagram, addr)

    post.bind(Calls(fail_once))
    sender = post.sender()
    sender.send(b"fail")
    assert record.events[-1][:2] == ("closed", 1)
    assert sender.ask(b"go on") == b"go on"


def test_a_thousand_failures_a_second_log_two_tracebacks(
    post: Post, hand: HandReactor, caplog: pytest.LogCaptureFixture
) -> None:
    post.bind(Calls(boom))
    sender = post.sender()
    for _ in range(1000):
        sender.send(b"x")
    hand.advance(PAUSE_SECONDS)
    assert caplog.text.count("Traceback") == 2
    assert "It is the last of 999 in a second." in caplog.text


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (("localhost", 5000), "InvalidAddressError"),
        (("::1", 5000), "InvalidAddressError"),
        (("127.0.0.1", 70_000), "OverflowError"),
        (("127.0.0.1", -1), "OverflowError"),
        (("127.0.0.1", "5000"), "TypeError"),
        ((None, 5000), "AttributeError"),
    ],
)
def test_an_invalid_address_is_logged_for_the_peer_that_was_answered(
    post: Post, record: Record, address: Any, reason: str
) -> None:
    post.bind(Calls(lambda self, data, _: self.transport.write(data, address)))
    post.sender().send(b"x")
    (event,) = (each for each in record.events if each[0] == "closed")
    assert str(event[2]).startswith(reason)
    assert not record.live, "nothing was sent there, so there is no row of it"


# The transport of the protocol


def test_a_connected_protocol_may_write_without_an_address(post: Post) -> None:
    class Connects(DatagramProtocol):
        transport: Any

        def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
            self.transport.connect(*addr)
            self.transport.write(datagram)
            self.transport.writeSequence([b"a", b"b"])

    post.bind(Connects())
    sender, other = post.sender(), post.sender()
    assert sender.ask(b"x") == b"x"
    assert sender.receive() == b"ab"
    assert other.ask(b"others are served too") == b"others are served too"


def test_a_protocol_can_use_the_other_features_of_its_socket(post: Post) -> None:
    seen: list[Any] = []
    post.bind(Calls(lambda self, *_: seen.extend([self.transport.getHost(), self.transport])))
    sender = post.sender()
    sender.send(b"x")
    host, transport = seen
    assert (host.type, host.host, host.port) == ("UDP", *sender.to)
    transport.setBroadcastAllowed(True)
    assert transport.getBroadcastAllowed()


def test_a_protocol_cannot_close_the_socket(post: Post, record: Record) -> None:
    post.bind(Calls(lambda self, *_: self.transport.stopListening()))
    sender = post.sender()
    sender.send(b"x")
    assert str(record.events[-1][2]).startswith("RuntimeError: Portdeck opens and closes")
    assert post.ports[0].connected


def test_a_protocol_is_started_and_stopped_with_the_socket(post: Post) -> None:
    calls: list[str] = []

    class Tells(DatagramProtocol):
        def startProtocol(self) -> None:
            assert self.transport is not None
            calls.append(f"started on {self.transport.getHost().host}")

        def stopProtocol(self) -> None:
            calls.append("stopped")

    post.bind(Tells())
    post.close()
    assert calls == ["started on 127.0.0.1", "stopped"]


def test_a_protocol_may_send_as_soon_as_it_starts(post: Post, record: Record) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.settimeout(10)

        class Announces(DatagramProtocol):
            transport: Any

            def startProtocol(self) -> None:
                self.transport.write(b"here I am", stranger.getsockname())

        post.bind(Announces())
        assert stranger.recv(100) == b"here I am"
    assert [peer.bytes_out for peer in record.live] == [9]


def test_a_protocol_that_fails_to_start_leaves_no_socket_behind(
    post: Post, hand: HandReactor
) -> None:
    class Fails(DatagramProtocol):
        def startProtocol(self) -> None:
            raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        post.bind(Fails())
    assert not hand.getReaders()


# Replacing the protocol


def test_a_replaced_protocol_gets_no_datagrams_and_the_peers_stay(
    post: Post, record: Record
) -> None:
    before = Calls(lambda self, _, addr: self.transport.write(b"old", addr))
    factory = post.bind(before)
    sender = post.sender()
    assert sender.ask(b"x") == b"old"
    transport = before.transport
    factory.replace(CatalogService(Calls(lambda self, _, addr: self.transport.write(b"new", addr))))
    assert sender.ask(b"x") == b"new"
    assert [peer.number for peer in record.live] == [1]
    transport.write(b"from the grave", sender.address)
    assert sender.has_nothing()
    assert before.transport is None


def test_a_protocol_that_fails_to_start_replaces_nothing(post: Post) -> None:
    class Fails(DatagramProtocol):
        def startProtocol(self) -> None:
            raise ValueError("boom")

    factory = post.bind(EchoDatagrams())
    with pytest.raises(ValueError, match="boom"):
        factory.replace(CatalogService(Fails()))
    assert post.sender().ask(b"as before") == b"as before"
