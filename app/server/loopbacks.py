"""`localhost`: both loopback addresses of this machine, under one port number."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any, Final

from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IListeningPort
from zope.interface import implementer

LOOPBACKS: Final = ("127.0.0.1", "::1")
TRIES: Final = 50
"""How many ports are tried until one is free on both loopback addresses."""

NO_IPV6: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""What the system says of `::1` where it has no IPv6."""


@implementer(IListeningPort)
class BothPorts:
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
