"""`portdeck serve` with whole programs of the user's, talked to by real clients."""

from __future__ import annotations

import json
import re
import signal
import socket
import sys
from pathlib import Path
from typing import Any

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


def port_of(program: Program, pattern: str = r"is listening on \S*:(\d+)(?:\.| with TLS)") -> int:
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


DATAGRAMS = """\
import os, socket
from twisted.internet import protocol, reactor

class Echo(protocol.DatagramProtocol):
    def datagramReceived(self, datagram, address):
        self.transport.write(datagram.upper(), address)

class Group(Echo):
    def startProtocol(self):
        self.transport.setTTL(1)
        self.transport.setLoopbackMode(True)

class Lines(protocol.Protocol):
    def dataReceived(self, data):
        self.transport.write(data.upper())

reactor.listenMulticast(0, Group(), interface="127.0.0.1", listenMultiple=True)
reactor.listenUNIXDatagram("echo.sock", Echo())
with socket.create_server(("127.0.0.1", 0)) as listening:
    factory = protocol.Factory.forProtocol(Lines)
    reactor.adoptStreamPort(listening.fileno(), socket.AF_INET, factory)
with socket.socket(type=socket.SOCK_DGRAM) as bound:
    bound.bind(("127.0.0.1", 0))
    reactor.adoptDatagramPort(bound.fileno(), socket.AF_INET, Echo())
reactor.run()
"""


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the system has no Unix sockets")
def test_multicast_unix_datagrams_and_adopted_sockets_are_listeners(tmp_path: Path) -> None:
    path = tmp_path / "server.py"
    text = DATAGRAMS.replace("echo.sock", str(tmp_path / "echo.sock"))
    path.write_text(text, encoding="utf-8")
    with running(*SERVE, str(path)) as program:
        group = port_of(program)
        assert f"is listening on {tmp_path / 'echo.sock'}." in program.line()
        stream, datagrams = port_of(program), port_of(program)
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE_SECONDS)
            for port in (group, datagrams):
                client.sendto(b"ping", ("127.0.0.1", port))
                assert client.recv(100) == b"PING"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE_SECONDS)
            client.bind(str(tmp_path / "client.sock"))
            client.sendto(b"ping", str(tmp_path / "echo.sock"))
            assert client.recv(100) == b"PING"
        assert ask(stream, b"ping") == b"PING"
        seen = [program.line() for _ in range(4)]
    assert sum("connection" in line for line in seen) == 4


def test_a_coroutine_callback_is_a_warning_with_its_connection(tmp_path: Path) -> None:
    path = tmp_path / "server.py"
    path.write_text(
        ECHO.replace("    def dataReceived", "    async def dataReceived")
        + "reactor.listenTCP(0, factory)\nreactor.run()\n",
        encoding="utf-8",
    )
    with running(*SERVE, "--json", str(path)) as program:
        events: list[dict[str, Any]] = []
        while not events or events[-1]["event"] != "listening":
            events.append(json.loads(program.line()))
        for _ in range(2):
            socket.create_connection(("127.0.0.1", events[-1]["port"]), PATIENCE_SECONDS).close()
        while [each["event"] for each in events].count("closed") < 2:
            events.append(json.loads(program.line()))
    assert events[0]["event"] == "running"
    (warned,) = [each for each in events if each["event"] == "warned"]
    assert "dataReceived of Echo is an async function" in warned["warning"]
    assert warned["connection"] == 1


@pytest.mark.parametrize("name", ["my own server.py", "a.py b.py", "a=b:c.py", 'it\'s "odd".tac'])
def test_a_program_may_have_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    place = "reactor.listenTCP(0, factory)\nreactor.run()\n"
    if name.endswith(".tac"):
        place = (
            "from twisted.application import internet, service\n"
            "application = service.Application('echo')\n"
            "internet.TCPServer(0, factory).setServiceParent(application)\n"
        )
    path.write_text(ECHO + place, encoding="utf-8")
    with running(*SERVE, str(path)) as program:
        assert ask(port_of(program), b"hello") == b"hello"


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


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
def test_a_signal_ends_a_program_that_loops_while_it_loads(tmp_path: Path) -> None:
    path = tmp_path / "server.py"
    path.write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nwhile True:\n    pass\n",
        encoding="utf-8",
    )
    with running(*SERVE, str(path)) as program:
        code, _, errors = program.end()
    assert code == 1
    assert "It was interrupted while it started" in errors


def test_a_place_that_fails_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "server.py"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        lines = f"reactor.listenTCP({number}, factory, interface='127.0.0.1')\n"
        path.write_text(ECHO + lines + "reactor.run()\n", encoding="utf-8")
        with running(*SERVE, str(path)) as program:
            code, _, errors = program.end()
    assert code == 1
    assert errors.count(f"Port {number} is in use") == 1


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
