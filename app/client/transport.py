"""What a session needs of a connection, whatever carries it, and what it is told in return."""

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

from app.client.target import Target

if TYPE_CHECKING:
    from app.client.security import Security, Verdict

Supply = Callable[[int], bytes]
"""Gives at most so many of the bytes to send; none once there are no more."""


class Wire(typing.Protocol):
    """One connection: sends in order what it is given, within the caller's bounds."""

    @property
    def peer(self) -> str:
        """The address at the other end, for people."""

    @property
    def local(self) -> str:
        """The address at this end, for people; empty if it has none."""

    @property
    def bytes_unsent(self) -> int:
        """Bytes that the system has not taken yet."""

    @property
    def security(self) -> Security | None:
        """What TLS agreed on; None without TLS, and before the handshake is over."""

    @property
    def verdict(self) -> Verdict | None:
        """What TLS thinks of the peer, also when that was the end of it."""

    @property
    def can_half_close(self) -> bool:
        """Whether this side can be closed while the other goes on."""

    def send(self, data: bytes) -> None:
        """Send `data` after all that is unsent. The bound is the caller's: see `bytes_unsent`."""

    def send_from(self, supply: Supply | None) -> None:
        """Whenever all is sent, send what `supply` gives, until it gives none; None stops it."""

    def finish(self) -> None:
        """Close this side after what is unsent; read on until the peer is done."""

    def hang_up(self) -> bool:
        """Wait for the peer no longer: close if it was given everything (True), abort otherwise."""

    def abort(self) -> None:
        """Drop the connection at once; what is unsent or unread is lost."""

    def pause(self) -> None:
        """Read nothing more from the peer until `resume`."""

    def resume(self) -> None:
        """Read on."""


class WireObserver(typing.Protocol):
    """Who is told what happens on a wire. Calls come on the reactor's thread."""

    def wire_handshaking(self, wire: Wire) -> None:
        """There is a connection, on which TLS begins. `wire_opened` or `wire_lost` follows."""

    def wire_opened(self, wire: Wire) -> None:
        """The connection is made."""

    def wire_received(self, wire: Wire, data: bytes) -> None:
        """A chunk came."""

    def wire_flushed(self, wire: Wire, count: int) -> None:
        """The system took `count` bytes more."""

    def wire_refused(self, wire: Wire, reason: Exception) -> None:
        """Something that was sent did not arrive. The wire goes on."""

    def wire_peer_finished(self, wire: Wire) -> None:
        """The peer will send no more. The wire flushes and closes by itself."""

    def wire_lost(self, wire: Wire, reason: Failure) -> None:
        """The connection is gone: the last call, unless it was never opened."""


# MERGED client/stream_wire: A TCP or Unix connection of a session: a bounded queue going out, and no byte coming in lost.
#
# Twisted's own write buffer has no bound and tells nobody how full it is. So the wire keeps what is
# to be sent and hands it to the transport a piece at a time, as the transport's pull producer.
#
# Being the transport's producer has a second use. A peer that answers and then resets, because it did
# not want the rest of what was sent, leaves its answer in the socket; the transport fails at the next
# write and closes the socket with the answer unread. It stops its producer before that, and there the
# wire reads what is left.

PIECE_BYTES = 64 * 1024
LAST_READS = 128
"""Reads of `PIECE_BYTES` from a dying socket: more than any kernel keeps, and still an end."""


@implementer(IHalfCloseableProtocol, IPullProducer, IPushProducer)
class StreamWire(Protocol):
    """Sends in order what it is given, and tells `observer` the rest. See `Wire`.

    After `finish` it flushes, closes its side, reads on, and closes fully when the peer is done
    too: closing at once would answer whatever is still under way with a reset.
    """

    transport: Any
    """All that a TCP connection of Twisted has; over TLS, a wrapper of that."""

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
        """Send `data` after all that is unsent. The bound is the caller's: see `bytes_unsent`."""
        self._waiting += data
        self._feed()

    def send_from(self, supply: Supply | None) -> None:
        """Whenever all is sent, send what `supply` gives, until it gives none; None stops it."""
        self._supply = supply
        self._feed()

    def finish(self) -> None:
        """Close this side after what is unsent; read on until the peer is done."""
        self._finishing = True
        if not self.bytes_unsent and self._supply is None:
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
        self._supply = None
        self.transport.abortConnection()

    def pause(self) -> None:
        """Read nothing more from the peer."""
        self.transport.pauseProducing()

    def resume(self) -> None:
        """Read on."""
        self.transport.resumeProducing()

    # What the transport says.

    def connectionMade(self) -> None:
        self._name_ends()
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
        self._supply = None
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

    # Sending.

    def _name_ends(self) -> None:
        self.peer = _name(self.transport.getPeer())
        self.local = _name(self.transport.getHost())

    def _feed(self) -> None:
        """Hand on the next piece, unless one is under way; after the last, close if asked to."""
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
            # A transport closes no side while a pull producer might go on. As a push producer the
            # wire does not hold it up, and is still told before the socket goes.
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
    """Builds the wires of one attempt: a name with several addresses may take several."""

    noisy = False

    def __init__(self, observer: WireObserver, kind: type[StreamWire] = StreamWire) -> None:
        self._observer = observer
        self._kind = kind

    def buildProtocol(self, addr: IAddress | None) -> StreamWire:
        return self._kind(self._observer)


def _name(address: IAddress) -> str:
    if isinstance(address, (IPv4Address, IPv6Address)):
        return Target(address.host, address.port).place
    if isinstance(address, UNIXAddress):
        return (address.name or b"").decode(errors="backslashreplace")
    return str(address)
