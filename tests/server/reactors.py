"""A reactor without a loop: the test advances its clock and its sockets."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IProtocol, IReactorFDSet
from twisted.internet.tcp import Server
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from zope.interface import implementer


@implementer(IReactorFDSet)
class HandReactor(MemoryReactorClock):
    """A reactor with real sockets. The test advances its clock and its loop.

    The transports are Twisted's own, so buffers, producers and half-closed sockets behave as in
    production.
    """

    def __init__(self) -> None:
        super().__init__()
        self.transports: list[Server] = []

    def accept(self, protocol: IProtocol) -> socket.socket:
        """Connect `protocol` to a new client. Returns the client's non-blocking socket."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            client = socket.create_connection(listening.getsockname())
            accepted, address = listening.accept()
        client.setblocking(False)
        transport = Server(accepted, protocol, address, None, 0, self)  # type: ignore[arg-type]
        self.transports.append(transport)
        protocol.makeConnection(transport)
        return client

    def turn(self) -> None:
        """Do one turn of a reactor: due calls, then each socket once."""
        self.advance(0)
        for writer in list(self.getWriters()):
            self._settle(writer, writer.doWrite(), is_read=False)
        self.read()

    def drop_all(self) -> None:
        """Abort every open connection."""
        for transport in self.transports:
            transport.abortConnection()
        self.advance(0)

    def read(self) -> None:
        """Let each socket read, and let none write."""
        for reader in list(self.getReaders()):
            self._settle(reader, reader.doRead(), is_read=True)

    def _settle(self, descriptor: Any, ended: Exception | None, *, is_read: bool) -> None:
        """Handle the result of `doRead` or `doWrite` as Twisted's `PosixReactorBase` does."""
        if ended is None:
            return
        self.removeReader(descriptor)
        if is_read and isinstance(ended, ConnectionDone):
            descriptor.readConnectionLost(Failure(ended))
        else:
            self.removeWriter(descriptor)
            descriptor.connectionLost(Failure(ended))


class Client:
    """The other end of a protocol that a `HandReactor` serves, as a plain socket.

    It turns the reactor while it waits.
    """

    PATIENCE_SECONDS = 10.0
    """A limit for failing tests: a condition holds after a few turns or never."""

    def __init__(self, reactor: HandReactor, protocol: IProtocol) -> None:
        self.reactor = reactor
        self.protocol = protocol
        self.socket = reactor.accept(protocol)
        self.received = b""
        self.was_reset = False

    def until(self, condition: Callable[[], object]) -> None:
        """Turn the reactor until `condition` holds."""
        deadline = monotonic() + self.PATIENCE_SECONDS
        while not condition():
            assert monotonic() < deadline, "the condition did not become true"
            self.reactor.turn()

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        left = memoryview(data)

        def is_sent() -> bool:
            nonlocal left
            left = left[self.offer(left) :]
            return not left

        self.until(is_sent)

    def offer(self, data: bytes | memoryview) -> int:
        """Send as much of `data` as the system takes now. Returns the number of bytes."""
        with suppress(BlockingIOError):
            return self.socket.send(data)
        return 0

    def read(self) -> bool:
        """Read once. True at the end of the stream, or if the connection was reset."""
        try:
            data = self.socket.recv(1_000_000)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            self.was_reset = True
            return True
        self.received += data
        return not data

    def read_to_end(self) -> bytes:
        """Read until the other side closes. Returns everything received."""
        self.until(self.read)
        return self.received

    def read_all(self, size: int) -> bytes:
        """Read until at least `size` bytes are received, and return them."""
        self.until(lambda: self.read() or len(self.received) >= size)
        return self.received

    def half_close(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self) -> None:
        self.socket.close()
