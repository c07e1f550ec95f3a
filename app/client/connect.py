"""How a target is reached: makes the wire that a session talks through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import (
    HostnameEndpoint,
    TCP4ClientEndpoint,
    TCP6ClientEndpoint,
    UNIXClientEndpoint,
    wrapClientTLS,
)
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHostResolution,
    IReactorTime,
    IResolutionReceiver,
    IStreamClientEndpoint,
)
from zope.interface import implementer

from app.client.target import LOOPBACK, Options, Target, Transport, is_ipv6
from app.client.transport import WireFactory, WireObserver
from app.client.udp_transport import ConnectedPort, DatagramWire
from app.net.ip import LARGEST_READ, parse_ip

Dial = Callable[[Any, Target, Options, WireObserver], "Deferred[Any]"]
"""Starts one attempt: reactor, target, options, who is told of the wire.

The Deferred fires once the target is reached, whereupon the wire speaks for itself, or fails. It
can be cancelled."""


def connect(
    reactor: Any, target: Target, options: Options, observer: WireObserver
) -> Deferred[Any]:
    """Connect to `target`. See `Dial`. Raises `OptionsError` for files that do not do."""
    if target.transport is Transport.UDP:
        return Deferred.fromCoroutine(_open_datagrams(reactor, target, observer))
    endpoint = endpoint_for(reactor, target, options.connect_seconds)
    if target.transport is not Transport.TLS:
        return endpoint.connect(WireFactory(observer))
    from app.client.tls import (
        ClientTls,  # a start without TLS does not wait for it
        TlsWire,
    )

    secured = wrapClientTLS(ClientTls(target.host, options.tls), endpoint, reactor)
    return secured.connect(WireFactory(observer, TlsWire))


def endpoint_for(reactor: Any, target: Target, seconds: float) -> IStreamClientEndpoint:
    """The endpoint for what is below TLS; each address is given up after so many `seconds`.

    A name goes to the reactor's resolver, which does not block, and its addresses are tried side by
    side. A literal address is spared that: the resolver would start threads for it.
    """
    if target.transport is Transport.UNIX:
        return UNIXClientEndpoint(reactor, target.path, seconds)
    local = (target.local_host, target.local_port)
    bind = local if any(local) else None
    if parse_ip(target.host) is None:
        return HostnameEndpoint(reactor, target.host, target.port, seconds, bindAddress=bind)
    kind = TCP6ClientEndpoint if is_ipv6(target.host) else TCP4ClientEndpoint
    return kind(reactor, target.host, target.port, seconds, bindAddress=bind)


async def _open_datagrams(reactor: Any, target: Target, observer: WireObserver) -> None:
    host = target.host
    if parse_ip(host) is None:
        host = _best_of(await _resolve(reactor, host), target)
    wire = DatagramWire(observer)
    interface = target.local_host or ("::" if is_ipv6(host) else "")
    socket = ConnectedPort(target.local_port, wire, interface, LARGEST_READ, reactor)
    socket.startListening()
    try:
        wire.open(host, target.port)
    except BaseException:
        socket.stopListening()
        raise


@implementer(IResolutionReceiver)
class _Resolving:
    """Waits for the addresses of a name."""

    def __init__(self) -> None:
        self.found: Deferred[list[str]] = Deferred()
        self._addresses: list[str] = []

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:
        """Twisted's resolver cannot be stopped; nobody listens to it once this is cancelled."""

    def addressResolved(self, address: IAddress) -> None:
        self._addresses.append(address.host)  # type: ignore[attr-defined]

    def resolutionComplete(self) -> None:
        if not self.found.called:
            self.found.callback(self._addresses)


def _resolve(reactor: Any, name: str) -> Deferred[list[str]]:
    """The addresses of `name`, as the system's resolver gives them."""
    resolving = _Resolving()
    reactor.nameResolver.resolveHostName(resolving, name, transportSemantics="UDP")
    return resolving.found


def _best_of(addresses: list[str], target: Target) -> str:
    """The one of `addresses` to send to. Raises `DNSLookupError` if none of them will do.

    Nobody tries the others: whether datagrams arrive does not show. So `localhost` is where a
    listener is by default, even if the system thinks of IPv6 first.
    """
    if target.local_host:
        has_ipv6 = is_ipv6(target.local_host)
        addresses = [each for each in addresses if is_ipv6(each) is has_ipv6]
    if not addresses:
        raise DNSLookupError
    return LOOPBACK if LOOPBACK in addresses else addresses[0]


# MERGED client/alarm: One thing to do later, which the next one takes the place of.


class OneShotTimer:
    """At most one delayed call at a time."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._call: IDelayedCall | None = None

    def set(self, seconds: float, act: Callable[[], object]) -> None:
        """Call `act` in so many seconds, and nothing that was to be called before."""
        self.clear()
        self._call = self._clock.callLater(seconds, act)

    def clear(self) -> None:
        """Call nothing."""
        if self._call is not None and self._call.active():
            self._call.cancel()
        self._call = None


# MERGED client/back_off: How long to wait before connecting again: longer each time, up to a bound.

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
STEADY_SECONDS = 10.0
"""A connection that lasted so long was one: the next failure is the first again."""


class BackOff:
    """Counts the attempts in a row, and gives the wait before each."""

    def __init__(self) -> None:
        self.attempts = 0
        """Attempts since the last steady connection."""

    def next_seconds(self) -> float:
        """How long to wait before the next attempt, which this counts."""
        seconds = min(FIRST_SECONDS * (1 << min(self.attempts, 16)), LONGEST_SECONDS)
        self.attempts += 1
        return seconds

    def lasted(self, seconds: float) -> None:
        """A connection was there for so long."""
        if seconds >= STEADY_SECONDS:
            self.attempts = 0

    def begin(self) -> None:
        """A person asked for a connection: nothing has failed yet."""
        self.attempts = 0
