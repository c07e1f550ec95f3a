"""Faults on connections with real sockets and Twisted's own transport, on a manual clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from app.faults.spec import Direction, Fault, FaultKind, LimitAction
from app.protocols.echo import Echo
from app.rules.protocol import Replies, RepliesFactory
from app.rules.responder import Surroundings
from app.server.connections.closing import LINGER_SECONDS
from app.server.connections.connection import Connection
from app.traffic.connection_info import CloseKind
from tests.rules.sets import rule_set
from tests.server.conftest import Bench
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record

LOTS = bytes(range(256)) * 12_000  # 3 MB


def fault(kind: str, **parameters: Any) -> Fault:
    return Fault(kind=FaultKind(kind), **parameters)


def arm(factory: Any, *faults: Fault) -> None:
    """Change the faults as `Listener.change` does."""
    factory.change(evolve(factory.spec, faults=faults))


@implementer(IHalfCloseableProtocol)
class RecordingProtocol(Protocol):
    """Records what it is told by its transport."""

    transport: Any

    def __init__(self) -> None:
        self.received = b""
        self.events: list[str] = []

    def connectionMade(self) -> None:
        self.events.append("made")

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def readConnectionLost(self) -> None:
        self.events.append("read end")

    def writeConnectionLost(self) -> None:
        self.events.append("write end")

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.events.append("lost")


@pytest.fixture(autouse=True)
def _cleared(bench: Bench) -> Iterator[None]:
    """Release what is held at the end of a test."""
    yield
    for client in bench.clients:
        if isinstance(client.protocol, Connection) and client.protocol.connected:
            client.protocol.set_faults(())


class FarEnd:
    """The client's end. It reads without a turn of the reactor."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.send = client.send
        self.offer = client.offer
        self.reset = client.reset
        self.close = client.close
        self.end = client.half_close
        self._ended = False

    @property
    def was_reset(self) -> bool:
        self._read()
        return self.client.was_reset

    @property
    def has_ended(self) -> bool:
        """Whether the listener has closed its side."""
        self._read()
        return self._ended and not self.client.was_reset

    def receive(self) -> bytes:
        """Everything that arrived since the last call."""
        self._read()
        received, self.client.received = self.client.received, b""
        return received

    def _read(self) -> None:
        before = -1
        while not self._ended and before != len(self.client.received):
            before = len(self.client.received)
            self._ended = self.client.read()


def serve(bench: Bench, protocol: Protocol, *faults: Fault) -> tuple[Connection, FarEnd]:
    factory = bench.factory(lambda: protocol, faults=faults)
    client = bench.join(factory)
    assert isinstance(client.protocol, Connection)
    return client.protocol, FarEnd(client)


def test_latency_delays_each_way_and_the_counters_tell_what_the_wire_saw(
    bench: Bench, hand: HandReactor
) -> None:
    connection, client = serve(bench, Echo(), fault("latency", seconds=0.01))
    client.send(b"hello")
    hand.turn()
    assert (connection.bytes_in, connection.bytes_out, connection.held_bytes) == (5, 0, 5)
    hand.advance(0.01)
    hand.turn()
    assert (connection.bytes_out, connection.held_bytes) == (0, 5)
    hand.advance(0.01)
    hand.turn()
    assert client.receive() == b"hello"
    assert (connection.bytes_out, connection.held_bytes) == (5, 0)


def test_a_fault_acts_at_once_on_an_open_connection_and_leaves_no_trace(
    bench: Bench, hand: HandReactor
) -> None:
    connection, client = serve(bench, Echo())
    assert connection.faults is None
    arm(connection.factory, fault("stall"))
    client.send(b"one")
    hand.turn()
    hand.advance(60)
    hand.turn()
    assert client.receive() == b""
    arm(connection.factory)
    hand.turn()
    assert client.receive() == b"one"
    assert connection.faults is None
    client.send(b"two")
    hand.turn()
    hand.turn()
    assert client.receive() == b"two"


def test_a_connection_may_have_faults_of_its_own(bench: Bench, hand: HandReactor) -> None:
    connection, client = serve(bench, Echo())
    connection.set_faults((fault("stall", direction=Direction.OUT),))
    client.send(b"one")
    hand.turn()
    assert connection.held_bytes == 3
    arm(connection.factory, fault("latency", seconds=9))
    assert connection.held_bytes == 3
    connection.set_faults(())
    hand.turn()
    assert client.receive() == b"one"
    connection.set_faults(None)
    client.send(b"two")
    hand.turn()
    assert connection.held_bytes == 3


