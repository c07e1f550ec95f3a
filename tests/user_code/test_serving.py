"""Listeners that run user code, over real sockets: state, errors and reloads."""

from __future__ import annotations

import gc
import logging
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.user_code.code import LOOK_SECONDS
from tests.server.record import Record
from tests.user_code.conftest import Write, modules

ECHO = """\
from twisted.internet.protocol import Factory, Protocol

class Echo(Protocol):
    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1
        self.transport.write(b"%d here;" % self.factory.numProtocols)

    def dataReceived(self, data):
        self.transport.write(b"old " + data)

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1

class EchoFactory(Factory):
    protocol = Echo
    numProtocols = 0
"""


class Peer:
    """A client of a listener, with a non-blocking socket, and the data it received."""

    def __init__(self, listener: Listener, qtbot: QtBot) -> None:
        self.socket = socket.create_connection(("127.0.0.1", listener.address.port))  # type: ignore[union-attr]
        self.socket.setblocking(False)
        self.received = b""
        self.is_over = False
        self._qtbot = qtbot

    def gets(self, data: bytes) -> None:
        """Wait until the received data ends with `data`, and discard it."""
        self._qtbot.waitUntil(lambda: self._read() or self.received == data)
        assert self.received == data
        self.received = b""

    def asks(self, data: bytes, answer: bytes) -> None:
        self.socket.send(data)
        self.gets(answer)

    def ends(self) -> None:
        """Wait until the listener has ended the connection."""
        self._qtbot.waitUntil(self._read)

    def _read(self) -> bool:
        try:
            data = self.socket.recv(1_000_000)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            data = b""
        self.received += data
        self.is_over = not data
        return self.is_over


class Bench:
    """A deck on the real reactor, with protocols in a folder."""

    def __init__(self, deck: Deck, record: Record, result_of: Any, qtbot: QtBot) -> None:
        self.deck = deck
        self.record = record
        self.peers: list[Peer] = []
        self.result_of: Callable[[Deferred[None]], None] = result_of
        self.qtbot = qtbot

    def listener(self, protocol: str = "python:echo.py:EchoFactory") -> Listener:
        """A listener with that protocol, after an attempt to start it."""
        listener = self.deck.add(ListenerSpec(name="Mine", protocol=protocol, endpoint="tcp:0"))
        self.result_of(self.deck.start(listener))
        return listener

    def connect(self, listener: Listener) -> Peer:
        peer = Peer(listener, self.qtbot)
        self.peers.append(peer)
        return peer

    def leave(self, listener: Listener, peer: Peer) -> None:
        """Close `peer`, and wait until the listener has noticed."""
        left = listener.connection_count - 1
        peer.socket.close()
        self.qtbot.waitUntil(lambda: listener.connection_count == left)


@pytest.fixture
def bench(
    reactor: Any, result_of: Any, qtbot: QtBot, folder: Path, record: Record
) -> Iterator[Bench]:
    bench = Bench(Deck(reactor, record, folder=folder), record, result_of, qtbot)
    yield bench
    for peer in bench.peers:
        peer.socket.close()
    result_of(bench.deck.stop_all())
    bench.deck.listeners.clear()


def test_state_in_the_factory_works_as_the_tutorial_has_it(bench: Bench, write: Write) -> None:
    write("echo.py", ECHO)
    listener = bench.listener()
    first = bench.connect(listener)
    first.gets(b"1 here;")
    second = bench.connect(listener)
    second.gets(b"2 here;")
    bench.leave(listener, first)
    bench.connect(listener).gets(b"2 here;")
    second.asks(b"x", b"old x")


