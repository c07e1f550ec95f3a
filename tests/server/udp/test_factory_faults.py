"""Faults of a UDP listener, on real sockets and a clock set by hand."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from app.faults.spec import Direction, Fault, FaultKind
from app.protocols.echo import EchoDatagrams
from app.server.udp.factory import DatagramFactory
from app.traffic.connection_info import CloseKind
from tests.server.udp.conftest import Post


def arm(factory: DatagramFactory, kind: str, **parameters: Any) -> None:
    """Change the faults as `Listener.change` does."""
    faults = (Fault(kind=FaultKind(kind), **parameters),)
    factory.change(evolve(factory.spec, faults=faults))


def test_datagrams_are_counted_when_they_cross_the_wire(post: Post) -> None:
    factory = post.bind(EchoDatagrams())
    sender = post.sender()
    arm(factory, "latency", seconds=0.01)
    sender.send(b"hello")
    peer = post.peer(sender)
    assert (peer.bytes_in, peer.bytes_out) == (5, 0)
    post.hand.advance(0.01)
    assert peer.bytes_out == 0
    post.hand.advance(0.01)
    assert sender.receive() == b"hello"
    assert peer.bytes_out == 5


def test_what_is_held_passes_when_the_fault_is_cleared(post: Post) -> None:
    factory = post.bind(EchoDatagrams())
    sender = post.sender()
    arm(factory, "stall", direction=Direction.OUT)
    sender.send(b"1")
    sender.send(b"2")
    assert sender.has_nothing()
    factory.change(evolve(factory.spec, faults=()))
    assert [sender.receive(), sender.receive()] == [b"1", b"2"]
    assert sender.ask(b"3") == b"3"


def test_a_dropped_answer_is_not_counted_as_sent(post: Post) -> None:
    factory = post.bind(EchoDatagrams())
    sender = post.sender()
    arm(factory, "drop", direction=Direction.OUT)
    sender.send(b"1")
    assert sender.has_nothing()
    assert (factory.bytes_in, factory.bytes_out) == (1, 0)
    assert factory.faults_out.dropped == 1


def test_what_is_held_goes_with_the_socket(post: Post) -> None:
    factory = post.bind(EchoDatagrams())
    arm(factory, "latency", seconds=5)
    post.sender().send(b"1")
    factory.close()
    post.hand.advance(5)
    assert factory.faults_in.held == 0


def test_a_peer_may_have_faults_of_its_own(post: Post) -> None:
    factory = post.bind(EchoDatagrams())
    slow, other = post.sender(), post.sender()
    assert [slow.ask(b"1"), other.ask(b"2")] == [b"1", b"2"]
    peer = post.peer(slow)
    peer.set_faults((Fault(kind=FaultKind.STALL),))
    slow.send(b"held")
    assert slow.has_nothing()
    assert peer.held_bytes == 4
    assert other.ask(b"3") == b"3"
    peer.set_faults(())
    assert slow.receive() == b"held"
    arm(factory, "drop")
    assert slow.ask(b"4") == b"4"
    peer.set_faults(None)
    slow.send(b"5")
    assert slow.has_nothing()


def test_a_peer_that_ends_drops_what_its_faults_hold(post: Post) -> None:
    post.bind(EchoDatagrams())
    sender = post.sender()
    sender.ask(b"1")
    peer = post.peer(sender)
    peer.set_faults((Fault(kind=FaultKind.LATENCY, seconds=5),))
    sender.send(b"held")
    peer.loseConnection()
    assert peer.held_bytes == 0
    post.hand.advance(5)
    assert sender.has_nothing()
    assert peer.close_kind is CloseKind.CLOSED_HERE


def test_an_error_for_a_datagram_that_was_held_is_logged(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(EchoDatagrams):
        def datagramReceived(self, datagram: bytes, addr: object) -> None:
            raise ValueError("boom")

    factory = post.bind(Failing())
    sender = post.sender()
    arm(factory, "latency", seconds=1)
    sender.send(b"1")
    peer = post.peer(sender)
    post.hand.advance(1)
    assert peer.reason == "ValueError: boom"
    assert "the protocol failed on a datagram" in caplog.text


def test_a_held_datagram_that_is_too_long_is_logged(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    factory = post.bind(EchoDatagrams())
    sender = post.sender()
    arm(factory, "latency", seconds=1, direction=Direction.OUT)
    factory.send(b"x" * 70_000, sender.address)
    post.hand.advance(1)
    assert "70,000 bytes are more than one datagram can have" in caplog.text


def test_the_other_kinds_of_datagram_faults_act_at_the_socket(post: Post) -> None:
    factory = post.bind(EchoDatagrams())
    sender = post.sender()
    arm(factory, "corrupt", direction=Direction.OUT)
    assert sender.ask(b"\0") in {bytes([1 << bit]) for bit in range(8)}
    arm(factory, "duplicate", direction=Direction.IN)
    assert [sender.ask(b"twice"), sender.receive()] == [b"twice", b"twice"]
    arm(factory, "reorder", direction=Direction.OUT, seconds=5.0)
    sender.send(b"first")
    assert sender.has_nothing()
    sender.send(b"second")
    assert [sender.receive(), sender.receive()] == [b"second", b"first"]
    arm(factory, "bandwidth", direction=Direction.OUT, bytes_per_second=10)
    sender.send(b"ten bytes!")
    assert sender.has_nothing()
    post.hand.advance(1)
    assert sender.receive() == b"ten bytes!"
