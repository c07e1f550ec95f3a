"""The wire below a session: its interface, its observer, and the wire for TCP and Unix sockets."""

from __future__ import annotations

import socket
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import (
    IAddress,
    IHalfCloseableProtocol,
    IPullProducer,
    IPushProducer,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from app.net.target import Target

if TYPE_CHECKING:
    from app.client.security import Security, Verdict


PIECE_BYTES = 64 * 1024

LAST_READS = 128
"""The limit of reads of `PIECE_BYTES` from a dying socket. No kernel buffers more."""

Supply = Callable[[int], bytes]
"""Returns at most that many of the next bytes to send; empty at the end."""


class WireEnd(Exception):
    """The end of a connection as its own protocol reports it. The text is a sentence for people."""

    def __init__(self, sentence: str, *, is_well: bool = False) -> None:
        super().__init__(sentence)
        self.is_well = is_well
        """Whether the connection ended as it should."""


class Wire(typing.Protocol):
    """One connection. It sends data in order. The caller limits how much waits."""

    @property
    def peer(self) -> str:
        """The peer's address, for people."""

    @property
    def local(self) -> str:
        """Our own address, for people. Empty if there is none."""

    @property
    def bytes_unsent(self) -> int:
        """Bytes that the system has not taken yet."""

    @property
    def security(self) -> Security | None:
        """The TLS parameters. None without TLS, and before the handshake is done."""

    @property
    def verdict(self) -> Verdict | None:
        """The TLS check of the peer's certificate, also if it ended the connection."""

    @property
    def can_half_close(self) -> bool:
        """Whether our side can be closed while the peer still sends."""

    def send(self, data: bytes) -> None:
        """Queue `data`. The caller limits the queue: see `bytes_unsent`."""

    def send_from(self, supply: Supply | None) -> None:
        """When the queue is empty, send from `supply` until it returns nothing. None stops that."""

    def finish(self) -> None:
        """Close our side after the queued data, and read until the peer closes too."""

    def close_or_abort(self) -> bool:
        """Stop waiting for the peer. Close and return True if all was sent, otherwise abort."""

    def abort(self) -> None:
        """Drop the connection immediately. Unsent and unread data is lost."""

    def pause(self) -> None:
        """Stop reading from the peer until `resume`."""

    def resume(self) -> None:
        """Read again."""


class WireObserver(typing.Protocol):
    """The observer of a wire. Its methods are called on the reactor's thread."""

    def wire_handshaking(self, wire: Wire) -> None:
        """Connected, and the TLS handshake begins. `wire_opened` or `wire_lost` follows."""

    def wire_opened(self, wire: Wire) -> None:
        """The connection is established."""

    def wire_received(self, wire: Wire, data: bytes) -> None:
        """A chunk was received."""

    def wire_flushed(self, wire: Wire, count: int) -> None:
        """The system took `count` more bytes."""

    def wire_refused(self, wire: Wire, reason: Exception) -> None:
        """Sent data was not delivered. The wire continues."""

    def wire_peer_finished(self, wire: Wire) -> None:
        """The peer closed its side. The wire sends the rest and closes by itself."""

    def wire_lost(self, wire: Wire, reason: Failure) -> None:
        """The connection is closed. This is the last call. A wire that was never opened may not
        make it."""


@implementer(IHalfCloseableProtocol, IPullProducer, IPushProducer)
class StreamWire(Protocol):
    """A TCP or Unix connection with its own queue for data to send. See `Wire`.

    Twisted's write buffer has no limit and does not say how full it is. So the wire keeps the data,
    and passes it to the transport piece by piece, as the transport's pull producer.

    Being a producer has a second use: it saves the last answer of a peer that resets. Such a peer
    answers, does not read the rest, and resets. Its answer is still in the socket when the
    transport fails at the next write and closes the socket. The transport stops its producer before
    that. The wire then reads the rest of the socket.

    After `finish` the wire sends the rest, closes its side, reads on, and closes when the peer has
    closed too. Closing immediately would answer data in transit with a reset.
    """

    transport: Any
    """A TCP transport of Twisted, or over TLS a wrapper of it."""

    can_half_close = True
    security: Security | None = None
    verdict: Verdict | None = None
    peer = ""
    local = ""

    def __init__(self, observer: WireObserver) -> None:
        self._observer = observer
        self._waiting = bytearray()
        self._in_flight = 0
        self._supply: Supply | None = None
        self._finishing = False
        self._side_closed = False
        self._peer_finished = False
        self._half_closed = False
        self._aborted = False

    @property
    def bytes_unsent(self) -> int:
        """Bytes that the system has not taken yet."""
        return len(self._waiting) + self._in_flight

    def send(self, data: bytes) -> None:
        """Queue `data`. The caller limits the queue: see `bytes_unsent`."""
        self._waiting += data
        self._feed()

    def send_from(self, supply: Supply | None) -> None:
        """When the queue is empty, send from `supply` until it returns nothing. None stops that."""
        self._supply = supply
        self._feed()

    def finish(self) -> None:
        """Close our side after the queued data, and read until the peer closes too."""
        self._finishing = True
        if not self.bytes_unsent and self._supply is None:
            self._close_side()

    def close_or_abort(self) -> bool:
        """Stop waiting for the peer. Close and return True if all was sent, otherwise abort."""
        if self._half_closed:
            self.transport.loseConnection()
        else:
            self.abort()
        return self._half_closed

    def abort(self) -> None:
        """Reset the connection. Unsent and unread data is lost."""
        self._aborted = True
        self._supply = None
        self.transport.abortConnection()

    def pause(self) -> None:
        """Stop reading from the peer."""
        self.transport.pauseProducing()

    def resume(self) -> None:
        """Read again."""
        self.transport.resumeProducing()

    # Events of the transport.

    def connectionMade(self) -> None:
        self._set_addresses()
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
        """Our side is closed, and the peer knows it."""
        self._half_closed = True

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._supply = None
        self._observer.wire_lost(self, reason)

    def resumeProducing(self) -> None:
        """The transport has passed all its data to the system."""
        flushed, self._in_flight = self._in_flight, 0
        self._feed()
        if flushed:
            self._observer.wire_flushed(self, flushed)

    def pauseProducing(self) -> None:
        """Does nothing: the wire is a push producer only after it has closed its side."""

    def stopProducing(self) -> None:
        """The transport is closing. Its socket is still open."""
        if not self._aborted:
            self._read_last_bytes()

    # Sending.

    def _set_addresses(self) -> None:
        self.peer = _format_address(self.transport.getPeer())
        self.local = _format_address(self.transport.getHost())

    def _feed(self) -> None:
        """Pass on the next piece if none is in flight. After the last piece, close if `finish` was
        called."""
        if self._in_flight:
            return
        piece = self._next_piece()
        if piece:
            self._in_flight = len(piece)
            self.transport.write(piece)
        elif self._finishing:
            self._close_side()

    def _next_piece(self) -> bytes:
        if self._waiting:
            piece = bytes(self._waiting[:PIECE_BYTES])
            del self._waiting[:PIECE_BYTES]
            return piece
        if self._supply is None:
            return b""
        piece = self._supply(PIECE_BYTES)
        if not piece:
            self._supply = None
        return piece

    def _close_side(self) -> None:
        if not self._side_closed:
            self._side_closed = True
            # A transport does not close its side while it has a pull producer. With a push producer
            # it does, and it still calls `stopProducing` before the socket is closed.
            self.transport.unregisterProducer()
            self.transport.registerProducer(self, True)
            if not self._peer_finished:
                self.transport.loseWriteConnection()
        if self._peer_finished:
            self.transport.loseConnection()

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
    """Makes the wires of one attempt. A name with several addresses may need several wires."""

    noisy = False

    def __init__(self, observer: WireObserver, kind: type[StreamWire] = StreamWire) -> None:
        self._observer = observer
        self._kind = kind

    def buildProtocol(self, addr: IAddress | None) -> StreamWire:
        return self._kind(self._observer)


def _format_address(address: IAddress) -> str:
    if isinstance(address, (IPv4Address, IPv6Address)):
        return Target(address.host, address.port).address
    if isinstance(address, UNIXAddress):
        return (address.name or b"").decode(errors="backslashreplace")
    return str(address)
