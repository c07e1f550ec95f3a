"""A draining listener accepts no peers, and stops when the last connection closes."""

from __future__ import annotations

import errno

from attrs import evolve
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError

from app.runtime.coroutines import spawn
from app.server.listener import Listener, State
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record
from tests.server.test_listener import SPEC, Build, Endpoint, Port, build, endpoint, join

__all__ = ["build", "endpoint"]


def drain(listener: Listener, endpoint: Endpoint, hand: HandReactor) -> tuple[Port, Client]:
    """Start `listener`, connect one client, and drain it."""
    spawn(listener.start())
    port = endpoint.bind()
    client = join(hand, listener)
    spawn(listener.drain())
    return port, client


def leave(client: Client, listener: Listener, left: int = 0) -> None:
    """Close the client and wait until `left` connections remain."""
    client.close()
    client.until(lambda: listener.connection_count == left)


def test_draining_closes_the_socket_and_waits_for_the_connections(
    build: Build, endpoint: Endpoint, hand: HandReactor, record: Record
) -> None:
    listener = build(SPEC)
    port, client = drain(listener, endpoint, hand)
    assert not port.is_bound
    assert (listener.state, listener.port) == (State.DRAINING, None)
    assert (listener.is_on, listener.can_stop, listener.can_drain) == (False, True, False)
    hand.advance(3600)
    client.send(b"still here")
    assert client.read_all(10) == b"still here"
    leave(client, listener)
    assert record.states == ["starting", "listening", "draining", "stopped"]
    assert listener.factory is not None
    assert listener.factory.accepted == 1, "the last totals can still be read"


def test_drain_is_done_when_the_last_connection_closes(
    build: Build, endpoint: Endpoint, hand: HandReactor
) -> None:
    listener = build(SPEC)
    spawn(listener.start())
    endpoint.bind()
    clients = [join(hand, listener) for _ in range(2)]
    done = spawn(listener.drain())
    leave(clients[0], listener, left=1)
    assert not done.called
    leave(clients[1], listener)
    assert done.called


def test_drain_without_connections_stops_immediately(
    build: Build, endpoint: Endpoint, record: Record
) -> None:
    listener = build(SPEC)
    spawn(listener.start())
    endpoint.bind()
    assert spawn(listener.drain()).called
    assert record.states == ["starting", "listening", "stopping", "stopped"]


def test_drain_of_a_stopped_listener_does_nothing(build: Build, record: Record) -> None:
    assert spawn(build(SPEC).drain()).called
    assert record.events == []


def test_stop_closes_the_remaining_connections(
    build: Build, endpoint: Endpoint, hand: HandReactor, record: Record
) -> None:
    listener = build(SPEC)
    _, client = drain(listener, endpoint, hand)
    stopped = spawn(listener.stop())
    client.half_close()
    assert client.read_to_end() == b""
    client.until(lambda: stopped.called)
    assert record.states[2:] == ["draining", "stopping", "stopped"]
    client.close()


def test_start_undoes_draining_and_keeps_the_connections(
    build: Build, endpoint: Endpoint, hand: HandReactor, record: Record
) -> None:
    listener = build(SPEC)
    _, client = drain(listener, endpoint, hand)
    factory = listener.factory
    started = spawn(listener.start())
    endpoint.bind()
    assert started.called
    assert listener.state is State.LISTENING
    assert listener.factory is factory
    second = join(hand, listener)
    assert listener.connection_count == 2
    leave(client, listener, left=1)
    leave(second, listener)
    assert listener.state is State.LISTENING, "draining was undone"


def test_a_failed_start_keeps_draining_and_says_why(
    build: Build, endpoint: Endpoint, hand: HandReactor
) -> None:
    listener = build(SPEC)
    _, client = drain(listener, endpoint, hand)
    spawn(listener.start())
    endpoint.fail(CannotListenError("127.0.0.1", 8007, OSError(errno.EADDRINUSE, "in use")))
    assert listener.state is State.DRAINING
    assert listener.reason.startswith("Port 8007 is in use by somebody")
    leave(client, listener)
    assert (listener.state, listener.reason) == (State.STOPPED, "")


def test_stop_during_a_start_after_draining_closes_the_connections(
    build: Build, endpoint: Endpoint, hand: HandReactor
) -> None:
    listener = build(SPEC)
    _, client = drain(listener, endpoint, hand)
    spawn(listener.start())
    stopped = spawn(listener.stop())
    client.half_close()
    client.until(lambda: stopped.called)
    assert listener.state is State.STOPPED
    assert not endpoint.bind().is_bound
    client.close()


def test_a_failed_start_without_connections_is_a_failure(
    build: Build, endpoint: Endpoint, hand: HandReactor
) -> None:
    listener = build(SPEC)
    _, client = drain(listener, endpoint, hand)
    spawn(listener.start())
    leave(client, listener)
    assert listener.state is State.STARTING
    endpoint.fail(ValueError("boom"))
    assert listener.state is State.FAILED
    spawn(listener.start())
    endpoint.bind()
    assert listener.state is State.LISTENING


def test_start_after_a_changed_endpoint_restarts_a_draining_listener(
    build: Build, endpoint: Endpoint, hand: HandReactor, record: Record
) -> None:
    listener = build(SPEC)
    _, client = drain(listener, endpoint, hand)
    listener.change(evolve(SPEC, endpoint="tcp:8008"))
    assert listener.is_stale
    started: Deferred[None] = spawn(listener.start())
    client.half_close()
    client.until(lambda: endpoint.waiting)
    endpoint.bind()
    assert started.called
    assert not listener.is_stale
    assert record.states[-3:] == ["stopping", "starting", "listening"]
    client.close()


def test_draining_twice_has_the_effect_of_draining_once(
    build: Build, endpoint: Endpoint, hand: HandReactor, record: Record
) -> None:
    listener = build(SPEC)
    _, client = drain(listener, endpoint, hand)
    assert spawn(listener.drain()).called
    leave(client, listener)
    assert record.states.count("stopped") == 1


def test_a_start_queued_after_an_immediate_drain_binds_once(
    build: Build, hand: HandReactor, record: Record
) -> None:
    """A draining UDP listener keeps its socket, so a second bind would conflict."""
    listener = build(evolve(SPEC, endpoint="udp:0"))
    spawn(listener.start())
    done = [spawn(each()) for each in (listener.stop, listener.start, listener.drain)]
    done.append(spawn(listener.start()))
    for _ in range(4):
        hand.turn()
    assert all(each.called for each in done)
    assert listener.state is State.LISTENING
    assert record.states[2:] == ["stopping", "stopped", "starting", "listening"] * 2
    assert hand.getReaders() == [listener.port]
    spawn(listener.stop())
    hand.turn()
    assert not hand.getReaders()
