"""Binds a stream socket where Twisted alone would bind another one than the endpoint says.

`localhost` is both loopback addresses, `::` of the kind `tcp` is IPv6 and IPv4 whatever the system
has for a default, and `::` of the kind `tcp6` is IPv6 alone. A Unix socket takes the place of one
that nobody listens on any more, and of nothing else. All other endpoints are left to Twisted.
"""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet import tcp
from twisted.internet.defer import Deferred, execute
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IReactorFDSet

from app.endpoint import Endpoint
from app.server.loopbacks import BothPorts, bind_both

BACKLOG = 1024
"""How many clients may wait to be accepted. With Twisted's 50, the next one of a burst is not heard
and waits a second until its system tries again."""


def listen(reactor: Any, endpoint: Endpoint, factory: IProtocolFactory) -> Deferred[IListeningPort]:
    """Listen on `endpoint`, whose interface or path is written out. Fires with the port.

    What it fails with is for `app.server.ports.explain`.
    """
    if endpoint.kind == "unix":
        from app.server.unix_sockets import listen_unix

        return execute(listen_unix, reactor, endpoint, factory, BACKLOG)
    if endpoint.kind in ("tcp", "tcp6") and IReactorFDSet.providedBy(reactor):
        port, backlog = endpoint.port or 0, int(endpoint.value("backlog") or BACKLOG)
        if (endpoint.interface or "").lower() == "localhost":
            return execute(_listen_on_loopbacks, reactor, port, factory, backlog)
        if endpoint.interface == "::":
            only_ipv6 = endpoint.kind == "tcp6"
            return execute(_started, Ipv6Port(reactor, port, factory, backlog, "::", only_ipv6))
    bound: Deferred[IListeningPort] = serverFromString(reactor, _roomy(endpoint)).listen(factory)
    return bound


class Ipv6Port(tcp.Port):
    """An IPv6 port that takes IPv4 too, or does not, whatever the system has for a default."""

    def __init__(
        self,
        reactor: Any,
        port: int,
        factory: IProtocolFactory,
        backlog: int,
        interface: str,
        only_ipv6: bool,
    ) -> None:
        super().__init__(port, factory, backlog, interface, reactor)
        self.is_ipv6_alone = only_ipv6

    def createInternetSocket(self) -> socket.socket:
        made: socket.socket = super().createInternetSocket()
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, self.is_ipv6_alone)
        return made


def _listen_on_loopbacks(
    reactor: Any, port: int, factory: IProtocolFactory, backlog: int
) -> IListeningPort:
    def bind(interface: str, number: int) -> tcp.Port:
        if ":" in interface:
            return _started(Ipv6Port(reactor, number, factory, backlog, interface, True))
        return _started(tcp.Port(number, factory, backlog, interface, reactor))

    ports = bind_both(bind, port)
    alone: IListeningPort = ports[0]
    return BothPorts(*ports) if len(ports) == 2 else alone


def _started(port: tcp.Port) -> tcp.Port:
    port.startListening()
    return port


def _roomy(endpoint: Endpoint) -> str:
    """The description of `endpoint` with `BACKLOG`, unless one is written or a plugin decides."""
    if endpoint.port is None or endpoint.value("backlog") is not None:
        return str(endpoint)
    return f"{endpoint}:backlog={BACKLOG}"
