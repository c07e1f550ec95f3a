"""The text of the scripts. The integration tests run them with real clients."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from app.codegen.script import file_name, script
from app.codegen.tls_files import TlsFiles
from app.codegen.user_code_import import user_code_import
from app.faults.spec import Direction, Fault, FaultKind
from app.net.endpoint import Endpoint
from app.profile import ListenerSpec, Tls
from app.protocols import catalog
from app.protocols.definition import ProtocolDefinition
from app.user_code.reference import Reference

LONGEST_LINE = 100

FILES = TlsFiles(Path("/k.pem"), Path("/k.pem"), Path("/clients.pem"), None, (), "1.3")


def spec(protocol: str, endpoint: str = "tcp:8007", **more: Any) -> ListenerSpec:
    return ListenerSpec(name="Test", protocol=protocol, endpoint=endpoint, **more)


def test_echo_looks_like_the_tutorial() -> None:
    assert (
        script(spec("echo", max_connections=7), Path())
        == '''\
"""Test: a server on 127.0.0.1:8007, with Twisted."""

from twisted.internet import reactor
from twisted.internet.protocol import Factory, Protocol


class Echo(Protocol):
    """Sends back whatever a peer sends. Each connection has an Echo of its own."""

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1

    def dataReceived(self, data):
        self.transport.write(data)

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1


class Full(Protocol):
    """Meets whoever is one too many."""

    def connectionMade(self):
        self.transport.write(b"Too many connections, try later")
        self.transport.loseConnection()


class EchoFactory(Factory):
    """What all connections share: how many there are."""

    protocol = Echo
    numProtocols = 0
    maxProtocols = 7

    def buildProtocol(self, addr):
        if self.numProtocols >= self.maxProtocols:
            return Full()
        return Factory.buildProtocol(self, addr)


port = reactor.listenTCP(8007, EchoFactory(), interface="127.0.0.1")
print("Listening on", port.getHost(), flush=True)
reactor.run()
'''
    )


def test_set_options_are_constants_at_the_top() -> None:
    text = script(spec("hello", options={"text": 'He said "hi"\n', "closes": False}), Path())
    assert "\nTEXT = 'He said \"hi\"\\n'\nCLOSES = False\n" in text


def test_other_options_have_their_defaults() -> None:
    assert '\nHOW = "capitals"\nLONGEST_LINE = 1000\n' in script(spec("line"), Path())


def test_over_udp_only_used_options_are_at_the_top() -> None:
    text = script(spec("hello", "udp:8025"), Path())
    assert "CLOSES" not in text
    assert "TEXT = " in text
    call = """
port = reactor.listenUDP(
    8025,
    HelloDatagrams(),
    interface="127.0.0.1",
    maxPacketSize=65535,
)
"""
    assert call in text


def test_over_udp_localhost_becomes_an_address() -> None:
    text = script(spec("echo", "udp:8007:interface=localhost"), Path())
    assert 'interface="127.0.0.1"' in text


ENDPOINTS = [
    ("tcp:8007", None),
    ("tcp6:8007:backlog=5", None),
    ("tcp:8443", FILES),
    ("unix:/tmp/a:mode=660", None),
    ("unix:/tmp/a", FILES),
    ("ssl:8443:privateKey=k.pem", None),
    ("udp:8007", None),
]


@pytest.mark.parametrize(
    ("entry", "endpoint", "tls"),
    [
        (entry, endpoint, tls)
        for entry in catalog.definitions()
        for endpoint, tls in ENDPOINTS
        if entry.script is not None
        if entry.datagrams is not None or not Endpoint.parse(endpoint).is_datagram
    ],
)
def test_every_script_is_python_in_short_lines_and_imports_what_it_uses(
    entry: ProtocolDefinition[Any], endpoint: str, tls: TlsFiles | None
) -> None:
    text = script(spec(entry.name, endpoint), Path("/profiles"), tls)
    tree = ast.parse(text)
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported <= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert max(map(len, text.splitlines())) <= LONGEST_LINE
    assert ("maxProtocols = 100" in text) is not Endpoint.parse(endpoint).is_datagram


def test_a_name_cannot_break_out_of_its_title() -> None:
    hostile = ListenerSpec(name='"""\\', protocol="echo", endpoint="tcp:8007")
    title = ast.get_docstring(ast.parse(script(hostile, Path())))
    assert title == '"""\\: a server on 127.0.0.1:8007, with Twisted.'


@pytest.mark.parametrize(
    ("name", "file"),
    [("Echo", "echo.py"), ("My Echo #2!", "my_echo_2.py"), ("聊天", "server.py")],
)
def test_the_file_name_comes_from_the_listener(name: str, file: str) -> None:
    assert file_name(ListenerSpec(name=name, protocol="echo", endpoint="tcp:1")) == file


