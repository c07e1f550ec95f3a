"""User code on UDP: accepted objects, serving, errors and reloads."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.user_code.errors import LoadingFailed
from app.user_code.factories import UserDatagrams, build, build_datagrams
from tests.server.record import Record
from tests.user_code.conftest import Load, Write, modules

HEAD = "from twisted.internet.protocol import DatagramProtocol, Factory, Protocol\n"

ECHO = """\
from twisted.internet.protocol import DatagramProtocol

class Echo(DatagramProtocol):
    def datagramReceived(self, datagram, addr):
        if datagram == b"fail":
            raise ValueError("boom")
        self.transport.write(b"old " + datagram, addr)
"""

# What it may be


@pytest.fixture
def made(write: Write, take: Load) -> Any:
    """Build the datagram protocol of X in a file with the given lines."""

    def made(lines: str) -> UserDatagrams:
        write("echo.py", HEAD + lines)
        return build_datagrams(take("echo.py:X"))

    return made


@pytest.mark.parametrize(
    "lines",
    [
        "class X(DatagramProtocol): answer = 42",
        "class Own(DatagramProtocol): answer = 42\nX = Own()",
        "class Own(DatagramProtocol): answer = 42\ndef X(): return Own()",
        "class X(DatagramProtocol):\n  def __init__(self, answer=42): self.answer = answer",
    ],
)
def test_a_class_an_object_or_a_function_gives_the_protocol(made: Any, lines: str) -> None:
    assert made(lines).protocol.answer == 42


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            "class X(Protocol): ...",
            "X needs connections, which UDP does not have. "
            "Choose a DatagramProtocol, or an endpoint such as tcp:8100.",
        ),
        (
            "class X(Factory): ...",
            "X needs connections, which UDP does not have. "
            "Choose a DatagramProtocol, or an endpoint such as tcp:8100.",
        ),
        (
            "class X: ...",
            "X is no protocol of Twisted's for UDP. "
            "Derive it from twisted.internet.protocol.DatagramProtocol.",
        ),
        (
            "def X(): return Protocol()",
            "X returns no protocol for UDP (Protocol). Let it return a DatagramProtocol.",
        ),
        (
            "def X(): ...",
            "X returns no protocol for UDP (NoneType). Let it return a DatagramProtocol.",
        ),
        ("async def X(): ...", "X is an async function. Make it an ordinary one."),
        ("def X(name): ...", "X needs arguments (name). Let it take none."),
        (
            "class X(DatagramProtocol):\n  def __init__(self, name): ...",
            "X needs arguments (name). Name one that is made: X(…).",
        ),
        (
            "class X(DatagramProtocol):\n  def __init__(self): raise ValueError('boom')",
            "echo.py, line 3: making X: ValueError: boom. The log has the traceback.",
        ),
    ],
)
def test_an_object_that_cannot_serve_datagrams_is_refused_with_its_kind(
    made: Any, lines: str, sentence: str
) -> None:
    with pytest.raises(LoadingFailed) as raised:
        made(lines)
    assert str(raised.value) == sentence


def test_a_datagram_protocol_cannot_serve_connections(write: Write, take: Load) -> None:
    write("echo.py", ECHO)
    with pytest.raises(LoadingFailed) as raised:
        build(take("echo.py:Echo"))
    assert str(raised.value) == (
        "Echo is for UDP. Give it an endpoint such as udp:8100, or choose a Protocol."
    )


# How it serves


class Bench:
    """One deck on the real reactor, and a client's socket."""

    def __init__(self, deck: Deck, result_of: Any, qtbot: QtBot) -> None:
        self.deck = deck
        self.result_of = result_of
        self.client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.client.bind(("127.0.0.1", 0))
        self.client.setblocking(False)
        self._qtbot = qtbot

    def listener(self, protocol: str = "python:echo.py:Echo") -> Listener:
        """A listener with that protocol, after an attempt to start it."""
        listener = self.deck.add(ListenerSpec(name="Mine", protocol=protocol, endpoint="udp:0"))
        self.result_of(self.deck.start(listener))
        return listener

    def tell(self, listener: Listener, datagram: bytes) -> None:
        address: Any = listener.address
        self.client.sendto(datagram, (address.host, address.port))

    def ask(self, listener: Listener, datagram: bytes) -> bytes:
        answers: list[bytes] = []

        def has_answer() -> bool:
            try:
                answers.append(self.client.recv(65535))
            except BlockingIOError:
                return False
            return True

        self.tell(listener, datagram)
        self._qtbot.waitUntil(has_answer)
        return answers[0]

    def until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition)


