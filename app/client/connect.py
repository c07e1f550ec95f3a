"""Connects to a target, and times the attempts: the time-out, and the wait before the next attempt.
Used by `Session`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHostResolution,
    IReactorTime,
    IResolutionReceiver,
)
from zope.interface import implementer

from app.client.options import Options
from app.client.transport import StreamWire, WireFactory, WireObserver
from app.client.udp_transport import DatagramWire
from app.net.ip import LARGEST_READ, LOOPBACK, parse_ip
from app.net.sockets import ConnectedPort, endpoint_for
from app.net.target import Target, Transport, is_ipv6

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0

STEADY_SECONDS = 10.0
"""A connection that lasted this long was a success: the next wait is `FIRST_SECONDS` again."""

Dial = Callable[[Any, Target, Options, WireObserver], "Deferred[Any]"]
"""Starts one attempt. The arguments: reactor, target, options, and the observer of the wire.

The Deferred fires when the target is connected; the wire has told the observer by then. It fails if
there is no connection, and it can be cancelled.
"""


def connect(
    reactor: Any, target: Target, options: Options, observer: WireObserver
) -> Deferred[Any]:
    """Connect to `target`. See `Dial`. Raises `OptionsError` if a TLS file cannot be used."""
    if target.transport is Transport.UDP:
        return Deferred.fromCoroutine(_open_datagrams(reactor, target, observer))
    endpoint = endpoint_for(reactor, target, options.connect_seconds)
    kind = StreamWire
    if target.transport.has_tls:
        from twisted.internet.endpoints import wrapClientTLS

        from app.client.tls import ClientTls, TlsWire  # loaded late: OpenSSL takes time

        endpoint = wrapClientTLS(ClientTls(target.host, options.tls), endpoint, reactor)
        kind = TlsWire
    if target.transport.has_messages:
        from app.client.websocket_transport import WebSocketWireFactory

        return endpoint.connect(WebSocketWireFactory(observer, target, kind))
    return endpoint.connect(WireFactory(observer, kind))


async def _open_datagrams(reactor: Any, target: Target, observer: WireObserver) -> None:
    host = target.host
    if parse_ip(host) is None:
        host = _choose_address(await _resolve(reactor, host), target)
    wire = DatagramWire(observer)
    interface = target.local_host or ("::" if is_ipv6(host) else "")
    socket = ConnectedPort(target.local_port, wire, interface, LARGEST_READ, reactor)
    socket.startListening()
    try:
        wire.open(host, target.port)
    except BaseException:
        socket.stopListening()
        raise


def _resolve(reactor: Any, name: str) -> Deferred[list[str]]:
    """The addresses of `name`, in the order of the system's resolver."""
    collector = _AddressCollector()
    reactor.nameResolver.resolveHostName(collector, name, transportSemantics="UDP")
    return collector.found


@implementer(IResolutionReceiver)
class _AddressCollector:
    """Collects the addresses of a host name."""

    def __init__(self) -> None:
        self.found: Deferred[list[str]] = Deferred()
        self._addresses: list[str] = []

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:
        """Ignored: Twisted's resolver cannot be cancelled. After a cancel its answer is dropped."""

    def addressResolved(self, address: IAddress) -> None:
        self._addresses.append(address.host)  # type: ignore[attr-defined]

    def resolutionComplete(self) -> None:
        if not self.found.called:
            self.found.callback(self._addresses)


def _choose_address(addresses: list[str], target: Target) -> str:
    """The address to send datagrams to. Raises `DNSLookupError` if no address can be used.

    Only one address is used, because UDP does not show whether datagrams arrive. For `localhost` it
    is 127.0.0.1, where a listener is by default, even if the system prefers IPv6.
    """
    if target.local_host:
        wants_ipv6 = is_ipv6(target.local_host)
        addresses = [each for each in addresses if is_ipv6(each) is wants_ipv6]
    if not addresses:
        raise DNSLookupError
    return LOOPBACK if LOOPBACK in addresses else addresses[0]


class OneShotTimer:
    """At most one delayed call. A new call replaces the one before."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._call: IDelayedCall | None = None

    def set(self, seconds: float, act: Callable[[], object]) -> None:
        """Call `act` after `seconds`. The call that was set before is cancelled."""
        self.clear()
        self._call = self._clock.callLater(seconds, act)

    def clear(self) -> None:
        """Cancel the call, if there is one."""
        if self._call is not None and self._call.active():
            self._call.cancel()
        self._call = None


class BackOff:
    """Counts the failed attempts in a row. Each doubles the wait before the next, up to
    `LONGEST_SECONDS`."""

    def __init__(self) -> None:
        self.attempts = 0
        """Attempts since the last steady connection."""

    def next_seconds(self) -> float:
        """The wait before the next attempt. The attempt is counted."""
        seconds = min(FIRST_SECONDS * (1 << min(self.attempts, 16)), LONGEST_SECONDS)
        self.attempts += 1
        return seconds

    def connection_ended(self, seconds: float) -> None:
        """A connection ended after `seconds`. If it was steady, the count starts again."""
        if seconds >= STEADY_SECONDS:
            self.attempts = 0

    def reset(self) -> None:
        """The user asked to connect: the count starts again."""
        self.attempts = 0
