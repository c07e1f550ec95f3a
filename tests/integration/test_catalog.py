"""Every protocol of the catalog as `portdeck serve` runs it, with nc and with plain sockets."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.protocols import catalog
from app.protocols.chargen import PATTERN
from tests.integration.programs import PATIENCE_SECONDS, Program, running, serving
from tests.integration.sockets import connect, read_exactly, read_to_end, reset

SMALL_BUFFER = 8192
MUCH = 30_000_000
MOST_KEPT = 15_000_000
"""What the system may take for a peer that does not read: Linux grows the buffers of a socket to
some megabytes. Well below `MUCH`."""


@pytest.fixture
def program() -> Iterator[Program]:
    """A program that serves the whole catalog."""
    with running(*serving(*(f"{name}=tcp:0" for name in catalog.names()), "--json")) as program:
        yield program


@pytest.fixture
def ports(program: Program) -> dict[str, int]:
    """The port of each protocol, by its name."""
    events = [program.event() for _ in catalog.names()]
    return {event["listener"]: event["port"] for event in events}


def event(program: Program, kind: str, listener: str) -> dict[str, Any]:
    """The next event of that kind, whatever happens before."""
    while True:
        found = program.event()
        if (found["event"], found["listener"]) == (kind, listener):
            return found


def nc(port: int, *arguments: str, say: str = "") -> str:
    """What nc hears until the connection ends."""
    command = ["nc", *arguments, "127.0.0.1", str(port)]
    done = subprocess.run(
        command, input=say, capture_output=True, timeout=PATIENCE_SECONDS, check=True, text=True
    )
    return done.stdout


@contextmanager
def lazy(port: int) -> Iterator[socket.socket]:
    """A client with little room for what it does not read."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        client.settimeout(PATIENCE_SECONDS)
        client.connect(("127.0.0.1", port))
        yield client


def read_until(client: socket.socket, text: bytes, times: int = 1) -> bytes:
    """What a client hears until it has heard `text` so many times, and what came with it."""
    heard = b""
    while heard.count(text) < times:
        data = client.recv(65536)
        assert data, "the end came early"
        heard += data
    return heard


def test_nc_speaks_with_each_of_them(ports: dict[str, int]) -> None:
    assert nc(ports["echo"], "-N", say="hello") == "hello"
    assert nc(ports["hello"], "-d") == "Hello This is HD's Test protocol\n"
    assert nc(ports["discard"], "-N", say="hello\n") == ""
    assert nc(ports["daytime"], "-d").endswith("-UTC\n")
    assert nc(ports["line"], "-N", say="hello\nyou\n") == "HELLO\nYOU\n"
    assert nc(ports["chat"], say="/nick ann\nhi\n/quit\n").splitlines() == [
        "Welcome, guest-1. /nick NAME changes your name, /help tells more.",
        "* guest-1 is now ann.",
        "ann: hi",
        "Goodbye.",
    ]


def test_a_profile_chooses_the_options(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(
        "version = 1\n"
        '[[listener]]\nname = "Hi"\nprotocol = "hello"\nendpoint = "tcp:0"\n'
        '[listener.options]\ntext = "Grüß dich\\n"\n'
        '[[listener]]\nname = "Back"\nprotocol = "line"\nendpoint = "tcp:0"\n'
        'options = { how = "reversed", longest_line = 5 }\n',
        encoding="utf-8",
    )
    with running(*serving("--profile", str(path), "--json")) as program:
        ports = {each["listener"]: each["port"] for each in (program.event(), program.event())}
        assert nc(ports["Hi"], "-d") == "Grüß dich\n"
        assert nc(ports["Back"], say="abc\ntoo long\n").splitlines() == [
            "cba",
            "A line may have 5 bytes at most. Goodbye.",
        ]


def test_a_room_of_several_people(ports: dict[str, int]) -> None:
    names = [f"n{number}" for number in range(10)]
    with ExitStack() as leaving:
        clients = [leaving.enter_context(connect(ports["chat"])) for _ in names]
        for client in clients:
            read_until(client, b"Welcome")
        for client, name in zip(clients, names, strict=True):
            client.sendall(f"/nick {name}\nI am {name}!\n".encode())
        for client in clients:
            heard = read_until(client, b"!\r\n", len(names))
            for name in names:
                assert heard.count(f"{name}: I am {name}!\r\n".encode()) == 1
        said = nc(ports["chat"], say="/who\n/quit\n").splitlines()
    assert said[1].startswith("Here are ")
    assert sorted(said[1].removeprefix("Here are ").rstrip(".").split(", ")) == [
        "guest-11",
        *names,
    ]


def test_a_generator_waits_for_who_stops_reading_and_serves_the_others(
    program: Program, ports: dict[str, int]
) -> None:
    with lazy(ports["chargen"]) as client, connect(ports["chargen"]) as other:
        head = read_exactly(client, 1000)
        assert read_exactly(other, MUCH).startswith(PATTERN)
        reset(other)
        reading = head + read_exactly(client, 1_000_000)
        turns, rest = divmod(len(reading), len(PATTERN))
        assert reading == PATTERN * turns + PATTERN[:rest]
        assert event(program, "closed", "chargen")["bytes_out"] >= MUCH
        reset(client)
        assert event(program, "closed", "chargen")["bytes_out"] < MOST_KEPT


def test_a_room_keeps_little_for_who_does_not_read(program: Program, ports: dict[str, int]) -> None:
    line = b"x" * 990 + b"\n"
    with lazy(ports["chat"]) as slow, connect(ports["chat"]) as quick:
        said = 0
        while said < MUCH:
            quick.sendall(line * 60)
            read_exactly(quick, len(line) * 60)
            said += len(line) * 60
        slow.sendall(b"hello?\n")
        read_until(slow, b"You read too slowly and missed ")
        reset(slow)
        assert event(program, "closed", "chat")["bytes_out"] < MOST_KEPT


def test_whoever_reads_hears_a_stopping_listener_out(
    program: Program, ports: dict[str, int]
) -> None:
    with connect(ports["chargen"]) as client, connect(ports["chat"]) as member:
        read_exactly(client, len(PATTERN))
        read_exactly(member, len("Welcome"))
        program.send(signal.SIGTERM)
        read_to_end(client)
        read_to_end(member)
        assert program.end()[0] == 0


def test_whoever_does_not_read_keeps_no_listener_from_stopping(
    program: Program, ports: dict[str, int]
) -> None:
    with lazy(ports["chargen"]) as client:
        read_exactly(client, len(PATTERN))
        program.send(signal.SIGTERM)
        assert program.end()[0] == 0
