"""One accepted peer: stands between its socket and the protocol that serves it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHalfCloseableProtocol,
    IProducer,
    IProtocol,
)
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure
from zope.interface import directlyProvides, implementer, providedBy

from app.server.addresses import show
from app.server.backpressure import Backpressure
from app.server.lingering import start_lingering
from app.server.observer import RECEIVED, SENT

if TYPE_CHECKING:
    from app.server.factory import ListenerFactory

log = logging.getLogger(__name__)


@implementer(IHalfCloseableProtocol)
class Connection(ProtocolWrapper):
    """Counts, taps and guards one connection.

    The protocol sees it as its transport, the transport as its protocol. What Twisted leaves open
    in `ProtocolWrapper` is closed here: an exception in the protocol ends this connection alone and
    is logged against it; a peer that closes its side still gets what is buffered for it; a peer
    that does not read is not read from.

    `dataReceived` and `write` run once per chunk: they stay plain, and touch no one but the factory.
    """

    factory: ListenerFactory
    transport: Any
    wrappedProtocol: Any
    connected = False
    disconnecting = False

    bytes_in = 0
    bytes_out = 0
    rate = 0.0
    """Bytes a second in both directions, kept by who samples it."""

    sampled_bytes = 0
    """Bytes in both directions when the rate was sampled last."""

    reason = ""
    """Why the connection ended or is ending, in a few words; empty while it lives."""

    _backpressure: Backpressure
    _lingering: IDelayedCall | None = None
    _pulled = False
    _resting = True

    def __init__(self, factory: ListenerFactory, protocol: IProtocol, number: int) -> None:
        super().__init__(factory, protocol)
        self.number = number
        """Unique on its deck; later connections have higher numbers."""

    def __repr__(self) -> str:
        return f"<Connection {self.number} of {self.factory.spec.name}: {self.peer}>"

    @property
    def peer(self) -> str:
        """Whom it serves, for people."""
        return show(self.peer_address)

    def makeConnection(self, transport: Any) -> None:
        directlyProvides(self, providedBy(transport))
        self.transport = transport
        self.connected = True
        self.peer_address: IAddress = transport.getPeer()
        self.opened_at = self.active_at = self.factory.clock.seconds()
        self._backpressure = Backpressure(transport)
        self.factory.registerProtocol(self)
        self._call(self.wrappedProtocol.makeConnection, self)

    def rest(self) -> None:
        """From now on the next chunk is told to the observer as `active` again."""
        self._resting = True

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
        if self.disconnecting:
            return
        try:
            self.wrappedProtocol.dataReceived(data)
        except Exception as error:
            self._fail(error)

    def readConnectionLost(self) -> None:
        """The peer has said all it will say."""
        if self.disconnecting:
            self.transport.loseConnection()
        elif IHalfCloseableProtocol.providedBy(self.wrappedProtocol):
            self._call(self.wrappedProtocol.readConnectionLost)
        else:
            self.reason = self.reason or "closed by the peer"
            self.disconnecting = True
            self._let_go()
            self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        if not self.disconnecting and IHalfCloseableProtocol.providedBy(self.wrappedProtocol):
            self._call(self.wrappedProtocol.writeConnectionLost)

    def connectionLost(self, reason: Failure = Failure(ConnectionDone())) -> None:  # noqa: B008
        self.connected = False
        self.reason = self.reason or _in_words(reason)
        if self._lingering is not None and self._lingering.active():
            self._lingering.cancel()
        self.factory.unregisterProtocol(self)
        self._call(self.wrappedProtocol.connectionLost, reason)
        self.wrappedProtocol = None

    # What the protocol asks for

    def write(self, data: bytes) -> None:
        self.transport.write(data)
        factory = self.factory
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
        if self.disconnecting or not self.connected:
            return
        self.disconnecting = True
        self.reason = self.reason or "closed by the listener"
        if self._pulled or self._backpressure.producer is not None:
            self.transport.loseConnection()
            return
        self._let_go()
        self._lingering = start_lingering(self.transport, self.factory.clock)

    def abortConnection(self) -> None:
        """Close at once with a reset; what was not sent yet is dropped."""
        self.reason = self.reason or "aborted by the listener"
        self.transport.abortConnection()

    def pauseProducing(self) -> None:
        self._backpressure.hold()

    def resumeProducing(self) -> None:
        self._backpressure.release()

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        if self._pulled or self._backpressure.producer is not None:
            raise RuntimeError(f"{self!r} has a producer already; unregister that one first.")
        if streaming and self.connected:
            self._backpressure.producer = producer
            return
        self.transport.unregisterProducer()
        self._pulled = True
        self.transport.registerProducer(producer, streaming)

    def unregisterProducer(self) -> None:
        self._backpressure.producer = None
        if self._pulled or self.disconnecting:
            self.transport.unregisterProducer()
        if self._pulled and self.connected and not self.disconnecting:
            self.transport.registerProducer(self._backpressure, True)
        self._pulled = False

    def _let_go(self) -> None:
        """Read on without regard to the write buffer, so that the peer's end of file is seen."""
        if self._backpressure.producer is None and not self._pulled:
            self.transport.unregisterProducer()
            self.transport.resumeProducing()

    def _call(self, callback: Callable[..., object], *arguments: object) -> None:
        try:
            callback(*arguments)
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        log.error(
            "%s: the protocol failed on the connection from %s, which is closed now.",
            self.factory.spec.name,
            self.peer,
            exc_info=error,
        )
        self.reason = f"{type(error).__name__}: {error}"
        self.disconnecting = True
        if self.connected:
            self.transport.abortConnection()


def _in_words(reason: Failure) -> str:
    if reason.check(ConnectionDone):
        return "closed by the peer"
    if reason.check(ConnectionAborted):
        return "aborted by the listener"
    return "reset by the peer"
