"""What a `DatagramProtocol` has for its transport: the socket, with each datagram counted."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IUDPTransport
from twisted.internet.protocol import AbstractDatagramProtocol
from twisted.internet.udp import MulticastPort
from zope.interface import implementer

from app.server.sockets.addresses import LoopbackPorts

HostAndPort = tuple[str, int]
"""The IP address and the port of a peer."""


@implementer(IUDPTransport)
class DatagramTransport:
    """Belongs to one protocol. Once that is replaced by another, nothing goes out here any more.

    Whatever else a UDP socket of Twisted's can do, such as multicast, it does itself.
    """

    def __init__(self, send: Callable[[bytes, HostAndPort], None], port: Any) -> None:
        """`send` sends one datagram through `port`, the bound socket, and counts it."""
        self._send = send
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
            self._send(packet, to)

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


# MERGED server/datagrams/port: A UDP socket that leaves the reactor time for others, however small the datagrams are.

Socket = socket.socket

TURN_DATAGRAMS = 64
"""How many are read before the reactor looks at other sockets."""


class FairLoopbackPorts(LoopbackPorts):
    """Two of them, as one that sends by the one that reaches the receiver."""

    def write(self, datagram: bytes, address: tuple[str, int]) -> None:
        """As a port does it."""
        socket_towards(self, address).write(datagram, address)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ports[0], name)


class FairPort(MulticastPort):
    """Reads at most `TURN_DATAGRAMS` in a row.

    Twisted's own counts bytes, so a flood of empty datagrams would keep it reading for ever. It
    also takes the scope off a link-local IPv6 address, without which nothing can be sent there.
    """

    socket: Socket
    _created: Socket

    def createInternetSocket(self) -> Socket:
        self._created = super().createInternetSocket()
        if self.interface == "::":
            # It takes IPv4 too, whatever the system has for a default.
            self._created.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, False)
        return self._created

    def startListening(self) -> None:
        try:
            super().startListening()
        except CannotListenError:
            self._created.close()  # Twisted would leave that to the garbage collector
            raise

    def doRead(self) -> None:
        for _ in range(TURN_DATAGRAMS):
            try:
                datagram, address = self.socket.recvfrom(self.maxPacketSize)
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionError:  # how Windows tells that a peer is gone
                return
            self.protocol.datagramReceived(datagram, host_and_port(address))
            if not self.connected:  # whoever was served has closed it
                return


def socket_towards(port: Any, address: tuple[str, int]) -> Any:
    """Of what is bound, the port that reaches `address`."""
    return port.ports[":" in address[0]] if isinstance(port, FairLoopbackPorts) else port


def address_of(address: HostAndPort) -> IAddress:
    """What Twisted calls the address of a peer."""
    host, port = address
    made: IAddress = (IPv6Address if ":" in host else IPv4Address)("UDP", host, port)
    return made


def host_and_port(address: Any) -> tuple[str, int]:
    """The sender of a datagram as the protocol is told it, and as it can be answered."""
    if len(address) == 4 and address[3]:
        return f"{address[0]}%{address[3]}", address[1]
    host, port = address[:2]
    return host, port


# MERGED server/datagrams/serving: The one protocol that serves all who send datagrams to a listener.


class Serving(Protocol):
    """A `DatagramProtocol` on its way through life: made, started, stopped; once each."""

    @property
    def protocol(self) -> AbstractDatagramProtocol:
        """What is called with each datagram."""

    def start(self, outlet: DatagramTransport) -> None:
        """Give it its transport. Raises what it raises then; it does not serve in that case."""

    def stop(self) -> None:
        """Take the transport away. Raises nothing."""


class CatalogServing:
    """A protocol of the catalog."""

    def __init__(self, protocol: AbstractDatagramProtocol) -> None:
        self.protocol = protocol
        protocol.noisy = False

    def start(self, outlet: DatagramTransport) -> None:
        self.protocol.makeConnection(outlet)

    def stop(self) -> None:
        self.protocol.doStop()
