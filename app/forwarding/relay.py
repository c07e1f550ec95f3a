"""The engine of forwarding: a leg to the client and a leg to the target, joined to one relay.

What one leg reads, the other writes. Each leg is the push producer of the other's transport, so a
slow reader on one side stops the reading on the other, in that direction alone. The end of one
direction is passed on as a half-close, and a reset as a reset. Over TLS, which has no half-close in
Twisted, an end is passed on as TLS closes: `close_notify`, after which the target may still send.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IAddress,
    IHalfCloseableProtocol,
    IHandshakeListener,
    IPushProducer,
    ISSLTransport,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from app.forwarding.connecting import Dialing, explain, explain_tls
from app.forwarding.prompt_write import write_promptly
from app.forwarding.proxy_header import proxy_header
from app.forwarding.stream import MessageStream
from app.net.relay import IRelay
from app.net.target import Target


class Pause(Enum):
    """A reason to read nothing from a leg."""

    CONNECTING = "connecting"
    FULL = "the other leg does not keep up"
    HELD = "too many messages are held"


@implementer(IHalfCloseableProtocol, IPushProducer)
class Leg(Protocol):
    """One of the two connections of a relay."""

    transport: Any
    other: Leg | None = None
    """Set when both legs are connected."""

    stream: MessageStream | None = None
    """Changes what this leg reads; `None` passes it on as it is."""

    def __init__(self) -> None:
        self.bytes_read = 0
        self.has_ended = False
        """Whether its peer sends nothing more."""
        self.is_shut = False
        """Whether nothing more is written to its peer."""
        self.is_lost = False
        self._pauses: set[Pause] = set()

    def join(self, other: Leg, stream: MessageStream | None) -> None:
        """Pass everything to `other` from now on, changed by `stream`."""
        self.other, self.stream = other, stream
        if stream is not None:
            stream.on_released = self._released
        other.transport.registerProducer(self, True)

    # Reading

    def dataReceived(self, data: bytes) -> None:
        self.bytes_read += len(data)
        other = self.other
        assert other is not None
        if self.stream is None:
            if not other.is_shut:
                other.write(data)
            return
        other.send(self.stream.feed(data))
        if self.stream.is_full:
            self.pause(Pause.HELD)

    def readConnectionLost(self) -> None:
        self.has_ended = True
        if self.other is not None:
            self._pass_end()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.is_lost = self.is_shut = True
        other = self.other
        if other is None:
            return
        if self.stream is not None:
            other.send(self.stream.release_all())
        if other.is_lost:
            return
        if reason.check(ConnectionDone):
            other.close()
        else:
            other.transport.abortConnection()

    # Writing

    def write(self, data: bytes) -> None:
        """Write `data` to the peer."""
        self.transport.write(data)

    def send(self, data: bytes) -> None:
        """Write `data` to the peer, unless its direction is over."""
        if data and not self.is_shut:
            self.write(data)

    def shut(self) -> None:
        """Write nothing more, and tell the peer so when everything is written."""
        if self.is_shut:
            return
        self.is_shut = True
        # A transport may keep back its half-close while it has a producer.
        self.transport.unregisterProducer()
        if can_half_close(self.transport):
            self.transport.loseWriteConnection()
        else:
            self.transport.loseConnection()

    def close(self) -> None:
        """Close both directions when everything is written."""
        if not self.is_shut:
            self.transport.unregisterProducer()
        self.is_shut = True
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Everything is written, and the peer knows that nothing more comes."""

    # Backpressure: called by the transport of the other leg

    def pauseProducing(self) -> None:
        self.pause(Pause.FULL)

    def resumeProducing(self) -> None:
        self.resume(Pause.FULL)

    def stopProducing(self) -> None:
        """The other leg is lost: its `connectionLost` follows."""

    def pause(self, why: Pause) -> None:
        """Read nothing until `resume` is called for the same reason."""
        if not self._pauses:
            self.transport.pauseProducing()
        self._pauses.add(why)

    def resume(self, why: Pause) -> None:
        """Read on, unless there is another reason not to."""
        if why not in self._pauses:
            return
        self._pauses.discard(why)
        if not self._pauses and not self.has_ended and not self.is_lost:
            self.transport.resumeProducing()

    def _pass_end(self) -> None:
        """Nothing more comes from this leg: end the direction, after what is held."""
        other = self.other
        assert other is not None
        if self.stream is not None:
            other.send(self.stream.finish())
            if self.stream.is_waiting:
                return
        other.shut()
        if self.is_shut and not self.is_lost:
            self.transport.loseConnection()
            if not other.is_lost:
                other.transport.loseConnection()

    def _released(self, data: bytes) -> None:
        """Messages that were held pass on."""
        other, stream = self.other, self.stream
        if other is None or stream is None:
            return
        other.send(data)
        if not stream.is_full:
            self.resume(Pause.HELD)
        if self.has_ended and not stream.is_waiting:
            self._pass_end()


def can_half_close(transport: Any) -> bool:
    """Whether one direction alone can be ended."""
    has_tls = ISSLTransport.providedBy(transport)
    return not has_tls and hasattr(transport, "loseWriteConnection")


