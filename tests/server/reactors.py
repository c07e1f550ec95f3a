"""Reactors that do only what a test says, when it says so."""

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
    """A reactor turned by hand, with a clock moved by hand, that serves real sockets.

    The transports are Twisted's own, so what they do with buffers, producers and half-closed
    sockets is the truth.
    """

    def __init__(self) -> None:
        super().__init__()
        self.transports: list[Server] = []

    def accept(self, protocol: IProtocol) -> socket.socket:
        """Connect `protocol` to a new client and give the client's socket, which never blocks."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            client = socket.create_connection(listening.getsockname())
            accepted, address = listening.accept()
        client.setblocking(False)
        transport = Server(accepted, protocol, address, None, 0, self)  # type: ignore[arg-type]
        self.transports.append(transport)
        protocol.makeConnection(transport)
        return client

    def turn(self) -> None:
        """What one turn of a reactor does: due calls, then each socket once."""
        self.advance(0)
        for writer in list(self.getWriters()):
            self._settle(writer, writer.doWrite(), is_read=False)
        self.read()

    def drop_all(self) -> None:
        """End every connection that there still is."""
        for transport in self.transports:
            transport.abortConnection()
        self.advance(0)

    def read(self) -> None:
        """Let each socket read, and none write."""
        for reader in list(self.getReaders()):
            self._settle(reader, reader.doRead(), is_read=True)

    def _settle(self, descriptor: Any, ended: Exception | None, *, is_read: bool) -> None:
        """As Twisted's `PosixReactorBase` does with what a descriptor's method returned."""
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

    Whatever it waits for, it turns the reactor meanwhile.
    """

    PATIENCE_SECONDS = 10.0
    """A safety net: what a test waits for comes after a few turns or never."""

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
            assert monotonic() < deadline, "waited in vain"
            self.reactor.turn()

    def send(self, data: bytes) -> None:
        """Hand all of `data` to the system."""
        left = memoryview(data)

        def is_sent() -> bool:
            nonlocal left
            left = left[self.offer(left) :]
            return not left

        self.until(is_sent)

    def offer(self, data: bytes | memoryview) -> int:
        """Hand to the system what it takes of `data` at once; gives how much that is."""
        with suppress(BlockingIOError):
            return self.socket.send(data)
        return 0

    def read(self) -> bool:
        """Take what has come. True at the end of it, or when the connection was reset."""
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
        """Everything that was sent to this client until the other side closed."""
        self.until(self.read)
        return self.received

    def read_all(self, size: int) -> bytes:
        """The first `size` bytes that were sent to this client, or more."""
        self.until(lambda: self.read() or len(self.received) >= size)
        return self.received

    def half_close(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self) -> None:
        self.socket.close()