def test_a_delayed_close_comes_after_the_bytes(bench: Bench, hand: HandReactor) -> None:
    class Parting(RecordingProtocol):
        def connectionMade(self) -> None:
            self.transport.write(b"goodbye")
            self.transport.loseConnection()

    connection, client = serve(bench, Parting(), fault("latency", seconds=40))
    hand.turn()
    hand.advance(39)
    hand.turn()
    assert client.receive() == b""
    assert connection.disconnecting
    hand.advance(1)
    hand.turn()
    assert client.receive() == b"goodbye"
    assert client.has_ended
    hand.advance(LINGER_SECONDS)
    hand.turn()
    assert not connection.connected
    assert connection.reason == "closed by the listener"


def test_a_half_close_of_the_client_is_delayed_with_its_bytes(
    bench: Bench, hand: HandReactor
) -> None:
    protocol = RecordingProtocol()
    connection, client = serve(bench, protocol, fault("latency", seconds=1))
    client.send(b"all")
    client.end()
    hand.turn()
    hand.turn()
    assert (protocol.received, protocol.events) == (b"", ["made"])
    hand.advance(1)
    hand.turn()
    assert (protocol.received, protocol.events) == (b"all", ["made", "read end"])
    connection.loseConnection()
    hand.advance(1)
    hand.turn()
    hand.turn()
    assert not connection.connected


def test_a_client_that_resets_is_told_after_what_it_said(bench: Bench, hand: HandReactor) -> None:
    protocol = RecordingProtocol()
    connection, client = serve(bench, protocol, fault("latency", seconds=1))
    client.send(b"last")
    hand.turn()
    client.reset()
    hand.turn()
    assert connection.connected
    assert connection.bytes_unsent == 0
    connection.write(b"nobody gets this")
    hand.advance(1)
    hand.turn()
    assert protocol.received == b"last"
    assert protocol.events == ["made", "lost"]
    assert not connection.connected


def test_a_listener_that_stops_does_not_wait_for_a_connection_that_is_gone(
    bench: Bench, hand: HandReactor
) -> None:
    protocol = RecordingProtocol()
    connection, client = serve(bench, protocol, fault("stall"))
    client.send(b"x")
    hand.turn()
    client.reset()
    hand.turn()
    assert connection.connected
    connection.loseConnection()
    hand.turn()
    assert protocol.events == ["made", "lost"]


@pytest.mark.parametrize("then", LimitAction)
def test_a_limit_ends_the_connection_after_so_many_bytes(
    bench: Bench, hand: HandReactor, then: LimitAction
) -> None:
    limit = fault("limit", bytes=1000, then=then, direction=Direction.OUT)
    connection, client = serve(bench, Echo(), limit)
    client.send(b"x" * 5000)
    for _ in range(5):
        hand.turn()
    received = client.receive()
    assert received == b"x" * 1000
    assert connection.bytes_out == 1000
    if then is LimitAction.RESET:
        hand.advance(0.01)
        hand.turn()
        assert not connection.connected
        assert client.was_reset
    else:
        assert client.has_ended
        client.close()
        hand.turn()
    assert not connection.connected
    assert connection.reason == f"fault: limit 1 kB, then {then.value} out"
    is_reset = then is LimitAction.RESET
    assert connection.close_kind is (CloseKind.RESET_HERE if is_reset else CloseKind.CLOSED_HERE)
    assert connection.factory.closed_by_limit.by_reason() == [("fault", 1)]


def test_reset_after_and_close_after_end_a_connection_in_time(
    bench: Bench, hand: HandReactor
) -> None:
    connection, client = serve(bench, Echo(), fault("stall"), fault("reset-after", seconds=0.3))
    client.send(b"x")
    hand.turn()
    hand.advance(0.29)
    assert connection.connected
    hand.advance(0.02)
    hand.turn()
    assert client.was_reset
    assert connection.reason == "fault: reset-after 300 ms"
    connection, client = serve(bench, Echo(), fault("close-after", seconds=2))
    hand.advance(2)
    hand.turn()
    assert client.has_ended
    assert connection.reason == "fault: close-after 2 s"


def test_stop_reading_leaves_the_bytes_in_the_socket(bench: Bench, hand: HandReactor) -> None:
    protocol = RecordingProtocol()
    connection, client = serve(bench, protocol)
    arm(connection.factory, fault("stop-reading"))
    client.send(b"unread")
    hand.turn()
    assert connection.bytes_in == 0
    arm(connection.factory)
    hand.turn()
    assert protocol.received == b"unread"


def test_a_slow_close_delays_the_end_and_not_the_bytes(bench: Bench, hand: HandReactor) -> None:
    protocol = RecordingProtocol()
    _, client = serve(bench, protocol, fault("slow-close", seconds=45))
    protocol.transport.write(b"now")
    protocol.transport.loseConnection()
    hand.turn()
    assert client.receive() == b"now"
    hand.advance(44)
    hand.turn()
    assert not client.has_ended
    hand.advance(1)
    hand.turn()
    client.receive()
    assert client.has_ended


