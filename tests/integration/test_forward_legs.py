"""Both legs of a forwarded client: their traffic, their faults, and rules that change meanwhile."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from attrs import evolve

from app.faults.spec import Direction, Fault, FaultKind, FaultLeg, LimitAction
from app.forwarding.factory import ForwardFactory
from app.forwarding.link import LinkState
from app.forwarding.target_leg import LEAVE_SECONDS
from app.server.connections.closing import LINGER_SECONDS
from app.server.connections.connection import Connection
from app.server.listener import Listener
from app.traffic.chunk_log import ChunkLog
from tests.integration.programs import PATIENCE_SECONDS
from tests.integration.sockets import (
    Beside,
    Listen,
    StillReactor,
    Until,
    connect,
    port_of,
    read_exactly,
    read_to_end,
    reset,
    silent_target,
)
from tests.server.record import Record


@pytest.fixture
def target() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as target:
        target.settimeout(PATIENCE_SECONDS)
        yield target


@pytest.fixture
def forward(forward_to: Listen, target: socket.socket) -> Listen:
    return partial(forward_to, target)


def both(listener: Listener, target: socket.socket) -> tuple[socket.socket, socket.socket]:
    client = connect(port_of(listener))
    served, _ = target.accept()
    served.settimeout(PATIENCE_SECONDS)
    return client, served


def connection_of(listener: Listener) -> Connection:
    assert listener.factory is not None
    (connection,) = listener.factory.connections
    return connection


def rewriting(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"framing": "line", "rewrite": list(rules)}


def changed(listener: Listener, **options: Any) -> None:
    spec = evolve(listener.spec, options={**listener.spec.options, **options})
    listener.change(spec)


def chunks(log: ChunkLog) -> list[tuple[int, bool, bytes]]:
    found = (log.chunk(number) for number in range(log.first, log.end))
    return [(each.connection, each.sent, each.data) for each in found if each is not None]


def test_both_legs_are_in_the_traffic_with_what_crossed_each(
    forward: Listen, beside: Beside[Any], target: socket.socket, log: ChunkLog, record: Record
) -> None:
    listener = forward(**rewriting({"find": "cat", "replace": "dog"}))
    client, served = beside(lambda: both(listener, target))
    with client, served:
        client.sendall(b"a cat\n")
        assert beside(lambda: read_exactly(served, 6)) == b"a dog\n"
        served.sendall(b"no cat\n")
        assert beside(lambda: read_exactly(client, 7)) == b"no dog\n"
        connection = connection_of(listener)
        link = connection.target
        assert link is not None
        assert chunks(log) == [
            (connection.number, False, b"a cat\n"),
            (link.number, True, b"a dog\n"),
            (link.number, False, b"no cat\n"),
            (connection.number, True, b"no dog\n"),
        ]
        assert ("forwarded", connection.number) in record.events
        assert link.state is LinkState.OPEN
        assert (link.bytes_out, link.bytes_in) == (6, 7)


def test_a_rule_that_comes_later_changes_an_open_connection(
    forward: Listen, beside: Beside[Any], target: socket.socket
) -> None:
    listener = forward()
    client, served = beside(lambda: both(listener, target))
    with client, served:
        client.sendall(b"cat\n")
        assert beside(lambda: read_exactly(served, 4)) == b"cat\n"
        changed(listener, **rewriting({"find": "cat", "replace": "dog"}))
        client.sendall(b"cat\n")
        assert beside(lambda: read_exactly(served, 4)) == b"dog\n"
        assert listener.factory is not None
        service = listener.factory.service
        assert isinstance(service, ForwardFactory)
        assert [each.hits for each in service.rewriter.rules] == [1]
        changed(listener, rewrite=[])
        client.sendall(b"cat\n")
        assert beside(lambda: read_exactly(served, 4)) == b"cat\n"


def test_what_is_held_from_now_on_is_held_on_open_connections_too(
    forward: Listen, beside: Beside[Any], until: Until, target: socket.socket
) -> None:
    listener = forward()
    client, served = beside(lambda: both(listener, target))
    with client, served:
        client.sendall(b"before")
        assert beside(lambda: read_exactly(served, 6)) == b"before"
        changed(listener, hold={})
        client.sendall(b"held")
        assert listener.factory is not None
        service = listener.factory.service
        assert isinstance(service, ForwardFactory)
        until(lambda: service.holds.messages)
        (held,) = service.holds.messages.values()
        number = connection_of(listener).number
        assert (held.connection, held.data) == (number, b"held")
        assert held.peer == f"127.0.0.1:{client.getsockname()[1]}"
        changed(listener, hold={"enabled": False})
        assert beside(lambda: read_exactly(served, 4)) == b"held"


def at_target(kind: FaultKind, **values: Any) -> Fault:
    return Fault(kind=kind, leg=FaultLeg.TARGET, **values)


def test_a_delay_at_the_target_is_not_seen_by_the_client_leg(
    forward: Listen,
    beside: Beside[Any],
    until: Until,
    still: StillReactor,
    target: socket.socket,
    log: ChunkLog,
) -> None:
    late = at_target(FaultKind.LATENCY, direction=Direction.IN, seconds=5.0)
    listener = forward(late)
    client, served = beside(lambda: both(listener, target))
    with client, served:
        client.sendall(b"late")
        until(lambda: log.end)
        served.sendall(b"soon")
        assert beside(lambda: read_exactly(client, 4)) == b"soon"
        served.settimeout(0.05)
        with pytest.raises(TimeoutError):
            served.recv(1)
        served.settimeout(PATIENCE_SECONDS)
        still.advance(5)
        assert beside(lambda: read_exactly(served, 4)) == b"late"


@pytest.mark.parametrize("is_client_first", [True, False])
def test_a_reset_comes_behind_the_bytes_that_a_fault_delays(
    forward: Listen,
    beside: Beside[Any],
    until: Until,
    still: StillReactor,
    target: socket.socket,
    log: ChunkLog,
    record: Record,
    is_client_first: bool,
) -> None:
    direction = Direction.IN if is_client_first else Direction.OUT
    leg = FaultLeg.TARGET if is_client_first else FaultLeg.CLIENT
    listener = forward(Fault(kind=FaultKind.LATENCY, direction=direction, leg=leg, seconds=5.0))
    client, served = beside(lambda: both(listener, target))
    first, other = (client, served) if is_client_first else (served, client)
    with first, other:
        first.sendall(b"late")
        until(lambda: log.end)
        reset(first)
        until(lambda: not record.live or connection_of(listener).disconnecting)
        still.advance(5)
        assert beside(lambda: read_exactly(other, 4)) == b"late"
        with pytest.raises(ConnectionResetError):
            beside(lambda: other.recv(1))


def test_a_stall_at_the_target_lets_all_pass_when_it_is_cleared(
    forward: Listen, beside: Beside[Any], until: Until, target: socket.socket, log: ChunkLog
) -> None:
    listener = forward()
    client, served = beside(lambda: both(listener, target))
    with client, served:
        client.sendall(b"1")
        assert beside(lambda: read_exactly(served, 1)) == b"1"
        connection_of(listener).set_faults((at_target(FaultKind.STALL),))
        client.sendall(b"2")
        served.sendall(b"3")
        until(lambda: log.end == 4)  # both were read, and neither has gone on
        connection_of(listener).set_faults(None)
        assert beside(lambda: read_exactly(served, 1)) == b"2"
        assert beside(lambda: read_exactly(client, 1)) == b"3"


@pytest.mark.parametrize("then", LimitAction)
def test_a_limit_at_the_target_ends_both_legs_alike(
    forward: Listen,
    beside: Beside[Any],
    until: Until,
    target: socket.socket,
    record: Record,
    then: LimitAction,
) -> None:
    limit = at_target(FaultKind.LIMIT, direction=Direction.IN, bytes=3, then=then)
    listener = forward(limit)
    client, served = beside(lambda: both(listener, target))
    with client, served:
        client.sendall(b"12345")

        def end(side: socket.socket) -> bytes | str:
            try:
                data = side.recv(100)
                return data if not data else data + side.recv(100)
            except ConnectionResetError:
                return "reset"

        expected = b"" if then is LimitAction.CLOSE else "reset"
        assert beside(lambda: end(client)) == expected
        assert beside(lambda: end(served)) in (b"123", "reset")
    until(lambda: not record.live)
    assert "a fault ended the connection to" in str(record.events[-1][2])


def test_a_stall_at_the_target_ends_some_time_after_the_client_has_left(
    forward: Listen,
    beside: Beside[Any],
    until: Until,
    still: StillReactor,
    target: socket.socket,
    record: Record,
) -> None:
    listener = forward(at_target(FaultKind.STALL, direction=Direction.IN))
    client, served = beside(lambda: both(listener, target))
    with served:
        served.shutdown(socket.SHUT_WR)
        assert beside(lambda: client.recv(1)) == b""
        client.sendall(b"last words")
        client.close()
        until(lambda: not record.live)
        still.advance(LEAVE_SECONDS)
        assert beside(lambda: read_to_end(served)) == b"last words"


def test_a_target_that_a_fault_refuses_is_not_connected_to(
    forward: Listen, beside: Beside[Any], until: Until, target: socket.socket, record: Record
) -> None:
    listener = forward(at_target(FaultKind.REFUSE))

    def read() -> bytes | str:
        try:
            with connect(port_of(listener)) as client:
                return client.recv(1)
        except ConnectionResetError:
            return "reset"

    assert beside(read) == "reset"
    until(lambda: not record.live)
    assert "a fault refuses the connection" in str(record.events[-1][2])
    target.settimeout(0.05)
    with pytest.raises(TimeoutError):
        target.accept()


def test_a_connection_closed_while_its_accept_is_delayed_is_closed_in_order(
    forward: Listen, beside: Beside[Any], until: Until, still: StillReactor, record: Record
) -> None:
    listener = forward(Fault(kind=FaultKind.ACCEPT_DELAY, seconds=60.0))
    with beside(lambda: connect(port_of(listener))) as client:
        until(lambda: record.live)
        connection = connection_of(listener)
        connection.loseConnection()
        assert beside(lambda: client.recv(1)) == b""
    still.advance(LINGER_SECONDS)
    until(lambda: not record.live)
    assert connection.reason == "closed by the listener"


def test_a_client_that_leaves_while_the_target_is_delayed_leaves_nothing_behind(
    forward: Listen, beside: Beside[Any], until: Until, target: socket.socket, record: Record
) -> None:
    listener = forward(at_target(FaultKind.ACCEPT_DELAY, seconds=60.0))
    client, served = beside(lambda: both(listener, target))
    with client, served:
        connection_of(listener).abortConnection()
        until(lambda: not record.live)
        with pytest.raises(ConnectionResetError):
            beside(lambda: served.recv(1))


def test_a_connection_that_ends_while_its_target_is_dialed_is_no_failure(
    forward_to: Listen,
    beside: Beside[Any],
    until: Until,
    record: Record,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with silent_target() as target:
        listener = forward_to(target)
        with beside(lambda: connect(port_of(listener))):
            until(lambda: record.live)
            connection_of(listener).abort()
            until(lambda: not record.live)
    assert record.events[-1][2] == "aborted by the listener"
    assert not caplog.messages


def test_a_target_without_a_connection_is_shown_as_failed(
    forward: Listen, beside: Beside[Any], until: Until, target: socket.socket, record: Record
) -> None:
    listener = forward()
    target.close()
    links: list[Any] = []
    opened = record.opened

    def note(connection: Connection) -> None:
        opened(connection)
        links.append(connection)

    record.opened = note  # type: ignore[method-assign]

    def read() -> None:
        with pytest.raises(ConnectionResetError), connect(port_of(listener)) as client:
            client.recv(1)

    beside(read)
    until(lambda: not record.live)
    assert links[0].target.state is LinkState.FAILED
