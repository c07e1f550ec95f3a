"""One accepted peer: the object between its socket and the protocol that serves it.

A `Connection` counts the bytes, passes them to the traffic tap, bounds what is unsent, and closes
in a way that lets the peer read the last bytes. It needs a `ConnectionOwner` (the
`ListenerFactory`), and it reports to one `ConnectionObserver`, which is the only way from the
server up to the window and to `portdeck serve`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from twisted.internet.address import UNIXAddress
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHalfCloseableProtocol,
    IHandshakeListener,
    IProducer,
    IProtocol,
    IReactorTime,
    ISSLTransport,
)
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure
from zope.interface import directlyProvides, implementer, providedBy

from app.profile import ListenerSpec
from app.server.connections.backpressure import Backpressure, unsent_bytes
from app.server.connections.closing import (
    ABORTED_BY_LISTENER,
    CLOSED_BY_LISTENER,
    CLOSED_BY_PEER,
    LINGER_SECONDS,
    NO_HANDSHAKE,
    TLS_TO_PLAIN_PORT,
    Handshake,
    ReasonCounter,
    TlsFacts,
    describe_error,
    describe_loss,
    half_close,
    looks_like_tls,
)
from app.server.sockets.addresses import format_address
from app.server.sockets.socket_info import credentials_of, queued_bytes
from app.traffic.connection_info import RECEIVED, SENT, Tap

log = logging.getLogger(__name__)

HANDSHAKE_TIMEOUT = "no TLS handshake"
DID_NOT_READ = "did not read"
IDLE = "idle"


class ConnectionObserver(Protocol):
    """The one object that is told about connections. Calls come on the reactor's thread.

    A call costs 0.2 µs, so events are neither queued nor filtered here. Bytes are not reported. A
    connection reports once that it became active, and the observer then reads its counters.
    """

    def opened(self, connection: Connection) -> None:
        """A peer was accepted."""

    def active(self, connection: Connection) -> None:
        """The first bytes were received or sent since `Connection.mark_quiet` was called."""

    def closed(self, connection: Connection) -> None:
        """The connection is closed. Its counters and its `reason` are final."""

    def refused(self, factory: ConnectionOwner, peer: IAddress | None, reason: str) -> None:
        """A peer was refused. `reason` is a few words."""


class ConnectionOwner(Protocol):
    """The part of `ListenerFactory` that a connection uses.

    It is a protocol, so that this module need not import the factory, which imports this module.
    """

    spec: ListenerSpec
    clock: IReactorTime
    tap: Tap | None
    observer: ConnectionObserver
    closed_by_limit: ReasonCounter
    bytes_in: int
    bytes_out: int

    def seconds(self) -> float:
        """The current time, in Unix seconds."""

    def on_closing(self) -> None:
        """A connection begins to close and waits for its peer."""

    def registerProtocol(self, p: Connection) -> None:
        """The connection is open."""

    def unregisterProtocol(self, p: Connection) -> None:
        """The connection is closed."""


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class Connection(ProtocolWrapper):
    """Counts, taps and limits one connection.

    It is the transport of the protocol, and the protocol of the transport. It adds three things to
    Twisted's `ProtocolWrapper`. An exception in the protocol closes only this connection and is
    logged with its address. A peer that closes its side still gets what is buffered for it. While
    a peer does not read, nothing is read from it either.

    `dataReceived` and `write` run once per chunk. Keep them simple, and let them use nothing but
    the factory.
    """

    factory: ConnectionOwner
    transport: Any = None
    wrappedProtocol: Any
    connected = False
    disconnecting = False

    bytes_in = 0
    """Bytes read from the peer. Those that arrive while the connection closes are counted too."""

    bytes_out = 0
    """Bytes handed to the socket. After a reset the peer may not have received the last of them."""

    rate = 0.0
    """Bytes a second in both directions. Set by `RateMeter`."""

    sampled_bytes = 0
    """Bytes in both directions at the last sample of the rate."""

    local = ""
    """The address that the peer connected to, as text. Equal texts are one interned object."""

    _process = ""
    """User and pid of a Unix socket's peer, as such a peer has no address. Empty if unknown."""

    closed_at = 0.0
    """When it closed, in Unix seconds; 0 while it is open."""

    tls: TlsFacts | None = None
    """Facts about TLS after the handshake; `None` before it, and without TLS."""

    reason = ""
    """Why the connection closed or is closing, in a few words. Empty before that."""

    timed_out = False
    """Whether it is closing because of the idle time-out."""

    progress_at = 0.0
    """When the peer was last seen to read unsent bytes, or when closing began. Unix seconds."""

    _received_at_check: int | None = None
    """How many of `bytes_out` the peer had received at the last check. `None` if nothing was
    waiting."""

    _backpressure: Backpressure
    _linger_timer: IDelayedCall | None = None
    _handshake: Handshake | None = None
    """Set exactly during the TLS handshake."""

    _hint = ""
    """Text to append to `reason` when the connection closes."""

    _aborted = False
    _write_closed = False
    """Whether further writes are dropped: the write side is closed, or the connection is."""

    _is_quiet = True
    """Whether the next chunk is reported to the observer as `active`."""

    def __init__(self, factory: ConnectionOwner, protocol: IProtocol, number: int) -> None:
        super().__init__(factory, protocol)  # type: ignore[arg-type]
        self.number = number
        """Unique on its deck; later connections have higher numbers."""

    def __repr__(self) -> str:
        return f"<Connection {self.number} of {self.factory.spec.name}: {self.peer}>"

    @property
    def peer_address(self) -> IAddress | None:
        """The peer's address. The transport keeps it, also after the connection is closed."""
        return None if self.transport is None else self.transport.getPeer()

    @property
    def peer(self) -> str:
        """The peer as text: an address, or the process at the other end of a Unix socket."""
        return self._process or format_address(self.peer_address)

    @property
    def bytes_unsent(self) -> int:
        """How many of `bytes_out` wait here for the peer to read; 0 when it is closed."""
        return unsent_bytes(self.transport) if self.connected else 0

    def makeConnection(self, transport: Any) -> None:
        directlyProvides(self, providedBy(transport))
        self.transport = transport
        self.connected = True
        # Read the address now: a closed socket has none. An interned text costs one reference.
        host = transport.getHost()
        self.local = sys.intern(format_address(host))
        if isinstance(host, UNIXAddress):
            self._process = str(credentials_of(transport) or "")
        self.opened_at = self.active_at = self.factory.seconds()
        has_tls = ISSLTransport.providedBy(transport)
        self._backpressure = Backpressure(transport, handshaking=has_tls)
        if has_tls:
            self._expect_handshake()
        self.factory.registerProtocol(self)
        self._call(self.wrappedProtocol.makeConnection, self)

    def mark_quiet(self) -> None:
        """Report the next chunk to the observer as `active` again."""
        self._is_quiet = True

    @property
    def awaits_peer(self) -> bool:
        """Whether it is closing and only the peer delays that.

        While a producer still writes and nothing is unsent, the protocol delays it.
        """
        has_producer = self._backpressure.producer is not None
        return self.disconnecting and (not has_producer or self.bytes_unsent > 0)

    def peer_progressed(self) -> bool:
        """Whether the peer has read some of the waiting bytes since the last call.

        Also true if bytes wait now and none waited at the last call: there is nothing to compare
        with yet.
        """
        waiting = self.bytes_unsent + queued_bytes(self.transport)
        before, received = self._received_at_check, self.bytes_out - waiting
        self._received_at_check = received if waiting else None
        return waiting > 0 if before is None else received > before

    def time_out(self, seconds: float) -> None:
        """Close after `seconds` without a byte. Abort if it is closing already."""
        if not self.disconnecting:
            self.timed_out = True
            self.factory.closed_by_limit.add(IDLE)
            self._close(f"{IDLE} for {seconds:g} s")
        elif self.bytes_unsent and not self.timed_out:
            self._close_over_limit(DID_NOT_READ, f"{DID_NOT_READ} for {seconds:g} s")
        else:
            self._abort(self.reason)

    # Calls from the transport

    def dataReceived(self, data: bytes) -> None:
        factory = self.factory
        size = len(data)
        self.bytes_in += size
        factory.bytes_in += size
        self.active_at = now = factory.seconds()
        if factory.tap is not None:
            factory.tap(now, self.number, RECEIVED, data)
        if self._is_quiet:
            self._is_quiet = False
            factory.observer.active(self)
        if self.bytes_in == size and looks_like_tls(data):  # the very first chunk
            self._hint = TLS_TO_PLAIN_PORT
        if self.disconnecting:
            return
        try:
            self.wrappedProtocol.dataReceived(data)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a protocol may raise anything
            self._fail(error)

    def handshakeCompleted(self) -> None:
        """The TLS handshake is done, and TLS can carry bytes."""
        if self._handshake is not None:
            self._handshake.end()
            self._handshake = None
        self.tls = TlsFacts.of(self.transport)
        self._backpressure.end_handshake()
        if IHandshakeListener.providedBy(self.wrappedProtocol):
            self._call(self.wrappedProtocol.handshakeCompleted)

    def readConnectionLost(self) -> None:
        """The peer has closed its write side."""
        self._backpressure.read_closed = True
        if self.disconnecting:
            self.transport.loseConnection()
        elif IHalfCloseableProtocol.providedBy(self.wrappedProtocol):
            self._call(self.wrappedProtocol.readConnectionLost)
        else:
            self._begin_to_close(CLOSED_BY_PEER)
            self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Everything written is sent, and the write side is closed."""
        self._write_closed = True
        if self.disconnecting:
            close = self.transport.loseConnection
            self._linger_timer = self.factory.clock.callLater(LINGER_SECONDS, close)
        elif IHalfCloseableProtocol.providedBy(self.wrappedProtocol):
            self._call(self.wrappedProtocol.writeConnectionLost)

    def connectionLost(self, reason: Failure = Failure(ConnectionDone())) -> None:  # noqa: B008
        if not self.reason or not (self._write_closed or reason.check(ConnectionDone)):
            self.reason = describe_loss(reason, self.transport, early=self._handshake is not None)
        if self._hint:
            self.reason = f"{self.reason}; {self._hint}"
        if self._handshake is not None:
            self._handshake.end()
        self.connected = False
        self.closed_at = self.factory.seconds()
        self._write_closed = True
        if self._linger_timer is not None and self._linger_timer.active():
            self._linger_timer.cancel()
        self._call(self.wrappedProtocol.connectionLost, reason)
        self.wrappedProtocol = None
        self.factory.unregisterProtocol(self)

    # Calls from the protocol

    def write(self, data: bytes) -> None:
        if self._write_closed:
            return
        factory = self.factory
        if self._backpressure.must_count:
            unsent = self.bytes_unsent
            if unsent > factory.spec.max_unsent_bytes:
                self._close_over_limit(DID_NOT_READ, f"{DID_NOT_READ}: {unsent:,} bytes unsent")
                return
            self._backpressure.check_unsent(unsent)
        self.transport.write(data)
        size = len(data)
        self.bytes_out += size
        factory.bytes_out += size
        self.active_at = now = factory.seconds()
        if factory.tap is not None:
            factory.tap(now, self.number, SENT, data)
        if self._is_quiet:
            self._is_quiet = False
            factory.observer.active(self)

    def writeSequence(self, data: Iterable[bytes]) -> None:
        self.write(b"".join(data))

    def loseConnection(self) -> None:
        """Close when everything written is sent, and let the peer read it first."""
        self._close(CLOSED_BY_LISTENER)

    def _close(self, reason: str) -> None:
        if self.disconnecting or not self.connected:
            return
        self._begin_to_close(reason)
        if self._backpressure.producer is not None or self._backpressure.read_closed:
            self.transport.loseConnection()
        elif not half_close(self.transport):
            self._write_closed = True

    def loseWriteConnection(self) -> None:
        """Close only the write side when everything written is sent. Reading goes on."""
        if self._backpressure.producer is None:
            self._backpressure.detach_transport()
        self.transport.loseWriteConnection()

    def abortConnection(self) -> None:
        """Close immediately with a reset. Unsent bytes are dropped."""
        self._abort(ABORTED_BY_LISTENER)

    def startTLS(self, *arguments: Any) -> None:
        """Use TLS from now on; see `ITLSTransport`."""
        self._backpressure.begin_handshake()
        self._expect_handshake()
        self.transport.startTLS(*arguments)
        directlyProvides(self, providedBy(self.transport))

    def pauseProducing(self) -> None:
        if not self.disconnecting:
            self._backpressure.pause_for_protocol()

    def resumeProducing(self) -> None:
        if not self.disconnecting:
            self._backpressure.resume_for_protocol()

    def stopProducing(self) -> None:
        self.loseConnection()

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        if self.disconnecting or not self.connected:
            producer.stopProducing()
        else:
            self._backpressure.attach(producer, streaming=streaming)

    def unregisterProducer(self) -> None:
        self._backpressure.detach(closing=self.disconnecting)

    def stopConsuming(self) -> None:
        self.unregisterProducer()
        self.loseConnection()

    def _expect_handshake(self) -> None:
        self._handshake = Handshake(self.factory.clock, self._time_out_handshake)

    def _time_out_handshake(self) -> None:
        self._close_over_limit(HANDSHAKE_TIMEOUT, NO_HANDSHAKE)

    def _begin_to_close(self, reason: str) -> None:
        self.reason = reason
        self.disconnecting = True
        self.progress_at = self.factory.seconds()
        self.factory.on_closing()
        # Keep reading in any case: otherwise the peer's end of file is not noticed.
        self._backpressure.resume_for_protocol()
        if self._backpressure.producer is None:
            self._backpressure.detach_transport()

    def _close_over_limit(self, limit: str, reason: str) -> None:
        self.factory.closed_by_limit.add(limit)
        self._abort(reason)

    def _abort(self, reason: str) -> None:
        if self._aborted or not self.connected:
            return
        self.reason = reason
        self.disconnecting = self._aborted = self._write_closed = True
        self.transport.abortConnection()

    def _call(self, callback: Callable[..., object], *arguments: object) -> None:
        try:
            callback(*arguments)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a protocol may raise anything
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        log.error(
            "%s: the protocol failed on the connection from %s, which is closed now.",
            self.factory.spec.name,
            self.peer,
            exc_info=error,
        )
        self._abort(describe_error(error))
