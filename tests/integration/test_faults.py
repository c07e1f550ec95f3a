"""Faults on running listeners: TLS, Unix sockets, live changes, and `portdeck serve`."""

from __future__ import annotations

import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from app.faults.spec import Fault, FaultKind, TlsProblem
from app.profile import ListenerSpec, Tls
from app.server.connections.closing import HANDSHAKE_SECONDS, NO_HANDSHAKE
from app.server.deck import Deck
from app.server.listener import Listener
from app.ui.reactor.reactor import DeckReactor
from tests.integration.programs import PATIENCE_SECONDS, running, serving
from tests.integration.sockets import (
    Beside,
    ResultOf,
    StillReactor,
    Until,
    connect,
    connect_tls,
    port_of,
    read_exactly,
)
from tests.server.record import Record

SPEC = ListenerSpec(name="Test", protocol="echo", endpoint="tcp:0")
Start = Callable[..., Listener]


def fault(kind: str, **parameters: Any) -> Fault:
    return Fault(kind=FaultKind(kind), **parameters)


@pytest.fixture
def clock(reactor: DeckReactor) -> Any:
    """The reactor with its own clock."""
    return reactor


@pytest.fixture
def start(
    clock: Any, record: Record, tmp_path: Path, result_of: ResultOf, until: Until
) -> Iterator[Start]:
    """Start listeners. Each has the spec `SPEC` with the given changes."""
    deck = Deck(clock, record, folder=tmp_path, ca_folder=tmp_path)

    def start(*faults: Fault, **changes: Any) -> Listener:
        listener = deck.add(evolve(SPEC, faults=faults, **changes))
        result_of(deck.start(listener))
        return listener

    yield start
    result_of(deck.stop_all())
    until(lambda: not record.live)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (TlsProblem.EXPIRED, "expired"),
        (TlsProblem.OTHER_NAME, "mismatch"),
        (TlsProblem.SELF_SIGNED, "self-signed"),
        (TlsProblem.UNKNOWN_CA, "unable to get local issuer"),
    ],
)
def test_a_client_rejects_a_bad_certificate_for_its_one_reason(
    start: Start, beside: Beside[str], tmp_path: Path, problem: TlsProblem, words: str
) -> None:
    port = port_of(start(fault("tls", problem=problem), tls=Tls()))

    def client() -> str:
        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            connect_tls(port, tmp_path)
        return str(caught.value)

    assert words in beside(client).lower()


def test_a_handshake_is_broken_off(
    start: Start, beside: Beside[None], tmp_path: Path, record: Record, until: Until
) -> None:
    port = port_of(start(fault("tls", problem=TlsProblem.BROKEN_OFF), tls=Tls()))

    def client() -> None:
        with pytest.raises((ssl.SSLEOFError, ConnectionError)):
            connect_tls(port, tmp_path)

    beside(client)
    until(lambda: not record.live)
    assert record.events[-1][2] == "fault: tls broken-off"


def test_a_stalled_handshake_goes_on_when_the_fault_is_cleared(
    start: Start, beside: Beside[bytes], tmp_path: Path, until: Until, reactor: DeckReactor
) -> None:
    listener = start(fault("tls", problem=TlsProblem.STALLED), tls=Tls())
    port = port_of(listener)

    def clear() -> None:
        listener.change(evolve(listener.spec, faults=()))

    def client() -> bytes:
        began = time.monotonic()
        with connect_tls(port, tmp_path) as secured:
            assert time.monotonic() - began > 0.2
            secured.sendall(b"hello")
            return read_exactly(secured, 5)

    reactor.callLater(0.25, clear)
    assert beside(client) == b"hello"


class TestHandshakesThatAreStalled:
    """The deadline of a handshake does not pass while a fault stalls it."""

    @pytest.fixture
    def clock(self, still: StillReactor) -> StillReactor:
        return still

    def test_they_are_kept_for_as_long_as_the_fault_and_a_deadline_follows(
        self, start: Start, until: Until, still: StillReactor, record: Record
    ) -> None:
        listener = start(fault("tls", problem=TlsProblem.STALLED), tls=Tls())
        with connect(port_of(listener)) as client:
            client.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a ClientHello
            until(lambda: listener.connection_count == 1)
            for _ in range(3):
                still.advance(HANDSHAKE_SECONDS)
            assert listener.connection_count == 1
            listener.change(evolve(listener.spec, faults=()))
            still.advance(HANDSHAKE_SECONDS)
            until(lambda: not record.live)
            assert record.events[-1][2] == NO_HANDSHAKE


