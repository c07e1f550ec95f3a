"""The states of a listener, for operations in any order."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from attrs import evolve
from twisted.internet import endpoints
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory
from zope.interface import implementer

from app.net.endpoint import Endpoint as Description
from app.profile import ListenerSpec
from app.runtime.coroutines import spawn
from app.server.connections.factory import STOP_GRACE_SECONDS
from app.server.listener import Listener, State
from app.server.sockets.addresses import PortConflict
from app.server.sockets.listen import BACKLOG
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record

SPEC = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007")


@implementer(IListeningPort)
class Port:
    """The part of a bound port that a listener uses."""

    def __init__(self) -> None:
        self.is_bound = True
        self.closing: Deferred[None] | None = None

    def startListening(self) -> None:
        raise NotImplementedError

    def stopListening(self) -> Deferred[None] | None:
        if self.closing is None:
            self.is_bound = False
        return self.closing

    def getHost(self) -> IPv4Address:
        return IPv4Address("TCP", "127.0.0.1", 8007)


class Endpoint:
    """Binds when the test calls `bind`. Calls of `listen` wait in `waiting`."""

    def __init__(self) -> None:
        self.waiting: list[Deferred[IListeningPort]] = []
        self.factories: list[Factory[Any]] = []

    def listen(self, factory: Factory[Any]) -> Deferred[IListeningPort]:
        self.factories.append(factory)
        self.waiting.append(Deferred())
        return self.waiting[-1]

    def bind(self, port: Port | None = None) -> Port:
        port = port or Port()
        self.waiting.pop(0).callback(port)
        return port

    def fail(self, error: Exception) -> None:
        self.waiting.pop(0).errback(error)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """The one fake endpoint for every description."""
    endpoint = Endpoint()
    monkeypatch.setattr(endpoints, "serverFromString", lambda reactor, description: endpoint)
    return endpoint


Build = Callable[[ListenerSpec], Listener]


@pytest.fixture
def build(hand: HandReactor, record: Record) -> Build:
    async def find_conflict(endpoint: Description) -> PortConflict:
        return PortConflict(f"somebody on {endpoint.port}")

    def build(
        spec: ListenerSpec,
        find_conflict: Callable[[Description], Awaitable[PortConflict]] = find_conflict,
    ) -> Listener:
        return Listener(
            spec,
            reactor=hand,
            observer=record,
            numbers=itertools.count(1),
            find_conflict=find_conflict,
        )

    return build


@pytest.fixture
def listener(build: Build, endpoint: Endpoint) -> Listener:
    """A listener that uses the fake endpoint."""
    return build(SPEC)


def join(hand: HandReactor, listener: Listener) -> Client:
    assert listener.factory is not None
    return Client(hand, listener.factory.buildProtocol(None))


# Start and stop, one after the other


def test_a_new_listener_is_stopped(listener: Listener) -> None:
    assert (listener.state, listener.reason, listener.port) == (State.STOPPED, "", None)
    assert (listener.is_on, listener.address, listener.connection_count) == (False, None, 0)
    assert listener.where == "127.0.0.1:8007"
    assert repr(listener) == "<Listener Echo stopped 127.0.0.1:8007>"


def test_start_moves_from_starting_to_listening(
    listener: Listener, endpoint: Endpoint, record: Record
) -> None:
    started = spawn(listener.start())
    assert listener.state is State.STARTING
    assert listener.is_on
    endpoint.bind()
    assert started.called
    assert listener.state is State.LISTENING
    assert listener.address == IPv4Address("TCP", "127.0.0.1", 8007)
    assert record.states == ["starting", "listening"]


def test_it_is_stopped_when_its_socket_is_closed(
    listener: Listener, endpoint: Endpoint, record: Record
) -> None:
    spawn(listener.start())
    port = endpoint.bind()
    port.closing = Deferred()
    stopped = spawn(listener.stop())
    assert listener.state is State.STOPPING
    assert listener.port is port, "a socket is still bound"
    port.closing.callback(None)
    assert stopped.called
    assert (listener.state, listener.port) == (State.STOPPED, None)
    assert record.states == ["starting", "listening", "stopping", "stopped"]


class NamelessPort(Port):
    def getHost(self) -> IPv4Address:
        raise ValueError("no name")


def test_a_socket_that_does_not_tell_its_address_is_closed(
    listener: Listener, endpoint: Endpoint
) -> None:
    spawn(listener.start())
    port = endpoint.bind(NamelessPort())
    assert listener.state is State.FAILED
    assert not port.is_bound
    assert listener.port is None


def test_each_start_counts_from_zero(
    listener: Listener, endpoint: Endpoint, hand: HandReactor
) -> None:
    for _ in range(2):
        spawn(listener.start())
        endpoint.bind()
        assert listener.factory is not None
        assert listener.factory.accepted == 0
        client = join(hand, listener)
        client.close()
        client.until(lambda: not listener.connection_count)
        spawn(listener.stop())
        assert listener.factory.accepted == 1, "the last totals can still be read"


# Start and stop, interleaved


def test_starting_twice_has_the_effect_of_starting_once(
    listener: Listener, endpoint: Endpoint, record: Record
) -> None:
    both = [spawn(listener.start()), spawn(listener.start())]
    endpoint.bind()
    assert all(each.called for each in both)
    assert not endpoint.waiting
    spawn(listener.start())
    assert not endpoint.waiting
    assert record.states == ["starting", "listening"]


def test_stopping_twice_has_the_effect_of_stopping_once(
    listener: Listener, endpoint: Endpoint, record: Record
) -> None:
    spawn(listener.start())
    port = endpoint.bind()
    port.closing = Deferred()
    both = [spawn(listener.stop()), spawn(listener.stop())]
    assert not any(each.called for each in both)
    port.closing.callback(None)
    assert all(each.called for each in both)
    assert record.states == ["starting", "listening", "stopping", "stopped"]


def test_stopping_a_stopped_listener_reports_nothing(listener: Listener, record: Record) -> None:
    assert spawn(listener.stop()).called
    assert record.events == []


def test_a_start_waits_for_a_running_stop(
    listener: Listener, endpoint: Endpoint, record: Record
) -> None:
    spawn(listener.start())
    port = endpoint.bind()
    port.closing = Deferred()
    spawn(listener.stop())
    started = spawn(listener.start())
    assert not endpoint.waiting
    assert listener.state is State.STOPPING
    port.closing.callback(None)
    endpoint.bind()
    assert started.called
    assert record.states == [
        *("starting", "listening", "stopping", "stopped"),
        *("starting", "listening"),
    ]


def test_a_stop_does_not_wait_for_a_slow_start(
    listener: Listener, endpoint: Endpoint, record: Record
) -> None:
    started = spawn(listener.start())
    stopped = spawn(listener.stop())
    assert started.called
    assert stopped.called
    assert listener.state is State.STOPPED
    assert record.states == ["starting", "stopped"]


def test_a_port_that_is_bound_too_late_is_closed(listener: Listener, endpoint: Endpoint) -> None:
    spawn(listener.start())
    spawn(listener.stop())
    port = endpoint.bind()
    assert not port.is_bound
    assert (listener.state, listener.port) == (State.STOPPED, None)


def test_connections_of_a_port_that_is_bound_too_late_are_aborted(
    listener: Listener, endpoint: Endpoint, hand: HandReactor
) -> None:
    spawn(listener.start())
    client = Client(hand, endpoint.factories[0].buildProtocol(None))  # type: ignore[arg-type]
    spawn(listener.stop())
    endpoint.bind()
    client.read_to_end()
    assert client.was_reset
    client.close()


def test_a_failure_that_comes_too_late_changes_nothing(
    listener: Listener, endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    spawn(listener.start())
    spawn(listener.stop())
    endpoint.fail(OSError(errno.EIO, "too late"))
    assert (listener.state, listener.reason) == (State.STOPPED, "")
    assert "too late" not in caplog.text


def test_the_last_of_many_operations_wins(
    listener: Listener, endpoint: Endpoint, record: Record
) -> None:
    operations = [listener.start, listener.stop, listener.start, listener.stop, listener.start]
    done = [spawn(operation()) for operation in operations]
    late = endpoint.waiting[0]
    while endpoint.waiting:
        endpoint.bind()
    assert late.called
    assert all(each.called for each in done)
    assert listener.state is State.LISTENING
    assert record.states[-2:] == ["starting", "listening"]


def test_stop_start_stop_ends_stopped(listener: Listener, endpoint: Endpoint) -> None:
    spawn(listener.start())
    first = endpoint.bind()
    first.closing = Deferred()
    done = [spawn(listener.stop()), spawn(listener.start()), spawn(listener.stop())]
    first.closing.callback(None)
    second = endpoint.bind()
    assert not second.is_bound
    assert all(each.called for each in done)
    assert listener.state is State.STOPPED


# Connections of a listener that stops


def test_stopping_lets_connections_close_before_it_resets_them(
    listener: Listener, endpoint: Endpoint, hand: HandReactor, record: Record
) -> None:
    spawn(listener.start())
    endpoint.bind()
    client = join(hand, listener)
    stopped = spawn(listener.stop())
    assert not stopped.called
    assert listener.state is State.STOPPING
    assert listener.connection_count == 1
    client.half_close()
    assert client.read_to_end() == b""
    assert not client.was_reset
    client.until(lambda: stopped.called)
    assert record.events[-2:] == [
        ("closed", 1, "closed by the listener"),
        ("moved", "Echo", "stopped"),
    ]
    assert not hand.getDelayedCalls()
    client.close()


def test_a_connection_that_does_not_close_is_reset_after_the_grace_time(
    build: Build, endpoint: Endpoint, hand: HandReactor, record: Record
) -> None:
    listener = build(SPEC)
    spawn(listener.start())
    endpoint.bind()
    client = join(hand, listener)
    (connection,) = record.live
    connection.write(bytes(10_000_000))
    hand.turn()
    stopped = spawn(listener.stop())
    hand.advance(STOP_GRACE_SECONDS - 0.01)
    hand.turn()
    assert not stopped.called
    hand.advance(0.01)
    hand.turn()
    assert stopped.called
    assert record.events[-2:] == [
        ("closed", 1, "aborted by the listener"),
        ("moved", "Echo", "stopped"),
    ]
    client.read_to_end()
    assert client.was_reset
    client.close()


def test_a_factory_that_fails_to_stop_does_not_keep_the_listener_from_stopping(
    listener: Listener, endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    spawn(listener.start())
    port = endpoint.bind()
    port.closing = Deferred()
    spawn(listener.stop())
    port.closing.errback(ValueError("boom"))
    assert (listener.state, listener.port) == (State.STOPPED, None)
    assert "Echo: the protocol's factory failed to stop." in caplog.text
    assert "ValueError: boom" in caplog.text


# Failures


def test_a_failure_has_a_sentence_as_its_reason(
    listener: Listener, endpoint: Endpoint, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    started = spawn(listener.start())
    endpoint.fail(CannotListenError("127.0.0.1", 8007, OSError(errno.EADDRINUSE, "in use")))
    assert started.called
    assert listener.state is State.FAILED
    assert listener.reason == (
        "Port 8007 is in use by somebody on 8007. Stop it, or choose another port."
    )
    assert not listener.is_on
    assert record.states == ["starting", "failed"]
    assert f"Echo: {listener.reason}" in caplog.text


def test_after_a_failure_it_starts_again(listener: Listener, endpoint: Endpoint) -> None:
    spawn(listener.start())
    endpoint.fail(ValueError("boom"))
    spawn(listener.start())
    assert listener.reason == ""
    endpoint.bind()
    assert listener.state is State.LISTENING


def test_stopping_a_failed_listener_removes_its_reason(
    listener: Listener, endpoint: Endpoint
) -> None:
    spawn(listener.start())
    endpoint.fail(ValueError("boom"))
    spawn(listener.stop())
    assert (listener.state, listener.reason) == (State.STOPPED, "")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (evolve(SPEC, protocol="ecko"), "Did you mean echo?"),
        (evolve(SPEC, endpoint="tcp:http"), "whole number from 0 to 65535"),
        (evolve(SPEC, endpoint="8007"), "Begin the endpoint with its kind"),
        (evolve(SPEC, endpoint="carrier-pigeon:8007"), "carrier-pigeon"),
        (evolve(SPEC, endpoint="ssl:8007:privateKey=missing.pem"), "/missing.pem."),
    ],
)
def test_an_invalid_spec_is_a_failure_that_stop_clears(
    build: Build, record: Record, spec: ListenerSpec, words: str
) -> None:
    listener = build(spec)
    assert spawn(listener.start()).called
    assert listener.state is State.FAILED
    assert words in listener.reason
    assert listener.where
    spawn(listener.stop())
    assert record.states == ["starting", "failed", "stopped"]


def test_a_failed_start_waits_for_the_lookup_of_the_port_owner(
    hand: HandReactor, record: Record, endpoint: Endpoint
) -> None:
    answer: Deferred[PortConflict] = Deferred()
    listener = Listener(
        SPEC,
        reactor=hand,
        observer=record,
        numbers=itertools.count(1),
        find_conflict=lambda endpoint: answer,
    )
    started, stopped = spawn(listener.start()), None
    endpoint.fail(CannotListenError("127.0.0.1", 8007, OSError(errno.EADDRINUSE, "in use")))
    stopped = spawn(listener.stop())
    assert listener.state is State.STARTING
    answer.callback(PortConflict("node (pid 4211)"))
    assert started.called
    assert stopped.called
    assert record.states == ["starting", "failed", "stopped"]


# Specs


def test_without_an_interface_only_this_machine_can_connect(
    build: Build, hand: HandReactor
) -> None:
    spawn(build(evolve(SPEC, endpoint="tcp:8007")).start())
    port, _, _, interface = hand.tcpServers[0]
    assert (port, interface) == (8007, "127.0.0.1")


@pytest.mark.parametrize(
    ("endpoint", "backlog"),
    [("tcp:8007", BACKLOG), ("tcp:8007:backlog=5", 5), ("tcp:8007:127.0.0.1:5", 5)],
)
def test_the_backlog_is_large_unless_the_user_sets_it(
    build: Build, hand: HandReactor, endpoint: str, backlog: int
) -> None:
    spawn(build(evolve(SPEC, endpoint=endpoint)).start())
    assert hand.tcpServers[0][2] == backlog


def test_a_changed_name_and_limit_apply_immediately(
    listener: Listener, endpoint: Endpoint, record: Record
) -> None:
    spawn(listener.start())
    endpoint.bind()
    spec = evolve(SPEC, name="Parrot", max_connections=1)
    listener.change(spec)
    assert listener.factory is not None
    assert listener.factory.spec == spec
    assert record.events[-1] == ("moved", "Parrot", "listening")


def test_a_changed_endpoint_is_stale_until_the_restart(
    listener: Listener, endpoint: Endpoint
) -> None:
    spawn(listener.start())
    endpoint.bind()
    listener.change(evolve(SPEC, endpoint="tcp:8008"))
    assert listener.is_stale
    listener.change(evolve(SPEC, name="Parrot"))
    assert not listener.is_stale, "the running spec is the current one again"
    listener.change(evolve(SPEC, endpoint="tcp:8008"))
    spawn(listener.stop())
    assert not listener.is_stale
    spawn(listener.start())
    endpoint.bind()
    assert not listener.is_stale


def test_a_new_endpoint_removes_the_reason_of_the_old_one(
    listener: Listener, endpoint: Endpoint, record: Record
) -> None:
    spawn(listener.start())
    endpoint.fail(ValueError("boom"))
    listener.change(evolve(SPEC, name="Parrot"))
    assert listener.state is State.FAILED
    assert listener.reason == "Cannot listen on tcp:8007:interface=127.0.0.1: boom."
    listener.change(evolve(SPEC, endpoint="tcp:8008"))
    assert (listener.state, listener.reason) == (State.STOPPED, "")
    assert record.states == ["starting", "failed", "failed", "stopped"]
