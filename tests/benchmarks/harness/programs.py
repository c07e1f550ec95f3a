"""Programs beside which Portdeck is measured: how each is started, and what it costs (Linux).

A program may consist of many processes: `ncat -e` and `socat EXEC:` start one for each connection.
:class:`Program` counts all of them. `peer_programs` and `behaviour_programs` say which there are.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from statistics import median

import psutil
from attrs import frozen

from tests.benchmarks.harness.process import Usage
from tests.portdeck_process import CONNECTIONS_ON_SHOW, PortdeckProcess
from tests.screen import Screen

HOST = "127.0.0.1"
START_SECONDS = 60.0
WARM_UP_SECONDS = 0.3
SECONDS = 1.5
MOST_SETTLE_SECONDS = 5.0
SETTLE_SECONDS = 0.5
QUIET = 0.005
"""Seconds of the processor in that time, for what a program does while it has nothing to do."""

INSTALLED = Path(__file__).parents[3] / "build" / "peers"
"""Where programs may be that the system does not have: a virtual environment, and what npm puts."""


@frozen
class Program:
    """One that runs."""

    pid: int
    port: int
    datagram_port: int | None = None
    """Where it answers datagrams, if it does."""

    def processes(self) -> list[psutil.Process]:
        """It and all that it has started."""
        root = psutil.Process(self.pid)
        return [root, *root.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Processor time of all of them, those included that have ended and were waited for."""
        total = 0.0
        for each in self.processes():
            with suppress(psutil.NoSuchProcess, OSError):
                times = each.cpu_times()
                total += Usage(each.pid).cpu_seconds()
                total += times.children_user + times.children_system
        return total

    def memory_bytes(self) -> int:
        """Memory of all of them; what several share counts once."""
        total = 0
        for each in self.processes():
            with suppress(psutil.NoSuchProcess):
                total += each.memory_full_info().pss
        return total

    def stand_apart(self) -> None:
        """Keep it on the last processor, so that the load may have the others to itself."""
        for each in self.processes():
            with suppress(psutil.NoSuchProcess):  # those of a fork end with their connections
                each.cpu_affinity([max(os.sched_getaffinity(0))])

    @contextmanager
    def alone_on_its_processor(self) -> Iterator[None]:
        """Keep the load and the screen off it meanwhile, if there is another one.

        Otherwise a message is late because the load, and not the program, runs.
        """
        all_of_them = os.sched_getaffinity(0)
        last = max(all_of_them)
        this = psutil.Process()
        load = [this, *(each for each in this.children() if each.pid != self.pid)]
        self.stand_apart()
        for each in load:
            each.cpu_affinity(sorted(all_of_them - {last}) or [last])
        try:
            yield
        finally:
            for each in load:
                each.cpu_affinity(sorted(all_of_them))

    def settle(self) -> None:
        """Wait until it has nothing left to do of its own."""
        deadline = time.monotonic() + MOST_SETTLE_SECONDS
        before = -1.0
        while (used := self.cpu_seconds()) - before > QUIET and time.monotonic() < deadline:
            before = used
            time.sleep(SETTLE_SECONDS)

    def microseconds(self, run: Callable[[float], int]) -> float:
        """Processor time for each message of a load, which goes on for so many seconds."""
        run(WARM_UP_SECONDS)
        before = self.cpu_seconds()
        messages = run(SECONDS)
        return (self.cpu_seconds() - before) / messages * 1e6


Run = Callable[[Screen], AbstractContextManager[Program]]
"""Starts a program, for which there is a screen, and ends it."""


@frozen
class Kind:
    """A program that can be started, if it is installed."""

    label: str
    run: Run
    needs: str = ""
    """The command that must be there."""
    install: str = ""
    """How to install it."""

    @property
    def missing(self) -> str:
        """A sentence about what is not installed; empty if all is there."""
        if not self.needs or found(self.needs):
            return ""
        return (
            f"{self.label} is left out: there is no {self.needs}. Install it with {self.install}."
        )


def present(kinds: Sequence[Kind]) -> list[Kind]:
    """Those that are installed. Says which are not."""
    for kind in kinds:
        if kind.missing:
            print(kind.missing, flush=True)
    return [kind for kind in kinds if not kind.missing]


def found(command: str) -> str | None:
    """Where a command is."""
    folders = [INSTALLED / "bin", INSTALLED / "node_modules" / ".bin", "/usr/sbin"]
    return shutil.which(command, path=os.pathsep.join([os.environ["PATH"], *map(str, folders)]))


class Taken:
    """Figures of several kinds, taken in turns: for each kind and name the values of all rounds."""

    def __init__(self) -> None:
        self.rounds: dict[str, dict[str, list[float]]] = {}

    def add(self, label: str, figures: Mapping[str, float]) -> None:
        if not figures:
            return
        of_kind = self.rounds.setdefault(label, {})
        for name, value in figures.items():
            of_kind.setdefault(name, []).append(value)

    def medians(self) -> dict[str, dict[str, float]]:
        return {
            label: {name: median(values) for name, values in of_kind.items()}
            for label, of_kind in self.rounds.items()
        }


def window(profile: str) -> Run:
    """Portdeck's window, with the table on show and every chunk recorded."""

    @contextmanager
    def run(screen: Screen) -> Iterator[Program]:
        with PortdeckProcess(screen, profile, settings=CONNECTIONS_ON_SHOW) as running:
            ((_, port),) = running.wait_until_listening(1)
            running.window(screen)
            datagrams = psutil.Process(running.process.pid).net_connections("udp")
            yield Program(running.process.pid, port, datagrams[0].laddr.port if datagrams else None)

    return run


def plain_server(variant: str, *arguments: str) -> Run:
    """One of `peer_servers`."""

    @contextmanager
    def run(_: Screen) -> Iterator[Program]:
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.subjects.peer_servers",
            variant,
            *arguments,
        ]
        with running(command) as process:
            assert process.stdout is not None
            ports = json.loads(process.stdout.readline())
            yield Program(process.pid, ports["port"], ports["udp"])

    return run


def listening_command(
    command: Callable[[int], Sequence[str]],
) -> Run:
    """A command that is given the port where it is to listen."""

    @contextmanager
    def run(_: Screen) -> Iterator[Program]:
        port = free_port(socket.SOCK_STREAM)
        name, *arguments = command(port)
        with running([found(name) or name, *arguments]) as process:
            wait_for(port)
            yield Program(process.pid, port)

    return run


def free_port(kind: socket.SocketKind) -> int:
    """A port that is free now, for a program that cannot choose one itself."""
    with socket.socket(socket.AF_INET, kind) as chosen:
        chosen.bind((HOST, 0))
        return int(chosen.getsockname()[1])


def wait_for(port: int) -> None:
    """Return once somebody accepts connections there. Raises `TimeoutError`."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")


@contextmanager
def running(
    command: Sequence[str],
    environment: dict[str, str] | None = None,
    folder: str | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """A process, which is ended with all that it has started. `folder` is where it runs."""
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        with suppress(psutil.NoSuchProcess):
            for each in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        process.kill()
        process.communicate()
