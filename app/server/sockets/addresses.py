"""Socket addresses: their text, binding on both loopbacks, and conflicts between two of them.

`format_address` writes an address for people. `bind_loopbacks` and `LoopbackPorts` serve
`localhost` on IPv4 and IPv6 under one port number. `addresses_conflict` and `endpoints_conflict`
say whether two sockets can be bound at the same time. `PortConflict` describes a port that is in
use, and `next_free_port` finds another one.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Collection
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IListeningPort
from zope.interface import implementer

from app.net.endpoint import LARGEST_PORT, Endpoint
from app.net.ip import IPAddress, format_host_and_port, parse_ip, unmapped

LOOPBACKS: Final = ("127.0.0.1", "::1")

TRIES: Final = 50
"""How many ports are tried until one is free on both loopback addresses."""

NO_IPV6: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""The errors of binding `::1` on a system without IPv6."""

_PORTS_TO_TRY: Final = 200
"""How many ports `next_free_port` tries. If none of them is free, there is another problem."""


def format_address(address: IAddress | None) -> str:
    """`127.0.0.1:8007`, `[::1]:8007`, a path of a socket file, or the `str` of other addresses."""
    known: Any = address  # mypy sees no types in Twisted's addresses
    match known:
        case None:
            return ""
        case IPv4Address() | IPv6Address():
            return format_host_and_port(known.host, known.port)
        case UNIXAddress():
            return (known.name or b"unnamed socket").decode(errors="backslashreplace")
        case _:
            return str(known)


@implementer(IListeningPort)
class LoopbackPorts:
    """The IPv4 and the IPv6 loopback socket with one port number, as one port."""

    def __init__(self, ipv4: Any, ipv6: Any) -> None:
        """The two ports, which both listen."""
        self.ports = (ipv4, ipv6)

    @property
    def where(self) -> str:
        """The address as text."""
        return f"localhost:{self.ports[0].getHost().port}"

    def startListening(self) -> None:
        """Do nothing, as both ports listen already."""

    def stopListening(self) -> Deferred[None]:
        """Fires when both are closed."""
        closing = [maybeDeferred(port.stopListening) for port in self.ports]
        return gatherResults(closing, consumeErrors=True).addCallback(lambda _: None)

    def getHost(self) -> IAddress:
        """The IPv4 address, which most clients try first."""
        host: IAddress = self.ports[0].getHost()
        return host


def sockets_of(port: Any) -> tuple[Any, ...]:
    """The single-socket ports in `port`: two in a `LoopbackPorts`, none in `None`, else one."""
    return () if port is None else getattr(port, "ports", (port,))


def bind_loopbacks(bind: Callable[[str, int], Any], number: int) -> tuple[Any, ...]:
    """Bind both loopback addresses with `bind(interface, port)`; only IPv4 if there is no IPv6.

    If `number` is 0, finds a port that is free on both. Returns the bound ports. Raises
    `CannotListenError`.
    """
    for last in range(TRIES, 0, -1):
        ipv4 = bind(LOOPBACKS[0], number)
        try:
            ipv6 = bind(LOOPBACKS[1], ipv4.getHost().port)
        except CannotListenError as error:
            reason = getattr(error.socketError, "errno", None)
            if reason in NO_IPV6:
                return (ipv4,)
            ipv4.connectionLost(None)
            if number or reason != errno.EADDRINUSE or last == 1:
                raise
        else:
            return (ipv4, ipv6)
    raise AssertionError("the last try returns or raises")


class BindAddress(NamedTuple):
    """The address that a socket is bound to, without the port."""

    interface: str
    """`0.0.0.0` means every IPv4 address. `localhost` means both loopback addresses. Any other name
    is unknown and may be any address."""

    is_ipv6_only: bool = False
    """Whether `::` means every IPv6 address only, and not every IPv4 address too."""

    @classmethod
    def of(cls, endpoint: Endpoint) -> BindAddress:
        """The address of `endpoint`."""
        return cls(endpoint.interface or "", endpoint.kind == "tcp6")