class TargetLeg(Leg):
    """The leg to the target."""

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.target = target

    def write(self, data: bytes) -> None:
        write_promptly(self.transport, data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        client = self.other
        has_tls = ISSLTransport.providedBy(self.transport)
        if has_tls and self.is_shut and reason.check(ConnectionLost):
            # Most programs answer the end of TLS by closing the socket without one of their own.
            reason = connectionDone
        if isinstance(client, ClientLeg) and not client.is_lost:
            if reason.check(ConnectionLost):
                client.transport.hint = f"{self.target} reset its connection"
            elif not reason.check(ConnectionDone, ConnectionAborted):
                client.report(explain_tls(reason, self.target))
        super().connectionLost(reason)


class _TargetLegs(Factory[TargetLeg]):
    """Builds the leg of one attempt. A name with several addresses may need several."""

    noisy = False

    def __init__(self, target: Target) -> None:
        self._target = target

    def buildProtocol(self, addr: IAddress | None) -> TargetLeg:
        return TargetLeg(self._target)


@implementer(IRelay, IHandshakeListener)
class ClientLeg(Leg):
    """The leg to the client, which makes the other leg."""

    def __init__(self, route: Route) -> None:
        super().__init__()
        self.route = route
        self._early: list[bytes] = []
        self._connecting: Deferred[TargetLeg] | None = None

    def connectionMade(self) -> None:
        if not ISSLTransport.providedBy(self.transport):
            self.begin()

    def handshakeCompleted(self) -> None:
        """TLS with the client is ready. Before that it must not be paused."""
        self.begin()

    def begin(self) -> None:
        """The client is there."""
        if not self.route.waits_for_data:
            self._connect()

    def _connect(self) -> None:
        assert self.route.target is not None
        self.connect(self.route.target)

    def connect(self, target: Target) -> None:
        """Make the leg to `target`. Nothing is read from the client meanwhile."""
        self.pause(Pause.CONNECTING)
        route = self.route
        try:
            self._connecting = route.dialing.connect(route.reactor, target, _TargetLegs(target))
        except ValueError:
            self._failed(Failure(), target)
            return
        self._connecting.addCallbacks(self._connected, self._failed, errbackArgs=(target,))

    def dataReceived(self, data: bytes) -> None:
        if self.other is not None:
            super().dataReceived(data)
            return
        self.keep_early(data)
        if self._connecting is None:
            self._connect()

    def keep_early(self, data: bytes) -> None:
        """Pass `data` on when the target is there."""
        self._early.append(data)

    def readConnectionLost(self) -> None:
        super().readConnectionLost()
        if self.other is None and self._connecting is None:
            self.transport.loseConnection()

    def connectionClosing(self) -> None:
        """The listener closes the connection: the target is told as if the client had left."""
        if not self.is_shut:
            self.transport.unregisterProducer()
        self.is_shut = True
        other = self.other
        if other is not None and not other.is_lost:
            if self.stream is not None:
                other.send(self.stream.release_all())
            other.close()
        self._give_up()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._give_up()
        super().connectionLost(reason)

    def report(self, sentence: str) -> None:
        """Show `sentence` with the connection, and log it."""
        self.transport.hint = sentence
        self.route.report(sentence)

    def joined(self, target: TargetLeg) -> None:
        """Both legs are there, and nothing is read from either yet."""

    def _connected(self, target: TargetLeg) -> None:
        self._connecting = None
        if self.is_lost or self.is_shut:
            target.transport.abortConnection()
            return
        if self.route.proxy:
            ends = (self.transport.getPeer(), self.transport.getHost())
            target.write(proxy_header(self.route.proxy, *ends))
        self.joined(target)
        self.join(target, self.route.stream_in)
        target.join(self, self.route.stream_out)
        early, self._early = self._early, []
        for data in early:
            super().dataReceived(data)
        self.resume(Pause.CONNECTING)
        if self.has_ended:
            self._pass_end()

    def _failed(self, failure: Failure, target: Target) -> None:
        self._connecting = None
        if self.is_lost or self.is_shut or failure.check(CancelledError):
            return
        self.report(explain(failure, target, self.route.dialing.seconds))
        self.refuse(failure)

    def refuse(self, failure: Failure) -> None:
        """There is no target: let the client see that as an error, not as an end."""
        self.transport.abortConnection()

    def _give_up(self) -> None:
        connecting, self._connecting = self._connecting, None
        if connecting is not None:
            connecting.cancel()


class Route:
    """Where one client is forwarded to, and how."""

    def __init__(
        self,
        reactor: Any,
        target: Target | None,
        dialing: Dialing,
        *,
        report: Callable[[str], None],
        proxy: int = 0,
        waits_for_data: bool = False,
        stream_in: MessageStream | None = None,
        stream_out: MessageStream | None = None,
    ) -> None:
        """`target` is `None` if the client says where it goes. `report` is called with the sentence
        of a failure. `proxy` is the version of the PROXY header, 0 for none. `waits_for_data`
        connects at the first byte of the client. The streams change what comes from the client, and
        from the target."""
        self.reactor = reactor
        self.target = target
        self.dialing = dialing
        self.report = report
        self.proxy = proxy
        self.waits_for_data = waits_for_data
        self.stream_in = stream_in
        self.stream_out = stream_out
