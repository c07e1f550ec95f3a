"""One address that sends datagrams, as a row among the connections."""

from __future__ import annotations

import logging
import sys
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from twisted.internet.error import MessageLengthError
from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.protocol import Factory, Protocol

from app.profile import ListenerSpec
from app.server.connections.closing import ABORTED_BY_LISTENER, CLOSED_BY_LISTENER, describe_error
from app.server.connections.connection import Connection, ConnectionObserver
from app.server.connections.factory import ListenerFactory
from app.server.sockets.addresses import format_address
from app.server.udp.timers import IdleExpiry, RateLimitedReport
from app.server.udp.transport import (
    DatagramTransport,
    HostAndPort,
    Serving,
    address_of,
    socket_towards,
)
from app.traffic.connection_info import RECEIVED, SENT, Tap


class Peer(Connection):
    """A connection as far as observers and panes are concerned; on the wire there is none.

    It begins with a datagram and ends after a while without one, or when somebody closes it. The
    next datagram from the same address is a new one then. It has no protocol of its own and no
    stream: of `Connection` it is what is counted, shown, written to and closed.
    """

    factory: DatagramFactory

    def __init__(
        self, factory: DatagramFactory, number: int, address: HostAndPort, port: Any
    ) -> None:
        """`port` is the socket that reaches `address`."""
        super().__init__(factory, Protocol(), number)
        self.address = address
        self.transport = port
        self.connected = True
        self.local = sys.intern(format_address(port.getHost()))
        self.opened_at = self.active_at = factory.seconds()

    @property
    def peer_address(self) -> IAddress:
        return address_of(self.address)

    @property
    def bytes_unsent(self) -> int:
        """A datagram is on its way at once, or never."""
        return 0

    def getPeer(self) -> IAddress:
        return self.peer_address

    def count_received(self, datagram: bytes) -> None:
        """A datagram came from there."""
        size = len(datagram)
        self.bytes_in += size
        self.factory.bytes_in += size
        self._moved(RECEIVED, datagram)

    def count_sent(self, datagram: bytes) -> None:
        """A datagram was handed to the system."""
        size = len(datagram)
        self.bytes_out += size
        self.factory.bytes_out += size
        self._moved(SENT, datagram)

    def write(self, data: bytes) -> None:
        """Send one datagram there, if it is not over; why it could not be sent is in the log."""
        if self.connected:
            self.factory.try_to_send(data, self.address)

    def loseConnection(self) -> None:
        """Forget the peer: it is told nothing."""
        self.end(CLOSED_BY_LISTENER)

    def abortConnection(self) -> None:
        """Forget the peer: it is told nothing."""
        self.end(ABORTED_BY_LISTENER)

    def end(self, reason: str) -> None:
        """It is over, for `reason`."""
        if self.connected:
            self.connected = False
            self.closed_at = self.factory.seconds()
            self.reason = reason
            self.factory.forget(self)

    def fail(self, error: BaseException) -> None:
        """The protocol raised `error` over a datagram from there."""
        self.end(describe_error(error))

    def _moved(self, direction: bool, datagram: bytes) -> None:
        factory = self.factory
        self.active_at = now = factory.seconds()
        if factory.tap is not None:
            factory.tap(now, self.number, direction, datagram)
        if self._resting:
            self._resting = False
            factory.observer.active(self)


# MERGED server/datagrams/factory: What the peers of one UDP listener share: the socket, the protocol, the limit, the totals.

log = logging.getLogger(__name__)

IDLE_SECONDS = 30.0
"""How long a peer may be silent before its row goes, if the spec says nothing about it."""

DRAINS = "only those who are known are served to the end"
TOO_MANY_PEERS = "too many peers"
TOO_MANY_OF_ONE_ADDRESS = "too many peers at one address"