def addresses_conflict(one: BindAddress, other: BindAddress) -> bool:
    """Whether two sockets with the same port cannot be bound to `one` and `other` together."""
    firsts, seconds = _addresses(one.interface), _addresses(other.interface)
    if not firsts or not seconds:
        return True
    return any(
        a == b or _covers(a, b, one) or _covers(b, a, other) for a, b in product(firsts, seconds)
    )


def endpoints_conflict(one: Endpoint, other: Endpoint, folder: Path = Path()) -> bool:
    """Whether two listeners cannot listen at these endpoints at the same time.

    False if that is unknown, as for plugins. Relative paths start in `folder`.
    """
    if one.is_unix or other.is_unix:
        same_kind = one.is_unix and other.is_unix
        return same_kind and _path(one, folder) == _path(other, folder)
    if not one.port or one.port != other.port or one.is_datagram is not other.is_datagram:
        return False
    if one.is_shared and other.is_shared:
        return False
    return addresses_conflict(BindAddress.of(one), BindAddress.of(other))


def _path(endpoint: Endpoint, folder: Path) -> str:
    """The real path of a Unix socket, so that different spellings are equal."""
    return os.path.realpath(endpoint.bound(folder).value("address") or "")


def _covers(wide: IPAddress, narrow: IPAddress, bound: BindAddress) -> bool:
    """Whether `wide`, an address of `bound`, is a wildcard that includes `narrow`."""
    is_every_version = wide.version == 6 and not bound.is_ipv6_only
    return wide.is_unspecified and (is_every_version or narrow.version == wide.version)


def _addresses(interface: str) -> list[IPAddress]:
    """The IP addresses of an interface; none for a name other than `localhost`."""
    names = LOOPBACKS if interface.lower() == "localhost" else (interface,)
    return [unmapped(address) for name in names if (address := parse_ip(name)) is not None]


class PortConflict(NamedTuple):
    """A port that is already in use: who uses it, and the next free port."""

    by: str = ""
    """The user of the port, as text; empty if the system does not tell."""

    listener: str = ""
    """The name of the listener, if a listener of the same deck uses it; otherwise empty."""

    free_port: int | None = None
    """The next free port at that time."""


def next_free_port(endpoint: Endpoint, avoid: Collection[int] = ()) -> int | None:
    """The first port after that of `endpoint` that can be bound there and is not in `avoid`.

    Another program may bind it before it is used. `None` if `endpoint` has no port, if no port is
    free, or if the interface is a name other than `localhost`. A name is not looked up, as that may
    take long.
    """
    interfaces = _interfaces_to_bind(endpoint)
    if not endpoint.port or not interfaces:
        return None
    ports = range(endpoint.port + 1, min(endpoint.port + _PORTS_TO_TRY, LARGEST_PORT) + 1)
    return next(
        (
            port
            for port in ports
            if port not in avoid
            and all(_is_free(endpoint, interface, port) for interface in interfaces)
        ),
        None,
    )


def _interfaces_to_bind(endpoint: Endpoint) -> tuple[str, ...]:
    """The addresses to bind for `endpoint`; none if a name would have to be looked up."""
    interface = endpoint.interface or ""
    if interface.lower() == "localhost":
        return LOOPBACKS
    return () if parse_ip(interface) is None else (interface,)


def _is_free(endpoint: Endpoint, interface: str, port: int) -> bool:
    kind = socket.SOCK_DGRAM if endpoint.is_datagram else socket.SOCK_STREAM
    family = socket.AF_INET6 if ":" in interface else socket.AF_INET
    try:
        with socket.socket(family, kind) as probe:
            if family == socket.AF_INET6:
                is_ipv6_only = interface != "::" or endpoint.kind == "tcp6"
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, is_ipv6_only)
            if not endpoint.is_datagram:  # as Twisted does: ignore connections in TIME_WAIT
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((interface, port))
    except OSError as error:
        # Without IPv6, `localhost` is only the IPv4 address, so the port counts as free here.
        lacks_ipv6 = interface == LOOPBACKS[1] and error.errno in NO_IPV6
        return lacks_ipv6 and interface != endpoint.interface
    return True