def test_each_start_loads_the_current_file(bench: Bench, write: Write) -> None:
    write("echo.py", ECHO)
    listener = bench.listener()
    bench.connect(listener).gets(b"1 here;")
    write("echo.py", ECHO.replace("here", "now"))
    bench.result_of(bench.deck.restart(listener))
    bench.connect(listener).gets(b"1 now;")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import nothing_here", "echo.py, line 1: there is no module called nothing_here."),
        ("class EchoFactory: ...", "EchoFactory is a class, but no protocol of Twisted's."),
        (ECHO + "1 / 0", "echo.py, line 17: ZeroDivisionError: division by zero."),
        (
            ECHO + "    def startFactory(self): 1 / 0\n",
            "echo.py, line 17: ZeroDivisionError: division by zero.",
        ),
    ],
)
def test_code_that_fails_at_the_start_fails_its_listener_with_a_sentence(
    bench: Bench, write: Write, text: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    write("echo.py", text)
    listener = bench.listener()
    assert (listener.state, listener.port) == (State.FAILED, None)
    assert listener.reason.startswith(reason)
    if "/ 0" in text:
        assert "Mine: the protocol's own code failed.\nTraceback" in caplog.text


def test_an_interrupt_while_a_file_is_executed_leaves_no_listener_starting(
    bench: Bench, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    write("echo.py", "raise KeyboardInterrupt")
    listener = bench.listener()
    assert (listener.state, listener.port) == (State.FAILED, None)
    assert listener.reason == "It was interrupted while it started. Start it again."
    caplog.clear()  # a record keeps the frames of its traceback


def test_a_listener_starts_after_its_file_was_corrected(bench: Bench, write: Write) -> None:
    write("echo.py", "import nothing_here")
    listener = bench.listener()
    assert not listener.code_has_changed()
    assert not listener.reload()
    write("echo.py", ECHO)
    assert listener.code_has_changed()
    bench.result_of(bench.deck.start(listener))
    assert (listener.state, listener.reason) == (State.LISTENING, "")
    assert not listener.code_has_changed()


@pytest.mark.parametrize("name", ["connectionMade", "dataReceived", "connectionLost"])
@pytest.mark.parametrize("error", ["ValueError('bang')", "SystemExit('bang')"])
def test_an_exception_in_a_callback_ends_only_its_connection(
    bench: Bench, write: Write, caplog: pytest.LogCaptureFixture, name: str, error: str
) -> None:
    write(
        "echo.py",
        f"""
        from twisted.internet.protocol import Protocol

        class Echo(Protocol):
            def {name}(self, *arguments):
                if self.transport.number == 2:
                    raise {error}
        """,
    )
    listener = bench.listener("python:echo.py:Echo")
    good, bad = bench.connect(listener), bench.connect(listener)
    bench.qtbot.waitUntil(lambda: listener.factory.accepted == 2)  # type: ignore[union-attr]
    if name == "dataReceived":
        bad.socket.send(b"x")
    elif name == "connectionLost":
        bad.socket.close()
    bench.qtbot.waitUntil(lambda: listener.connection_count == 1)
    (closed,) = (event for event in bench.record.events if event[0] == "closed")
    assert closed[1] == 2
    kind = error.partition("(")[0]
    if name != "connectionLost":
        assert closed[2] == f"{kind}: bang"
        bad.ends()
    assert "the protocol failed on the connection from 127.0.0.1" in caplog.text
    assert f"line 7, in {name}" in caplog.text
    assert f"{kind}: bang" in caplog.text
    assert not good.is_over
    assert listener.state is State.LISTENING


@pytest.mark.parametrize("error", ["ValueError('bang')", "SystemExit('bang')"])
def test_an_exception_in_the_factory_refuses_only_its_peer(
    bench: Bench, write: Write, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    write(
        "echo.py",
        f"""
        from twisted.internet.protocol import Factory, Protocol

        class EchoFactory(Factory):
            made = 0

            def buildProtocol(self, addr):
                self.made += 1
                if self.made == 1:
                    raise {error}
                return Protocol()
        """,
    )
    listener = bench.listener()
    bench.connect(listener).ends()
    bench.connect(listener)
    bench.qtbot.waitUntil(lambda: listener.connection_count == 1)
    refused = [event for event in bench.record.events if event[0] == "refused"]
    assert refused == [("refused", "127.0.0.1", f"{error.partition('(')[0]}: bang")]
    assert "line 10, in buildProtocol" in caplog.text
    caplog.clear()  # a record keeps the frames of its traceback


def test_a_listener_stops_even_if_its_factory_fails_to_stop(
    bench: Bench, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    write("echo.py", ECHO + "    def stopFactory(self): 1 / 0\n")
    listener = bench.listener()
    bench.connect(listener).gets(b"1 here;")
    bench.result_of(bench.deck.stop(listener))
    assert (listener.state, listener.connection_count) == (State.STOPPED, 0)
    assert "echo.py, line 17: ZeroDivisionError" in caplog.text


# Reloads


def test_after_a_reload_old_connections_keep_the_old_code(bench: Bench, write: Write) -> None:
    write("echo.py", ECHO)
    listener = bench.listener()
    port, factory = listener.port, listener.factory
    old = bench.connect(listener)
    old.gets(b"1 here;")
    write("echo.py", ECHO.replace("old", "new"))
    assert listener.code_has_changed()
    assert listener.reload()
    assert not listener.code_has_changed()
    new = bench.connect(listener)
    new.gets(b"1 here;")
    new.asks(b"x", b"new x")
    old.asks(b"x", b"old x")
    assert (listener.port, listener.factory) == (port, factory)
    assert factory is not None
    assert (factory.accepted, listener.connection_count) == (2, 2)
    assert len(modules()) == 2
    bench.leave(listener, old)
    assert len(modules()) == 1
    new.asks(b"y", b"new y")


def test_old_code_is_removed_when_its_last_connection_ends(bench: Bench, write: Write) -> None:
    write("echo.py", ECHO)
    listener = bench.listener()
    peers = []
    for number in range(5):
        write("echo.py", ECHO.replace("old", f"code {number}"))
        assert listener.reload()
        peers.append(bench.connect(listener))
        peers[-1].gets(b"1 here;")
    for number, peer in enumerate(peers):
        peer.asks(b"x", b"code %d x" % number)
    assert len(modules()) == 5
    for left in (2, 0, 3, 1):
        bench.leave(listener, peers[left])
    assert len(modules()) == 1
    bench.leave(listener, peers[4])
    assert len(modules()) == 1


DIARY = """\
from twisted.internet.protocol import Factory, Protocol

class Writer(Protocol):
    def dataReceived(self, data):
        self.factory.file.write(data)
        self.transport.write(data)

class WriterFactory(Factory):
    protocol = Writer

    def startFactory(self):
        self.file = open(__file__ + ".diary", "ab", buffering=0)

    def stopFactory(self):
        self.file.write(b"stop ")
        self.file.close()
"""


def test_a_replaced_factory_is_stopped_when_its_last_connection_is_gone(
    bench: Bench, write: Write
) -> None:
    code = write("diary.py", DIARY)
    diary = code.with_name("diary.py.diary")
    listener = bench.listener("python:diary.py:WriterFactory")
    old = bench.connect(listener)
    old.asks(b"first ", b"first ")
    assert listener.reload()
    old.asks(b"second ", b"second ")
    bench.leave(listener, old)
    assert diary.read_bytes() == b"first second stop "
    assert listener.reload()
    assert diary.read_bytes() == b"first second stop stop "
    bench.result_of(bench.deck.stop(listener))
    assert diary.read_bytes() == b"first second stop stop stop "


def test_the_stop_of_a_listener_also_stops_replaced_factories(bench: Bench, write: Write) -> None:
    write("echo.py", ECHO)
    listener = bench.listener()
    for _ in range(3):
        bench.connect(listener).gets(b"1 here;")
        assert listener.reload()
    assert len(modules()) == 4
    bench.result_of(bench.deck.stop(listener))
    assert modules() == set()


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("def (", "echo.py, line 1: invalid syntax."),
        ("", "echo.py has no EchoFactory."),
        ("EchoFactory = 7", "EchoFactory is no protocol (int)."),
        (
            ECHO + "    def startFactory(self): 1 / 0\n",
            "echo.py, line 17: ZeroDivisionError: division by zero.",
        ),
    ],
)
def test_a_reload_that_fails_leaves_the_old_code_in_place(
    bench: Bench, write: Write, text: str, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    write("echo.py", ECHO)
    listener = bench.listener()
    before = len(bench.record.states)
    write("echo.py", text)
    assert not listener.reload()
    assert listener.reload_error.startswith(trouble)
    assert trouble in caplog.text
    assert listener.state is State.LISTENING
    assert bench.record.states[before:] == ["listening"]
    assert len(modules()) == 1
    assert not listener.code_has_changed()
    bench.connect(listener).asks(b"x", b"1 here;old x")
    write("echo.py", ECHO)
    assert listener.code_has_changed()
    assert listener.reload()
    assert listener.reload_error == ""


def test_options_can_go_back_after_a_reload_that_took_them(bench: Bench, write: Write) -> None:
    words = ListenerSpec(
        name="Rules",
        protocol="replies",
        endpoint="tcp:0",
        options={"rule": [{"any": True, "reply": "words\\n"}]},
    )
    function = evolve(words, options={"rule": [{"python": "answers.py:answer"}]})
    listener = bench.deck.add(words)
    bench.result_of(bench.deck.start(listener))
    listener.change(function)
    assert listener.reload_error
    write("answers.py", "def answer(message, context):\n    return b'function\\n'\n")
    assert listener.reload()
    peer = bench.connect(listener)
    peer.asks(b"?\n", b"function\n")
    listener.change(words)
    peer.asks(b"?\n", b"words\n")


def test_only_an_open_listener_with_user_code_is_reloaded(bench: Bench, write: Write) -> None:
    write("echo.py", ECHO)
    listener = bench.listener()
    bench.result_of(bench.deck.stop(listener))
    assert not listener.reload()
    built_in = bench.listener("echo")
    assert not built_in.reload()
    assert not built_in.code_has_changed()
    assert (listener.reload_error, built_in.reload_error) == ("", "")


def test_two_hundred_reloads_leak_nothing(
    bench: Bench, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)  # otherwise it keeps every record
    write("echo.py", "import helper, logging\nlog = logging.getLogger(__name__)\n" + ECHO)
    write("helper.py", "text = bytes(1_000_000)\n")
    listener = bench.listener()
    quiet = bench.connect(listener)
    quiet.gets(b"1 here;")

    def reload_and_talk(talks: int) -> int:
        for _ in range(talks):
            for _ in range(10):
                assert listener.reload()
            peer = bench.connect(listener)
            peer.asks(b"x", b"1 here;old x")
            bench.leave(listener, peer)
            bench.peers.remove(peer)
            bench.record.events.clear()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = reload_and_talk(2)
        after = reload_and_talk(20)
    finally:
        tracemalloc.stop()
    assert len(modules()) == 4  # those of the idle connection, and the newest
    alive = [kind for kind in gc.get_objects() if type(kind) is type and kind.__name__ == "Echo"]
    assert len([kind for kind in alive if kind.__module__.startswith("echo@")]) == 2
    assert after - before < 500_000  # half of what one load takes
    quiet.asks(b"x", b"old x")


# Automatic reloads


@pytest.fixture
def clock() -> Clock:
    """The clock of the listener that watches its file."""
    return Clock()


@pytest.fixture
def watching(bench: Bench, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Listener]:
    """Starts a listener that checks its file once per second of the test clock."""

    def start() -> Listener:
        spec = ListenerSpec(
            name="Mine",
            protocol="python:echo.py:EchoFactory",
            endpoint="tcp:0",
            auto_reload=True,
        )
        listener = bench.deck.add(spec)
        monkeypatch.setattr(listener._watch, "_clock", clock)
        bench.result_of(bench.deck.start(listener))
        return listener

    return start


Watching = Callable[[], Listener]


def test_a_changed_file_is_loaded_within_a_second(
    bench: Bench, write: Write, watching: Watching, clock: Clock
) -> None:
    write("echo.py", ECHO)
    listener = watching()
    first = bench.connect(listener)
    first.gets(b"1 here;")
    clock.advance(LOOK_SECONDS)
    second = bench.connect(listener)
    second.gets(b"2 here;")
    write("echo.py", ECHO.replace("old", "new").replace("here", "now"))
    clock.advance(LOOK_SECONDS)
    third = bench.connect(listener)
    third.gets(b"1 now;")
    third.asks(b"x", b"new x")
    first.asks(b"x", b"old x")


def test_a_corrected_file_is_loaded_after_a_failed_reload(
    bench: Bench, write: Write, watching: Watching, clock: Clock
) -> None:
    write("echo.py", ECHO)
    listener = watching()
    write("echo.py", "import nothing_here")
    clock.advance(LOOK_SECONDS)
    assert listener.reload_error.startswith("echo.py, line 1")
    assert listener.state is State.LISTENING
    write("echo.py", ECHO.replace("here", "now"))
    clock.advance(LOOK_SECONDS)
    assert not listener.reload_error
    bench.connect(listener).gets(b"1 now;")


def test_a_failed_listener_starts_when_its_file_is_corrected(
    bench: Bench, write: Write, watching: Watching, clock: Clock
) -> None:
    write("echo.py", "import nothing_here")
    listener = watching()
    assert listener.state is State.FAILED
    clock.advance(LOOK_SECONDS)
    assert listener.state is State.FAILED
    write("echo.py", ECHO)
    clock.advance(LOOK_SECONDS)
    bench.qtbot.waitUntil(lambda: listener.state is State.LISTENING)


def test_files_are_polled_only_if_wanted_and_while_the_listener_is_open(
    bench: Bench, write: Write, watching: Watching, clock: Clock
) -> None:
    write("echo.py", ECHO)
    listener = watching()
    assert len(clock.getDelayedCalls()) == 1
    listener.change(evolve(listener.spec, auto_reload=False))
    assert not clock.getDelayedCalls()
    listener.change(evolve(listener.spec, auto_reload=True))
    assert len(clock.getDelayedCalls()) == 1
    bench.result_of(bench.deck.stop(listener))
    assert not clock.getDelayedCalls()