class DatagramFactory(ListenerFactory):
    """Sorts what arrives by who sent it, and has one protocol serve them all.

    Invariants: `connections` holds exactly the peers that are not over, and never more than the
    spec allows. A datagram of one peer too many is counted as refused; it is neither served nor
    answered, as its sender's address may be forged, and whoever it belongs to asked for nothing.
    """

    def __init__(
        self,
        serving: Serving,
        *,
        spec: ListenerSpec,
        clock: IReactorTime,
        observer: ConnectionObserver,
        numbers: Iterator[int],
        tap: Tap | None = None,
    ) -> None:
        super().__init__(
            Factory(), spec=spec, clock=clock, observer=observer, numbers=numbers, tap=tap
        )
        self.outlet: DatagramTransport | None = None
        """Where the protocol sends; `None` while there is no socket."""
        self._serving: Serving | None = serving
        self._port: Any = None
        self._admits = True
        self._peers: OrderedDict[HostAndPort, Peer] = OrderedDict()
        """By who was silent the longest."""
        self._idling = IdleExpiry(clock, self._longest_silent, self._patience)
        self._turned_away = RateLimitedReport(clock, self._tell_refused)
        self._failures = RateLimitedReport(clock, self._log_failure)
        self._losses = RateLimitedReport(clock, self._log_loss)

    # What the socket says

    def open(self, port: Any) -> None:
        """The socket `port` is bound: begin to serve. Raises what the protocol raises."""
        assert self._serving is not None
        self._port, self._admits = port, True
        self.outlet = DatagramTransport(self.send, port)
        try:
            self._serving.start(self.outlet)
        except BaseException:
            self._port = self.outlet = None
            raise

    def close(self) -> None:
        """The socket is closed, or one of two."""
        if self._port is None:
            return
        self._port = None
        if self.outlet is not None and self._serving is not None:
            self.outlet.is_open, self.outlet = False, None
            self._serving.stop()
        for paced in (self._turned_away, self._failures, self._losses):
            paced.stop()
        if self.unbound is not None:
            self.unbound()

    def receive(self, datagram: bytes, address: HostAndPort) -> None:
        """Serve one datagram. Nothing is raised, whatever the protocol does."""
        if self._port is None:
            return
        peer = self._peers.get(address)
        if peer is not None:
            self._peers.move_to_end(address)
        else:
            reason = self._why_not(address)
            if reason:
                self._refuse(address_of(address), reason)
                return
            peer = self._welcome(address)
        peer.count_received(datagram)
        assert self._serving is not None
        try:
            self._serving.protocol.datagramReceived(datagram, address)
        except BaseException as error:  # noqa: BLE001 - as in Twisted, it does not end the socket
            peer.fail(error)
            self._failures.add((peer.peer, error))

    # What the protocol asks for, and who writes to a peer

    def send(self, datagram: bytes, address: HostAndPort) -> None:
        """Send one datagram. Who gets it is a peer from now on.

        Raises `MessageLengthError` for one that is too long, and `InvalidAddressError` for a host
        that is no IP address. What the system does not send else is lost, and the log says so.
        """
        if self._port is None:
            return
        peer = self._peers.get(address)
        reason = "" if peer is not None else self._why_not(address)
        if reason:
            self._refuse(address_of(address), reason)
            return
        try:
            self._port.write(datagram, address)
        except OSError as error:
            self._losses.add((address, error.strerror or str(error)))
            return
        if peer is None:
            peer = self._welcome(address)
        else:
            self._peers.move_to_end(address)
        peer.count_sent(datagram)

    def try_to_send(self, datagram: bytes, address: HostAndPort) -> None:
        """As `send`, but nothing is raised: the log has it all."""
        try:
            self.send(datagram, address)
        except MessageLengthError:
            size = f"{len(datagram):,}"
            self._losses.add((address, f"{size} bytes are more than one datagram can have"))

    def forget(self, peer: Peer) -> None:
        """`peer` is over."""
        del self._peers[peer.address]
        self.unregisterProtocol(peer)

    # What the listener asks for

    def doStart(self) -> None:
        """Nothing yet: the protocol starts once there is a socket for it to send to."""

    def doStop(self) -> None:
        """Nothing: the protocol stops with its socket."""

    def replace(self, wrapped: Serving) -> None:  # type: ignore[override]
        """Let `wrapped` serve from the next datagram on, whoever sends it.

        One protocol serves them all, so nobody can be left to the one before. Raises what starting
        `wrapped` raises; then nothing is replaced.
        """
        assert self.outlet is not None
        assert self._serving is not None
        outlet = DatagramTransport(self.send, self._port)
        wrapped.start(outlet)
        before, self._serving = self._serving, wrapped
        self.outlet.is_open, self.outlet = False, outlet
        before.stop()

    def admit(self, anybody: bool) -> bool:
        """All come by one socket, so those who are new are refused here."""
        self._admits = anybody
        return True

    def let_go(self) -> None:
        super().let_go()
        self._serving = None

    def _why_not(self, address: HostAndPort) -> str:
        """What keeps somebody new from being a peer; nothing if nothing does."""
        if not self._admits:
            return DRAINS
        if len(self._peers) >= self.spec.max_connections:
            return TOO_MANY_PEERS
        return TOO_MANY_OF_ONE_ADDRESS if self._are_enough_of(address[0]) else ""

    def _welcome(self, address: HostAndPort) -> Peer:
        peer = Peer(self, next(self._numbers), address, socket_towards(self._port, address))
        self._peers[address] = peer
        self.registerProtocol(peer)
        return peer

    def _patience(self) -> float:
        return self.spec.idle_timeout or IDLE_SECONDS

    def _longest_silent(self) -> Peer | None:
        return next(iter(self._peers.values()), None)

    def _refuse(self, peer: IAddress | None, reason: str) -> None:
        self.refusals.add(reason)
        self._turned_away.add((peer, reason))

    def _tell_refused(self, refused: tuple[IAddress | None, str], count: int) -> None:
        peer, reason = refused
        more = f"; {count:,} datagrams in a second" if count > 1 else ""
        self.observer.refused(self, peer, f"{reason}{more}")

    def _log_failure(self, failed: tuple[str, BaseException], count: int) -> None:
        peer, error = failed
        log.error(
            "%s: the protocol failed on a datagram from %s.%s",
            self.spec.name,
            peer,
            _it_is_the_last_of(count),
            exc_info=error,
        )

    def _log_loss(self, lost: tuple[HostAndPort, str], count: int) -> None:
        address, why = lost
        log.warning(
            "%s: a datagram to %s was not sent: %s.%s",
            self.spec.name,
            format_address(address_of(address)),
            why,
            _it_is_the_last_of(count),
        )


def _it_is_the_last_of(count: int) -> str:
    return f" It is the last of {count:,} in a second." if count > 1 else ""
