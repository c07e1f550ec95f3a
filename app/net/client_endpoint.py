"""Twisted's client endpoint for a target."""

from __future__ import annotations

from typing import Any

from twisted.internet.endpoints import (
    HostnameEndpoint,
    TCP4ClientEndpoint,
    TCP6ClientEndpoint,
    UNIXClientEndpoint,
)
from twisted.internet.interfaces import IStreamClientEndpoint

from app.net.ip import parse_ip
from app.net.target import Target, Transport, is_ipv6


def endpoint_for(reactor: Any, target: Target, seconds: float) -> IStreamClientEndpoint:
    """The endpoint of the layer below TLS. Each address has a time-out of `seconds`.

    A host name goes to the reactor's resolver, which does not block. The endpoint tries its
    addresses in parallel. An IP address does not go through the resolver, because that would start
    threads.
    """
    if target.transport is Transport.UNIX:
        return UNIXClientEndpoint(reactor, target.path, seconds)
    local = (target.local_host, target.local_port)
    bind = local if any(local) else None
    if parse_ip(target.host) is None:
        return HostnameEndpoint(reactor, target.host, target.port, seconds, bindAddress=bind)
    kind = TCP6ClientEndpoint if is_ipv6(target.host) else TCP4ClientEndpoint
    return kind(reactor, target.host, target.port, seconds, bindAddress=bind)
