"""A burst of clients: how long the event loop stands still, and whether every row is right.

A thousand clients connect at the same moment; once all are connected, each sends one message at the
same moment, each of another length. A stall is the time between two beats of a 5 ms timer in the
event loop of the window: 5 ms is none at all.
"""

from __future__ import annotations

import json
import select
import socket
import subprocess
import time
from collections.abc import Callable
from statistics import median
from typing import Any, Self

from tests.benchmarks.harness.load import allow_many_descriptors
from tests.benchmarks.harness.report import keep, show
from tests.portdeck_process import CONNECTIONS_ON_SHOW, PortdeckProcess
from tests.screen import Screen

CLIENTS = 1_000
PATIENCE_SECONDS = 30.0
AFTER_SECONDS = 0.5
"""What follows from a burst, such as the next tick of the window, is over by then."""

PROFILE = f"""
version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
max_connections = {CLIENTS}
autostart = true
"""
PHASES = ("connecting", "sending")


def main(rounds: int) -> None:
    allow_many_descriptors()
    runs = [_run() for _ in range(rounds)]
    show(
        f"{CLIENTS:,} clients at once, median of {rounds} runs",
        ["", "longest stall, ms", "takes, ms", "wrong rows"],
        [
            [
                phase,
                f"{median(run[phase]['longest_stall_seconds'] for run in runs) * 1000:.0f}",
                f"{median(run[phase]['seconds'] for run in runs) * 1000:.0f}",
                f"{max(run[phase]['wrong_rows'] for run in runs)}",
            ]
            for phase in PHASES
        ],
    )
    keep("burst", {"clients": CLIENTS, "runs": runs})


def _run() -> dict[str, dict[str, float]]:
    with (
        Screen(1280, 800) as screen,
        PortdeckProcess(
            screen,
            PROFILE,
            module="tests.benchmarks.subjects.watched_window",
            settings=CONNECTIONS_ON_SHOW,
            pipe=subprocess.PIPE,
        ) as portdeck,
    ):
        (echo,) = portdeck.wait_until_listening(1)
        time.sleep(AFTER_SECONDS)
        _ask(portdeck)
        with Clients(echo) as clients:
            connecting = _measure(portdeck, clients, clients.connect)
            sending = _measure(portdeck, clients, clients.send)
    return {"connecting": connecting, "sending": sending}


def _measure(
    portdeck: PortdeckProcess, clients: Clients, act: Callable[[], None]
) -> dict[str, float]:
    began = time.monotonic()
    act()
    seconds = time.monotonic() - began
    time.sleep(AFTER_SECONDS)
    answer = _ask(portdeck)
    rows, expected = answer["rows"], clients.rows()
    return {
        "seconds": seconds,
        "longest_stall_seconds": max(wait for _, wait in answer["beats"]),
        "wrong_rows": sum(rows.get(each) != expected.get(each) for each in rows | expected),
    }


def _ask(portdeck: PortdeckProcess) -> Any:
    assert portdeck.process.stdin is not None
    assert portdeck.process.stdout is not None
    portdeck.process.stdin.write("\n")
    portdeck.process.stdin.flush()
    return json.loads(portdeck.process.stdout.readline())


class Clients:
    """The clients of one burst. They never wait for each other."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._sockets = [socket.socket() for _ in range(CLIENTS)]
        self._messages = [bytes(1 + number % 999) for number in range(CLIENTS)]
        self._echoed = [0] * CLIENTS

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._sockets:
            each.close()

    def connect(self) -> None:
        """All connect at once; done when the last one is connected."""
        for each in self._sockets:
            each.setblocking(False)
            each.connect_ex(self._server)
        self._wait(select.EPOLLOUT, self._is_connected)

    def send(self) -> None:
        """Each sends its message at once; done when each has got it back."""
        for each, message in zip(self._sockets, self._messages, strict=True):
            each.send(message)
        self._wait(select.EPOLLIN, self._has_its_echo)

    def rows(self) -> dict[str, list[str]]:
        """What the table has to show: peer, bytes in, bytes out. No message has 1000 bytes."""
        found = {}
        for each, echoed in zip(self._sockets, self._echoed, strict=True):
            host, port = each.getsockname()
            found[f"{host}:{port}"] = [f"{echoed} B", f"{echoed} B"]
        return found

    def _is_connected(self, number: int) -> bool:
        error = self._sockets[number].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, "a client could not connect")
        return True

    def _has_its_echo(self, number: int) -> bool:
        self._echoed[number] += len(self._sockets[number].recv(4096))
        return self._echoed[number] == len(self._messages[number])

    def _wait(self, event: int, is_done: Callable[[int], bool]) -> None:
        waiting = {each.fileno(): number for number, each in enumerate(self._sockets)}
        deadline = time.monotonic() + PATIENCE_SECONDS
        with select.epoll() as poller:
            for descriptor in waiting:
                poller.register(descriptor, event)
            while waiting:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{len(waiting)} clients got no answer.")
                for descriptor, _ in poller.poll(1.0):
                    if is_done(waiting[descriptor]):
                        poller.unregister(descriptor)
                        del waiting[descriptor]