def test_tls_has_its_files_and_the_version() -> None:
    text = script(spec("echo", "tcp:8443", tls=Tls()), Path(), FILES)
    assert 'KEY = "/k.pem"\nCERTIFICATE = "/k.pem"\n' in text
    assert "SSL.TLS1_3_VERSION" in text
    assert 'context.load_verify_locations("/clients.pem")' in text
    assert "reactor.listenSSL(" in text


SOURCE = """
from twisted.internet.protocol import Factory, Protocol

class Echo(Protocol): ...

class EchoFactory(Factory):
    protocol = Echo

ready = EchoFactory()

def make():
    return Echo()

def greet(reactor, address):
    return Echo()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "echo_server.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "echo-server.py").write_text(SOURCE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "factory"),
    [
        ("Echo", "Factory.forProtocol(Echo)"),
        ("EchoFactory", "EchoFactory()"),
        ("ready", "ready"),
        ("make", "make_factory()"),
        ("greet", "FunctionFactory()"),
    ],
)
def test_the_source_decides_how_the_factory_is_made(name: str, factory: str, folder: Path) -> None:
    code = user_code_import(Reference.parse(f"python:echo_server.py:{name}"), folder)
    assert code.factory == factory
    assert code.loads == (f'sys.path.insert(0, "{folder}")\nfrom echo_server import {name}\n')
    assert code.imports == ("import sys",)


def test_a_function_gets_the_parameters_that_a_listener_would_give_it(folder: Path) -> None:
    code = user_code_import(Reference.parse("python:echo_server.py:greet"), folder)
    assert "protocol = greet(reactor=reactor, address=addr)" in "".join(code.parts)


def test_a_file_of_a_package_is_imported_with_it(tmp_path: Path) -> None:
    (tmp_path / "chat").mkdir()
    (tmp_path / "chat" / "__init__.py").write_text("")
    (tmp_path / "chat" / "main.py").write_text("from .rooms import Room\n")
    code = user_code_import(Reference.parse("python:chat/main.py:Echo"), tmp_path)
    assert code.loads == f'sys.path.insert(0, "{tmp_path}")\nfrom chat.main import Echo\n'


def test_a_file_without_a_module_name_is_run(folder: Path) -> None:
    code = user_code_import(Reference.parse("python:echo-server.py:Echo"), folder)
    assert code.loads == f'Echo = runpy.run_path("{folder}/echo-server.py")["Echo"]\n'
    assert code.imports == ("import runpy",)


@pytest.mark.parametrize(
    ("name", "factory"),
    [("Chat", "Factory.forProtocol(Chat)"), ("ChatFactory", "ChatFactory()"), ("room", "room")],
)
def test_without_source_the_name_decides_how_the_factory_is_made(name: str, factory: str) -> None:
    code = user_code_import(Reference.parse(f"python:package.chat:{name}"), Path())
    assert code.factory == factory
    assert code.loads == f"from package.chat import {name}\n"
    gone = user_code_import(Reference.parse(f"python:gone.py:{name}"), Path("/nowhere"))
    assert gone.factory == factory


def test_a_datagram_protocol_is_made_once(tmp_path: Path) -> None:
    source = "from twisted.internet.protocol import DatagramProtocol\n"
    (tmp_path / "dns.py").write_text(f"{source}class Dns(DatagramProtocol): ...\n")
    assert user_code_import(Reference.parse("python:dns.py:Dns"), tmp_path).datagrams == "Dns()"


def test_faults_are_named_as_left_out() -> None:
    late = Fault(kind=FaultKind.LATENCY, seconds=0.2, direction=Direction.OUT)
    off = Fault(kind=FaultKind.REFUSE, enabled=False)
    source = script(spec("echo", faults=(late, off)), Path())
    assert "# Only Portdeck disturbs connections on purpose. Here is no:" in source
    assert "#   latency 200 ms out\n" in source
    assert "refuse" not in source


@pytest.mark.parametrize(
    ("endpoint", "call"),
    [
        ("unix-dgram:/tmp/echo.sock", "reactor.listenUNIXDatagram("),
        ("udp:8007:shared=1", "reactor.listenMulticast("),
    ],
)
def test_every_kind_of_datagrams_has_a_script(endpoint: str, call: str, tmp_path: Path) -> None:
    source = script(ListenerSpec(name="Echo", protocol="echo", endpoint=endpoint), tmp_path)
    compile(source, "echo.py", "exec")
    assert call in source
