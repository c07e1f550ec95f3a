"""One TCP connection of a session: a bounded queue going out, and no byte coming in lost.

Twisted's own write buffer has no bound and tells nobody how full it is. So the wire keeps what is
to be sent and hands it to the transport a piece at a time, as the transport's pull producer.

Being the transport's producer has a second use. A peer that answers and then resets, because it did
not want the rest of what was sent, leaves its answer in the socket; the transport fails at the next
write and closes the socket with the answer unread. It stops its producer before that, and there the
wire reads what is left.
"""

from __future__ import annotations

import socket
import typing

from twisted.internet.interfaces import (
    IAddress,
    IConsumer,
    IHalfCloseableProtocol,
    IPullProducer,
    IPushProducer,
    ISystemHandle,
    ITCPTransport,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

PIECE_BYTES = 64 * 1024
LAST_READS = 128
"""Reads of `PIECE_BYTES` from a dying socket: more than any kernel keeps, and still an end."""


class IWireTransport(ITCPTransport, IConsumer, ISystemHandle):
    """What a wire needs of its transport: all that a TCP connection of Twisted has."""


class WireObserver(typing.Protocol):
    """Who is told what happens on a wire. Calls come on the reactor's thread."""

    def wire_opened(self, wire: Wire) -> None:
        """The connection is made."""

    def wire_received(self, wire: Wire, data: bytes) -> None:
        """A chunk came."""

    def wire_flushed(self, wire: Wire, count: int) -> None:
        """The system took `count` bytes more."""

    def wire_peer_finished(self, wire: Wire) -> None:
        """The peer will send no more. The wire flushes and closes by itself."""

    def wire_lost(self, wire: Wire, reason: Failure) -> None:
        """The connection is gone: the last call, unless it was never opened."""


@implementer(IHalfCloseableProtocol, IPullProducer, IPushProducer)
class Wire(Protocol):
    """Sends in order what `send` takes, and tells `observer` the rest.

    After `finish` it flushes, closes its side, reads on, and closes fully when the peer is done
    too: closing at once would answer whatever is still under way with a reset.
    """

    transport: IWireTransport

    def __init__(self, observer: WireObserver) -> None:
        self._observer = observer
        self._waiting = bytearray()
        self._in_flight = 0
        self._finishing = False
        self._peer_finished = False
        self._half_closed = False
        self._aborted = False

    @property
    def bytes_unsent(self) -> int:
        """Bytes that the system has not taken yet."""
        return len(self._waiting) + self._in_flight

    def send(self, data: bytes) -> None:
        """Send `data` after all that is unsent. The bound is the caller's: see `bytes_unsent`."""
        self._waiting += data
        if not self._in_flight:
            self._feed()

    def finish(self) -> None:
        """Send nothing after what is unsent, and close."""
        self._finishing = True
        if not self.bytes_unsent:
            self._close_side()

    def hang_up(self) -> bool:
        """Wait for the peer no longer: close if it was given everything (True), abort otherwise."""
        if self._half_closed:
            self.transport.loseConnection()
        else:
            self.abort()
        return self._half_closed

    def abort(self) -> None:
        """Reset the connection; what is unsent or unread is lost."""
        self._aborted = True
        self.transport.abortConnection()

    def connectionMade(self) -> None:
        self.transport.registerProducer(self, False)
        self._observer.wire_opened(self)

    def dataReceived(self, data: bytes) -> None:
        self._observer.wire_received(self, data)

    def readConnectionLost(self) -> None:
        """The peer closed its side."""
        self._peer_finished = True
        self._observer.wire_peer_finished(self)
        self.finish()

    def writeConnectionLost(self) -> None:
        """Our side is closed: the peer has been told that no more comes."""
        self._half_closed = True

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._observer.wire_lost(self, reason)

    def resumeProducing(self) -> None:
        """The transport has passed everything on to the system."""
        flushed, self._in_flight = self._in_flight, 0
        self._feed()
        if flushed:
            self._observer.wire_flushed(self, flushed)

    def pauseProducing(self) -> None:
        """Only a wire that writes no more is a push producer: there is nothing to pause."""

    def stopProducing(self) -> None:
        """The transport is going; its socket is still open."""
        if not self._aborted:
            self._read_last_bytes()

    def _feed(self) -> None:
        if self._waiting:
            piece = bytes(self._waiting[:PIECE_BYTES])
            del self._waiting[:PIECE_BYTES]
            self._in_flight = len(piece)
            self.transport.write(piece)
        elif self._finishing:
            self._close_side()

    def _close_side(self) -> None:
        # A transport closes no side while a pull producer might go on. As a push producer the wire
        # does not hold it up, and is still told before the socket goes.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        if self._peer_finished:
            self.transport.loseConnection()
        else:
            self.transport.loseWriteConnection()

    def _read_last_bytes(self) -> None:
        handle = self.transport.getHandle()
        assert isinstance(handle, socket.socket)
        for _ in range(LAST_READS):
            try:
                data = handle.recv(PIECE_BYTES)
            except OSError:
                return
            if not data:
                return
            self._observer.wire_received(self, data)


class WireFactory(Factory):
    """Builds the wires of one attempt: a name with several addresses may take several."""

    noisy = False

    def __init__(self, observer: WireObserver) -> None:
        self._observer = observer

    def buildProtocol(self, addr: IAddress | None) -> Wire:
        return Wire(self._observer)
