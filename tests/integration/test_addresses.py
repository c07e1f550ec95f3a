"""What a connection knows of its two ends, over each transport, while it lives and afterwards."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.protocol import Protocol

from app.server.connections.connection import Connection
from tests.integration.programs import PATIENCE_SECONDS
from tests.integration.sockets import Serve, Until, connect
from tests.server.record import Record

LOTS = bytes(30_000_000)


class Flood(Protocol):
    """Says a lot at once, to whoever asks."""

    transport: Any

    def dataReceived(self, data: bytes) -> None:
        self.transport.write(LOTS)


def over_unix(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(PATIENCE_SECONDS)
    client.connect(str(path))
    return client


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_both_ends_and_what_is_unsent_are_known_while_it_lives_and_the_ends_afterwards(
    kind: str, serve: Serve, until: Until, record: Record, tmp_path: Path
) -> None:
    client: socket.socket
    dial: Callable[[], socket.socket]
    path = tmp_path / "s"
    if kind == "tcp":
        port = serve(Flood, "tcp:0:interface=127.0.0.1")
        local, dial = f"127.0.0.1:{port}", lambda: connect(port)
    else:
        serve(Flood, f"unix:{path}")
        local, dial = str(path), lambda: over_unix(path)
    with dial() as client:
        until(lambda: record.live)
        (connection,) = record.live
        me = f"{getpass.getuser()}, pid {os.getpid()}"
        peer = "{}:{}".format(*client.getsockname()) if kind == "tcp" else me
        assert (connection.local, connection.peer) == (local, peer)
        assert connection.bytes_unsent == 0
        client.sendall(b"go")
        until(lambda: 0 < connection.bytes_unsent < len(LOTS))
    until(lambda: not record.live)
    assert (connection.local, connection.peer) == (local, peer)
    assert connection.bytes_unsent == 0


def test_all_connections_to_one_address_share_its_text(
    serve: Serve, until: Until, record: Record
) -> None:
    port = serve(Flood, "tcp:0:interface=127.0.0.1")
    with connect(port), connect(port):
        until(lambda: len(record.live) == 2)
        one, other = record.live
        assert isinstance(one, Connection)
        assert one.local is other.local
    until(lambda: not record.live)
