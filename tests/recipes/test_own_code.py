"""How a script gets at code of one's own, whatever that is."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.own_protocol import Reference
from app.recipes.own_code import own_code

SOURCE = """
from twisted.internet.protocol import Factory, Protocol

class Echo(Protocol): ...

class EchoFactory(Factory):
    protocol = Echo

ready = EchoFactory()

def make():
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
        ("make", "FunctionFactory()"),
    ],
)
def test_what_makes_the_factory_is_told_by_the_source(
    name: str, factory: str, folder: Path
) -> None:
    code = own_code(Reference.parse(f"python:echo_server.py:{name}"), folder)
    assert code.factory == factory
    assert code.loads == (f'sys.path.insert(0, "{folder}")\nfrom echo_server import {name}\n')
    assert code.imports == ("import sys",)


def test_a_file_that_is_no_module_by_its_name_is_run(folder: Path) -> None:
    code = own_code(Reference.parse("python:echo-server.py:Echo"), folder)
    assert code.loads == f'Echo = runpy.run_path("{folder}/echo-server.py")["Echo"]\n'
    assert code.imports == ("import runpy",)


@pytest.mark.parametrize(
    ("name", "factory"),
    [("Chat", "Factory.forProtocol(Chat)"), ("ChatFactory", "ChatFactory()"), ("room", "room")],
)
def test_of_what_cannot_be_looked_into_the_name_tells(name: str, factory: str) -> None:
    code = own_code(Reference.parse(f"python:package.chat:{name}"), Path())
    assert code.factory == factory
    assert code.loads == f"from package.chat import {name}\n"
    gone = own_code(Reference.parse(f"python:gone.py:{name}"), Path("/nowhere"))
    assert gone.factory == factory


def test_a_datagram_protocol_is_made_once(tmp_path: Path) -> None:
    source = "from twisted.internet.protocol import DatagramProtocol\n"
    (tmp_path / "dns.py").write_text(f"{source}class Dns(DatagramProtocol): ...\n")
    assert own_code(Reference.parse("python:dns.py:Dns"), tmp_path).datagrams == "Dns()"