@pytest.fixture
def bench(
    reactor: Any, result_of: Any, qtbot: QtBot, folder: Path, record: Record
) -> Iterator[Bench]:
    bench = Bench(Deck(reactor, record, folder=folder), result_of, qtbot)
    yield bench
    bench.client.close()
    result_of(bench.deck.stop_all())
    bench.deck.listeners.clear()


def test_it_serves_and_its_module_is_removed_after_the_stop(bench: Bench, write: Write) -> None:
    write("echo.py", ECHO)
    listener = bench.listener()
    assert bench.ask(listener, b"hi") == b"old hi"
    assert modules()
    bench.result_of(bench.deck.stop(listener))
    assert listener.factory is not None
    assert (listener.factory.bytes_in, listener.factory.bytes_out) == (2, 6)


def test_after_a_reload_the_new_code_serves_the_next_datagram(bench: Bench, write: Write) -> None:
    write("echo.py", ECHO)
    listener = bench.listener()
    assert bench.ask(listener, b"hi") == b"old hi"
    write("echo.py", ECHO.replace("old", "new"))
    assert listener.code_has_changed()
    assert listener.reload()
    assert bench.ask(listener, b"hi") == b"new hi"
    assert listener.connection_count == 1


def test_a_reload_that_fails_changes_nothing(bench: Bench, write: Write) -> None:
    write("echo.py", ECHO)
    listener = bench.listener()
    write("echo.py", ECHO + "    def startProtocol(self): raise ValueError('boom')\n")
    assert not listener.reload()
    assert listener.reload_error == (
        "echo.py, line 8: ValueError: boom. The log has the traceback."
    )
    assert bench.ask(listener, b"hi") == b"old hi"


def test_an_exception_is_reported_for_the_peer_with_file_and_line(
    bench: Bench, write: Write, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    write("echo.py", ECHO)
    listener = bench.listener()
    bench.tell(listener, b"fail")
    bench.until(lambda: ("closed", 1, "ValueError: boom") in record.events)
    assert "echo.py" in caplog.text
    assert "line 6, in datagramReceived" in caplog.text
    assert bench.ask(listener, b"go on") == b"old go on"
    assert listener.state is State.LISTENING
    caplog.clear()


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("    def startProtocol(self): self.transport.fly()", "echo.py, line 8: AttributeError"),
        ("    def startProtocol(self): raise SystemExit", "echo.py, line 8: it ends the program"),
    ],
)
def test_an_error_at_the_start_fails_the_listener_and_leaves_no_socket(
    bench: Bench, write: Write, lines: str, reason: str
) -> None:
    write("echo.py", f"{ECHO}{lines}\n")
    listener = bench.listener()
    assert listener.state is State.FAILED
    assert listener.reason.startswith(reason)
    assert listener.port is None


def test_an_error_at_the_stop_does_not_keep_the_listener_open(
    bench: Bench, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    write("echo.py", ECHO + "    def stopProtocol(self): raise ValueError('boom')\n")
    listener = bench.listener()
    bench.result_of(bench.deck.stop(listener))
    assert listener.state is State.STOPPED
    assert (
        "The protocol was not stopped in order. echo.py, line 8: ValueError: boom." in caplog.text
    )
