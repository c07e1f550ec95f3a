"""More clients than the process may open files: nobody is dropped, and whoever waits comes in."""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.integration.programs import PATIENCE_SECONDS, Program, running, serving

LIMIT = 128
CLIENTS = 200
PAUSED = f"the process may open only {LIMIT} files; goes on when clients leave"

PROFILE = """version = 1
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
max_connections = 1000
autostart = true
"""


def limited(*command: str) -> list[str]:
    """`command` as a shell runs it that lets it open no more than `LIMIT` files."""
    return ["bash", "-c", f'ulimit -n {LIMIT} && exec "$@"', "bash", *command]


class Crowd:
    """Clients that have all said something, and wait for the answer."""

    def __init__(self, port: int, stack: ExitStack) -> None:
        self.waiting = selectors.DefaultSelector()
        stack.callback(self.waiting.close)
        for number in range(CLIENTS):
            client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
            stack.callback(client.close)
            client.sendall(b"%d" % number)
            self.waiting.register(client, selectors.EVENT_READ, b"%d" % number)

    def served(self, seconds: float) -> list[socket.socket]:
        """Those that get their answer next; empty if nobody does for so long."""
        served = []
        for key, _ in self.waiting.select(seconds):
            client = key.fileobj
            assert isinstance(client, socket.socket)
            assert client.recv(100) == key.data, "a client was dropped"
            self.waiting.unregister(client)
            served.append(client)
        return served


def seconds_used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def serve_all(port: int, process: psutil.Process) -> None:
    """Let a crowd in, part by part, and check that waiting takes no work."""
    with ExitStack() as stack:
        crowd = Crowd(port, stack)
        served = crowd.served(PATIENCE_SECONDS)  # the window may still be busy with its start
        while more := crowd.served(1.0):
            served += more
        assert LIMIT // 2 < len(served) < LIMIT
        before = seconds_used(process)
        time.sleep(1)
        assert seconds_used(process) - before < 0.5, "it tries again and again for nothing"
        total = len(served)
        while total < CLIENTS:
            for client in served:
                client.close()
            served = crowd.served(PATIENCE_SECONDS)
            assert served, "those who wait do not come in"
            total += len(served)


@contextmanager
def serving_profile(folder: Path, *options: str) -> Iterator[Program]:
    file = folder / "profile.toml"
    file.write_text(PROFILE, encoding="utf-8")
    with running(*limited(*serving("--profile", str(file), *options))) as program:
        yield program


def test_serve_pauses_and_says_so_and_goes_on(tmp_path: Path) -> None:
    with serving_profile(tmp_path, "--json") as program:
        port = program.event()["port"]
        serve_all(port, psutil.Process(program.process.pid))
        program.process.terminate()
        code, out, errors = program.end()
    events = [json.loads(line) for line in out.splitlines()]
    told = [each for each in events if each["event"] in ("paused", "listening")]
    assert [each["event"] for each in told[:2]] == ["paused", "listening"]
    assert told[0]["reason"] == PAUSED
    assert told[-1]["event"] == "listening"
    opened = [each for each in events if each["event"] == "opened"]
    assert len(opened) == CLIENTS
    assert (code, errors) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="the window's reactor is that of Linux")
def test_the_window_pauses_and_says_so_and_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    file.write_text(PROFILE, encoding="utf-8")
    folders = [f"XDG_{name}_HOME={tmp_path}" for name in ("CONFIG", "STATE", "CACHE", "DATA")]
    command = [sys.executable, "-m", "app", "--profile", str(file)]
    surroundings = ["env", *folders, "QT_QPA_PLATFORM=offscreen"]
    with running(*surroundings, *limited(*command)) as program:
        process = psutil.Process(program.process.pid)
        serve_all(port_of(process), process)
        program.process.terminate()
        code, _, errors = program.end()
    assert code == 0
    assert "Traceback" not in errors
    logged = "".join(each.read_text() for each in tmp_path.rglob("*.log"))
    assert f"Echo: {PAUSED}" in logged


def port_of(process: psutil.Process) -> int:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for found in process.net_connections("tcp"):
            if found.status == psutil.CONN_LISTEN:
                return found.laddr.port
        time.sleep(0.02)
    raise TimeoutError("nothing listens")
