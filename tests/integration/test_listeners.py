"""Listeners on real sockets, with real clients: nc, telnet, socat, and plain sockets of our own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import pytest
from twisted.internet.protocol import Protocol

from app.protocols.echo import Echo
from app.server.connections.factory import STOP_GRACE_SECONDS
from app.server.deck import Deck
from app.server.listener import State
from tests.integration.programs import PATIENCE_SECONDS, running
from tests.integration.sockets import (
    Beside,
    Listen,
    ResultOf,
    Serve,
    StillReactor,
    Until,
    connect,
    port_of,
    read_exactly,
    read_to_end,
    reset,
)
from tests.server.record import Record

GREETING = b"Hello This is HD's Test protocol\r\n"
REFUSAL = b"Too many connections, try later"
LOTS = bytes(range(256)) * 40_000  # 10 MB


def output_of(*command: str, stdin: IO[bytes] | int = subprocess.DEVNULL) -> bytes:
    """What a program says until it ends by itself."""
    done = subprocess.run(
        command, stdin=stdin, capture_output=True, timeout=PATIENCE_SECONDS, check=True
    )
    return done.stdout


# Echo


def test_echo_gives_back_what_it_gets(listen: Listen, beside: Beside[bytes]) -> None:
    port = port_of(listen("echo"))

    def talk() -> bytes:
        with connect(port) as client:
            client.sendall(b"hello")
            return read_exactly(client, 5)

    assert beside(talk) == b"hello"


@pytest.mark.parametrize(
    "command", [("nc", "-N", "127.0.0.1", "{}"), ("socat", "-t60", "-", "TCP:127.0.0.1:{}")]
)
def test_a_client_that_closes_its_side_early_gets_everything_back(
    listen: Listen, beside: Beside[bytes], record: Record, tmp_path: Path, command: tuple[str, ...]
) -> None:
    port = port_of(listen("echo"))
    (tmp_path / "lots").write_bytes(LOTS)
    program = [word.format(port) for word in command]
    with (tmp_path / "lots").open("rb") as lots:
        assert beside(lambda: output_of(*program, stdin=lots)) == LOTS
    assert record.events[-1] == ("closed", 1, "closed by the peer")


# Hello


def test_hello_greets_nc_and_closes(listen: Listen, beside: Beside[bytes]) -> None:
    port = port_of(listen("hello"))
    assert beside(lambda: output_of("nc", "127.0.0.1", str(port))) == GREETING


def test_hello_greets_telnet_and_closes(listen: Listen, beside: Beside[bytes]) -> None:
    port = port_of(listen("hello"))
    with ExitStack() as stack:
        silence, mouth = (stack.enter_context(os.fdopen(each, "rb")) for each in os.pipe())
        said = beside(lambda: output_of("telnet", "127.0.0.1", str(port), stdin=silence))
        assert not mouth.closed, "telnet leaves at the end of what it is told"
    # As a terminal shows it: where there is none, telnet takes the carriage return away.
    assert said.replace(b"\r", b"").endswith(b"\n" + GREETING.replace(b"\r", b""))


def test_hello_greets_who_shouts_it_down(
    listen: Listen, beside: Beside[bytes], record: Record, until: Until
) -> None:
    listener = listen("hello")
    port = port_of(listener)

    def shout() -> bytes:
        with connect(port) as client:
            client.sendall(LOTS)
            client.shutdown(socket.SHUT_WR)
            return read_to_end(client)

    assert beside(shout) == GREETING
    until(lambda: not record.live)
    assert record.events[-1] == ("closed", 1, "closed by the listener")
    assert listener.factory is not None
    assert (listener.factory.bytes_in, listener.factory.bytes_out) == (len(LOTS), len(GREETING))


# The limit


@pytest.mark.parametrize("first_words", [b"", b"let me in! " * 10_000])
def test_the_hundred_and_first_is_told_to_try_later(
    listen: Listen, beside: Beside[Any], until: Until, record: Record, first_words: bytes
) -> None:
    listener = listen("echo")
    port = port_of(listener)

    def call_in_vain() -> bytes:
        with connect(port) as client:
            client.sendall(first_words)
            return read_to_end(client)

    def call() -> bytes:
        with connect(port) as client:
            client.sendall(b"at last")
            return read_exactly(client, 7)

    clients = beside(lambda: [connect(port) for _ in range(100)])
    until(lambda: listener.connection_count == 100)
    assert beside(call_in_vain) == REFUSAL
    assert record.events[-1] == ("refused", "127.0.0.1", "too many connections")
    assert listener.connection_count == 100
    clients.pop().close()
    until(lambda: listener.connection_count == 99)
    assert beside(call) == b"at last"
    for client in clients:
        client.close()
    until(lambda: not listener.connection_count)


# Clients that behave badly


def test_a_client_that_never_reads_is_not_read_from_and_gets_everything_when_it_does(
    listen: Listen, beside: Beside[bytes], until: Until, reactor: Any, record: Record
) -> None:
    port = port_of(listen("echo"))
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    client.connect(("127.0.0.1", port))
    client.setblocking(False)
    until(lambda: record.live)
    (connection,) = record.live
    sent = 0

    def offer() -> None:
        nonlocal sent
        try:
            while True:
                sent += client.send(LOTS[sent % 256 : sent % 256 + 256_000])
        except BlockingIOError:
            pass

    def is_held() -> bool:
        offer()
        return connection.transport not in reactor.getReaders()

    until(is_held)
    in_memory = len(connection.transport.dataBuffer) + connection.transport._tempDataLen
    assert in_memory < 1_000_000
    assert connection.bytes_in < 64_000_000, "all the rest is with the system"

    client.settimeout(PATIENCE_SECONDS)
    received = beside(lambda: read_exactly(client, sent))
    assert len(received) == sent
    assert received == (LOTS * (sent // len(LOTS) + 1))[:sent]
    client.close()


def test_a_client_that_resets_in_the_middle_disturbs_nobody(
    listen: Listen, beside: Beside[Any], until: Until, record: Record
) -> None:
    port = port_of(listen("echo"))

    def break_off() -> None:
        with connect(port) as client:
            client.sendall(b"x" * 100_000)
            client.recv(1)
            reset(client)

    with connect(port) as other:
        until(lambda: record.live)
        beside(break_off)
        until(lambda: record.events[-1] == ("closed", 2, "reset by the peer"))
        other.sendall(b"still here")
        assert beside(lambda: read_exactly(other, 10)) == b"still here"


# Protocols that behave badly


@pytest.mark.parametrize("where", ["connectionMade", "dataReceived"])
def test_a_protocol_that_raises_loses_that_connection_alone(
    serve: Serve,
    beside: Beside[bytes],
    until: Until,
    record: Record,
    caplog: pytest.LogCaptureFixture,
    where: str,
) -> None:
    def fail(*arguments: object) -> None:
        raise ValueError("boom")

    def build() -> Protocol:
        protocol = Echo()
        if not record.events:
            setattr(protocol, where, fail)
        return protocol

    port = serve(build)
    with connect(port) as failing, connect(port) as other:
        failing.sendall(b"x")
        until(lambda: ("closed", 1, "ValueError: boom") in record.events)
        assert "the protocol failed on the connection from 127.0.0.1:" in caplog.text
        assert "ValueError: boom" in caplog.text
        other.sendall(b"fine")
        assert beside(lambda: read_exactly(other, 4)) == b"fine"


def test_a_protocol_that_raises_in_a_producer_loses_that_connection_alone(
    serve: Serve, beside: Beside[bytes], until: Until, record: Record
) -> None:
    class Failing(Protocol):
        transport: Any

        def connectionMade(self) -> None:
            self.transport.registerProducer(self, False)

        def resumeProducing(self) -> None:
            self.transport.write(b"x")
            if self.transport.bytes_out == 2:
                raise ValueError("boom")

        def stopProducing(self) -> None:
            """Nothing to stop."""

    port = serve(Failing)
    with connect(port):
        until(lambda: ("closed", 1, "ValueError: boom") in record.events)


# Start and stop


def test_a_stopped_listener_has_left_its_port(
    listen: Listen, deck: Deck, result_of: ResultOf
) -> None:
    listener = listen("echo")
    port = port_of(listener)
    result_of(deck.stop(listener))
    with pytest.raises(ConnectionRefusedError):
        connect(port)
    result_of(deck.start(listener))
    connect(port_of(listener)).close()


def test_stopping_ends_the_connections_without_a_reset(
    listen: Listen, deck: Deck, beside: Beside[bytes], until: Until, record: Record
) -> None:
    listener = listen("echo")
    with connect(port_of(listener)) as client:
        client.sendall(b"hello")
        until(lambda: ("active", 1) in record.events)
        stopped = deck.stop(listener)
        assert beside(lambda: read_to_end(client)) == b"hello"
        assert not stopped.called
        assert listener.state is State.STOPPING
    until(lambda: stopped.called)
    assert record.events[-2:] == [
        ("closed", 1, "closed by the listener"),
        ("moved", "Test", "stopped"),
    ]


def test_who_ignores_the_end_is_reset_when_the_grace_is_over(
    listen: Listen,
    deck: Deck,
    still: StillReactor,
    until: Until,
    record: Record,
    beside: Beside[bytes],
) -> None:
    listener = listen("echo")
    with connect(port_of(listener)) as client:
        until(lambda: record.live)
        (connection,) = record.live
        connection.write(LOTS * 2)
        stopped = deck.stop(listener)
        until(lambda: connection.disconnecting)
        still.advance(STOP_GRACE_SECONDS - 0.01)
        assert not stopped.called
        still.advance(0.01)
        until(lambda: stopped.called)
        assert record.events[-2:] == [
            ("closed", 1, "aborted by the listener"),
            ("moved", "Test", "stopped"),
        ]
        with pytest.raises(ConnectionResetError):
            beside(lambda: read_to_end(client))


def test_stop_and_start_at_once_ends_listening(
    listen: Listen, deck: Deck, result_of: ResultOf, record: Record
) -> None:
    listener = listen("echo")
    deck.stop(listener)
    deck.start(listener)
    deck.stop(listener)
    result_of(deck.start(listener))
    assert listener.state is State.LISTENING
    assert record.states == [
        *("starting", "listening", "stopping", "stopped") * 2,
        "starting",
        "listening",
    ]


# Addresses that cannot be


def test_a_port_that_another_listener_has_is_told_by_its_name(listen: Listen) -> None:
    port = port_of(listen("echo", name="First"))
    second = listen("hello", f"tcp:{port}", name="Second")
    assert second.state is State.FAILED
    assert second.reason == (
        f"Port {port} is in use by your listener First. Stop it, or choose another port."
    )


def test_a_port_that_another_program_has_is_told_by_name_and_pid(listen: Listen) -> None:
    program = (
        "import socket, sys\n"
        "listening = socket.create_server(('127.0.0.1', 0))\n"
        "print(listening.getsockname()[1], flush=True)\n"
        "sys.stdin.read()\n"
        "listening.accept()\n"
    )
    with running(sys.executable, "-c", program) as other:
        port = other.line()
        listener = listen("echo", f"tcp:{port}")
        pid = other.process.pid
    assert listener.state is State.FAILED
    assert f"Port {port} is in use by python" in listener.reason
    assert f"(pid {pid}: " in listener.reason
    assert " -c 'import socket, sys" in listener.reason
    assert listener.reason.endswith("). Stop it, or choose another port.")


def test_an_address_of_another_machine_is_told(listen: Listen) -> None:
    listener = listen("echo", "tcp:0:interface=203.0.113.1")
    assert listener.state is State.FAILED
    assert listener.reason.startswith("203.0.113.1 is not an address of this machine.")


# The socket itself


def test_a_socket_that_something_shuts_down_is_a_failure_that_says_so(
    listen: Listen, until: Until, still: StillReactor, result_of: ResultOf, deck: Deck
) -> None:
    listener = listen("echo")
    port = port_of(listener)
    with connect(port) as client:
        until(lambda: listener.connection_count)
        listener.port.socket.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

        def is_told() -> bool:
            still.advance(0)
            return listener.state is not State.LISTENING

        until(is_told)
        client.shutdown(socket.SHUT_WR)
        until(lambda: listener.state is State.FAILED)
    assert listener.reason == (
        f"The socket at 127.0.0.1:{port} is lost: something has closed it. Start it again."
    )
    assert listener.port is None
    result_of(deck.start(listener))
    assert listener.state is State.LISTENING
