"""Who is at the other end: this process, which connects to itself in every way there is."""

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
from app.server.peer_process import clue, identify
from app.server.sockets.listen_errors import Holder
from app.server.sockets.process_lookup import Clue
from tests.server.conftest import Bench

ME = Holder(psutil.Process().name(), os.getpid())


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
    asked = clue(connection)
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
        asked = clue(connection)
        assert asked == Clue(pid=os.getpid())
        assert identify({1: asked}) == {1: ME}


@pytest.mark.parametrize("bind", ["127.0.0.1", "0.0.0.0"])
def test_the_process_behind_a_datagram_is_named(bind: str) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.bind((bind, 0))
        its = ("127.0.0.1", sender.getsockname()[1])
        assert identify({1: Clue(its=its, ours=("127.0.0.1", 9))}) == {1: ME}


def test_of_a_peer_on_another_machine_nothing_is_asked(bench: Bench) -> None:
    assert clue(served(bench, ("192.0.2.7", 50122), ("192.0.2.1", 8007))) is None


def test_an_own_address_besides_loopback_is_this_machine(bench: Bench) -> None:
    asked = clue(served(bench, ("192.0.2.1", 50122), ("192.0.2.1", 8007)))
    assert asked == Clue(its=("192.0.2.1", 50122), ours=("192.0.2.1", 8007))


def test_an_ipv4_peer_of_an_ipv6_socket_is_found_by_its_ipv4_address(bench: Bench) -> None:
    asked = clue(served(bench, ("::ffff:127.0.0.1", 50122), ("::ffff:127.0.0.1", 8007)))
    assert asked == Clue(its=("127.0.0.1", 50122), ours=("127.0.0.1", 8007))


def test_who_left_is_not_asked_for(bench: Bench) -> None:
    connection, client = bench.connect(Protocol())
    client.close()
    client.until(lambda: not connection.connected)
    assert clue(connection) is None


def test_where_there_is_no_process_to_find_them_nobody_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.executable", "/no/such/python")
    assert identify({1: Clue(pid=os.getpid())}) == {}


def test_a_program_that_fails_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    assert identify({1: Clue(pid=os.getpid())}) == {}
