"""The scripts of *Copy as*, run by Python as they are, and talked to."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
import websockets.sync.client

from app.codegen.script import script
from app.codegen.tls_files import tls_files
from app.profile import ListenerSpec, Tls
from app.protocols.chargen import PATTERN
from app.server.connections.closing import REFUSED_LISTENER_FULL
from app.tls.local_ca import certificate_path
from tests.integration.programs import PATIENCE_SECONDS, ROOT, Program, running
from tests.integration.sockets import connect, read_exactly, read_to_end

DAYTIME = re.compile(rb"[A-Z][a-z]+day, [A-Z][a-z]+ \d+, \d{4} \d\d:\d\d:\d\d-UTC\r\n")


@contextmanager
def script_of(protocol: str, endpoint: str, folder: Path, **more: Any) -> Iterator[Program]:
    """The script of a listener, running; it has said that it listens."""
    spec = ListenerSpec(name="Test", protocol=protocol, endpoint=endpoint, **more)
    file = folder / "test_server_script.py"
    file.write_text(script(spec, folder, tls_files(spec, folder, folder)), encoding="utf-8")
    with running(sys.executable, "-W", "ignore", str(file)) as program:
        yield program


def port_of(program: Program) -> int:
    told = program.line()
    found = re.search(r"Listening on .*port=(\d+)", told)
    assert found is not None, told or program.end()
    return int(found[1])


def echoes(client: socket.socket) -> None:
    client.sendall(b"hello")
    assert read_exactly(client, 5) == b"hello"


def greets(client: socket.socket) -> None:
    assert read_to_end(client) == b"Good day\r\n"


def discards(client: socket.socket) -> None:
    client.sendall(b"hello")
    client.shutdown(socket.SHUT_WR)
    assert read_to_end(client) == b""


def generates(client: socket.socket) -> None:
    assert read_exactly(client, 2 * len(PATTERN))[: 2 * len(PATTERN)] == PATTERN + PATTERN


def tells_the_time(client: socket.socket) -> None:
    assert DAYTIME.fullmatch(read_to_end(client))


def reverses(client: socket.socket) -> None:
    client.sendall(b"abc\r\ndef\n")
    assert read_exactly(client, 9) == b"cba\r\nfed\n"
    client.sendall(b"x" * 20)
    assert read_to_end(client) == b"A line may have 10 bytes at most. Goodbye.\r\n"


def asked(client: socket.socket, path: str) -> http.client.HTTPResponse:
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    response = http.client.HTTPResponse(client)
    response.begin()
    return response


def inspects(client: socket.socket) -> None:
    with asked(client, "/a?b") as response:
        assert response.status == 201
        assert response.getheader("Cache-Control") == "no-store"
        assert json.load(response)["target"] == "/a?b"


def answers(client: socket.socket) -> None:
    with asked(client, "/") as response:
        assert response.read() == b"Hi"


def serves_files(client: socket.socket) -> None:
    with asked(client, "/__main__.py") as response:
        assert response.read() == (ROOT / "app" / "__main__.py").read_bytes()


def echoes_messages(client: socket.socket) -> None:
    with websockets.sync.client.connect("ws://x/", sock=client) as peer:
        peer.send("grüß")
        assert peer.recv(PATIENCE_SECONDS) == "grüß"


def plays(client: socket.socket) -> None:
    with websockets.sync.client.connect("ws://x/", sock=client) as peer:
        assert list(peer) == ["a", "b"]
        assert peer.close_code == 1000


def chats(client: socket.socket) -> None:
    read_until(client, b"Welcome, guest-1.")
    with connect(client.getpeername()[1]) as other:
        read_until(client, b"* guest-2 came.\r\n")
        other.sendall(b"/nick Ann\nhello\n/who\n")
        read_until(client, b"* guest-2 is now Ann.\r\n")
        read_until(client, b"Ann: hello\r\n")
        read_until(other, b"Here are guest-1, Ann.\r\n")
    read_until(client, b"* Ann went.\r\n")


def read_until(client: socket.socket, end: bytes) -> None:
    received = b""
    while end not in received:
        data = client.recv(1)
        assert data, received
        received += data


@pytest.mark.parametrize(
    ("protocol", "options", "does"),
    [
        ("echo", {}, echoes),
        ("hello", {"text": "Good day\r\n"}, greets),
        ("discard", {}, discards),
        ("chargen", {}, generates),
        ("daytime", {}, tells_the_time),
        ("line", {"how": "reversed", "longest_line": 10}, reverses),
        ("chat", {}, chats),
        ("http", {"status": 201}, inspects),
        ("http", {"mode": "fixed", "body": "Hi", "delay_ms": 10}, answers),
        ("http", {"mode": "folder", "folder": str(ROOT / "app")}, serves_files),
        ("websocket", {"mode": "echo"}, echoes_messages),
        ("websocket", {"mode": "script", "script": "a\nb", "interval_ms": 10}, plays),
    ],
)
def test_each_protocol_does_the_same_as_a_script(
    protocol: str,
    options: dict[str, object],
    does: Callable[[socket.socket], None],
    tmp_path: Path,
) -> None:
    with (
        script_of(protocol, "tcp:0", tmp_path, options=options) as program,
        connect(port_of(program)) as client,
    ):
        does(client)


@pytest.mark.parametrize(
    ("protocol", "options", "expected"),
    [
        ("echo", {}, rb"hello"),
        ("hello", {"text": "Good day"}, rb"Good day"),
        ("chargen", {}, rb"[ -~\r\n]{0,512}"),
        ("daytime", {}, DAYTIME.pattern),
    ],
)
def test_each_protocol_of_udp_does_the_same_as_a_script(
    protocol: str, options: dict[str, object], expected: bytes, tmp_path: Path
) -> None:
    with (
        script_of(protocol, "udp:0", tmp_path, options=options) as program,
        socket.socket(type=socket.SOCK_DGRAM) as client,
    ):
        client.settimeout(PATIENCE_SECONDS)
        client.sendto(b"hello", ("127.0.0.1", port_of(program)))
        assert re.fullmatch(expected, client.recv(65536))


def test_discard_over_udp_says_nothing_and_lives_on(tmp_path: Path) -> None:
    with (
        script_of("discard", "udp:0", tmp_path) as program,
        socket.socket(type=socket.SOCK_DGRAM) as client,
    ):
        client.sendto(b"hello", ("127.0.0.1", port_of(program)))
        assert program.process.poll() is None


@pytest.mark.parametrize("protocol", ["echo", "python:own.py:Echo"])
def test_one_too_many_is_told_so_and_a_place_is_free_again_once_somebody_leaves(
    protocol: str, tmp_path: Path
) -> None:
    write_own_code(tmp_path)
    with script_of(protocol, "tcp:0", tmp_path, max_connections=1) as program:
        port = port_of(program)
        with connect(port) as client:
            echoes(client)
            with connect(port) as another:
                assert read_to_end(another) == REFUSED_LISTENER_FULL
        while not is_served(port):  # until the script has seen the first one leave
            assert program.process.poll() is None


def is_served(port: int) -> bool:
    with connect(port) as client:
        try:
            client.sendall(b"hello")
            return read_exactly(client, 5) == b"hello"
        except ConnectionError:  # it was turned away while it spoke
            return False


def write_own_code(folder: Path) -> None:
    (folder / "own.py").write_text(
        "from twisted.internet.protocol import DatagramProtocol, Factory, Protocol\n"
        "class Echo(Protocol):\n"
        "    def dataReceived(self, data):\n"
        "        assert self.factory is not None\n"
        "        self.transport.write(data)\n"
        "class EchoFactory(Factory):\n"
        "    protocol = Echo\n"
        "ready = EchoFactory()\n"
        "def make():\n"
        "    return Echo()\n"
        "class Datagrams(DatagramProtocol):\n"
        "    def datagramReceived(self, datagram, addr):\n"
        "        self.transport.write(datagram, addr)\n",
        encoding="utf-8",
    )
    (folder / "own-code.py").write_text((folder / "own.py").read_text(), encoding="utf-8")


@pytest.mark.parametrize(
    "reference",
    ["own.py:Echo", "own.py:EchoFactory", "own.py:ready", "own.py:make", "own-code.py:EchoFactory"],
)
def test_code_of_ones_own_is_imported_from_its_file(reference: str, tmp_path: Path) -> None:
    write_own_code(tmp_path)
    with (
        script_of(f"python:{reference}", "tcp:0", tmp_path) as program,
        connect(port_of(program)) as client,
    ):
        echoes(client)


def test_code_of_ones_own_for_udp_is_imported_from_its_file(tmp_path: Path) -> None:
    write_own_code(tmp_path)
    with (
        script_of("python:own.py:Datagrams", "udp:0", tmp_path) as program,
        socket.socket(type=socket.SOCK_DGRAM) as client,
    ):
        client.settimeout(PATIENCE_SECONDS)
        client.sendto(b"hello", ("127.0.0.1", port_of(program)))
        assert client.recv(65536) == b"hello"


def test_it_listens_on_ipv6(tmp_path: Path) -> None:
    with (
        script_of("echo", "tcp6:0", tmp_path) as program,
        socket.create_connection(("::1", port_of(program)), PATIENCE_SECONDS) as client,
    ):
        echoes(client)


def test_it_listens_on_both_loopback_addresses_at_one_port(tmp_path: Path) -> None:
    with script_of("echo", "tcp:0:interface=localhost", tmp_path) as program:
        port = port_of(program)
        for host in ("127.0.0.1", "::1"):
            with socket.create_connection((host, port), PATIENCE_SECONDS) as client:
                echoes(client)


def test_it_listens_on_a_unix_socket_also_when_a_dead_one_is_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "s"
    for _ in range(2):
        with script_of("echo", f"unix:{path}:mode=600", tmp_path) as program:
            assert program.line().startswith("Listening on UNIXAddress")
            assert path.stat().st_mode & 0o777 == 0o600
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(PATIENCE_SECONDS)
                client.connect(str(path))
                echoes(client)
            program.process.kill()
            program.process.wait()


def test_it_listens_on_whatever_twisted_can(tmp_path: Path) -> None:
    identity = trustme.CA().issue_cert("localhost")
    identity.private_key_and_cert_chain_pem.write_to_path(tmp_path / "identity.pem")
    with (
        script_of("echo", f"ssl:0:privateKey={tmp_path / 'identity.pem'}", tmp_path) as program,
        ssl._create_unverified_context().wrap_socket(connect(port_of(program))) as client,
    ):
        echoes(client)


def test_it_speaks_tls_with_the_certificate_that_was_made_for_the_listener(tmp_path: Path) -> None:
    tls = Tls(minimum_version="1.3")
    with script_of("echo", "tcp:0", tmp_path, tls=tls) as program:
        port = port_of(program)
        trusting = ssl.create_default_context(cafile=certificate_path(tmp_path))
        with trusting.wrap_socket(connect(port), server_hostname="127.0.0.1") as client:
            echoes(client)
        trusting.maximum_version = ssl.TLSVersion.TLSv1_2
        with (
            connect(port) as plain,
            pytest.raises(ssl.SSLError),
        ):
            trusting.wrap_socket(plain, server_hostname="127.0.0.1")


def test_it_speaks_tls_with_own_files_and_asks_for_the_clients_certificate(tmp_path: Path) -> None:
    root, clients = trustme.CA(), trustme.CA()
    leaf = root.create_child_ca().issue_cert("localhost")
    leaf.private_key_pem.write_to_path(tmp_path / "own.key")
    (tmp_path / "own.pem").write_bytes(b"".join(each.bytes() for each in leaf.cert_chain_pems))
    clients.cert_pem.write_to_path(tmp_path / "clients.pem")
    known, unknown = (ssl.create_default_context() for _ in range(2))
    for context in (known, unknown):
        root.configure_trust(context)
    clients.issue_cert("alice@example.org").configure_cert(known)
    tls = Tls(certificate="own.pem", key="own.key", client_ca="clients.pem")
    with script_of("echo", "tcp:0", tmp_path, tls=tls) as program:
        port = port_of(program)
        with known.wrap_socket(connect(port), server_hostname="localhost") as client:
            echoes(client)
        with (
            pytest.raises((ssl.SSLError, ConnectionError, AssertionError)),
            unknown.wrap_socket(connect(port), server_hostname="localhost") as client,
        ):
            echoes(client)


def test_tls_works_on_a_unix_socket_too(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with script_of("echo", f"unix:{path}", tmp_path, tls=Tls()) as program:
        assert program.line().startswith("Listening on")
        with socket.socket(socket.AF_UNIX) as plain:
            plain.settimeout(PATIENCE_SECONDS)
            plain.connect(str(path))
            trusting = ssl.create_default_context(cafile=certificate_path(tmp_path))
            with trusting.wrap_socket(plain, server_hostname="localhost") as client:
                echoes(client)
