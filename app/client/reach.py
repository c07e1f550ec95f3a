"""Which Twisted endpoint reaches a target."""

from __future__ import annotations

from ipaddress import ip_address

from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint, TCP6ClientEndpoint
from twisted.internet.interfaces import IReactorTCP, IStreamClientEndpoint

from app.client.target import Target


def endpoint_towards(reactor: object, target: Target, timeout: float) -> IStreamClientEndpoint:
    """The endpoint for `target`; each address is given up after `timeout` seconds.

    A name goes to the reactor's resolver, which does not block, and its addresses are tried side by
    side. A literal address is spared that: the resolver would start threads for it.
    """
    try:
        address = ip_address(target.host)
    except ValueError:
        return HostnameEndpoint(reactor, target.host, target.port, timeout)
    kind = TCP4ClientEndpoint if address.version == 4 else TCP6ClientEndpoint
    return kind(IReactorTCP(reactor), target.host, target.port, timeout)
