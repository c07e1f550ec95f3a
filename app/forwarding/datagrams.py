"""Forwarding over UDP: each peer gets a socket of its own towards the target, and so its own
address there, to which the target answers."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHostResolution,
    IResolutionReceiver,
)
from twisted.internet.protocol import DatagramProtocol
from zope.interface import implementer

from app.forwarding.connecting import FailureLog
from app.net.datagram_loops import may_reply_to
from app.net.ip import LARGEST_READ, parse_ip
from app.net.sockets import ConnectedPort
from app.net.target import LOOPBACK, Target

SILENT_SECONDS: Final = 60.0
"""After so long without a datagram in either direction, a peer is a new one."""

MAX_PEERS: Final = 1000
"""Each needs a socket. The one that was silent the longest is forgotten."""

MAX_WAITING: Final = 100
"""Datagrams that wait for the address of the target; more are lost."""

HostAndPort = tuple[str, int]


class _Upstream(DatagramProtocol):
    """The socket of one peer towards the target."""

    transport: Any
    noisy = False

    def __init__(self, owner: ForwardDatagrams, peer: HostAndPort) -> None:
        self._owner = owner
        self._peer = peer
        self.active_at = 0.0

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        self._owner.answered(self._peer, datagram)

    def connectionRefused(self) -> None:
        self._owner.report("nothing listens there")


class ForwardDatagrams(DatagramProtocol):
    """Passes each datagram on to the target, and its answers back to the peer."""

    transport: Any

    def __init__(self, target: Target, reactor: Any, name: str) -> None:
        """`name` is that of the listener, for the log."""
        self._target = target
        self._reactor = reactor
        self._host = target.host if parse_ip(target.host) is not None else ""
        """The address of the target; empty until it is known."""
        self._resolving: Deferred[str] | None = None
        self._waiting: list[tuple[HostAndPort, bytes]] = []
        self._peers: OrderedDict[HostAndPort, _Upstream] = OrderedDict()
        """By who was silent the longest."""
        self._expiry: IDelayedCall | None = None
        self._failures = FailureLog(reactor.seconds, name)

    @property
    def peer_count(self) -> int:
        """How many peers have a socket now."""
        return len(self._peers)

    def datagramReceived(self, datagram: bytes, addr: HostAndPort) -> None:
        if not may_reply_to(addr):
            return
        if self._host:
            self._forward(datagram, addr)
            return
        if len(self._waiting) < MAX_WAITING:
            self._waiting.append((addr, datagram))
        if self._resolving is None:
            self._resolving = resolve(self._reactor, self._target.host)
            self._resolving.addCallbacks(self._resolved, lambda failure: self._unresolved())

    def answered(self, peer: HostAndPort, datagram: bytes) -> None:
        """The target sent a datagram for `peer`."""
        self._touch(peer)
        if self.transport is not None:
            self.transport.write(datagram, peer)

    def report(self, sentence: str) -> None:
        """Log a failure."""
        self._failures.report(f"cannot forward to {self._target}: {sentence}")

    def stopProtocol(self) -> None:
        if self._expiry is not None and self._expiry.active():
            self._expiry.cancel()
        self._expiry = None
        self._waiting.clear()
        for peer in list(self._peers):
            self._forget(peer)

    def _resolved(self, host: str) -> None:
        self._resolving, self._host = None, host
        waiting, self._waiting = self._waiting, []
        for peer, datagram in waiting:
            self._forward(datagram, peer)

    def _unresolved(self) -> None:
        self._resolving = None
        self._waiting.clear()
        self.report("its host name is not known")

    def _forward(self, datagram: bytes, peer: HostAndPort) -> None:
        try:
            upstream = self._peers.get(peer) or self._open(peer)
            upstream.transport.write(datagram)
        except OSError as error:
            self.report(error.strerror or str(error))
            return
        self._touch(peer)

    def _open(self, peer: HostAndPort) -> _Upstream:
        if len(self._peers) >= MAX_PEERS:
            self._forget(next(iter(self._peers)))
        upstream = _Upstream(self, peer)
        target = self._target
        interface = target.local_host or ("::" if ":" in self._host else "")
        port = ConnectedPort(target.local_port, upstream, interface, LARGEST_READ, self._reactor)
        port.startListening()
        try:
            upstream.transport.connect(self._host, target.port)
        except BaseException:
            port.stopListening()
            raise
        self._peers[peer] = upstream
        if self._expiry is None:
            self._expiry = self._reactor.callLater(SILENT_SECONDS, self._expire)
        return upstream

    def _touch(self, peer: HostAndPort) -> None:
        upstream = self._peers.get(peer)
        if upstream is not None:
            upstream.active_at = self._reactor.seconds()
            self._peers.move_to_end(peer)

    def _forget(self, peer: HostAndPort) -> None:
        self._peers.pop(peer).transport.stopListening()

    def _expire(self) -> None:
        self._expiry = None
        now = self._reactor.seconds()
        while self._peers:
            peer, upstream = next(iter(self._peers.items()))
            left = upstream.active_at + SILENT_SECONDS - now
            if left > 0:
                self._expiry = self._reactor.callLater(left, self._expire)
                return
            self._forget(peer)


def resolve(reactor: Any, host: str) -> Deferred[str]:
    """Fires with an IP address of `host`; 127.0.0.1 if that is one. Fails with
    `DNSLookupError`."""
    receiver = _FirstAddress()
    reactor.nameResolver.resolveHostName(receiver, host, transportSemantics="UDP")
    return receiver.found


@implementer(IResolutionReceiver)
class _FirstAddress:
    def __init__(self) -> None:
        self.found: Deferred[str] = Deferred()
        self._hosts: list[str] = []

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:
        """There is nothing to keep of it: Twisted's resolver cannot be cancelled."""

    def addressResolved(self, address: IAddress) -> None:
        self._hosts.append(address.host)  # type: ignore[attr-defined]

    def resolutionComplete(self) -> None:
        if not self._hosts:
            self.found.errback(DNSLookupError())
        else:
            self.found.callback(LOOPBACK if LOOPBACK in self._hosts else self._hosts[0])
