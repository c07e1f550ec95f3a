"""What the tests of listeners share: plain sockets that block, and names for what fixtures give."""

from __future__ import annotations

import errno
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorCore
from twisted.internet.task import Clock
from zope.interface import directlyProvides, providedBy

from app.server.listener import Listener, State
from app.tls.local_ca import certificate_path
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


def connect_tls(port: int, folder: Path) -> ssl.SSLSocket:
    """A client that trusts the local CA in `folder`."""
    context = ssl.create_default_context(cafile=certificate_path(folder))
    plain = connect(port)
    try:
        return context.wrap_socket(plain, server_hostname="localhost")
    except BaseException:
        plain.close()
        raise


def read_to_end(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(1_000_000), b""))


def read_exactly(client: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        data = client.recv(1_000_000)
        assert data, "the end came early"
        received += data
    return received


@contextmanager
def silent_target() -> Iterator[socket.socket]:
    """A listening socket whose backlog is full, so that it answers no more."""
    with socket.socket() as full, socket.socket() as waiting, socket.socket() as more:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for each in (waiting, more):
            each.setblocking(False)
            assert each.connect_ex(full.getsockname()) in (0, errno.EINPROGRESS)
        yield full


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
