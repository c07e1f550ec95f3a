"""Each kind of fault, over each kind of stream, as a plain client sees it."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from app.faults.spec import KINDS_OF, Direction, Fault, FaultKind, TransportKind
from app.profile import ListenerSpec, Tls
from app.server.deck import Deck
from app.ui.reactor.reactor import DeckReactor
from tests.integration.programs import PATIENCE_SECONDS
from tests.integration.sockets import (
    Beside,
    ResultOf,
    Until,
    connect,
    connect_tls,
    port_of,
    read_exactly,
    read_to_end,
)
from tests.server.record import Record

SECONDS = 0.15
HELLO = b"hello"
ENDED = (ConnectionError, ssl.SSLError)

Open = Callable[[], socket.socket]


def check_echo_is_late(open_client: Open) -> None:
    with open_client() as client:
        began = time.monotonic()
        client.sendall(HELLO)
        assert read_exactly(client, 5) == HELLO
        assert time.monotonic() - began >= SECONDS


def check_start_is_late(open_client: Open) -> None:
    began = time.monotonic()
    with open_client() as client:
        client.sendall(HELLO)
        assert read_exactly(client, 5) == HELLO
    assert time.monotonic() - began >= SECONDS


def check_end_is_late(open_client: Open) -> None:
    with open_client() as client:
        assert read_exactly(client, 5) == HELLO
        began = time.monotonic()
        assert read_to_end(client) == b""
        assert time.monotonic() - began >= SECONDS / 2


def check_pieces(open_client: Open) -> None:
    with open_client() as client:
        client.sendall(HELLO)
        first = client.recv(5)
        assert first + read_exactly(client, 5 - len(first)) == HELLO
        assert len(first) < 5


def check_three_bytes(open_client: Open) -> None:
    with open_client() as client:
        client.sendall(HELLO)
        assert read_to_end(client) == HELLO[:3]


def check_early_end(open_client: Open) -> None:
    with open_client() as client:
        began = time.monotonic()
        with suppress(*ENDED):
            assert client.recv(5) == b""
        assert time.monotonic() - began < PATIENCE_SECONDS / 2


def check_no_answer(open_client: Open) -> None:
    with open_client() as client:
        client.sendall(HELLO)
        client.settimeout(SECONDS)
        with pytest.raises(TimeoutError):
            client.recv(5)


def check_other_bytes(open_client: Open) -> None:
    with open_client() as client:
        client.sendall(HELLO)
        received = read_exactly(client, 5)
        assert len(received) == 5
        assert received != HELLO


def check_refused(open_client: Open) -> None:
    with suppress(*ENDED), open_client() as client:
        assert client.recv(5) == b""


FAULTS: dict[FaultKind, tuple[dict[str, Any], Callable[[Open], None]]] = {
    FaultKind.LATENCY: ({"seconds": SECONDS / 2}, check_echo_is_late),
    FaultKind.BANDWIDTH: ({"bytes_per_second": 30, "direction": Direction.IN}, check_echo_is_late),
    FaultKind.SLICE: ({"bytes": 1, "delay": 0.02, "direction": Direction.OUT}, check_pieces),
    FaultKind.STALL: ({"seconds": 2 * SECONDS}, check_start_is_late),
    FaultKind.LIMIT: ({"bytes": 3, "direction": Direction.OUT}, check_three_bytes),
    FaultKind.CLOSE_AFTER: ({"seconds": SECONDS}, check_early_end),
    FaultKind.RESET_AFTER: ({"seconds": SECONDS}, check_early_end),
    FaultKind.SLOW_CLOSE: ({"seconds": SECONDS}, check_end_is_late),
    FaultKind.STOP_READING: ({}, check_no_answer),
    FaultKind.CORRUPT: ({"direction": Direction.OUT}, check_other_bytes),
    FaultKind.REFUSE: ({}, check_refused),
    FaultKind.ACCEPT_DELAY: ({"seconds": SECONDS}, check_start_is_late),
}


@pytest.fixture
def deck(
    reactor: DeckReactor, record: Record, tmp_path: Path, result_of: ResultOf, until: Until
) -> Iterator[Deck]:
    deck = Deck(reactor, record, folder=tmp_path, ca_folder=tmp_path)
    yield deck
    result_of(deck.stop_all())
    until(lambda: not record.live)


def connect_unix(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(PATIENCE_SECONDS)
    client.connect(str(path))
    return client


@pytest.mark.parametrize("transport", ["tcp", "tls", "unix"])
@pytest.mark.parametrize("kind", FAULTS)
def test_a_client_meets_the_fault(
    kind: FaultKind,
    transport: str,
    deck: Deck,
    tmp_path: Path,
    result_of: ResultOf,
    beside: Beside[None],
) -> None:
    parameters, check = FAULTS[kind]
    path = tmp_path / "socket"
    closes = kind is FaultKind.SLOW_CLOSE
    spec = ListenerSpec(
        name="Test",
        protocol="hello" if closes else "echo",
        options={"text": HELLO.decode()} if closes else {},
        endpoint=f"unix:{path}" if transport == "unix" else "tcp:0",
        tls=Tls() if transport == "tls" else None,
        faults=(Fault(kind=kind, **parameters),),
    )
    listener = deck.add(spec)
    result_of(deck.start(listener))

    def open_client() -> socket.socket:
        if transport == "unix":
            return connect_unix(path)
        port = port_of(listener)
        return connect_tls(port, tmp_path) if transport == "tls" else connect(port)

    beside(lambda: check(open_client))
    listener.change(evolve(spec, faults=()))


def test_every_kind_of_a_stream_is_tried() -> None:
    assert FAULTS.keys() == KINDS_OF[TransportKind.STREAM]
