"""The engine of forwarding: the leg to a client, which makes the leg to its target.

`leg` has what both legs have in common, and `target_leg` the other one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectingCancelledError, ConnectionRefusedError
from twisted.internet.interfaces import IAddress, IHandshakeListener, ISSLTransport
from twisted.internet.protocol import Factory, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from app.forwarding.connecting import Dialing, explain
from app.forwarding.datagram_leg import DatagramLeg, connect_datagrams
from app.forwarding.holding import Direction
from app.forwarding.leg import Leg, Pause
from app.forwarding.link import IRelay, IRelayedConnection, LinkState, TargetLink
from app.forwarding.proxy_header import proxy_header
from app.forwarding.stream import MessageStream, Passage
from app.forwarding.target_leg import TargetLeg
from app.net.ip import host_and_port, is_loopback, reachable_host
from app.net.target import Target, Transport
from app.rules.spec import MessageFraming, Unframed
from app.text.sentence import Sentence


@define(eq=False)
class Route:
    """Where one client is forwarded to, and how."""

    reactor: Any
    target: Target | None
    """`None` if the client says where it goes."""

    dialing: Dialing
    report: Callable[[str], None]
    """Called with the sentence of a failure."""

    proxy: int = 0
    """The version of the PROXY header; 0 for none."""

    waits_for_data: bool = False
    """Whether the target is connected to at the first byte of the client."""

    passage: Passage | None = None
    """What happens to the messages; `None` if nothing does."""

    legs: set[ClientLeg] | None = None
    """Where the leg is kept while its client is connected."""


class _TargetLegs(Factory[TargetLeg]):
    """Builds the leg of one attempt. A name with several addresses may need several."""

    noisy = False

    def __init__(
        self,
        target: Target,
        link: TargetLink,
        seconds: Callable[[], float],
        framing: MessageFraming,
    ) -> None:
        self._target = target
        self._link = link
        self._seconds = seconds
        self._framing = framing

    def buildProtocol(self, addr: IAddress | None) -> TargetLeg:
        if self._target.transport is Transport.UDP:
            return DatagramLeg(self._target, self._link, self._seconds, self._framing)
        return TargetLeg(self._target, self._link, self._seconds)


@implementer(IRelay, IHandshakeListener)
class ClientLeg(Leg):
    """The leg to the client, which makes the other leg."""

    def __init__(self, route: Route) -> None:
        super().__init__()
        self.route = route
        self._early: list[bytes] = []
        self._connecting: Deferred[TargetLeg] | None = None
        self._opening: TargetLeg | None = None
        """The leg to the target while a fault delays its begin."""
        self._owner: Any = None
        """The transport, if it is the connection of a listener."""

    def connectionMade(self) -> None:
        if IRelayedConnection.providedBy(self.transport):
            self._owner = self.transport
        if self.route.legs is not None:
            self.route.legs.add(self)
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
        link = self.transport.target = TargetLink(str(target))
        if hindrance := self._hindrance(target):
            self._turn_away(hindrance, ConnectionRefusedError())
            return
        framing = Unframed.CHUNK if route.passage is None else route.passage.framing
        legs = _TargetLegs(target, link, route.reactor.seconds, framing)
        try:
            self._connecting = self._dial(target, legs)
        except (ValueError, OSError):
            self._failed(Failure(), target)
            return
        self._connecting.addCallbacks(self._connected, self._failed, errbackArgs=(target,))

    def _hindrance(self, target: Target) -> Sentence | None:
        """Why `target` is not to be connected to, if anything is."""
        if self.route.target is not None and _is_at(self.transport.getHost(), target):
            # Every connection would make the next one.
            return Sentence(
                "forward-to-itself",
                "{target} is this listener itself; choose another target",
                target=target,
            )
        if self._owner is not None and self._owner.target_refuses():
            return Sentence(
                "fault-refuses-target", "a fault refuses the connection to {target}", target=target
            )
        return None

    def _dial(self, target: Target, legs: _TargetLegs) -> Deferred[Any]:
        reactor, dialing = self.route.reactor, self.route.dialing
        if target.transport is Transport.UDP:
            leg = legs.buildProtocol(None)
            assert isinstance(leg, DatagramLeg)
            return dialing.bounded(connect_datagrams(reactor, target, leg), reactor)
        return dialing.connect(reactor, target, legs)

    def dataReceived(self, data: bytes) -> None:
        if self.other is not None:
            super().dataReceived(data)
            return
        self.keep_early(data)
        if self._connecting is None and self._opening is None:
            self._connect()

    def keep_early(self, data: bytes) -> None:
        """Pass `data` on when the target is there."""
        self._early.append(data)

    def readConnectionLost(self) -> None:
        super().readConnectionLost()
        if self.other is None and self._connecting is None and self._opening is None:
            self.transport.loseConnection()

    def shut(self) -> None:
        self._note_end_of_target()
        super().shut()

    def close(self) -> None:
        self._note_end_of_target()
        super().close()

    def _note_end_of_target(self) -> None:
        """Let the reason of the client's end say that the target was the first to close."""
        if self._owner is not None and not (self.has_ended or self._owner.hint):
            self._owner.target_has_ended = True

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
            other.let_go()
        self._give_up()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._give_up()
        if self.route.legs is not None:
            self.route.legs.discard(self)
        super().connectionLost(reason)
        if self.other is not None:
            self.other.leave(self.route.reactor)

    def targetFaultsChanged(self) -> None:
        """Let the faults act that the leg to the target has now."""
        leg = self._opening or self.other
        if isinstance(leg, TargetLeg) and self._owner is not None:
            faults = self._owner.target_faults(by_datagram=isinstance(leg, DatagramLeg))
            leg.use_faults(faults, self._owner.shared_faults)

    def update_streams(self) -> None:
        """Follow the passage, which has changed, on this connection too."""
        target, passage = self.other, self.route.passage
        if target is None or passage is None:
            return
        for leg, direction in ((self, Direction.IN), (target, Direction.OUT)):
            if leg.is_lost or (leg.has_ended and leg.stream is None):
                continue
            if leg.stream is None:
                leg.use_stream(self._stream(direction))
            else:
                leg.update_stream(is_needed=passage.needs_stream(direction))

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
        self._opening = target
        target.on_lost, target.on_trouble = self._target_lost, self.report
        owner = self._owner
        if owner is not None:
            owner.target_connected()
            target.tap = owner.tap_target
            self.targetFaultsChanged()
        target.open(lambda: self._join(target))

    def _join(self, target: TargetLeg) -> None:
        self._opening = None
        target.link.state = LinkState.OPEN
        if self.route.proxy:
            ends = (self.transport.getPeer(), self.transport.getHost())
            target.write(proxy_header(self.route.proxy, *ends))
        self.joined(target)
        self.join(target, self._stream(Direction.IN))
        target.join(self, self._stream(Direction.OUT))
        early, self._early = self._early, []
        for data in early:
            super().dataReceived(data)
        self.resume(Pause.CONNECTING)
        if self.has_ended:
            self.pass_end()

    def _stream(self, direction: Direction) -> MessageStream | None:
        """`None` if nothing changes in that direction, so that bytes pass without any delay."""
        passage = self.route.passage
        if passage is None or not passage.needs_stream(direction):
            return None
        number, peer = (0, "") if self._owner is None else (self._owner.number, self._owner.peer)
        return MessageStream(passage, number, direction, peer)

    def _target_lost(self, hint: str, failure: str) -> None:
        """The target is gone."""
        if self.is_lost:
            return
        if failure:
            self.report(failure)
        elif hint:
            self.transport.hint = hint
        if self._opening is not None:  # before a fault has let it begin
            self._opening = None
            self.transport.abortConnection()

    def _failed(self, failure: Failure, target: Target) -> None:
        self._connecting = None
        if self.is_lost or self.is_shut or failure.check(CancelledError, ConnectingCancelledError):
            return
        words = explain(failure, target, self.route.dialing.seconds)
        self._turn_away(words, failure.value)

    def _turn_away(self, sentence: str, error: BaseException | None) -> None:
        self.transport.target.state = LinkState.FAILED
        self.report(sentence)
        self.refuse(error)

    def refuse(self, error: BaseException | None) -> None:
        """There is no target: let the client see that as an error, not as an end."""
        self.transport.abortConnection()

    def _give_up(self) -> None:
        connecting, self._connecting = self._connecting, None
        if connecting is not None:
            connecting.cancel()
        opening, self._opening = self._opening, None
        if opening is not None and not opening.is_lost:
            opening.abort()


def _is_at(address: IAddress, target: Target) -> bool:
    """Whether `target` is a listener at `address`, as far as that is seen without a look-up."""
    if target.transport is Transport.UNIX:
        return getattr(address, "name", None) == target.path.encode()
    place = host_and_port(address)
    if place is None or target.port != place[1]:
        return False
    host = reachable_host(place[0])
    is_named = target.host == "localhost" and is_loopback(host)
    is_datagram = getattr(address, "type", "") == "UDP"
    return is_datagram is (target.transport is Transport.UDP) and (target.host == host or is_named)