@pytest.mark.parametrize("tls", [None, Tls()])
def test_a_change_of_the_spec_acts_on_open_connections_without_a_restart(
    start: Start, beside: Beside[Any], tmp_path: Path, record: Record, tls: Tls | None
) -> None:
    listener = start(tls=tls)
    port = port_of(listener)

    def opened() -> socket.socket:
        return connect(port) if tls is None else connect_tls(port, tmp_path)

    def ask(client: socket.socket) -> float:
        began = time.monotonic()
        client.sendall(b"hello")
        assert read_exactly(client, 5) == b"hello"
        return time.monotonic() - began

    client = beside(opened)
    try:
        beside(lambda: ask(client))
        slow = evolve(listener.spec, faults=(fault("latency", seconds=0.1),))
        assert not listener.would_need_restart(slow)
        listener.change(slow)
        assert not listener.is_stale
        assert 0.2 <= beside(lambda: ask(client)) < PATIENCE_SECONDS
        listener.change(evolve(listener.spec, faults=()))
        beside(lambda: ask(client))
        (connection,) = record.live
        assert connection.faults is None
    finally:
        client.close()


def test_a_unix_socket_has_faults_too(
    start: Start, beside: Beside[bytes], tmp_path: Path, until: Until, record: Record
) -> None:
    path = tmp_path / "socket"
    start(fault("limit", bytes=3), endpoint=f"unix:{path}")

    def client() -> bytes:
        with socket.socket(socket.AF_UNIX) as connected:
            connected.settimeout(PATIENCE_SECONDS)
            connected.connect(str(path))
            connected.sendall(b"hello")
            return connected.recv(100)

    beside(client)
    until(lambda: not record.live)
    assert record.events[-1][2] == "fault: limit 3 B, then close"


def test_a_client_that_is_refused_is_reset(start: Start, beside: Beside[None]) -> None:
    port = port_of(start(fault("refuse")))

    def client() -> None:
        # The reset may come before the system call that connects has returned.
        with pytest.raises(ConnectionError), connect(port) as connected:
            connected.recv(1)

    beside(client)


PROFILE = """version = 1
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0"
seed = 1
"""
STALL = """
[[listener.fault]]
kind = "stall"
direction = "out"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGHUP")
def test_a_reload_of_the_profile_arms_and_clears_faults_of_open_connections(
    tmp_path: Path,
) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(PROFILE + STALL, encoding="utf-8")

    def reload(program: Any, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        program.send(signal.SIGHUP)
        reloaded = program.event()
        assert (reloaded["event"], reloaded["changed"]) == ("reloaded", ["Echo"])
        assert reloaded["restarted"] == []

    with running(*serving("--profile", str(path), "--json")) as program:
        port = program.event()["port"]
        with connect(port) as client:
            assert program.event()["event"] == "opened"
            client.sendall(b"held")
            client.settimeout(0.2)
            with pytest.raises(TimeoutError):
                client.recv(4)
            client.settimeout(PATIENCE_SECONDS)
            reload(program, PROFILE)
            assert read_exactly(client, 4) == b"held"
            client.sendall(b"plain")
            assert read_exactly(client, 5) == b"plain"
            reload(program, PROFILE + STALL)
            client.sendall(b"again")
            client.settimeout(0.2)
            with pytest.raises(TimeoutError):
                client.recv(5)
            client.settimeout(PATIENCE_SECONDS)
            reload(program, PROFILE)
            assert read_exactly(client, 5) == b"again"
        assert program.event()["event"] == "closed"
        program.send(signal.SIGTERM)
        assert program.end()[0] == 0


def test_serve_tells_each_mistake_in_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(PROFILE + STALL.replace("stall", "stal"), encoding="utf-8")
    with running(*serving("--profile", str(path))) as program:
        code, _, err = program.end()
    assert code != 0
    assert 'listener[0].fault[0].kind: unknown: "stal"; did you mean "stall"?' in err