def test_a_client_is_reset_when_it_is_refused(bench: Bench, hand: HandReactor) -> None:
    factory = bench.factory(Echo, faults=(fault("refuse"),))
    client = FarEnd(bench.join(factory))
    hand.turn()
    assert client.was_reset
    assert factory.refusals.by_reason() == [("reset by a fault", 1)]
    assert not factory.connections


def test_an_accept_delay_keeps_the_protocol_from_beginning(bench: Bench, hand: HandReactor) -> None:
    protocol = RecordingProtocol()
    connection, client = serve(bench, protocol, fault("accept-delay", seconds=5))
    client.send(b"early")
    hand.turn()
    assert (protocol.events, connection.bytes_in) == ([], 0)
    hand.advance(5)
    hand.turn()
    assert (protocol.events, protocol.received) == (["made"], b"early")


def test_a_connection_lost_before_it_began_is_not_told_to_the_protocol(
    bench: Bench, hand: HandReactor
) -> None:
    protocol = RecordingProtocol()
    connection, _ = serve(bench, protocol, fault("accept-delay", seconds=5))
    connection.abortConnection()
    hand.turn()
    assert not connection.connected
    assert protocol.events == []


@pytest.mark.parametrize(
    "delays",
    [
        (fault("latency", seconds=1),),
        (fault("bandwidth", bytes_per_second=3),),
        (fault("slice", bytes=1, delay=0.3),),
        (fault("stall", seconds=1),),
        (fault("latency", seconds=0.5), fault("slice", bytes=2, delay=0.3)),
    ],
)
@pytest.mark.parametrize("action", ["close", "reset", "half-close", "stop-reading", "drain"])
def test_a_reply_comes_before_the_action_of_its_rule_whatever_delays_it(
    bench: Bench, hand: HandReactor, delays: tuple[Fault, ...], action: str
) -> None:
    rules = rule_set({"any": True, "reply": "bye", "action": action})
    replies = RepliesFactory(rules, Surroundings(hand)).buildProtocol(None)
    assert isinstance(replies, Replies)
    _, client = serve(bench, replies, *delays)
    client.send(b"x\n")
    hand.turn()
    assert (client.receive(), client.was_reset, client.has_ended) == (b"", False, False)
    for _ in range(30):
        hand.advance(0.1)
        hand.turn()
    assert client.receive() == b"bye"
    assert client.was_reset == (action == "reset")
    assert client.has_ended == (action in ("close", "half-close"))


def test_a_protocol_that_fails_after_its_answer_resets_behind_it(
    bench: Bench, hand: HandReactor, caplog: pytest.LogCaptureFixture
) -> None:
    class Fails(Protocol):
        def dataReceived(self, data: bytes) -> None:
            self.transport.write(b"half of")  # type: ignore[union-attr]
            raise ValueError("the rest")

    latency = fault("latency", seconds=1, direction=Direction.OUT)
    connection, client = serve(bench, Fails(), latency)
    client.send(b"x")
    hand.turn()
    assert (connection.connected, "the rest" in caplog.text) == (True, True)
    for _ in range(2):  # the bytes, then the reset
        hand.advance(1)
        hand.turn()
    assert (client.receive(), client.was_reset) == (b"half of", True)
    assert connection.reason == "ValueError: the rest"


def test_a_connection_that_is_lost_while_its_faults_leave_is_closed_in_order(
    bench: Bench, hand: HandReactor
) -> None:
    class Leaving(RecordingProtocol):
        def readConnectionLost(self) -> None:
            self.transport.resumeProducing()  # the faults hold nothing any more, and leave
            self.transport.loseConnection()  # with both directions closed, it is lost at once

    protocol = Leaving()
    connection, client = serve(bench, protocol, fault("latency", seconds=5, direction=Direction.IN))
    protocol.transport.loseWriteConnection()
    client.end()
    hand.turn()
    connection.set_faults(())
    assert (protocol.events[-1], connection.connected) == ("lost", False)


@pytest.mark.parametrize("ends", ["loseConnection", "abortConnection", "abort"])
def test_a_close_does_not_wait_for_a_loss_that_is_held(
    bench: Bench, hand: HandReactor, ends: str
) -> None:
    protocol = RecordingProtocol()
    connection, client = serve(bench, protocol, fault("latency", seconds=5))
    client.reset()
    hand.turn()
    assert connection.connected
    getattr(connection, ends)()
    hand.turn()
    assert (protocol.events, connection.connected) == (["made", "lost"], False)


