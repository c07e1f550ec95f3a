"""How a socket's address is written for people."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Collection
from itertools import product
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IListeningPort
from zope.interface import implementer

from app.net.endpoint import LARGEST_PORT, Endpoint
from app.net.ip import IPAddress, parse_ip, unmapped

_MAPPED: Final = "::ffff:"
"""What comes before an IPv4 address that is written as one of IPv6 (RFC 4291, 2.5.5.2)."""


def format_address(address: IAddress | None) -> str:
    """`127.0.0.1:8007`, `[::1]:8007`, a socket file's path, or the address' own words.

    An IPv4 peer of a socket for both is one of IPv4.
    """
    known: Any = address  # mypy sees no types in Twisted's addresses
    match known:
        case None:
            return ""
        case IPv4Address():
            return f"{known.host}:{known.port}"
        case IPv6Address():
            is_ipv4 = known.host.startswith(_MAPPED) and "." in known.host
            host = known.host.removeprefix(_MAPPED) if is_ipv4 else f"[{known.host}]"
            return f"{host}:{known.port}"
        case UNIXAddress():
            return (known.name or b"unnamed socket").decode(errors="backslashreplace")
        case _:
            return str(known)


# MERGED server/loopbacks: `localhost`: both loopback addresses of this machine, under one port number.

LOOPBACKS: Final = ("127.0.0.1", "::1")
TRIES: Final = 50
"""How many ports are tried until one is free on both loopback addresses."""

NO_IPV6: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""What the system says of `::1` where it has no IPv6."""


@implementer(IListeningPort)
class LoopbackPorts:
    """One port number on both loopback addresses, as one port."""

    def __init__(self, first: Any, second: Any) -> None:
        """The ports on IPv4 and on IPv6, which both listen."""
        self.ports = (first, second)

    @property
    def where(self) -> str:
        """The address for people."""
        return f"localhost:{self.ports[0].getHost().port}"

    def startListening(self) -> None:
        """Both listen already."""

    def stopListening(self) -> Deferred[None]:
        """Fires once both are closed."""
        closing = [maybeDeferred(port.stopListening) for port in self.ports]
        return gatherResults(closing, consumeErrors=True).addCallback(lambda _: None)

    def getHost(self) -> IAddress:
        """The IPv4 address: what most clients reach first."""
        host: IAddress = self.ports[0].getHost()
        return host


def sockets_of(port: Any) -> tuple[Any, ...]:
    """The ports of one socket each that `port` is made of; none for `None`."""
    return () if port is None else getattr(port, "ports", (port,))


def bind_both(bind: Callable[[str, int], Any], number: int) -> tuple[Any, ...]:
    """What `bind` gives for an interface and a port number, on IPv4 and, where there is one, IPv6.

    With 0 for `number` it is one that is free on both. Raises `CannotListenError`.
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


# MERGED server/clashes: Whether two sockets on this machine are in each other's way.


@frozen
class BindAddress:
    """Where a socket is bound, or is to be, besides its port."""

    interface: str
    """`0.0.0.0` is every IPv4 address. A name may be any address, except for `localhost`, which is
    both loopback ones."""

    is_ipv6_alone: bool = False
    """Whether `::` is every IPv6 address, and not every address at all."""

    @classmethod
    def of(cls, endpoint: Endpoint) -> BindAddress:
        """That which `endpoint` asks for."""
        return cls(endpoint.interface or "", endpoint.kind == "tcp6")


def addresses_conflict(one: BindAddress, other: BindAddress) -> bool:
    """Whether two sockets of one kind and port cannot be bound to these places at once."""
    firsts, seconds = _addresses(one.interface), _addresses(other.interface)
    if not firsts or not seconds:
        return True
    return any(
        a == b or _includes(a, b, one) or _includes(b, a, other)
        for a, b in product(firsts, seconds)
    )


def endpoints_conflict(one: Endpoint, other: Endpoint, folder: Path = Path()) -> bool:
    """Whether two listeners cannot listen at these endpoints at once, as far as they say where.

    Their paths begin in `folder`.
    """
    if one.kind == other.kind == "unix":
        return _path(one, folder) == _path(other, folder)
    if not one.port or one.port != other.port or one.is_datagram is not other.is_datagram:
        return False
    return addresses_conflict(BindAddress.of(one), BindAddress.of(other))


def _path(endpoint: Endpoint, folder: Path) -> str:
    """The path of a Unix socket, the same for all ways to write it."""
    return os.path.realpath(endpoint.bound(folder).value("address") or "")


def _includes(wide: IPAddress, narrow: IPAddress, place: BindAddress) -> bool:
    """Whether `wide`, which is bound at `place`, is every address and `narrow` one of them."""
    is_every_version = wide.version == 6 and not place.is_ipv6_alone
    return wide.is_unspecified and (is_every_version or narrow.version == wide.version)


def _addresses(interface: str) -> list[IPAddress]:
    """Nothing for a name that says nothing."""
    names = LOOPBACKS if interface.lower() == "localhost" else (interface,)
    return [unmapped(address) for name in names if (address := parse_ip(name)) is not None]


# MERGED server/taken: An address that somebody else has: who that is, and which one nearby nobody has.

_TRIES = 200
"""How many ports are looked at; if all of them are taken, something else is the matter."""


@frozen
class PortConflict:
    """What is known of it when a listener could not have its port."""

    by: str = ""
    """Who has it, in words; empty if the system does not say."""

    listener: str = ""
    """The name of the listener of the same deck that has it; empty if it is somebody else."""

    free_port: int | None = None
    """The next port that was free then."""


def next_free_port(endpoint: Endpoint, avoid: Collection[int] = ()) -> int | None:
    """The first port after that of `endpoint` which can be bound there, and is not to be avoided.

    It may be taken by the time it is used. `None` if `endpoint` has no port, if nothing is free,
    and if the interface is a name other than `localhost`: whoever looked it up might wait long.
    """
    interfaces = _interfaces(endpoint)
    if not endpoint.port or not interfaces:
        return None
    ports = range(endpoint.port + 1, min(endpoint.port + _TRIES, LARGEST_PORT) + 1)
    return next(
        (
            port
            for port in ports
            if port not in avoid
            and all(_is_free(endpoint, interface, port) for interface in interfaces)
        ),
        None,
    )


def _interfaces(endpoint: Endpoint) -> tuple[str, ...]:
    """The addresses to bind for `endpoint`; none if they cannot be told at once."""
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
                is_alone = interface != "::" or endpoint.kind == "tcp6"
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, is_alone)
            if not endpoint.is_datagram:  # as Twisted binds it: what lingers is no obstacle
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((interface, port))
    except OSError as error:
        # Then `localhost` is the other address alone.
        is_without_ipv6 = interface == LOOPBACKS[1] and error.errno in NO_IPV6
        return is_without_ipv6 and interface != endpoint.interface
    return True
