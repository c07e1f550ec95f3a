"""A fake of Twisted's TCP transport. The test decides when it sends and closes."""

from __future__ import annotations

import socket

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    IProducer,
    IPullProducer,
    IPushProducer,
    ISystemHandle,
    ITCPTransport,
)
from twisted.internet.protocol import Protocol
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer


@implementer(ITCPTransport, ISystemHandle)
class StagedTransport(StringTransport):
    """Keeps written data until `flush`. `end` closes the peer's side, `lose` ends the connection.

    `handle` is a real socket. Data that the test writes to its other end, `far`, is unread in it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.handle, self.far = socket.socketpair()
        self.handle.setblocking(False)
        self.protocol: Protocol | None = None
        self.taken = b""
        self.half_closing = False
        self.half_closed = False
        self.aborted = False

    def connect(self, protocol: Protocol) -> None:
        self.protocol = protocol
        protocol.makeConnection(self)

    def flush(self) -> bytes:
        """The system takes all written data. Returns it."""
        data: bytes = self.value()
        self.clear()
        self.taken += data
        if self.producer is not None and not self.streaming:
            IPullProducer(self.producer).resumeProducing()
        elif self.disconnecting:
            self.lose(ConnectionDone())
        elif self.half_closing:
            self.half_closed = True
            IHalfCloseableProtocol(self.protocol).writeConnectionLost()
        return data

    def flush_all(self) -> None:
        while self.flush():
            pass

    def end(self) -> None:
        """The peer closes its side."""
        IHalfCloseableProtocol(self.protocol).readConnectionLost()

    def lose(self, reason: Exception | None = None) -> None:
        """The connection ends with `reason`, by default a reset."""
        assert self.protocol is not None
        protocol, self.protocol = self.protocol, None
        if self.producer is not None:
            self.producer.stopProducing()
        self.handle.close()
        self.far.close()
        protocol.connectionLost(Failure(reason or ConnectionLost()))

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        super().registerProducer(producer, streaming)
        assert (IPushProducer if streaming else IPullProducer).providedBy(producer)
        if not streaming:
            IPullProducer(producer).resumeProducing()

    def loseWriteConnection(self) -> None:
        self.half_closing = True

    def loseConnection(self) -> None:
        super().loseConnection()
        if self.half_closed and self.protocol is not None:
            self.lose(ConnectionDone())

    def abortConnection(self) -> None:
        self.aborted = True
        super().abortConnection()

    def getHandle(self) -> socket.socket:
        return self.handle

    def getTcpNoDelay(self) -> bool:
        raise NotImplementedError

    def setTcpNoDelay(self, enabled: bool) -> None:
        raise NotImplementedError

    def getTcpKeepAlive(self) -> bool:
        raise NotImplementedError

    def setTcpKeepAlive(self, enabled: bool) -> None:
        raise NotImplementedError
