"""Faults: the cost of one that is armed and hits nobody, and the cost and the precision of a delay.

The server is a process of its own on Twisted's reactor, with an echo listener as Portdeck has it
but for the window. Its CPU time is divided by the messages that it has echoed.

Run it alone: `python -m tests.benchmarks.faults`.
"""

from __future__ import annotations

import itertools
import selectors
import socket
import subprocess
import sys
from collections import deque
from time import monotonic, perf_counter, process_time
from typing import Any

from attrs import frozen

from tests.benchmarks.load import allow_many_descriptors

MESSAGE = b"x" * 64
WARM_UP_SECONDS = 1.0
DELAY_SECONDS = 0.1


@frozen
class Case:
    """One kind of load on one kind of listener."""

    name: str
    fault: str
    """`none`, `chance0`, or a latency in seconds, which acts on what comes in."""

    connections: int
    rate: float
    """Messages a second on each connection; 0 for the next one as soon as there is an answer."""

    seconds: float = 4.0


CASES = (
    Case("no fault, as fast as it goes", "none", 50, 0),
    Case("latency with chance 0", "chance0", 50, 0),
    Case("no fault, 10 messages a second", "none", 1000, 10),
    Case("100 ms, 10 messages a second", "0.1", 1000, 10),
    Case("no fault, 20 messages a second", "none", 50, 20),
    Case("10 ms, 20 messages a second", "0.01", 50, 20),
)


def serve(fault: str) -> None:
    """Serve until the input ends; then print the CPU seconds that were used after the warm-up."""
    from twisted.internet import reactor
    from twisted.internet.stdio import StandardIO

    from app.faults.spec import Direction, Fault, FaultKind
    from app.profile import ListenerSpec
    from app.protocols.echo import Echo
    from app.server.connections.factory import ListenerFactory
    from app.server.monitor import Changes
    from tests.server.factories import Wrapped

    faults: tuple[Fault, ...] = ()
    if fault != "none":
        chance, seconds = (0.0, 0.1) if fault == "chance0" else (1.0, float(fault))
        kind, direction = FaultKind.LATENCY, Direction.IN
        faults = (Fault(kind=kind, direction=direction, seconds=seconds, chance=chance),)
    spec = ListenerSpec(
        name="Bench", protocol="echo", endpoint="tcp:0", max_connections=10_000, faults=faults
    )
    running: Any = reactor
    factory = ListenerFactory(
        Wrapped(Echo),
        spec=spec,
        clock=running,
        observer=Changes(lambda: None),
        numbers=itertools.count(1),
    )
    port = running.listenTCP(0, factory, interface="127.0.0.1", backlog=1024)
    print(port.getHost().port, flush=True)

    class Input:
        """Told when the input ends."""

        def makeConnection(self, transport: Any) -> None:
            """Nothing to do."""

        def dataReceived(self, data: bytes) -> None:
            print(process_time(), flush=True)

        def connectionLost(self, reason: Any) -> None:
            running.stop()

    StandardIO(Input(), reactor=running)
    running.run()


class Load:
    """Plain sockets that send messages at their times and note when the echo comes."""

    def __init__(self, port: int, case: Case) -> None:
        self.case = case
        self.selector = selectors.EpollSelector()
        self.sent_at: dict[socket.socket, deque[float]] = {}
        """When each message was sent that has not come back."""
        self.times: list[float] = []
        self.count = 0
        for _ in range(case.connections):
            client = socket.create_connection(("127.0.0.1", port))
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.setblocking(False)
            self.selector.register(client, selectors.EVENT_READ, client)
            self.sent_at[client] = deque()

    def run(self, seconds: float) -> None:
        """Send and receive for so long."""
        clients = list(self.sent_at)
        end, interval = monotonic() + seconds, 0.0
        if self.case.rate:
            interval = 1 / (self.case.rate * len(clients))
        else:
            for client in clients:
                self._send(client)
        turns = itertools.cycle(clients)
        due = monotonic()
        while monotonic() < end:
            while interval and due <= monotonic():
                self._send(next(turns))
                due += interval
            wait = max(due - monotonic(), 0) if interval else 0.1
            for key, _ in self.selector.select(min(wait, 0.1)):
                self._receive(key.data)

    def _send(self, client: socket.socket) -> None:
        self.sent_at[client].append(perf_counter())
        client.send(MESSAGE)

    def _receive(self, client: socket.socket) -> None:
        now = perf_counter()
        for _ in range(len(client.recv(65536)) // len(MESSAGE)):
            self.count += 1
            self.times.append(now - self.sent_at[client].popleft())
        if not self.case.rate:
            self._send(client)


def measure(case: Case) -> str:
    """One line of the report."""
    command = [sys.executable, "-m", "tests.benchmarks.faults", case.fault]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def cpu_seconds() -> float:
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.write("now\n")
            server.stdin.flush()
            return float(server.stdout.readline())

        load = Load(int(server.stdout.readline()), case)
        load.run(WARM_UP_SECONDS)
        load.times.clear()
        count, used = load.count, cpu_seconds()
        load.run(case.seconds)
        used, count = cpu_seconds() - used, load.count - count
        server.stdin.close()
    times = sorted(load.times)
    middle, late = times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000
    return (
        f"{case.name:34} {case.connections:5} connections {count / case.seconds:8.0f} /s "
        f"{used / max(count, 1) * 1e6:7.1f} µs CPU  p50 {middle:7.2f} ms  p99 {late:7.2f} ms"
    )


def main(rounds: int = 1) -> None:
    allow_many_descriptors()
    for case in CASES * rounds:
        print(measure(case), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv[1])
    else:
        main()
