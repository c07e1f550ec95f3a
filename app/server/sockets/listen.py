"""Bind a stream socket for an endpoint, or take over a bound one. `StreamBinder` uses it.

Three cases differ from Twisted, and all other endpoints are left to Twisted:

- `localhost` is bound on both loopback addresses.
- `::` means IPv6 and IPv4 with `tcp`, and IPv6 only with `tcp6`, whatever the system's default is.
- A Unix socket replaces the socket file that a killed program left behind. It never replaces a
  socket in use, or any other file.
"""

from __future__ import annotations

import os
import socket
from typing import Any

from twisted.internet import tcp
from twisted.internet.defer import Deferred, execute
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IReactorFDSet

from app.net.endpoint import Endpoint
from app.server.sockets.addresses import LoopbackPorts, bind_loopbacks
from app.server.sockets.socket_files import (
    DEFAULT_MODE,
    SocketFile,
    check_folder,
    remove_stale_socket,
)

BACKLOG = 1024
"""How many clients may wait to be accepted. With Twisted's default of 50, the 51st client of a
burst waits a second, until its system tries again."""


def listen(reactor: Any, endpoint: Endpoint, factory: IProtocolFactory) -> Deferred[IListeningPort]:
    """Listen on `endpoint`, whose interface or path is written out. Fires with the port.

    `app.server.sockets.listen_errors.explain` turns its errors to text.
    """
    if endpoint.kind == "unix":
        return execute(listen_unix, reactor, endpoint, factory, BACKLOG)
    if endpoint.kind in ("tcp", "tcp6") and IReactorFDSet.providedBy(reactor):
        port, backlog = endpoint.port or 0, int(endpoint.value("backlog") or BACKLOG)
        if (endpoint.interface or "").lower() == "localhost":
            return execute(_listen_on_loopbacks, reactor, port, factory, backlog)
        if endpoint.interface == "::":
            only_ipv6 = endpoint.kind == "tcp6"
            return execute(_started, Ipv6Port(reactor, port, factory, backlog, "::", only_ipv6))
    # Imported late: it looks for plugins, and the window opens without it.
    from twisted.internet.endpoints import serverFromString

    server = serverFromString(reactor, _with_backlog(endpoint))
    bound: Deferred[IListeningPort] = server.listen(factory)
    return bound


def take_over(
    reactor: Any, bound: socket.socket, factory: IProtocolFactory
) -> Deferred[IListeningPort]:
    """Listen with a socket that is bound already, and close the object `bound`. Fires with the
    port."""

    def adopt() -> IListeningPort:
        with bound:  # Twisted has made a copy of the descriptor when this returns
            bound.setblocking(False)
            port: IListeningPort = reactor.adoptStreamPort(bound.fileno(), bound.family, factory)
            return port

    return execute(adopt)


class Ipv6Port(tcp.Port):
    """An IPv6 port with an explicit choice whether it accepts IPv4 too."""

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
        self.is_ipv6_only = only_ipv6

    def createInternetSocket(self) -> socket.socket:
        made: socket.socket = super().createInternetSocket()
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, self.is_ipv6_only)
        return made


def _listen_on_loopbacks(
    reactor: Any, port: int, factory: IProtocolFactory, backlog: int
) -> IListeningPort:
    def bind(interface: str, number: int) -> tcp.Port:
        if ":" in interface:
            return _started(Ipv6Port(reactor, number, factory, backlog, interface, True))
        return _started(tcp.Port(number, factory, backlog, interface, reactor))

    ports = bind_loopbacks(bind, port)
    first: IListeningPort = ports[0]
    return LoopbackPorts(*ports) if len(ports) == 2 else first


def _started(port: tcp.Port) -> tcp.Port:
    port.startListening()
    return port


def _with_backlog(endpoint: Endpoint) -> str:
    """The description of `endpoint` with `BACKLOG`, unless it has a backlog or is a plugin's."""
    if endpoint.port is None or endpoint.value("backlog") is not None:
        return str(endpoint)
    return f"{endpoint}:backlog={BACKLOG}"


def listen_unix(
    reactor: Any, endpoint: Endpoint, factory: IProtocolFactory, backlog: int
) -> IListeningPort:
    """Listen on the absolute path of `endpoint`.

    Raises `SocketFileError`, or what Twisted raises.
    """
    path = endpoint.value("address") or ""
    check_folder(path)
    has_lock = endpoint.value("lockfile") == "1"
    if not has_lock:
        remove_stale_socket(path)
    port = SocketFile(
        os.fsencode(path),
        factory,
        int(endpoint.value("backlog") or backlog),
        int(endpoint.value("mode") or DEFAULT_MODE, 8),
        reactor,
        has_lock,
    )
    port.startListening()
    return port
