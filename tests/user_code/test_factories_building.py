"""Factories made from objects of the user's code, and messages for objects that cannot be used."""

from __future__ import annotations

import logging
import sys
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address

from app.user_code.errors import LoadingFailed
from app.user_code.factories import UserFactory, build
from tests.user_code.conftest import Load, Write

PEER = IPv4Address("TCP", "127.0.0.1", 8007)

HEAD = "from twisted.internet.protocol import DatagramProtocol, Factory, Protocol\n"


@pytest.fixture
def made(write: Write, take: Load) -> Any:
    """Build the factory of X in a file with the given lines."""

    def made(lines: str) -> UserFactory:
        write("echo.py", HEAD + lines)
        return build(take("echo.py:X"))

    return made


@pytest.fixture
def refused(made: Any) -> Any:
    """The error message instead of a factory."""

    def refused(lines: str) -> str:
        with pytest.raises(LoadingFailed) as raised:
            made(lines)
        return str(raised.value)

    return refused


def protocol_of(factory: UserFactory) -> Any:
    protocol: Any = factory.buildProtocol(PEER)
    assert protocol.factory is factory.factory
    return protocol


@pytest.mark.parametrize(
    "lines",
    [
        "class X(Protocol): answer = 42",
        "class Own(Protocol): answer = 42\nclass X(Factory): protocol = Own",
        "class Own(Protocol): answer = 42\nX = Factory.forProtocol(Own)",
        "class Own(Protocol): answer = 42\ndef X(): return Own()",
        "class Own(Protocol): answer = 42\nX = lambda extra=1, *more, **named: Own()",
        "from functools import partial\nclass Own(Protocol):\n  def __init__(self, answer):\n"
        "    self.answer = answer\nX = partial(Own, 42)",
    ],
)
def test_each_kind_of_object_gives_protocols_that_know_their_factory(made: Any, lines: str) -> None:
    factory = made(lines)
    assert protocol_of(factory).answer == 42
    assert protocol_of(factory) is not protocol_of(factory)


def test_a_callable_without_a_signature_is_called_anyway(made: Any) -> None:
    factory = made("class X(Protocol):\n    answer = 42\n    __signature__ = 'hidden'\n")
    assert protocol_of(factory).answer == 42


def test_objects_that_only_provide_the_interfaces_are_accepted(made: Any) -> None:
    factory = made("""
from twisted.internet.interfaces import IProtocol, IProtocolFactory
from zope.interface import implementer

@implementer(IProtocol)
class Own:
    def __init__(self, factory): self.factory = factory

@implementer(IProtocolFactory)
class X:
    started = 0
    def doStart(self): self.started += 1
    def doStop(self): self.started -= 1
    def buildProtocol(self, addr): return Own(self)
""")
    factory.doStart()
    assert factory.factory.started == 1
    assert protocol_of(factory)
    factory.doStop()
    assert factory.factory.started == 0


def test_a_function_may_keep_its_own_factory(made: Any) -> None:
    factory = made("""
shared = Factory()
def X():
    protocol = Protocol()
    protocol.factory = shared
    return protocol
""")
    assert factory.buildProtocol(PEER).factory is factory.loaded.module.shared


def test_a_function_may_refuse_a_peer(made: Any) -> None:
    assert made("def X(): return None").buildProtocol(PEER) is None


def test_a_function_that_returns_no_protocol_fails_at_the_start(refused: Any) -> None:
    assert refused("def X(): return 'hello'") == (
        "X returns no protocol and no factory (str). "
        "Return a Protocol, or a Factory that makes one."
    )


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            "class X(DatagramProtocol): ...",
            "X is for UDP. Give it an endpoint such as udp:8100, or choose a Protocol.",
        ),
        (
            "X = DatagramProtocol()",
            "X is for UDP. Give it an endpoint such as udp:8100, or choose a Protocol.",
        ),
        (
            "class X: ...",
            "X is a class, but no protocol of Twisted's. "
            "Derive it from twisted.internet.protocol.Protocol.",
        ),
        (
            "import asyncio\nclass X(asyncio.Protocol): ...",
            "X is a class, but no protocol of Twisted's. "
            "Derive it from twisted.internet.protocol.Protocol.",
        ),
        (
            "X = Protocol()",
            "X is one protocol; every connection needs its own. Name its class.",
        ),
        (
            "X = 7",
            "X is no protocol (int). "
            "Name a Protocol, a Factory, or a function that returns a protocol.",
        ),
        (
            "class X(Protocol):\n    def __init__(self, factory, *, name): ...",
            "X needs arguments (factory, name). Name the factory that makes it.",
        ),
        (
            "class X(Factory):\n    def __init__(self, text): ...",
            "X needs arguments (text). Name one that is made: X(…).",
        ),
        (
            "def X(host): ...",
            "X needs arguments (host). Let it take none, or any of: reactor, address.",
        ),
        ("async def X(): ...", "X is an async function. Make it an ordinary one."),
        (
            "class X(Factory): ...",
            "X does not say which protocol it makes. "
            "Write protocol = … in it, with the class of the protocol.",
        ),
        (
            "X = Factory()",
            "X does not say which protocol it makes. "
            "Write protocol = … in it, with the class of the protocol.",
        ),
        (
            "class X(Factory):\n    def __init__(self):\n        1 / 0",
            "echo.py, line 4: making X: ZeroDivisionError: division by zero. "
            "The log has the traceback.",
        ),
        (
            "class X(Factory):\n    def __init__(self):\n        raise SystemExit",
            "echo.py, line 4: making X: it ends the program. "
            'Put what only a script does under: if __name__ == "__main__".',
        ),
    ],
)
def test_an_unusable_object_is_refused_with_its_kind(
    refused: Any, lines: str, sentence: str
) -> None:
    assert refused(lines) == sentence


def test_an_error_at_the_start_of_a_factory_names_its_line(made: Any) -> None:
    factory = made(
        "class X(Factory):\n    protocol = Protocol\n    def startFactory(self): 1 / 0\n"
    )
    with pytest.raises(LoadingFailed, match=r"^echo.py, line 4: ZeroDivisionError") as raised:
        factory.doStart()
    assert "def startFactory(self): 1 / 0" in raised.value.traceback


def test_an_error_at_the_stop_of_a_factory_is_logged(
    made: Any, caplog: pytest.LogCaptureFixture
) -> None:
    factory = made("class X(Factory):\n    protocol = Protocol\n    def stopFactory(self): 1 / 0\n")
    factory.doStart()
    factory.doStop()
    assert "The factory was not stopped in order. echo.py, line 4: ZeroDivisionError" in caplog.text
    assert caplog.records[-1].levelno == logging.ERROR
    assert "def stopFactory(self): 1 / 0" in caplog.text


def test_the_module_stays_loaded_as_long_as_its_factory_exists(made: Any) -> None:
    factory = made("X = Factory.forProtocol(Protocol)")
    name = cast(UserFactory, factory).loaded.module.__name__
    assert name in sys.modules
    del factory
    assert name not in sys.modules
