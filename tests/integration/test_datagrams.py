"""UDP listeners on real sockets, with nc and plain ones, in the panel and as `portdeck serve`."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import pytest
from attrs import evolve

from app.profile.spec import UDP_IDLE_SECONDS
from app.protocols import catalog
from app.runtime.coroutines import spawn
from app.server.deck import Deck
from app.server.listener import State
from tests.integration.programs import PATIENCE_SECONDS, running, serving
from tests.integration.sockets import Beside, Listen, ResultOf, StillReactor, Until, port_of
from tests.server.record import Record

GREETING = b"Hello This is HD's Test protocol\r\n"


@contextmanager
def client_of(port: int, host: str = "127.0.0.1") -> Iterator[socket.socket]:
    """A socket that talks to that port alone, and blocks."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE_SECONDS)
        client.connect((host, port))
        yield client


def ask(port: int, *datagrams: bytes, host: str = "127.0.0.1") -> list[bytes]:
    """What one client is answered, one after the other."""
    with client_of(port, host) as client:
        answers = []
        for datagram in datagrams:
            client.send(datagram)
            answers.append(client.recv(65535))
        return answers


class Broken:
    """A socket that nothing can be read from any more."""

    def __init__(self, bound: socket.socket) -> None:
        self._bound = bound

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bound, name)

    def recvfrom(self, size: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def nc(port: int, say: bytes) -> bytes:
    """What `nc -u` hears until a second has passed without a word."""
    done = subprocess.run(
        ["nc", "-u", "-w1", "127.0.0.1", str(port)],
        input=say,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("size", [0, 1, 65507])
def test_echo_returns_datagrams_of_every_size(
    listen: Listen, beside: Beside[list[bytes]], size: int
) -> None:
    port = port_of(listen("echo", "udp:0"))
    assert beside(lambda: ask(port, bytes(size))) == [bytes(size)]


@pytest.mark.parametrize("interface", ["127.0.0.1", "localhost", "0.0.0.0", "::1", "::"])
def test_every_interface_is_bound_and_answers(
    listen: Listen, beside: Beside[list[bytes]], interface: str
) -> None:
    written = interface.replace(":", "\\:")
    port = port_of(listen("echo", f"udp:0:interface={written}"))
    host = "::1" if ":" in interface else "127.0.0.1"
    assert beside(lambda: ask(port, b"hi", host=host)) == [b"hi"]


def test_localhost_is_both_addresses(
    listen: Listen, beside: Beside[list[bytes]], record: Record, deck: Deck, result_of: ResultOf
) -> None:
    listener = listen("echo", "udp:0:interface=localhost")
    port = port_of(listener)
    assert listener.where == f"localhost:{port}"
    for host in ("127.0.0.1", "::1"):
        assert beside(partial(ask, port, b"hi", host=host)) == [b"hi"]
    assert {peer.local for peer in record.live} == {f"127.0.0.1:{port}", f"[::1]:{port}"}
    result_of(deck.stop(listener))
    assert listener.state is State.STOPPED
    result_of(deck.start(listener))
    assert listener.state is State.LISTENING


def test_a_port_taken_on_one_of_both_addresses_is_taken(listen: Listen) -> None:
    port = port_of(listen("echo", r"udp:0:interface=\:\:1", name="Six"))
    both = listen("echo", f"udp:{port}:interface=localhost", name="Both")
    assert both.state is State.FAILED
    assert "in use by your listener Six" in both.reason


@pytest.mark.parametrize("interface", ["::", "::ffff:127.0.0.1"])
def test_an_ipv4_sender_of_an_ipv6_listener_is_answered(
    listen: Listen, beside: Beside[list[bytes]], interface: str
) -> None:
    written = interface.replace(":", "\\:")
    port = port_of(listen("echo", f"udp:0:interface={written}"))
    assert beside(lambda: ask(port, b"hi")) == [b"hi"]


def test_nc_is_answered(listen: Listen, beside: Beside[bytes]) -> None:
    port = port_of(listen("hello", "udp:0"))
    assert beside(lambda: nc(port, b"who is there?\n")) == GREETING


def test_a_silent_peer_leaves_and_stopping_closes_the_others(
    listen: Listen,
    beside: Beside[list[bytes]],
    still: StillReactor,
    record: Record,
    deck: Deck,
    result_of: ResultOf,
) -> None:
    listener = listen("echo", "udp:0")
    port = port_of(listener)
    beside(lambda: ask(port, b"x"))
    still.advance(UDP_IDLE_SECONDS)
    assert record.events[-1] == ("closed", 1, "idle for 30 s")
    beside(lambda: ask(port, b"x"))
    assert listener.connection_count == 1
    result_of(deck.stop(listener))
    assert record.events[-2:] == [
        ("closed", 2, "closed by the listener"),
        ("moved", "Test", "stopped"),
    ]
    assert listener.port is None


def test_one_that_drains_serves_whom_it_knows_until_they_are_silent(
    listen: Listen, beside: Beside[list[bytes]], still: StillReactor, deck: Deck, until: Until
) -> None:
    listener = listen("echo", "udp:0")
    port = port_of(listener)
    with client_of(port) as known, client_of(port) as new:

        def talk(client: socket.socket) -> list[bytes]:
            client.send(b"x")
            return [client.recv(100)]

        beside(lambda: talk(known))
        drained = spawn(listener.drain())
        assert listener.state is State.DRAINING
        new.send(b"x")
        assert beside(lambda: talk(known)) == [b"x"]
        assert listener.factory is not None
        until(lambda: listener.factory and listener.factory.refused == 1)
        new.setblocking(False)
        with pytest.raises(BlockingIOError):
            new.recv(100)
    assert not drained.called
    still.advance(UDP_IDLE_SECONDS)
    until(lambda: drained.called)
    assert (listener.state, listener.port) == (State.STOPPED, None)


def test_one_that_drains_can_be_taken_back(
    listen: Listen, beside: Beside[list[bytes]], result_of: ResultOf, still: StillReactor
) -> None:
    listener = listen("echo", "udp:0")
    port = port_of(listener)
    beside(lambda: ask(port, b"x"))
    drained = spawn(listener.drain())
    result_of(spawn(listener.start()))
    assert listener.state is State.LISTENING
    assert beside(lambda: ask(port, b"new ones too")) == [b"new ones too"]
    still.advance(UDP_IDLE_SECONDS)
    result_of(drained)
    assert listener.state is State.LISTENING


def test_one_that_nobody_talks_to_drains_at_once(listen: Listen, result_of: ResultOf) -> None:
    listener = listen("echo", "udp:0")
    result_of(spawn(listener.drain()))
    assert (listener.state, listener.port) == (State.STOPPED, None)


def test_one_that_drains_can_be_stopped(
    listen: Listen, beside: Beside[list[bytes]], result_of: ResultOf
) -> None:
    listener = listen("echo", "udp:0")
    port = port_of(listener)
    beside(lambda: ask(port, b"x"))
    drained = spawn(listener.drain())
    result_of(spawn(listener.stop()))
    result_of(drained)
    assert (listener.state, listener.port) == (State.STOPPED, None)


def test_a_socket_that_is_lost_is_told(
    listen: Listen, beside: Beside[list[bytes]], until: Until, record: Record
) -> None:
    listener = listen("echo", "udp:0")
    port, where = port_of(listener), listener.where
    beside(lambda: ask(port, b"x"))
    bound = cast(Any, listener.port)
    bound.socket = Broken(bound.socket)
    with client_of(port) as client:
        client.send(b"x")
    until(lambda: listener.state is State.FAILED)
    assert listener.reason.startswith(f"The socket at {where} is lost: ")
    assert not record.live
    assert listener.port is None


def test_it_starts_and_stops_again_and_again_on_its_port(
    listen: Listen, beside: Beside[list[bytes]], deck: Deck, result_of: ResultOf
) -> None:
    listener = listen("echo", "udp:0")
    listener.change(evolve(listener.spec, endpoint=f"udp:{port_of(listener)}"))
    for _ in range(5):
        result_of(deck.restart(listener))
        assert listener.state is State.LISTENING, listener.reason
    port = port_of(listener)
    assert beside(lambda: ask(port, b"x")) == [b"x"]


def test_tcp_and_udp_of_one_number_are_two_ports(listen: Listen) -> None:
    # On an address of its own: on 127.0.0.1, another test may be given the same port by the system.
    port = port_of(listen("echo", "udp:0:interface=127.8.0.1", name="UDP"))
    assert port_of(listen("echo", f"tcp:{port}:interface=127.8.0.1", name="TCP")) == port


def test_a_port_of_ones_own_listener_is_told_by_its_name(listen: Listen) -> None:
    port = port_of(listen("echo", "udp:0:interface=127.8.0.2", name="First"))
    second = listen("hello", f"udp:{port}:interface=127.8.0.2", name="Second")
    assert second.state is State.FAILED
    assert second.reason == (
        f"UDP port {port} is in use by your listener First. Stop it, or choose another port."
    )


def test_a_port_of_another_program_is_told_by_its_process(listen: Listen) -> None:
    with running(*serving("echo=udp:0", "--json")) as program:
        port = program.event()["port"]
        listener = listen("echo", f"udp:{port}")
        assert listener.state is State.FAILED
        assert f"(pid {program.process.pid}: " in listener.reason


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        ("udp:0:interface=203.0.113.1", "203.0.113.1 is not an address of this machine."),
        ("udp:0:interface=example.org", "must be an address such as 127.0.0.1, 0.0.0.0 or \\:\\:1"),
    ],
)
def test_an_address_that_cannot_be_bound_says_why(
    listen: Listen, endpoint: str, sentence: str
) -> None:
    listener = listen("echo", endpoint)
    assert listener.state is State.FAILED
    assert sentence in listener.reason


