"""Forwarding for a UDP listener: each peer gets a relay of its own, and so its own address towards
the target, to which the target answers.

The relay is the same as for streams. `PeerEnd` is the transport of its client's leg. The target may
be a stream: then the framing of the listener says where in it a datagram begins and ends.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress, IDelayedCall
from twisted.internet.protocol import DatagramProtocol
from twisted.python.failure import Failure
from zope.interface import directlyProvides

from app.faults.listener import ListenerFaults
from app.faults.spec import Fault
from app.forwarding.datagram_leg import Border
from app.forwarding.factory import Forwarding, Relays
from app.forwarding.holding import HoldList
from app.forwarding.link import IRelayedConnection, TargetLink
from app.forwarding.relay import ClientLeg
from app.forwarding.rewriting import Rewriter
from app.net.ip import may_reply_to
from app.rules.spec import MessageFraming

SILENT_SECONDS: Final = 60.0
"""After so long without a datagram in either direction, a peer is a new one."""

MAX_PEERS: Final = 1000
"""Each needs a socket. The one that was silent the longest is forgotten."""

MAX_WAITING: Final = 100
"""Datagrams of one peer that wait for the target to take more; others are lost."""

PeerAddress = Any
"""A host and a port, or the path of a Unix socket."""


class PeerEnd:
    """One peer, as the transport of the leg to it."""

    def __init__(
        self,
        owner: ForwardDatagrams,
        address: PeerAddress,
        connection: Any,
        framing: MessageFraming,
    ) -> None:
        """`connection` is what the listener shows of the peer; `None` if it shows nothing."""
        self.address = address
        self.connection = connection
        self.active_at = 0.0
        self.leg: ClientLeg | None = None
        self._owner = owner
        self._border = Border(framing, owner.report)
        self._waiting: list[bytes] = []
        self._is_paused = False
        self._own_target: TargetLink | None = None
        if connection is not None:
            directlyProvides(self, IRelayedConnection)

    def receive(self, datagram: bytes) -> None:
        """The peer sent a datagram."""
        if self._is_paused:
            if len(self._waiting) < MAX_WAITING:
                self._waiting.append(datagram)
            return
        data = self._border.stream(datagram)
        if self.leg is not None and data:
            self.leg.dataReceived(data)

    # The transport of the leg

    def write(self, data: bytes) -> None:
        """Send the datagrams that `data` completes."""
        self._owner.answer(self, self._border.datagrams(data))

    def registerProducer(self, producer: object, streaming: bool) -> None:
        """Ignored: a datagram is sent at once or lost."""

    def unregisterProducer(self) -> None:
        """Ignored, as `registerProducer` is."""

    def pauseProducing(self) -> None:
        self._is_paused = True

    def resumeProducing(self) -> None:
        self._is_paused = False
        while self._waiting and not self._is_paused:
            self.receive(self._waiting.pop(0))

    def loseWriteConnection(self) -> None:
        """The target has ended its side: it gets a new connection with the next datagram."""
        self._owner.answer(self, self._border.datagrams(b"", is_end=True))
        self._owner.forget_soon(self)

    def loseConnection(self) -> None:
        self._owner.forget_soon(self)

    def abortConnection(self) -> None:
        self._owner.forget_soon(self)

    def getPeer(self) -> Any:
        return self.connection.getPeer() if self.connection is not None else self.address

    def getHost(self) -> IAddress:
        host: IAddress = self._owner.transport.getHost()
        return host

    # What the connection is for a relay

    hint: object = ""
    """Why there is no target."""

    @property
    def target(self) -> TargetLink | None:
        """The facts about the connection to the target."""
        return self._own_target

    @target.setter
    def target(self, link: TargetLink) -> None:
        self._own_target = link
        if self.connection is not None:
            self.connection.target = link

    @property
    def number(self) -> int:
        number: int = self.connection.number
        return number

    @property
    def peer(self) -> str:
        peer: str = self.connection.peer
        return peer

    @property
    def shared_faults(self) -> ListenerFaults:
        """The faults of the listener."""
        faults: ListenerFaults = self.connection.shared_faults
        return faults

    def target_connected(self) -> None:
        self.connection.target_connected()

    def tap_target(self, direction: bool, data: bytes) -> None:
        if self.connection.target is self._own_target:
            self.connection.tap_target(direction, data)

    def target_refuses(self) -> bool:
        refuses: bool = self.connection.target_refuses()
        return refuses

    def target_faults(self, *, by_datagram: bool = False) -> tuple[Fault, ...]:
        faults: tuple[Fault, ...] = self.connection.target_faults(by_datagram=by_datagram)
        return faults


class ForwardDatagrams(DatagramProtocol):
    """Passes the datagrams of each peer on to a target, and its answers back to the peer."""

    transport: Any

    def __init__(self, settings: Forwarding, reactor: Any, name: str) -> None:
        """`name` is that of the listener, for the log."""
        self._reactor = reactor
        self._relays = Relays(settings, reactor, name)
        self.report: Callable[[str], None] = self._relays.failures.report
        """Logs a failure."""
        self._peers: OrderedDict[PeerAddress, PeerEnd] = OrderedDict()
        """By who was silent the longest."""
        self._expiry: IDelayedCall | None = None

    @property
    def holds(self) -> HoldList:
        """The messages that wait to be released."""
        return self._relays.holds

    @property
    def rewriter(self) -> Rewriter:
        """The rules that change messages, with their hits."""
        return self._relays.rewriter

    def change(self, settings: Forwarding) -> None:
        """Use other settings. Another target is for new peers."""
        self._relays.change(settings)

    def datagramReceived(self, datagram: bytes, addr: PeerAddress) -> None:
        if not may_reply_to(addr):
            return
        find = getattr(self.transport, "peer_of", None)
        connection = None if find is None else find(addr)
        peer = self._peers.get(addr)
        if peer is not None and peer.connection is not connection:  # it ended, and is back
            self._forget(peer)
            peer = None
        if peer is None:
            peer = self._open(addr, connection)
        self._touch(peer)
        peer.receive(datagram)

    def answer(self, peer: PeerEnd, datagrams: Any) -> None:
        """Send what the target answered."""
        self._touch(peer)
        for datagram in datagrams:
            if self.transport is not None:
                self.transport.write(datagram, peer.address)

    def forget_soon(self, peer: PeerEnd) -> None:
        """The relay of `peer` ends, but not in the middle of a call of it."""
        self._reactor.callLater(0, self._forget, peer)

    def update_target_faults(self, connection: Any) -> None:
        """The faults have changed that act on the connections of a peer to its target."""
        for peer in self._peers.values():
            if peer.connection is connection and peer.leg is not None:
                peer.leg.targetFaultsChanged()

    def stopProtocol(self) -> None:
        if self._expiry is not None and self._expiry.active():
            self._expiry.cancel()
        self._expiry = None
        for peer in list(self._peers.values()):
            self._forget(peer)
        self._relays.stop()

    def _open(self, address: PeerAddress, connection: Any) -> PeerEnd:
        if len(self._peers) >= MAX_PEERS:
            self._forget(next(iter(self._peers.values())))
        peer = PeerEnd(self, address, connection, self._relays.framing)
        self._peers[address] = peer
        self._touch(peer)
        if self._expiry is None:
            self._expiry = self._reactor.callLater(SILENT_SECONDS, self._expire)
        peer.leg = ClientLeg(self._relays.route())
        peer.leg.makeConnection(peer)
        return peer

    def _touch(self, peer: PeerEnd) -> None:
        peer.active_at = self._reactor.seconds()
        if self._peers.get(peer.address) is peer:
            self._peers.move_to_end(peer.address)

    def _forget(self, peer: PeerEnd) -> None:
        if self._peers.get(peer.address) is peer:
            del self._peers[peer.address]
        leg, peer.leg = peer.leg, None
        if leg is not None:
            leg.connectionLost(Failure(ConnectionDone()))

    def _expire(self) -> None:
        self._expiry = None
        now = self._reactor.seconds()
        while self._peers:
            peer = next(iter(self._peers.values()))
            left = peer.active_at + SILENT_SECONDS - now
            if left > 0:
                self._expiry = self._reactor.callLater(left, self._expire)
                return
            self._forget(peer)
