"""The process at the other end of a connection. The test process connects to itself."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import psutil
import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.protocol import Protocol
from twisted.internet.testing import StringTransport

from app.server.connections.connection import Connection
from app.server.peer_process import identify, process_query
from app.server.sockets.listen_errors import ProcessInfo
from app.server.sockets.process_lookup import ProcessQuery
from tests.server.conftest import Bench

ME = ProcessInfo(psutil.Process().name(), os.getpid())


def served(bench: Bench, peer: tuple[str, int], local: tuple[str, int]) -> Connection:
    connection = bench.factory(Protocol).buildProtocol(None)
    assert isinstance(connection, Connection)
    transport = StringTransport(
        hostAddress=IPv4Address("TCP", *local), peerAddress=IPv4Address("TCP", *peer)
    )
    connection.makeConnection(transport)
    bench.leave(connection)
    return connection


def test_the_process_that_connected_is_named(bench: Bench) -> None:
    connection, _ = bench.connect(Protocol())
    asked = process_query(connection)
    assert asked is not None
    assert identify({7: asked}) == {7: ME}


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="the system does not tell")
def test_the_process_behind_a_unix_socket_is_named(bench: Bench, tmp_path: Path) -> None:
    class Transport(StringTransport):
        def getHandle(self) -> socket.socket:
            return ours

        def getPeer(self) -> None:
            return None

    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection = bench.factory(Protocol).buildProtocol(None)
        assert isinstance(connection, Connection)
        connection.makeConnection(Transport())
        bench.leave(connection)
        asked = process_query(connection)
        assert asked == ProcessQuery(pid=os.getpid())
        assert identify({1: asked}) == {1: ME}


@pytest.mark.parametrize("bind", ["127.0.0.1", "0.0.0.0"])
def test_the_process_behind_a_datagram_is_named(bind: str) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.bind((bind, 0))
        its = ("127.0.0.1", sender.getsockname()[1])
        assert identify({1: ProcessQuery(peer=its, local=("127.0.0.1", 9))}) == {1: ME}


def test_a_peer_on_another_machine_has_no_query(bench: Bench) -> None:
    assert process_query(served(bench, ("192.0.2.7", 50122), ("192.0.2.1", 8007))) is None


def test_a_peer_with_our_own_address_is_on_this_machine(bench: Bench) -> None:
    asked = process_query(served(bench, ("192.0.2.1", 50122), ("192.0.2.1", 8007)))
    assert asked == ProcessQuery(peer=("192.0.2.1", 50122), local=("192.0.2.1", 8007))


def test_an_ipv4_peer_of_an_ipv6_socket_is_found_by_its_ipv4_address(bench: Bench) -> None:
    asked = process_query(served(bench, ("::ffff:127.0.0.1", 50122), ("::ffff:127.0.0.1", 8007)))
    assert asked == ProcessQuery(peer=("127.0.0.1", 50122), local=("127.0.0.1", 8007))


def test_a_closed_connection_has_no_query(bench: Bench) -> None:
    connection, client = bench.connect(Protocol())
    client.close()
    client.until(lambda: not connection.connected)
    assert process_query(connection) is None


def test_no_process_is_found_if_the_program_cannot_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.executable", "/no/such/python")
    assert identify({1: ProcessQuery(pid=os.getpid())}) == {}


def test_no_process_is_found_if_the_program_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    assert identify({1: ProcessQuery(pid=os.getpid())}) == {}
