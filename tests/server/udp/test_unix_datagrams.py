"""Datagrams at a Unix socket: the peers are paths, and the socket file is cared for."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.net.endpoint import Endpoint
from app.profile import ListenerSpec
from app.server.binder import DatagramBinder
from app.server.sockets.listen_errors import SocketFileError
from app.server.udp.factory import DatagramFactory
from app.user_code.code import Code
from tests.server.reactors import HandReactor
from tests.server.record import Record

if not hasattr(socket, "AF_UNIX"):
    pytest.skip("the system has no Unix sockets", allow_module_level=True)

Listen = Callable[[], tuple[DatagramFactory, Any]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "echo.sock"


@pytest.fixture
def listen(hand: HandReactor, record: Record, path: Path, tmp_path: Path) -> Iterator[Listen]:
    """Serve `echo` at `path`."""
    ports: list[Any] = []
    numbers = itertools.count(1)
    context: Any = None

    def listen() -> tuple[DatagramFactory, Any]:
        endpoint = Endpoint.parse(f"unix-dgram:{path}:mode=600")
        spec = ListenerSpec(name="Test", protocol="echo", endpoint=str(endpoint))
        binder = DatagramBinder(spec, endpoint, Code(tmp_path), hand, context)
        factory = binder.build_factory(record, numbers, None)
        assert isinstance(factory, DatagramFactory)
        failed: list[Any] = []
        binder.listen(factory).addCallbacks(ports.append, failed.append)
        for each in failed:
            each.raiseException()
        return factory, ports[-1]

    yield listen
    for port in ports:
        port.stopListening()
    hand.advance(0)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.bind(str(tmp_path / "client.sock"))
        client.setblocking(False)
        yield client


def test_a_datagram_is_answered_to_the_path_of_its_sender(
    hand: HandReactor, record: Record, listen: Listen, path: Path, client: socket.socket
) -> None:
    factory, _ = listen()
    client.sendto(b"hello", str(path))
    hand.read()
    assert client.recv(100) == b"hello"
    (peer,) = record.live
    assert (peer.peer, peer.bytes_in, peer.bytes_out) == (client.getsockname(), 5, 5)
    assert factory.accepted == 1
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_sender_without_a_path_is_a_peer_that_gets_no_answer(
    hand: HandReactor, record: Record, listen: Listen, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    factory, _ = listen()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as nameless:
        nameless.sendto(b"hello", str(path))
    hand.read()
    (peer,) = record.live
    assert (peer.peer, peer.bytes_in, peer.bytes_out) == ("unnamed socket", 5, 0)
    factory.send(b"answer", None)
    assert "the sender has no address to answer to" in caplog.text


def test_the_socket_file_goes_with_the_listener(
    hand: HandReactor, listen: Listen, path: Path
) -> None:
    _, port = listen()
    port.stopListening()
    hand.advance(0)
    assert not path.exists()


def test_a_file_that_took_the_place_of_the_socket_stays(
    hand: HandReactor, listen: Listen, path: Path
) -> None:
    _, port = listen()
    path.unlink()
    path.write_text("mine")
    port.stopListening()
    hand.advance(0)
    assert path.read_text() == "mine"


def test_a_stale_socket_is_replaced_and_one_in_use_is_not(
    listen: Listen, path: Path, hand: HandReactor, client: socket.socket
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as killed:
        killed.bind(str(path))
    listen()
    client.sendto(b"hello", str(path))
    hand.read()
    assert client.recv(100) == b"hello"
    with pytest.raises(SocketFileError, match="in use by another program"):
        listen()
