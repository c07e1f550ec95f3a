"""An address that somebody else has: who that is, and which one nearby nobody has."""

from __future__ import annotations

import socket
from collections.abc import Collection

from attrs import frozen

from app.endpoint import LARGEST_PORT, Endpoint
from app.ip import parse_ip
from app.server.loopbacks import LOOPBACKS, NO_IPV6

_TRIES = 200
"""How many ports are looked at; if all of them are taken, something else is the matter."""


@frozen
class Taken:
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
