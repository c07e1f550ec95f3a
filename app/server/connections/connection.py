"""What the engine tells, and to whom: the one way up from the server layers.

A call per event costs a fifth of a microsecond, so nothing here is queued or filtered. Bytes are
not told at all: a connection says once that it became active, and whoever shows it reads its
counters.
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
    SPOKE_TLS,
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


class ConnectionObserver(Protocol):
    """The one object that is told about connections. Calls come on the reactor's thread.

    A call per event costs a fifth of a microsecond, so nothing is queued or filtered here. Bytes are
    not reported: a connection says once that it became active, and the observer reads its counters.
    """

    def opened(self, connection: Connection) -> None:
        """A peer was accepted."""

    def active(self, connection: Connection) -> None:
        """Bytes crossed for the first time since `Connection.rest` was called."""

    def closed(self, connection: Connection) -> None:
        """The connection is gone; its counters and its `reason` are final."""

    def refused(self, factory: ConnectionOwner, peer: IAddress | None, reason: str) -> None:
        """A peer was turned away, for a reason in a few words."""


class ConnectionOwner(Protocol):
    """The factory of a connection, as far as a connection uses it. See `ListenerFactory`."""

    spec: ListenerSpec
    clock: IReactorTime
    tap: Tap | None
    observer: ConnectionObserver
    cut: ReasonCounter
    bytes_in: int
    bytes_out: int

    def seconds(self) -> float:
        """The time of day, in Unix seconds."""

    def closes(self) -> None:
        """A connection begins to close and waits for its peer."""

    def registerProtocol(self, p: Connection) -> None:
        """The connection is open."""

    def unregisterProtocol(self, p: Connection) -> None:
        """The connection is over."""


# MERGED server/connection: One accepted peer: stands between its socket and the protocol that serves it.

log = logging.getLogger(__name__)

HANDSHAKE_CUT = "no TLS handshake"
DID_NOT_READ = "did not read"
IDLE = "idle"


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class Connection(ProtocolWrapper):
    """Counts, taps and guards one connection.

    The protocol sees it as its transport, the transport as its protocol. What Twisted leaves open
    in `ProtocolWrapper` is closed here: an exception in the protocol ends this connection alone and
    is logged against it; a peer that closes its side still gets what is buffered for it; a peer
    that does not read is not read from.

    `dataReceived` and `write` run once per chunk: they stay plain, and touch only the factory.
    """

    factory: ConnectionOwner
    transport: Any = None
    wrappedProtocol: Any
    connected = False
    disconnecting = False

    bytes_in = 0
    """What was read from the peer, also while nobody listens any more."""

    bytes_out = 0
    """What was handed to the socket; a reset may keep the end of it from the peer."""

    rate = 0.0
    """Bytes a second in both directions, kept by who samples it."""

    sampled_bytes = 0
    """Bytes in both directions when the rate was sampled last."""

    local = ""
    """The address that the peer connected to, for people. One text for all that have the same."""

    _process = ""
    """Who connected to a Unix socket, where the system says it: such a peer has no address."""

    closed_at = 0.0
    """When it ended, unix seconds; 0 while it lives."""

    tls: TlsFacts | None = None
    """What was agreed on, once TLS can carry bytes; `None` before that, and without TLS."""

    reason = ""
    """Why the connection ended or is ending, in a few words; empty while it lives."""

    timed_out = False
    """Whether it is closing because nothing crossed it for too long."""

    waits_since = 0.0
    """When it was seen last that the peer takes what waits for it, or when it was to close."""

    _taken: int | None = None
    """What the peer had of `bytes_out` when that was asked last; `None` if that was all of it."""

    _backpressure: Backpressure
    _lingering: IDelayedCall | None = None
    _handshake: Handshake | None = None
    """Set exactly while TLS cannot carry bytes yet."""

    _hint = ""
    """What else to say when it is over."""

    _aborted = False
    _mute = False
    """Nothing more goes out: all of it has, or it is too late."""

    _resting = True

    def __init__(self, factory: ConnectionOwner, protocol: IProtocol, number: int) -> None:
        super().__init__(factory, protocol)  # type: ignore[arg-type]
        self.number = number
        """Unique on its deck; later connections have higher numbers."""

    def __repr__(self) -> str:
        return f"<Connection {self.number} of {self.factory.spec.name}: {self.peer}>"

    @property
    def peer_address(self) -> IAddress | None:
        """Whom it serves, also when it is over. The transport knows, so it is not kept twice."""
        return None if self.transport is None else self.transport.getPeer()

    @property
    def peer(self) -> str:
        """Whom it serves, for people: an address, or the process at a Unix socket's other end."""
        return self._process or format_address(self.peer_address)

    @property
    def bytes_unsent(self) -> int:
        """How much of `bytes_out` waits here, as the peer does not take it; 0 once it is over."""
        return unsent_bytes(self.transport) if self.connected else 0

    def makeConnection(self, transport: Any) -> None:
        directlyProvides(self, providedBy(transport))
        self.transport = transport
        self.connected = True
        # A lost socket has no address any more, and to keep one costs no more than a reference.
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

    def rest(self) -> None:
        """From now on the next chunk is told to the observer as `active` again."""
        self._resting = True

    @property
    def awaits_peer(self) -> bool:
        """Whether nobody but the peer keeps it from closing."""
        is_done = self.disconnecting and self._backpressure.producer is None
        return is_done or (self.disconnecting and self.bytes_unsent > 0)

    def peer_takes(self) -> bool:
        """Whether the peer has, since this was asked last, taken some of what waits for it.

        True as well where something waits that did not wait the last time: it cannot be told yet.
        """
        waiting = self.bytes_unsent + queued_bytes(self.transport)
        before, taken = self._taken, self.bytes_out - waiting
        self._taken = taken if waiting else None
        return waiting > 0 if before is None else taken > before

    def time_out(self, seconds: float) -> None:
        """Nothing has crossed for `seconds`: close, and where that is under way, for good."""
        if not self.disconnecting:
            self.timed_out = True
            self.factory.cut.add(IDLE)
            self._close(f"{IDLE} for {seconds:g} s")
        elif self.bytes_unsent and not self.timed_out:
            self._cut(DID_NOT_READ, f"{DID_NOT_READ} for {seconds:g} s")
        else:
            self._abort(self.reason)

    # What the transport says

    def dataReceived(self, data: bytes) -> None:
        factory = self.factory
        size = len(data)
        self.bytes_in += size
        factory.bytes_in += size
        self.active_at = now = factory.seconds()
        if factory.tap is not None:
            factory.tap(now, self.number, RECEIVED, data)
        if self._resting:
            self._resting = False
            factory.observer.active(self)
        if self.bytes_in == size and looks_like_tls(data):  # the very first chunk
            self._hint = SPOKE_TLS
        if self.disconnecting:
            return
        try:
            self.wrappedProtocol.dataReceived(data)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a protocol may raise anything
            self._fail(error)

    def handshakeCompleted(self) -> None:
        """TLS can carry bytes now."""
        if self._handshake is not None:
            self._handshake.end()
            self._handshake = None
        self.tls = TlsFacts.of(self.transport)
        self._backpressure.end_handshake()
        if IHandshakeListener.providedBy(self.wrappedProtocol):
            self._call(self.wrappedProtocol.handshakeCompleted)

    def readConnectionLost(self) -> None:
        """The peer has said all it will say."""
        self._backpressure.ended = True
        if self.disconnecting:
            self.transport.loseConnection()
        elif IHalfCloseableProtocol.providedBy(self.wrappedProtocol):
            self._call(self.wrappedProtocol.readConnectionLost)
        else:
            self._begin_to_close(CLOSED_BY_PEER)
            self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """All that was written is sent, and the peer knows that nothing follows."""
        self._mute = True
        if self.disconnecting:
            close = self.transport.loseConnection
            self._lingering = self.factory.clock.callLater(LINGER_SECONDS, close)
        elif IHalfCloseableProtocol.providedBy(self.wrappedProtocol):
            self._call(self.wrappedProtocol.writeConnectionLost)

    def connectionLost(self, reason: Failure = Failure(ConnectionDone())) -> None:  # noqa: B008
        if not self.reason or not (self._mute or reason.check(ConnectionDone)):
            self.reason = describe_loss(reason, self.transport, early=self._handshake is not None)
        if self._hint:
            self.reason = f"{self.reason}; {self._hint}"
        if self._handshake is not None:
            self._handshake.end()
        self.connected = False
        self.closed_at = self.factory.seconds()
        self._mute = True
        if self._lingering is not None and self._lingering.active():
            self._lingering.cancel()
        self._call(self.wrappedProtocol.connectionLost, reason)
        self.wrappedProtocol = None
        self.factory.unregisterProtocol(self)

    # What the protocol asks for

    def write(self, data: bytes) -> None:
        if self._mute:
            return
        factory = self.factory
        if self._backpressure.counts:
            unsent = self.bytes_unsent
            if unsent > factory.spec.max_unsent_bytes:
                self._cut(DID_NOT_READ, f"{DID_NOT_READ}: {unsent:,} bytes unsent")
                return
            self._backpressure.take_count(unsent)
        self.transport.write(data)
        size = len(data)
        self.bytes_out += size
        factory.bytes_out += size
        self.active_at = now = factory.seconds()
        if factory.tap is not None:
            factory.tap(now, self.number, SENT, data)
        if self._resting:
            self._resting = False
            factory.observer.active(self)

    def writeSequence(self, data: Iterable[bytes]) -> None:
        self.write(b"".join(data))

    def loseConnection(self) -> None:
        """Close once everything written is sent, and so that the peer can read it."""
        self._close(CLOSED_BY_LISTENER)

    def _close(self, reason: str) -> None:
        if self.disconnecting or not self.connected:
            return
        self._begin_to_close(reason)
        if self._backpressure.producer is not None or self._backpressure.ended:
            self.transport.loseConnection()
        elif not half_close(self.transport):
            self._mute = True

    def loseWriteConnection(self) -> None:
        """Close the write side alone once everything written is sent; reading goes on."""
        if self._backpressure.producer is None:
            self._backpressure.let_go()
        self.transport.loseWriteConnection()

    def abortConnection(self) -> None:
        """Close at once with a reset; what was not sent yet is dropped."""
        self._abort(ABORTED_BY_LISTENER)

    def startTLS(self, *arguments: Any) -> None:
        """Speak TLS from now on; see `ITLSTransport`."""
        self._backpressure.begin_handshake()
        self._expect_handshake()
        self.transport.startTLS(*arguments)
        directlyProvides(self, providedBy(self.transport))

    def pauseProducing(self) -> None:
        if not self.disconnecting:
            self._backpressure.hold()

    def resumeProducing(self) -> None:
        if not self.disconnecting:
            self._backpressure.release()

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
        self._handshake = Handshake(self.factory.clock, self._cut_handshake)

    def _cut_handshake(self) -> None:
        self._cut(HANDSHAKE_CUT, NO_HANDSHAKE)

    def _begin_to_close(self, reason: str) -> None:
        self.reason = reason
        self.disconnecting = True
        self.waits_since = self.factory.seconds()
        self.factory.closes()
        # Read on in any case, so that the peer's end of file is seen.
        self._backpressure.release()
        if self._backpressure.producer is None:
            self._backpressure.let_go()

    def _cut(self, limit: str, reason: str) -> None:
        self.factory.cut.add(limit)
        self._abort(reason)

    def _abort(self, reason: str) -> None:
        if self._aborted or not self.connected:
            return
        self.reason = reason
        self.disconnecting = self._aborted = self._mute = True
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
