"""What the tests of listeners share: plain sockets that block, and names for what fixtures give."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorCore
from twisted.internet.task import Clock
from zope.interface import directlyProvides, providedBy

from app.server.listener import Listener, State
from tests.integration.programs import PATIENCE_SECONDS

T = TypeVar("T")

ResultOf = Callable[[Deferred[Any]], Any]
Until = Callable[[Callable[[], object]], None]
Beside = Callable[[Callable[[], T]], T]
Listen = Callable[..., Listener]
Serve = Callable[..., int]


class StillReactor(Clock):
    """The running reactor with a clock of its own: no patience ends before a test says so."""

    def __init__(self, reactor: IReactorCore) -> None:
        super().__init__()
        self._reactor = reactor
        directlyProvides(self, providedBy(reactor))

    def callLater(
        self, delay: float, callable: Callable[..., object], *args: object, **kw: object
    ) -> IDelayedCall:
        # What is to be done at once, such as closing a UDP socket, needs no patience.
        clock: Any = super() if delay else self._reactor
        call: IDelayedCall = clock.callLater(delay, callable, *args, **kw)
        return call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)


def port_of(listener: Listener) -> int:
    assert listener.state is State.LISTENING, listener.reason
    port: int = listener.address.port  # type: ignore[union-attr]
    return port


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)


def read_to_end(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(1_000_000), b""))


def read_exactly(client: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        data = client.recv(1_000_000)
        assert data, "the end came early"
        received += data
    return received


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
