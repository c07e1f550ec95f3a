"""What a `DatagramProtocol` has for its transport: the socket, with each datagram counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IUDPTransport
from zope.interface import implementer

if TYPE_CHECKING:
    from app.server.datagrams.factory import DatagramFactory
    from app.server.datagrams.peer import HostAndPort


@implementer(IUDPTransport)
class Outlet:
    """Belongs to one protocol. Once that is replaced by another, nothing goes out here any more.

    Whatever else a UDP socket of Twisted's can do, such as multicast, it does itself.
    """

    def __init__(self, factory: DatagramFactory, port: Any) -> None:
        """`port` is the bound socket."""
        self._factory = factory
        self._port = port
        self._usual: HostAndPort | None = None
        self.is_open = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    def write(self, packet: bytes, addr: HostAndPort | None = None) -> None:
        """Send a datagram to a host, an IP address, and a port.

        Raises what Twisted raises for a host that is a name, and for a datagram that is too long.
        What the system cannot send is lost, as on the way it might be.
        """
        to = addr or self._usual
        assert to is not None
        if self.is_open:
            self._factory.send(packet, to)

    def writeSequence(self, seq: Iterable[bytes], addr: HostAndPort | None = None) -> None:
        """Send one datagram made of all the pieces."""
        self.write(b"".join(seq), addr)

    def connect(self, host: str, port: int) -> None:
        """Send there what has no address of its own. The socket goes on receiving from all: others
        are served at it."""
        self._usual = (host, port)

    def getHost(self) -> IPv4Address | IPv6Address:
        host: IPv4Address | IPv6Address = self._port.getHost()
        return host

    def stopListening(self) -> None:
        """Raises: it is not the protocol that decides whether its listener listens."""
        raise RuntimeError("Portdeck opens and closes the socket. Stop the listener there.")
