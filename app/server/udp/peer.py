"""A sender of datagrams to a listener, which looks like a connection."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, runtime_checkable
from typing import Protocol as Interface

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Protocol

from app.faults.spec import Fault, FaultLeg, armed, of_leg
from app.server.connections.closing import ABORTED_BY_LISTENER, CLOSED_BY_LISTENER, describe_error
from app.server.connections.connection import Connection
from app.server.connections.owner import ConnectionOwner
from app.server.sockets.addresses import format_address
from app.server.udp.transport import PeerAddress, address_of, host_of
from app.traffic.connection_info import RECEIVED, SENT, CloseKind

if TYPE_CHECKING:
    from app.faults.datagrams import DatagramPath


class PeerOwner(ConnectionOwner, Interface):
    """The part of `DatagramFactory` that a peer uses."""

    @property
    def service(self) -> object:
        """The protocol of the listener."""

    def try_to_send(self, datagram: bytes, address: PeerAddress) -> None:
        """Send a datagram. Errors are logged."""

    def fault_paths(self) -> tuple[DatagramPath, DatagramPath]:
        """Paths for the faults of one peer: for what it sends, and for what it gets."""

    def forget(self, peer: Peer) -> None:
        """The peer has ended."""


@runtime_checkable
class ForwardsPeers(Interface):
    """A protocol that passes the datagrams of its peers on, each over a connection to a target."""

    def update_target_faults(self, connection: Connection) -> None:
        """Let the faults act that the connection to the target of `connection` has now."""


class Peer(Connection):
    """One sender of datagrams, as a connection for observers and panes.

    It begins with the first datagram. It ends after a time without datagrams, or when the user
    closes it; the next datagram from that address begins a new peer. It has no protocol and no
    stream, so it overrides everything in `Connection` but the counters and the values to show.
    """

    factory: PeerOwner

    is_datagram = True

    own_paths: tuple[DatagramPath, DatagramPath] | None = None
    """The faults of this peer alone, for datagrams from it and to it. They act instead of those of
    the listener."""

    def __init__(self, factory: PeerOwner, number: int, address: PeerAddress, port: Any) -> None:
        """`port` is the socket that can reach `address`."""
        super().__init__(factory, Protocol(), number)
        self.address = address
        self.counted_host = host_of(address)
        self.transport = port
        self.connected = True
        self.local = sys.intern(format_address(port.getHost()))
        self.mark_opened()

    @property
    def peer_address(self) -> IAddress:
        return address_of(self.address)

    @property
    def bytes_unsent(self) -> int:
        """Always 0: a datagram is sent immediately or dropped."""
        return 0

    def getPeer(self) -> IAddress:
        return self.peer_address

    def count_received(self, datagram: bytes) -> None:
        """Count a datagram from the peer."""
        size = len(datagram)
        self.bytes_in += size
        self.factory.bytes_in += size
        self._moved(RECEIVED, datagram)

    def count_sent(self, datagram: bytes) -> None:
        """Count a datagram that the system has accepted for the peer."""
        size = len(datagram)
        self.bytes_out += size
        self.factory.bytes_out += size
        self._moved(SENT, datagram)

    def write(self, data: bytes) -> None:
        """Send one datagram, unless the peer has ended. Errors are logged."""
        if self.connected:
            self.factory.try_to_send(data, self.address)

    @property
    def held_bytes(self) -> int:
        """How many bytes the faults of this peer alone hold back."""
        return sum(path.held_bytes for path in self.own_paths or ())

    @property
    def acting_faults(self) -> tuple[Fault, ...]:
        own = self.own_faults
        return armed(self.factory.faults.faults if own is None else own)

    def set_faults(self, faults: tuple[Fault, ...] | None) -> None:
        self.own_faults = faults
        if not self.connected:
            return
        if self.own_paths is None:
            self.own_paths = self.factory.fault_paths()
        for path in self.own_paths:
            path.replace(of_leg(faults or (), FaultLeg.CLIENT))
        if faults is None:
            self.own_paths = None
        self.update_target_faults()

    def update_target_faults(self) -> None:
        """Let the faults act that its connection to the target has now, if it is forwarded."""
        service = self.factory.service
        if self.target is not None and isinstance(service, ForwardsPeers):
            service.update_target_faults(self)

    def update_faults(self) -> None:
        """Do nothing: the faults of a UDP listener act at the socket, for all peers."""

    def drop_held(self) -> None:
        """Drop the datagrams that the faults of this peer alone hold back."""
        for path in self.own_paths or ():
            path.clear()

    def loseConnection(self) -> None:
        """Remove the peer. Nothing is sent to it."""
        self.end(CLOSED_BY_LISTENER)

    def abort(self, reason: str = ABORTED_BY_LISTENER) -> None:
        """Remove the peer. Nothing is sent to it."""
        self.end(reason)

    def end(self, reason: str) -> None:
        """Remove the peer, for `reason`."""
        if self.connected:
            self.connected = False
            self.mark_closed()
            # UDP has no reset, and the peer is told nothing in any case.
            self.close_kind, self.reason = CloseKind.CLOSED_HERE, reason
            self.drop_held()
            self.factory.forget(self)

    def fail(self, error: BaseException) -> None:
        """Remove the peer, as the protocol raised `error` for one of its datagrams."""
        self.end(describe_error(error))

    def _moved(self, direction: bool, datagram: bytes) -> None:
        factory = self.factory
        self.active_at = now = factory.seconds()
        if self._is_quiet:
            self.mark_active()
        if factory.tap is not None:
            factory.tap(now + self.unix_offset, self.number, direction, datagram)
