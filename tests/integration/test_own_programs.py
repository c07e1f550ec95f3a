"""`portdeck serve` with whole programs of the user's, talked to by real clients."""

from __future__ import annotations

import re
import signal
import socket
import sys
from pathlib import Path

import pytest

from app.codegen.script import script
from app.codegen.tls_files import tls_files
from app.profile import ListenerSpec
from app.protocols import catalog
from tests.integration.programs import PATIENCE_SECONDS, Program, running
from tests.integration.sockets import read_exactly

SERVE = (sys.executable, "-W", "ignore", "-m", "app", "serve")

ECHO = """\
from twisted.internet import protocol, reactor

class Echo(protocol.Protocol):
    def dataReceived(self, data):
        if data == b"stop":
            reactor.stop()
        if data == b"exit":
            raise SystemExit
        self.transport.write(data)

factory = protocol.Factory.forProtocol(Echo)
"""


def port_of(program: Program, pattern: str = r"is listening on .*:(\d+)\.") -> int:
    """The port of the next listener that is told of."""
    while line := program.line():
        found = re.search(pattern, line)
        if found is not None:
            return int(found[1])
    raise AssertionError(program.end())


def ask(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as client:
        client.sendall(data)
        return client.recv(100)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("server.py", "reactor.listenTCP(0, factory)\nreactor.run()\n"),
        (
            "app.tac",
            "from twisted.application import internet, service\n"
            "application = service.Application('echo')\n"
            "internet.TCPServer(0, factory).setServiceParent(application)\n",
        ),
    ],
)
def test_a_program_serves_as_it_is(tmp_path: Path, name: str, lines: str) -> None:
    path = tmp_path / name
    path.write_text(ECHO + lines, encoding="utf-8")
    with running(*SERVE, str(path)) as program:
        assert name in (first := program.line())
        assert "runs as by: " in first
        port = port_of(program)
        assert ask(port, b"hello") == b"hello"
        program.send(signal.SIGTERM)
        assert program.end()[0] == 0


def test_a_program_that_stops_leaves_portdeck_running(tmp_path: Path) -> None:
    path = tmp_path / "server.py"
    path.write_text(ECHO + "reactor.listenTCP(0, factory)\nreactor.run()\n", encoding="utf-8")
    with running(*SERVE, str(path), "echo=tcp:0") as program:
        ports = sorted((port_of(program), port_of(program)))
        for port in ports:
            try:
                answer = ask(port, b"stop")
            except ConnectionError:
                answer = b""
            assert answer in (b"stop", b"")
        assert b"still" in [_answer(port, b"still") for port in ports]


def _answer(port: int, data: bytes) -> bytes:
    try:
        return ask(port, data)
    except OSError:
        return b""


def test_a_plugin_of_twist_serves(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("welcome", encoding="utf-8")
    plugin = f"twist:web --path {tmp_path} --listen tcp:0:interface=127.0.0.1"
    with running(*SERVE, plugin) as program:
        answer = b""
        with socket.create_connection(("127.0.0.1", port_of(program)), 10) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while data := client.recv(1000):
                answer += data
        assert answer.endswith(b"welcome")


def test_a_profile_has_a_program_without_an_endpoint(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(
        ECHO + "reactor.listenTCP(0, factory)\nreactor.run()\n", encoding="utf-8"
    )
    profile = tmp_path / "profile.toml"
    profile.write_text(
        'version = 1\n[[listener]]\nname = "Mine"\nprotocol = "python:server.py"\n',
        encoding="utf-8",
    )
    with running(*SERVE, "--profile", str(profile)) as program:
        assert ask(port_of(program), b"hello") == b"hello"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("import nothing_of_that_name", "there is no module called nothing_of_that_name"),
        ("reactor.listenTCP(0, factory)\n1 / 0", "ZeroDivisionError"),
        ("", "listens nowhere"),
    ],
)
def test_a_program_that_cannot_serve_is_told(tmp_path: Path, lines: str, sentence: str) -> None:
    path = tmp_path / "server.py"
    path.write_text(ECHO + lines, encoding="utf-8")
    with running(*SERVE, str(path)) as program:
        code, _, errors = program.end()
    assert code == 1
    assert sentence in errors


WITH_SCRIPT = [name for name in catalog.names() if catalog.find(name).script is not None]


@pytest.mark.parametrize("protocol", WITH_SCRIPT)
@pytest.mark.parametrize("kind", ["tcp", "udp", "tls"])
def test_the_scripts_of_copy_as_serve_again(tmp_path: Path, protocol: str, kind: str) -> None:
    """Every script that Portdeck writes is a program that it takes."""
    if kind == "udp" and not _speaks_datagrams(protocol):
        pytest.skip("it has no script for UDP")
    from app.profile import Tls

    endpoint = f"{'udp' if kind == 'udp' else 'tcp'}:0:interface=127.0.0.1"
    tls = Tls() if kind == "tls" else None
    spec = ListenerSpec(name="Test", protocol=protocol, endpoint=endpoint, tls=tls)
    path = tmp_path / "written.py"
    path.write_text(script(spec, tmp_path, tls_files(spec, tmp_path, tmp_path)), encoding="utf-8")
    with running(*SERVE, str(path)) as program:
        port = port_of(program)
        assert port
        if protocol == "echo" and kind == "tcp":
            with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as client:
                client.sendall(b"hello")
                assert read_exactly(client, 5) == b"hello"


def _speaks_datagrams(protocol: str) -> bool:
    try:
        catalog.find_datagrams(protocol)
    except catalog.UnknownProtocol:
        return False
    return True
