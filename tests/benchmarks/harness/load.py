"""The other end of the connections: a load generator that costs less than any server it drives."""

from __future__ import annotations

import resource
import select
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import count, cycle
from pathlib import Path

_IP_BIND_ADDRESS_NO_PORT = 24
"""Of Linux; the socket module knows it from Python 3.12 on."""

PORTS_PER_ADDRESS = 10_000
"""Connections from one source address: less than half of a system's range of ephemeral ports, as
Linux tries those of one parity first, one after the other."""

ANSWER_SECONDS = 5.0


def allow_many_descriptors() -> int:
    """Raise the limit of open descriptors as far as this process may; children inherit it.

    Root may raise it up to what the kernel allows. Returns the limit.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    kernel = int(Path("/proc/sys/fs/nr_open").read_text(encoding="ascii"))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (kernel, kernel))
        return kernel
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def patient(connections: list[socket.socket]) -> list[socket.socket]:
    """A server that does not answer costs a figure, not the run."""
    for each in connections:
        each.settimeout(ANSWER_SECONDS)
    return connections


class Load:
    """Connections to one server; closes them all in the end."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._serial = count()
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Load:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._sockets:
            connection.close()

    def open(self, connections: int) -> list[socket.socket]:
        opened = [self._connect() for _ in range(connections)]
        self._sockets += opened
        return opened

    def _connect(self) -> socket.socket:
        connection = socket.socket()
        # Only the source address is chosen here; the system finds the port when it connects.
        connection.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
        connection.bind((f"127.0.1.{1 + next(self._serial) // PORTS_PER_ADDRESS}", 0))
        connection.connect(("127.0.0.1", self._port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def churn(self, message: bytes, until: Callable[[], bool]) -> int:
        """Connect, have one message echoed, close, and again; return how often."""
        times = 0
        while not until():
            with self._connect() as connection:
                connection.sendall(message)
                connection.recv(len(message), socket.MSG_WAITALL)
            times += 1
        return times


class Rounds:
    """In each round every connection sends a message, then each waits until all of its came back.

    This is the load that saturates: its blocking calls cost less than any server's work, so
    messages wait for the server and hardly ever the server for messages.
    """

    def __init__(
        self, connections: list[socket.socket], size: int, *, message: bytes | None = None
    ) -> None:
        """An answer is as long as the message, which is made of zeros unless it is given."""
        self._connections = connections
        self._message = message or bytes(size)
        self._buffer = bytearray(size)

    def run(self, seconds: float) -> int:
        """Go on for a while; return how many messages came back."""
        end = time.monotonic() + seconds
        echoed = 0
        while time.monotonic() < end:
            for connection in self._connections:
                connection.sendall(self._message)
            for connection in self._connections:
                connection.recv_into(self._buffer, 0, socket.MSG_WAITALL)
            echoed += len(self._connections)
        return echoed


class PingPong:
    """Each connection sends a message, waits until all of it came back, and sends the next.

    No two do so together: most messages find the server asleep and wake it.
    """

    def __init__(self, connections: list[socket.socket], size: int) -> None:
        self._message = bytes(size)
        self._poller = select.epoll()
        self._connections = {connection.fileno(): connection for connection in connections}
        self._missing = dict.fromkeys(self._connections, size)
        self._unsent: dict[int, memoryview] = {}
        for number, connection in self._connections.items():
            connection.setblocking(False)
            self._poller.register(number, select.EPOLLIN)
            self._send(number, memoryview(self._message))

    def run(self, seconds: float) -> int:
        """Go on for a while; return how many messages came back."""
        end = time.monotonic() + seconds
        size = len(self._message)
        connections, missing = self._connections, self._missing
        echoed = 0
        while time.monotonic() < end:
            for number, event in self._poller.poll(0.1):
                if event & select.EPOLLOUT:
                    self._send(number, self._unsent.pop(number))
                if not event & select.EPOLLIN:
                    continue
                missing[number] -= len(connections[number].recv(262_144))
                if not missing[number]:
                    echoed += 1
                    missing[number] = size
                    self._send(number, memoryview(self._message))
        return echoed

    def _send(self, number: int, data: memoryview) -> None:
        try:
            sent = self._connections[number].send(data)
        except BlockingIOError:
            sent = 0
        waiting = sent < len(data)
        if waiting:
            self._unsent[number] = data[sent:]
        if waiting or len(data) < len(self._message):
            self._poller.modify(number, select.EPOLLIN | (select.EPOLLOUT if waiting else 0))


class TimedMessages:
    """Each connection sends a message at its times, whether or not the last one has come back.

    The times of all connections are spread evenly. How long a message takes counts from when it was
    sent until its last byte was read.
    """

    def __init__(self, connections: list[socket.socket], size: int, a_second: float) -> None:
        self._message = bytes(size)
        self._interval = 1 / (a_second * len(connections))
        self._turns = cycle(connections)
        self._poller = select.epoll()
        self._connections = {connection.fileno(): connection for connection in connections}
        self._sent: dict[int, deque[float]] = {number: deque() for number in self._connections}
        self._missing = dict.fromkeys(self._connections, size)
        for number in self._connections:
            self._poller.register(number, select.EPOLLIN)

    def run(self, seconds: float) -> list[float]:
        """Go on for a while; return the seconds of each message that came back meanwhile."""
        took: list[float] = []
        due = time.monotonic()
        end = due + seconds
        while (now := time.monotonic()) < end:
            while due <= now:
                connection = next(self._turns)
                self._sent[connection.fileno()].append(time.monotonic())
                connection.send(self._message)
                due += self._interval
            for number, _ in self._poller.poll(max(0.0, due - time.monotonic())):
                took += self._receive(number)
        return took

    def _receive(self, number: int) -> list[float]:
        now = time.monotonic()
        size, took = len(self._message), []
        missing = self._missing[number] - len(self._connections[number].recv(65_536))
        while missing <= 0:
            took.append(now - self._sent[number].popleft())
            missing += size
        self._missing[number] = missing
        return took
