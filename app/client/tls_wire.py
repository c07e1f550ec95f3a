"""A TLS connection of a session: open once both sides have shaken hands."""

from __future__ import annotations

from twisted.internet.interfaces import IHandshakeListener
from zope.interface import implementer

from app.client.stream_wire import StreamWire
from app.client.tls import security_of


@implementer(IHandshakeListener)
class TlsWire(StreamWire):
    """As a stream, but for three things.

    Twisted's TLS asks a pull producer without end, so this is a push producer, which is told when
    to wait. It closes one side by its goodbye, and goes on to read until the peer says that too.
    And what is left in the socket in the end is cipher text.

    (A stream must not listen to handshakes itself: Twisted's endpoints pass on only one interface
    of a protocol, and one that is not told of half-closed connections loses what is under way.)
    """

    _held_up = False

    def connectionMade(self) -> None:
        self._name_ends()
        self._observer.wire_handshaking(self)

    def handshakeCompleted(self) -> None:
        """Bytes can be carried now."""
        assert self.verdict is not None
        self.security = security_of(self.transport.getHandle(), self.verdict)
        self.transport.registerProducer(self, True)
        self._observer.wire_opened(self)

    def hang_up(self) -> bool:
        """Wait for the peer no longer: close if it was given everything (True), abort otherwise."""
        if self._half_closed:
            self.transport.transport.loseConnection()
        else:
            self.abort()
        return self._half_closed

    def resumeProducing(self) -> None:
        """The transport takes more."""
        self._held_up = False
        super().resumeProducing()

    def pauseProducing(self) -> None:
        """The transport has enough for now."""
        self._held_up = True

    def stopProducing(self) -> None:
        """The transport is going."""

    def _feed(self) -> None:
        """Hand on as many pieces as are welcome; after the last, close if asked to."""
        while not self._in_flight:
            super()._feed()
            if not self._in_flight or self._held_up:
                return
            flushed, self._in_flight = self._in_flight, 0
            self._observer.wire_flushed(self, flushed)

    def _close_side(self) -> None:
        if self._side_closed:
            return
        self._side_closed = True
        self.transport.unregisterProducer()
        self._half_closed = True
        self.transport.loseConnection()
