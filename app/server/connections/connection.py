"""One accepted peer: the object between its socket and the protocol that serves it.

A `Connection` counts the bytes, passes them to the traffic tap, bounds what is unsent, and closes
in a way that lets the peer read the last bytes. It reports to one `ConnectionObserver`, which is
the only way from the server up to the window and to `portdeck serve`.

Three parts of it have files of their own, each built on the one before: the values that are shown,
in `facts`; the bound on what is unsent, in `backpressure`; and its faults, in `fault_adapter`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import (
    IDelayedCall,
    IHalfCloseableProtocol,
    IHandshakeListener,
    IProtocol,
    ISSLTransport,
)
from twisted.internet.protocol import connectionDone
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure
from zope.interface import directlyProvides, implementer, providedBy
from zope.interface.declarations import Provides

from app.forwarding.link import IRelay, IRelayedConnection
from app.net.sockets import write_promptly
from app.server.connections.backpressure import FULL_BYTES, Backpressure
from app.server.connections.closing import (
    ABORTED_BY_LISTENER,
    CLOSED_BY_LISTENER,
    CLOSED_BY_PEER,
    CLOSED_BY_TARGET,
    DID_NOT_READ,
    HANDSHAKE_TIMEOUT,
    IDLE,
    LINGER_SECONDS,
    NO_HANDSHAKE,
    TLS_TO_PLAIN_PORT,
    Handshake,
    TlsFacts,
    describe_error,
    describe_loss,
    did_not_read,
    did_not_read_for,
    faults_hold,
    half_close,
    idle_for,
    implements,
    looks_like_tls,
)
from app.server.connections.fault_adapter import FAULT, ConnectionWithFaults
from app.server.connections.owner import ConnectionOwner
from app.text.sentence import composed
from app.traffic.connection_info import RECEIVED, SENT, CloseKind

log = logging.getLogger(__name__)


@implementer(IHalfCloseableProtocol, IHandshakeListener, IRelayedConnection)
class Connection(ConnectionWithFaults, ProtocolWrapper):
    """Counts, taps and limits one connection.

    It is the transport of the protocol, and the protocol of the transport. It adds three things to
    Twisted's `ProtocolWrapper`. An exception in the protocol closes only this connection and is
    logged with its address. A peer that closes its side still gets what is buffered for it. While
    a peer does not read, nothing is read from it either.

    `dataReceived` and `write` run once per chunk. Keep them simple.
    """

    connected: bool = False
    disconnecting: bool = False

    _linger_timer: IDelayedCall | None = None
    _handshake: Handshake | None = None
    """Set exactly during the TLS handshake."""

    _aborted = False
    _write_closed = False
    """Whether further writes are dropped: the write side is closed, or the connection is."""

    _is_quiet = True
    """Whether the next chunk is reported to the observer as `active`."""

    def __init__(self, factory: ConnectionOwner, protocol: IProtocol, number: int) -> None:
        super().__init__(factory, protocol)  # type: ignore[arg-type]
        self.number = number

    def __repr__(self) -> str:
        return f"<Connection {self.number} of {self.factory.spec.name}: {self.peer}>"

    def makeConnection(self, transport: Any) -> None:
        # As `directlyProvides` does, in a third of its time.
        self.__provides__ = Provides(type(self), providedBy(transport))
        self.transport = transport
        self.connected = True
        self.read_addresses()
        self.mark_opened()
        if ISSLTransport.providedBy(transport):
            self._backpressure = Backpressure(transport, handshaking=True)
        if IRelay.providedBy(self.wrappedProtocol):
            self.backpressure.is_relayed = True
        self.factory.registerProtocol(self)
        self.update_faults()
        if self.faults is None:
            self.pass_opened()
        else:
            self.faults.open()

    def pass_opened(self) -> None:
        if self.disconnecting or not self.connected:
            return
        if self._backpressure is not None and self._backpressure.handshaking:
            self._expect_handshake()
        self.has_begun = True
        self.call(self.wrappedProtocol.makeConnection, self)

    def mark_quiet(self) -> None:
        """Report the next chunk to the observer as `active` again."""
        self._is_quiet = True

    def mark_active(self) -> None:
        """Report to the observer that bytes were received or sent."""
        self._is_quiet = False
        self.follow_clock(self.active_at)
        self.factory.observer.active(self)

    @property
    def awaits_peer(self) -> bool:
        """Whether it is closing and only the peer delays that.

        While a producer still writes and nothing is unsent, the protocol delays it.
        """
        if not self.disconnecting or (self.faults is not None and self.faults.is_closing):
            return False
        return not self.has_producer or self.bytes_unsent > 0

    def time_out(self, seconds: float) -> None:
        """Close after `seconds` without a byte. Abort if it is closing already."""
        if not self.disconnecting:
            self.timed_out = True
            self.factory.closed_by_limit.add(IDLE)
            self._close(idle_for(seconds))
        elif self.bytes_unsent and not self.timed_out:
            self.close_over_limit(DID_NOT_READ, did_not_read_for(seconds))
        else:
            self.abort(self.reason)

    # Calls from the transport

    def dataReceived(self, data: bytes) -> None:
        factory = self.factory
        size = len(data)
        self.bytes_in += size
        factory.bytes_in += size
        self.active_at = now = factory.seconds()
        if self._is_quiet:
            self.mark_active()
        if factory.tap is not None:
            factory.tap(now + self.unix_offset, self.number, RECEIVED, data)
        if self.bytes_in == size and looks_like_tls(data):  # the very first chunk
            self.hint = TLS_TO_PLAIN_PORT
        if self.disconnecting:
            return
        if self.faults is not None:
            self.faults.receive(data)
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
        self.backpressure.end_handshake()
        if self.faults is not None:
            self.faults.complete_handshake()
        if implements(IHandshakeListener, self.wrappedProtocol):
            self.call(self.wrappedProtocol.handshakeCompleted)

    def readConnectionLost(self) -> None:
        """The peer has closed its write side."""
        if self.faults is not None:
            self.faults.receive_end()
        else:
            self.pass_read_end()

    def pass_read_end(self) -> None:
        is_half_closeable = implements(IHalfCloseableProtocol, self.wrappedProtocol)
        waits = self.disconnecting or is_half_closeable or self.faults is not None
        if not waits and self.can_close_now:
            self.transport.connectionLost(connectionDone)  # as `Protocol`s are closed
            return
        self.backpressure.read_closed = True
        if self.disconnecting:
            if self.faults is None or not self.faults.is_closing:
                self.transport.loseConnection()
        elif is_half_closeable:
            self.call(self.wrappedProtocol.readConnectionLost)
        else:
            self._begin_to_close(CloseKind.CLOSED_BY_PEER, CLOSED_BY_PEER)
            if self.faults is not None:
                self.faults.close()
            else:
                self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Everything written is sent, and the write side is closed."""
        self._write_closed = True
        if self.disconnecting:
            close = self.transport.loseConnection
            self._linger_timer = self.factory.clock.callLater(LINGER_SECONDS, close)
        elif implements(IHalfCloseableProtocol, self.wrappedProtocol):
            self.call(self.wrappedProtocol.writeConnectionLost)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.faults is not None:
            self.faults.receive_loss(reason)
        else:
            self.pass_loss(reason)

    def pass_loss(self, reason: Failure) -> None:
        if self.fault_reason:
            self.factory.closed_by_limit.add(FAULT)
            self.close_kind, self.reason = CloseKind.CLOSED_HERE, self.fault_reason
        elif not self.reason or not (self._write_closed or reason.check(ConnectionDone)):
            early = self._handshake is not None
            self.close_kind, self.reason = describe_loss(reason, self.transport, early=early)
        if self.hint:
            self.reason = composed("{reason}; {hint}", reason=self.reason, hint=self.hint)
        if self._handshake is not None:
            self._handshake.end()
        self.connected = False
        self.mark_closed()
        self._write_closed = True
        if self._linger_timer is not None and self._linger_timer.active():
            self._linger_timer.cancel()
        self.faults = None
        if self.has_begun:
            self.call(self.wrappedProtocol.connectionLost, reason)
        self.wrappedProtocol = None
        self.factory.unregisterProtocol(self)

    # Calls from a relay, which the protocol may be

    def target_connected(self) -> None:
        """The link is open: it gets a number of its own in the traffic."""
        assert self.target is not None
        self.target.number = next(self.factory.numbers)
        self.factory.observer.forwarded(self)

    def tap_target(self, direction: bool, data: bytes) -> None:
        """Keep a chunk of the link in the traffic."""
        factory = self.factory
        if factory.tap is not None and self.target is not None:
            now = factory.seconds()
            factory.tap(now + self.unix_offset, self.target.number, direction, data)

    # Calls from the protocol

    def write(self, data: bytes) -> None:
        if self._write_closed:
            return
        if self.faults is None:
            self.pass_written(data)
            return
        held = self.faults.held_out_bytes
        if held and held + self.bytes_unsent > self.factory.spec.max_unsent_bytes:
            self.close_over_limit(FAULT, faults_hold(held))
        else:
            self.faults.write(data)

    def pass_written(self, data: bytes) -> None:
        factory = self.factory
        size = len(data)
        backpressure = self._backpressure
        if backpressure is None and self.bytes_out + size > FULL_BYTES:  # it may fill the buffer
            backpressure = self.backpressure
        if backpressure is not None and backpressure.must_count:
            unsent = self.bytes_unsent
            if unsent > factory.spec.max_unsent_bytes:
                self.close_over_limit(DID_NOT_READ, did_not_read(unsent))
                return
            backpressure.check_unsent(unsent)
        if backpressure is not None and backpressure.is_relayed:
            write_promptly(self.transport, data)
        else:
            self.transport.write(data)
        self.bytes_out += size
        factory.bytes_out += size
        self.active_at = now = factory.seconds()
        if self._is_quiet:
            self.mark_active()
        if factory.tap is not None:
            factory.tap(now + self.unix_offset, self.number, SENT, data)

    def writeSequence(self, data: Iterable[bytes]) -> None:
        self.write(b"".join(data))

    def loseConnection(self) -> None:
        """Close when everything written is sent, and let the peer read it first."""
        if self.target_has_ended:
            self._close(CLOSED_BY_TARGET)
        elif self.backpressure.read_closed:
            self._close(CLOSED_BY_PEER, CloseKind.CLOSED_BY_PEER)
        else:
            self._close(CLOSED_BY_LISTENER)

    def _close(self, reason: str, kind: CloseKind = CloseKind.CLOSED_HERE) -> None:
        if self.disconnecting or not self.connected:
            return
        self._begin_to_close(kind, reason)
        if not self.connected:  # it was lost before, and a fault held that back
            return
        if self.faults is not None:
            self.faults.close()
        else:
            self.pass_close()

    def pass_close(self) -> None:
        if self.has_producer or self.backpressure.read_closed:
            self.transport.loseConnection()
        elif not half_close(self.transport):
            self._write_closed = True

    def loseWriteConnection(self) -> None:
        """Close only the write side when everything written is sent. Reading goes on."""
        if not self.has_producer:
            self.backpressure.detach_transport()
        if self.faults is not None:
            self.faults.end_writing()
        else:
            self.transport.loseWriteConnection()

    def abortConnection(self) -> None:
        """Close with a reset, as the protocol wants it: behind what faults only delay."""
        self._reset(ABORTED_BY_LISTENER)

    def abort(self, reason: str = ABORTED_BY_LISTENER) -> None:
        """Close immediately with a reset. Unsent bytes are dropped, also those that faults hold."""
        if self._aborted or not self.connected:
            return
        self.close_kind, self.reason = CloseKind.RESET_HERE, reason
        self.disconnecting = self._aborted = self._write_closed = True
        if self.faults is not None:
            self.faults.abort()
        self.transport.abortConnection()

    def startTLS(self, *arguments: Any) -> None:
        """Use TLS from now on; see `ITLSTransport`."""
        self.backpressure.begin_handshake()
        self._expect_handshake()
        if self.faults is not None:
            self.faults.flush()
        self.transport.startTLS(*arguments)
        directlyProvides(self, providedBy(self.transport))

    def unregisterProducer(self) -> None:
        super().unregisterProducer()
        if self.disconnecting and self.faults is not None:
            self.faults.close()

    def _expect_handshake(self) -> None:
        self._handshake = Handshake(self.factory.clock, self._miss_handshake)

    def _miss_handshake(self) -> None:
        if getattr(self.transport, "is_stalled", False):  # by a fault; the peer is not to blame
            self._expect_handshake()
        else:
            self.close_over_limit(HANDSHAKE_TIMEOUT, NO_HANDSHAKE)

    def _begin_to_close(self, kind: CloseKind, reason: str) -> None:
        self.close_kind, self.reason = kind, reason
        self.disconnecting = True
        self.progress_at = self.factory.seconds()
        self.factory.on_closing()
        if self.backpressure.is_relayed and self.has_begun:
            self.call(self.wrappedProtocol.connectionClosing)
        # Keep reading in any case: otherwise the peer's end of file is not noticed.
        self.backpressure.resume_for_protocol()
        if not self.has_producer:
            self.backpressure.detach_transport()

    def end_by_fault(self, reason: str) -> None:
        if self.has_producer:
            self.backpressure.stopProducing()
        self._begin_to_close(CloseKind.CLOSED_HERE, reason)
        self.pass_close()
        self._write_closed = True

    def close_over_limit(self, limit: str, reason: str) -> None:
        self.factory.closed_by_limit.add(limit)
        self.abort(reason)

    def _reset(self, reason: str) -> None:
        if self.faults is None or self.disconnecting:
            self.abort(reason)
            return
        if self.has_producer:
            self.backpressure.stopProducing()
        self._begin_to_close(CloseKind.RESET_HERE, reason)
        if self.faults is not None:
            self.faults.reset()
        else:  # they held nothing any more, or they held that it is lost
            self.abort(reason)

    def call(self, callback: Callable[..., object], *arguments: object) -> None:
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
        self.factory.code_errors.add(describe_error(error))
        self._reset(describe_error(error))
