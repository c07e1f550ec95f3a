"""Errors of listening as sentences, and the owner of a port."""

from __future__ import annotations

import errno
import os
import socket

import psutil
import pytest
from twisted.internet.error import CannotListenError

from app.net.endpoint import Endpoint, EndpointError
from app.protocols.catalog import UnknownProtocol
from app.server.sockets.listen_errors import (
    LONGEST_COMMAND,
    ProcessInfo,
    _short_command,
    explain,
    is_address_in_use,
    port_owner,
)

TCP = Endpoint.tcp(8080)
LOW = Endpoint.tcp(80)
UNIX = Endpoint.parse("unix:/tmp/echo.sock")
UDP = Endpoint.udp(8080)
ME = ProcessInfo(psutil.Process().name(), os.getpid(), _short_command(psutil.Process().cmdline()))
FOREIGN = Endpoint.tcp(8080, "203.0.113.1")


def cannot(number: int, endpoint: Endpoint = TCP) -> CannotListenError:
    return CannotListenError(
        endpoint.interface, endpoint.port, OSError(number, os.strerror(number))
    )


@pytest.mark.parametrize(
    ("error", "endpoint", "owner", "sentence"),
    [
        (
            cannot(errno.EADDRINUSE),
            TCP,
            "node (pid 4211)",
            "Port 8080 is in use by node (pid 4211). Stop it, or choose another port.",
        ),
        (
            cannot(errno.EADDRINUSE),
            TCP,
            "",
            "Port 8080 is in use by another program. Stop it, or choose another port.",
        ),
        (
            cannot(errno.EADDRINUSE, UDP),
            UDP,
            "node (pid 4211)",
            "UDP port 8080 is in use by node (pid 4211). Stop it, or choose another port.",
        ),
        (
            cannot(errno.EADDRINUSE, UNIX),
            UNIX,
            "",
            "/tmp/echo.sock is in use already. Stop who listens there, or choose another address.",
        ),
        (
            cannot(errno.EACCES, LOW),
            LOW,
            "",
            "Port 80 needs administrator rights. Choose a port from 1024 up.",
        ),
        (
            cannot(errno.EACCES),
            TCP,
            "",
            "The system does not allow listening on 127.0.0.1:8080. Choose another address.",
        ),
        (
            cannot(errno.EPERM, UNIX),
            UNIX,
            "",
            "The system does not allow listening on /tmp/echo.sock. Choose another address.",
        ),
        (
            cannot(errno.EADDRNOTAVAIL, FOREIGN),
            FOREIGN,
            "",
            "203.0.113.1 is not an address of this machine. Use 127.0.0.1 for this computer only, "
            "or one of the machine's own addresses.",
        ),
        (
            cannot(errno.EMFILE),
            TCP,
            "",
            "No file descriptor is left to listen on 127.0.0.1:8080. Close some connections, "
            "or raise the limit (ulimit -n).",
        ),
        (
            cannot(errno.EAFNOSUPPORT),
            TCP,
            "",
            f"Cannot listen on 127.0.0.1:8080: {os.strerror(errno.EAFNOSUPPORT)}.",
        ),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", "key.pem"),
            TCP,
            "",
            "Cannot listen on 127.0.0.1:8080: key.pem: No such file or directory.",
        ),
        (
            CannotListenError("example.invalid", 8080, socket.gaierror(-2, "unknown")),
            Endpoint.tcp(8080, "example.invalid"),
            "",
            "No address is known for 'example.invalid'. "
            "Write an address of this machine, such as 127.0.0.1.",
        ),
        (ValueError("odd"), TCP, "", f"Cannot listen on {TCP}: odd."),
        (ValueError(), TCP, "", f"Cannot listen on {TCP}: ValueError."),
        (EndpointError("Write an endpoint."), None, "", "Write an endpoint."),
        (UnknownProtocol("There is no such protocol."), TCP, "", "There is no such protocol."),
    ],
)
def test_each_error_says_what_to_do(
    error: Exception, endpoint: Endpoint | None, owner: str, sentence: str
) -> None:
    assert explain(error, endpoint, owner) == sentence


def test_only_eaddrinuse_is_an_address_in_use() -> None:
    assert is_address_in_use(cannot(errno.EADDRINUSE))
    assert not is_address_in_use(cannot(errno.EACCES))
    assert not is_address_in_use(OSError(errno.EADDRINUSE, "not from listening"))


def test_the_owner_of_a_port_is_found_by_name_and_pid() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        endpoint = Endpoint.tcp(listening.getsockname()[1])
        assert port_owner(endpoint) == ME
    assert port_owner(endpoint) is None
    assert str(ProcessInfo("node", 4211)) == "node (pid 4211)"


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_tcp_port_has_no_udp_owner(
    kind: socket.SocketKind,
) -> None:
    host = "127.0.0.3"  # no other test uses the same number there for the other kind
    with socket.socket(socket.AF_INET, kind) as bound:
        bound.bind((host, 0))
        if kind == socket.SOCK_STREAM:
            bound.listen()
        port = bound.getsockname()[1]
        both = (Endpoint.tcp(port, host), Endpoint.udp(port, host))
        found = {each.kind: port_owner(each) for each in both}
        is_udp = kind == socket.SOCK_DGRAM
        assert found == {"tcp": None if is_udp else ME, "udp": ME if is_udp else None}


def test_a_port_at_another_address_has_no_owner() -> None:
    with socket.create_server(("127.0.0.2", 0)) as listening:
        port = listening.getsockname()[1]
        assert port_owner(Endpoint.tcp(port, "127.0.0.1")) is None
        assert port_owner(Endpoint.tcp(port, "127.0.0.2")) == ME
        assert port_owner(Endpoint.tcp(port, "0.0.0.0")) == ME


def test_a_failed_lookup_finds_no_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(kind: str) -> list[object]:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", deny)
    assert port_owner(TCP) is None


def test_a_process_is_shown_with_its_command_line() -> None:
    assert str(ProcessInfo("node", 1, "node server.js")) == "node (pid 1: node server.js)"
    assert str(ProcessInfo("node", 1, "node")) == "node (pid 1)"
    assert str(ProcessInfo("node", 1)) == "node (pid 1)"


def test_a_command_line_is_one_short_line_of_visible_characters() -> None:
    shown = _short_command(["sh", "-c", "a\nb", "x" * 200])
    assert shown.startswith("sh -c 'a\N{REPLACEMENT CHARACTER}b' xxx")
    assert len(shown) == LONGEST_COMMAND
    assert shown.endswith("…")