def test_a_protocol_that_needs_connections_does_not_start(listen: Listen) -> None:
    listener = listen("chat", "udp:0")
    assert listener.state is State.FAILED
    assert listener.reason.startswith("Chat needs connections, which UDP does not have.")


def test_a_flood_of_empty_datagrams_leaves_time_for_others(
    listen: Listen, beside: Beside[list[bytes]], until: Until
) -> None:
    flooded, other = port_of(listen("discard", "udp:0", name="A")), port_of(listen("echo", "udp:0"))

    def flood() -> list[bytes]:
        with client_of(flooded) as client:
            for _ in range(20_000):
                client.send(b"")
        return []

    beside(flood)
    assert beside(lambda: ask(other, b"x")) == [b"x"]


def test_the_catalog_serves_nc_without_a_window() -> None:
    names = catalog.datagram_names()
    with running(*serving(*(f"{name}=udp:0" for name in names), "--json")) as program:
        events = [program.event() for _ in names]
        assert {event["event"] for event in events} == {"listening"}
        port = {event["listener"]: event["port"] for event in events}
        assert nc(port["echo"], b"hello\n") == b"hello\n"
        opened = program.event()
        assert (opened["event"], opened["listener"], opened["connection"]) == ("opened", "echo", 1)
        others = ("hello", "daytime", "discard", "chargen")
        with ThreadPoolExecutor() as pool:  # each of them waits a second for more
            said = dict(
                zip(others, pool.map(lambda name: nc(port[name], b"x"), others), strict=True)
            )
        assert said["hello"] == GREETING
        assert said["daytime"].endswith(b"-UTC\r\n")
        assert said["discard"] == b""
        assert len(said["chargen"]) <= 512
        program.send(signal.SIGTERM)
        code, out, err = program.end()
    assert (code, err) == (0, "")
    closed = [line for line in out.splitlines() if '"closed"' in line and '"echo"' in line]
    assert '"reason": "closed by the listener", "bytes_in": 6, "bytes_out": 6' in closed[0]


def test_a_wrong_protocol_for_udp_is_told_before_anything_starts() -> None:
    with running(*serving("line=udp:0")) as program:
        code, out, err = program.end()
    assert (code, out) == (2, "")
    assert "Line needs connections, which UDP does not have." in err