def test_a_reset_by_a_paused_protocol_comes_behind_what_cleared_faults_held(
    bench: Bench, hand: HandReactor
) -> None:
    protocol = RecordingProtocol()
    connection, client = serve(bench, protocol, fault("latency", seconds=0.0))
    protocol.transport.pauseProducing()
    client.send(b"held")
    hand.turn()
    connection.set_faults(())
    protocol.transport.abortConnection()
    hand.turn()
    assert (protocol.events, client.was_reset) == (["made", "lost"], True)


def test_a_timed_end_does_not_follow_a_loss_that_is_held(bench: Bench, hand: HandReactor) -> None:
    protocol = RecordingProtocol()
    faults = (fault("latency", seconds=5, direction=Direction.IN), fault("close-after", seconds=1))
    connection, client = serve(bench, protocol, *faults)
    client.reset()
    hand.turn()
    connection.set_faults(faults)  # counts on, and not anew
    for _ in range(2):
        hand.advance(3)
        hand.turn()
    assert (protocol.events, connection.reason) == (["made", "lost"], "reset by the peer")


def test_what_the_panel_resets_waits_for_no_fault(bench: Bench, hand: HandReactor) -> None:
    connection, client = serve(bench, Echo(), fault("stall"))
    client.send(b"x")
    hand.turn()
    connection.abort()
    hand.turn()
    assert (client.receive(), client.was_reset, connection.connected) == (b"", True, False)


def test_an_echo_of_much_is_bounded_and_complete(bench: Bench, hand: HandReactor) -> None:
    faults = (fault("latency", seconds=0.01), fault("bandwidth", bytes_per_second=10_000_000))
    connection, client = serve(bench, Echo(), *faults)
    left, received, most = memoryview(LOTS), b"", 0

    def is_complete() -> bool:
        nonlocal left, received, most
        if left:
            left = left[client.offer(left) :]
        hand.advance(0.005)
        most = max(most, connection.held_bytes)
        received += client.receive()
        return len(received) >= len(LOTS)

    client.client.until(is_complete)
    assert received == LOTS
    assert most < 3 * 1024 * 1024


def test_what_a_stall_holds_of_a_protocol_that_writes_on_is_bounded(
    bench: Bench, hand: HandReactor, record: Record
) -> None:
    protocol = RecordingProtocol()
    connection, _ = serve(bench, protocol, fault("stall"))
    for _ in range(40):
        protocol.transport.write(b"x" * 1024**2)
    hand.turn()
    assert not connection.connected
    assert connection.reason.startswith("faults hold ")
    assert connection.close_kind is CloseKind.RESET_HERE


@pytest.mark.parametrize("streaming", [True, False])
def test_a_producer_passes_through_a_limit_on_what_is_held(
    bench: Bench, hand: HandReactor, streaming: bool
) -> None:
    class Source:
        left = 50
        is_paused = False

        def resumeProducing(self) -> None:
            self.is_paused = False
            while self.left and not self.is_paused:
                self.left -= 1
                protocol.transport.write(b"x" * 100_000)
                if not streaming:
                    break
            if not self.left:
                protocol.transport.unregisterProducer()
                protocol.transport.loseConnection()

        def pauseProducing(self) -> None:
            self.is_paused = True

        def stopProducing(self) -> None:
            self.left = 0

    protocol, source = RecordingProtocol(), Source()
    connection, client = serve(bench, protocol, fault("latency", seconds=0.1))
    protocol.transport.registerProducer(source, streaming)
    if streaming:
        source.resumeProducing()
    total = most = 0

    def is_complete() -> bool:
        nonlocal total, most
        hand.advance(0.01)
        most = max(most, connection.held_bytes)
        total += len(client.receive())
        return client.has_ended

    client.client.until(is_complete)
    assert total == 5_000_000
    assert most < 2 * 1024 * 1024
    hand.advance(LINGER_SECONDS)
    hand.turn()
    assert not connection.connected


def test_chance_hits_a_share_of_the_connections_and_repeats_with_the_seed(bench: Bench) -> None:
    def hit() -> list[bool]:
        factory = bench.factory(Echo, seed=5, faults=(fault("stall", chance=0.5),))
        clients = [bench.join(factory) for _ in range(20)]
        return [client.protocol.faults is not None for client in clients]  # type: ignore[attr-defined]

    first = hit()
    assert 3 < sum(first) < 17
    assert hit() == first


def test_a_fault_of_chance_zero_leaves_a_connection_as_it_is(bench: Bench) -> None:
    connection, _ = serve(bench, Echo(), fault("latency", seconds=1, chance=0.0))
    assert connection.faults is None


def test_a_connection_that_ends_is_told_by_its_own_reason(bench: Bench, hand: HandReactor) -> None:
    connection, client = serve(bench, Echo(), fault("latency", seconds=0.1))
    client.close()
    hand.turn()
    hand.advance(0.1)
    hand.advance(0.1)
    hand.turn()
    hand.turn()
    assert connection.reason == "closed by the peer"
