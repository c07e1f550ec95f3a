"""What the peers of one UDP listener share: their protocol, their limits, their totals."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.error import InvalidAddressError, MessageLengthError
from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime
from twisted.internet.protocol import Factory

from app.faults.spec import Direction, FaultLeg, of_leg
from app.profile import ListenerSpec
from app.profile.spec import UDP_IDLE_SECONDS
from app.server.connections.closing import describe_error, idle_for
from app.server.connections.factory import ListenerFactory
from app.server.connections.owner import ConnectionObserver
from app.server.udp.peer import Peer
from app.server.udp.reports import DatagramReports
from app.server.udp.transport import (
    DatagramService,
    DatagramTransport,
    PeerAddress,
    address_of,
    host_of,
    socket_towards,
)
from app.text.sentence import Sentence, system_reason
from app.traffic.connection_info import Tap

if TYPE_CHECKING:
    from app.faults.datagrams import DatagramPath

MIN_SECONDS = 0.25
"""The least time between two checks for idle peers, so that several peers end in one check."""

PEERS_PER_TURN = 256
"""How many peers end before the reactor looks at its sockets again."""

DRAINING_REASON = Sentence("only-known-peers", "only those who are known are served to the end")
TOO_MANY_PEERS = Sentence("too-many-peers", "too many peers")
TOO_MANY_OF_ONE_ADDRESS = Sentence("too-many-peers-at-address", "too many peers at one address")


class DatagramFactory(ListenerFactory):
    """Keeps the peers of a UDP listener, and serves all of them with one protocol.

    Invariants: `connections` holds exactly the active peers, and never more than the spec allows. A
    datagram from one peer too many is counted as refused. It is neither served nor answered: its
    source address may be forged, and an answer would go to a host that did not ask.
    """

    def __init__(
        self,
        service: DatagramService,
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
        self.transport: DatagramTransport | None = None
        """The transport of the protocol; `None` while no socket is bound."""
        self._service: DatagramService | None = service
        self._port: Any = None
        self._is_accepting = True
        self._peers: OrderedDict[PeerAddress, Peer] = OrderedDict()
        """The peers in the order of their last activity; the first was idle the longest."""
        self._idle_check = IdleExpiry(clock, self._longest_idle, self._idle_seconds)
        self._reports = DatagramReports(clock, lambda: self.spec.name, self._tell_refused)
        self.faults_in, self.faults_out = self.fault_paths()
        self._update_faults()

    @property
    def service(self) -> object:
        return None if self._service is None else self._service.protocol

    # Calls from the socket

    def open(self, port: Any) -> None:
        """Begin to serve on the bound `port`. Raises what the protocol raises."""
        assert self._service is not None
        self._port, self._is_accepting = port, True
        self.transport = DatagramTransport(self.send, port, self._peers.get)
        try:
            self._service.start(self.transport)
        except BaseException:
            self._port = self.transport = None
            raise

    def close(self) -> None:
        """Stop serving, as the socket is closed. With two sockets it is called twice."""
        if self._port is None:
            return
        self._port = None
        self.faults_in.clear()
        self.faults_out.clear()
        for peer in self._peers.values():
            peer.drop_held()
        if self.transport is not None and self._service is not None:
            self.transport.is_open, self.transport = False, None
            self._service.stop()
        self._reports.stop()
        if self.on_unbound is not None:
            self.on_unbound()

    def receive(self, datagram: bytes, address: PeerAddress) -> None:
        """Serve one datagram. Raises nothing; an error of the protocol is logged."""
        if self._port is None:
            return
        peer = self._peers.get(address)
        if peer is not None:
            self._peers.move_to_end(address)
        else:
            reason = self._refusal_reason(address)
            if reason:
                self._refuse(address_of(address), reason)
                return
            peer = self._add_peer(address)
        peer.count_received(datagram)
        if peer.own_paths is not None:
            peer.own_paths[0].put(datagram, address)
        elif self._has_faults_in:
            self.faults_in.put(datagram, address)
        else:
            self.serve(datagram, address)

    def serve(self, datagram: bytes, address: PeerAddress) -> None:
        """Give the protocol a datagram that was counted. No fault holds it any more."""
        if self._port is None or self._service is None:
            return
        try:
            self._service.protocol.datagramReceived(datagram, address)
        except BaseException as error:  # noqa: BLE001 - as in Twisted, no error closes the socket
            self.code_errors.add(describe_error(error))
            peer = self._peers.get(address)  # `None` if it ended while a fault held the datagram
            if peer is not None:
                peer.fail(error)
            self._reports.failures.add((address, error))

    # Calls from the protocol and from peers

    def send(self, datagram: bytes, address: PeerAddress) -> None:
        """Send one datagram. Its receiver becomes a peer.

        Raises `MessageLengthError` if it is too long, and `InvalidAddressError` if the host is no
        IP address. Other errors of the system are logged, and the datagram is lost.
        """
        if self._port is None:
            return
        peer = self._peers.get(address)
        reason = "" if peer is not None else self._refusal_reason(address)
        if reason:
            self._refuse(address_of(address), reason)
        elif peer is not None and peer.own_paths is not None:
            peer.own_paths[1].put(datagram, address)
        elif self._has_faults_out:
            self.faults_out.put(datagram, address)
        else:
            self._send_now(datagram, address)

    def send_late(self, datagram: bytes, address: PeerAddress) -> None:
        """Send a datagram that a fault has let pass. Errors are logged, as nobody waits for it."""
        reason = "" if address in self._peers else self._refusal_reason(address)
        if reason:
            self._refuse(address_of(address), reason)
            return
        try:
            self._send_now(datagram, address)
        except MessageLengthError:
            self._reports.too_long(datagram, address)
        except InvalidAddressError as error:
            self._reports.losses.add((address, str(error)))

    def _send_now(self, datagram: bytes, address: PeerAddress) -> None:
        if self._port is None:
            return
        peer = self._peers.get(address)
        try:
            self._port.write(datagram, address)
        except OSError as error:
            self._reports.losses.add((address, system_reason(error)))
            return
        if peer is None:
            peer = self._add_peer(address)
        else:
            self._peers.move_to_end(address)
        peer.count_sent(datagram)

    def try_to_send(self, datagram: bytes, address: PeerAddress) -> None:
        """Send one datagram, and log a `MessageLengthError` instead of raising it."""
        try:
            self.send(datagram, address)
        except MessageLengthError:
            self._reports.too_long(datagram, address)

    def forget(self, peer: Peer) -> None:
        """Remove `peer`, which has ended."""
        del self._peers[peer.address]
        self.unregisterProtocol(peer)

    # Calls from the listener

    def fault_paths(self) -> tuple[DatagramPath, DatagramPath]:
        """The two directions, without faults: from the peers, and to them."""
        # Imported late: only UDP listeners need it.
        from app.faults.datagrams import DatagramPath

        shared = (self.faults.schedule, self.faults.random)
        return (
            DatagramPath(Direction.IN, *shared, self.serve),
            DatagramPath(Direction.OUT, *shared, self.send_late),
        )

    def _update_faults(self) -> None:
        for path in (self.faults_in, self.faults_out):
            path.replace(of_leg(self.faults.faults, FaultLeg.CLIENT))
        self._has_faults_in = not self.faults_in.is_idle
        self._has_faults_out = not self.faults_out.is_idle
        for peer in list(self._peers.values()):
            peer.update_target_faults()

    def doStart(self) -> None:
        """Do nothing: the protocol starts in `open`, when it has a socket to send with."""

    def doStop(self) -> None:
        """Do nothing: the protocol stops in `close`, with its socket."""

    def replace(self, wrapped: DatagramService) -> None:  # type: ignore[override]
        """Use `wrapped` from the next datagram on, for known peers too.

        One protocol serves all peers, so none of them can keep the old one. Raises what starting
        `wrapped` raises; nothing is replaced then.
        """
        assert self.transport is not None
        assert self._service is not None
        transport = DatagramTransport(self.send, self._port, self._peers.get)
        wrapped.start(transport)
        old, self._service = self._service, wrapped
        self.transport.is_open, self.transport = False, transport
        old.stop()

    def set_accepting(self, accepting: bool) -> bool:
        """Accept or refuse new peers. True: all peers share one socket, so it stays open."""
        self._is_accepting = accepting
        return True

    def release_protocols(self) -> None:
        super().release_protocols()
        self._service = None

    def _refusal_reason(self, address: PeerAddress) -> str:
        """Why `address` cannot become a peer; empty if it can."""
        if not self._is_accepting:
            return DRAINING_REASON
        if len(self._peers) >= self.spec.max_connections:
            return TOO_MANY_PEERS
        return TOO_MANY_OF_ONE_ADDRESS if self._is_address_full(host_of(address)) else ""

    def _add_peer(self, address: PeerAddress) -> Peer:
        peer = Peer(self, next(self.numbers), address, socket_towards(self._port, address))
        if self._service is not None:
            self._warn(peer, self._service.protocol)
        self._peers[address] = peer
        self.registerProtocol(peer)
        return peer

    def _idle_seconds(self) -> float:
        return self.spec.idle_timeout or UDP_IDLE_SECONDS

    def _longest_idle(self) -> Peer | None:
        return next(iter(self._peers.values()), None)

    def _refuse(self, peer: IAddress | None, reason: str) -> None:
        self.refusals.add(reason)
        self._reports.refusals.add((peer, reason))

    def _tell_refused(self, peer: IAddress | None, reason: str) -> None:
        self.observer.refused(self, peer, reason)


class HasActivityTime(Protocol):
    """A peer that can become idle."""

    active_at: float

    def end(self, reason: str) -> None:
        """End the peer, for `reason`."""


class IdleExpiry:
    """Ends peers that were idle for too long, with one timer for all of them.

    The owner keeps the peers in the order of their last activity. So only the first one must be
    checked, and the cost does not depend on their number.
    """

    def __init__(
        self,
        clock: IReactorTime,
        first: Callable[[], HasActivityTime | None],
        timeout: Callable[[], float],
    ) -> None:
        """`first` returns the peer that was idle the longest, `timeout` the seconds allowed."""
        self._clock = clock
        self._first = first
        self._timeout = timeout
        self._scheduled_timeout = 0.0
        self._timer: IDelayedCall | None = None

    def schedule(self) -> None:
        """A peer was added, or the time-out has changed."""
        timeout = self._timeout()
        if timeout != self._scheduled_timeout:
            self.cancel()
        first = self._first()
        if self._timer is None and first is not None:
            self._scheduled_timeout = timeout
            left = first.active_at + timeout - self._clock.seconds()
            self._timer = self._clock.callLater(max(left, MIN_SECONDS), self._expire)

    def schedule_closing(self) -> None:
        """Do nothing: a closed peer has ended immediately."""

    def cancel(self) -> None:
        """No peer is left."""
        if self._timer is not None:
            timer, self._timer = self._timer, None
            timer.cancel()

    def _expire(self) -> None:
        self._timer = None
        timeout = self._timeout()
        now = self._clock.seconds()
        for _ in range(PEERS_PER_TURN):
            first = self._first()
            if first is None or first.active_at + timeout > now:
                break
            first.end(idle_for(timeout))
        self.schedule()
