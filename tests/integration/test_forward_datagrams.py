"""`forward` with UDP on one side or on both, on the reactor of the window."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from app.faults.spec import Direction, Fault, FaultKind, FaultLeg
from app.forwarding.datagram_leg import ANSWER_SECONDS
from app.forwarding.datagrams import SILENT_SECONDS
from app.forwarding.link import LinkState, TargetLink
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
)
from tests.server.record import Record


@pytest.fixture
def tcp() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE_SECONDS)
        yield server


@pytest.fixture
def udp() -> Iterator[socket.socket]:
    with bound_udp() as server:
        yield server


def bound_udp() -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(PATIENCE_SECONDS)
    return server


@pytest.fixture
def forward(forward_to: Listen) -> Listen:
    return partial(forward_to, endpoint="udp:0")


@pytest.fixture
def client() -> Iterator[socket.socket]:
    with bound_udp() as client:
        yield client


def send(client: socket.socket, listener: Listener, *datagrams: bytes) -> None:
    for each in datagrams:
        client.sendto(each, ("127.0.0.1", port_of(listener)))


def target_of(listener: Listener) -> TargetLink:
    """The connection to the target of the only client."""
    assert listener.factory is not None
    (peer,) = listener.factory.connections
    assert peer.target is not None
    return peer.target


def is_closed(target: TargetLink) -> bool:
    return target.state is LinkState.CLOSED


def data_of(log: ChunkLog) -> list[bytes]:
    found = (log.chunk(number) for number in range(log.first, log.end))
    return [each.data for each in found if each is not None]


def test_datagrams_pass_both_ways_and_both_legs_are_in_the_traffic(
    forward: Listen,
    beside: Beside[Any],
    udp: socket.socket,
    client: socket.socket,
    log: ChunkLog,
) -> None:
    listener = forward(udp)
    send(client, listener, b"question")
    data, address = beside(lambda: udp.recvfrom(100))
    assert data == b"question"
    udp.sendto(b"answer", address)
    assert beside(lambda: client.recv(100)) == b"answer"
    owners = [log.chunk(number).connection for number in range(4)]  # type: ignore[union-attr]
    assert data_of(log) == [b"question", b"question", b"answer", b"answer"]
    assert owners == [1, 2, 2, 1]


def test_datagrams_are_rewritten_each_by_itself(
    forward: Listen, beside: Beside[Any], udp: socket.socket, client: socket.socket
) -> None:
    rules = [{"find": "cat", "replace": "lion"}]
    listener = forward(udp, by="udp:", rewrite=rules)
    send(client, listener, b"cat", b"two\ncats")
    assert beside(lambda: udp.recv(100)) == b"lion"
    assert beside(lambda: udp.recv(100)) == b"two\nlions"


def test_held_datagrams_stay_apart_when_they_are_released(
    forward: Listen, beside: Beside[Any], until: Until, udp: socket.socket, client: socket.socket
) -> None:
    listener = forward(udp, by="udp:", hold={})
    send(client, listener, b"one", b"two")
    service: Any = listener.factory.service  # type: ignore[union-attr]
    until(lambda: len(service.holds.messages) == 2)
    service.holds.release_all()
    assert beside(lambda: udp.recv(100)) == b"one"
    assert beside(lambda: udp.recv(100)) == b"two"


@pytest.mark.parametrize(
    ("options", "on_stream"),
    [
        ({}, b"onetwo"),
        ({"framing": "line"}, b"one\ntwo\n"),
        ({"framing": "length-prefix", "width": 2}, b"\0\3one\0\3two"),
    ],
)
def test_a_stream_target_gets_each_datagram_in_its_frame(
    forward: Listen,
    beside: Beside[Any],
    tcp: socket.socket,
    client: socket.socket,
    options: dict[str, Any],
    on_stream: bytes,
) -> None:
    listener = forward(tcp, by="tcp:", **options)
    send(client, listener, b"one", b"two")
    served, _ = beside(tcp.accept)
    with served:
        served.settimeout(PATIENCE_SECONDS)
        assert beside(lambda: read_exactly(served, len(on_stream))) == on_stream


def test_the_answers_of_a_stream_target_become_datagrams_by_the_framing(
    forward: Listen, beside: Beside[Any], tcp: socket.socket, client: socket.socket
) -> None:
    listener = forward(tcp, by="tcp:", framing="line")
    send(client, listener, b"hello")
    served, _ = beside(tcp.accept)
    with served:
        assert beside(lambda: read_exactly(served, 6)) == b"hello\n"
        served.sendall(b"a\nb\nc")
        assert beside(lambda: client.recv(100)) == b"a"
        assert beside(lambda: client.recv(100)) == b"b"
    assert beside(lambda: client.recv(100)) == b"c"


def test_a_peer_whose_target_has_closed_is_connected_anew(
    forward: Listen, beside: Beside[Any], until: Until, tcp: socket.socket, client: socket.socket
) -> None:
    listener = forward(tcp, by="tcp:")
    for data in (b"first", b"second"):
        send(client, listener, data)
        served, _ = beside(tcp.accept)
        with served:
            assert beside(partial(served.recv, 100)) == data
            target = target_of(listener)
        until(partial(is_closed, target))


def test_each_message_of_a_stream_is_a_datagram_to_a_udp_target(
    forward: Listen, beside: Beside[Any], udp: socket.socket
) -> None:
    listener = forward(udp, by="udp:", endpoint="tcp:0", framing="line")
    with beside(lambda: connect(port_of(listener))) as stream:
        stream.sendall(b"one\r\ntwo\nre")
        data, address = beside(lambda: udp.recvfrom(100))
        assert data == b"one"
        assert beside(lambda: udp.recv(100)) == b"two"
        udp.sendto(b"yes", address)
        assert beside(lambda: read_exactly(stream, 4)) == b"yes\n"
        stream.sendall(b"st")
        stream.shutdown(socket.SHUT_WR)
        assert beside(lambda: udp.recv(100)) == b"rest"


def test_answers_of_a_udp_target_are_waited_for_after_the_end_of_a_stream(
    forward: Listen,
    beside: Beside[Any],
    still: StillReactor,
    until: Until,
    udp: socket.socket,
    record: Record,
) -> None:
    listener = forward(udp, by="udp:", endpoint="tcp:0")
    with beside(lambda: connect(port_of(listener))) as stream:
        stream.sendall(b"q")
        stream.shutdown(socket.SHUT_WR)
        _, address = beside(lambda: udp.recvfrom(100))
        udp.sendto(b"a", address)
        assert beside(lambda: read_exactly(stream, 1)) == b"a"
        still.advance(ANSWER_SECONDS)
        assert beside(lambda: read_to_end(stream)) == b""
    until(lambda: not record.live)


def test_a_peer_that_is_silent_is_forgotten(
    forward: Listen,
    beside: Beside[Any],
    still: StillReactor,
    until: Until,
    udp: socket.socket,
    client: socket.socket,
) -> None:
    listener = forward(udp, by="udp:")
    send(client, listener, b"x")
    assert beside(lambda: udp.recv(100)) == b"x"
    target = target_of(listener)
    assert target.state is LinkState.OPEN
    still.advance(SILENT_SECONDS)
    until(partial(is_closed, target))


def test_a_fault_at_a_udp_target_hits_datagrams(
    forward: Listen, beside: Beside[Any], udp: socket.socket, client: socket.socket
) -> None:
    double = Fault(kind=FaultKind.DUPLICATE, direction=Direction.IN, leg=FaultLeg.TARGET)
    listener = forward(udp, double, by="udp:")
    send(client, listener, b"twice")
    assert beside(lambda: udp.recv(100)) == b"twice"
    data, address = beside(lambda: udp.recvfrom(100))
    assert data == b"twice"
    udp.sendto(b"once", address)
    assert beside(lambda: client.recv(100)) == b"once"


def test_a_target_where_nobody_listens_is_told(
    forward: Listen,
    beside: Beside[Any],
    until: Until,
    udp: socket.socket,
    client: socket.socket,
    caplog: pytest.LogCaptureFixture,
) -> None:
    listener = forward(udp, by="udp:")
    udp.close()
    send(client, listener, b"x")
    until(lambda: "nothing listens there" in caplog.text)
