"""The UDP socket, the transport that a protocol gets, and the life cycle of that protocol.

`FairPort` is the socket. It leaves the reactor time for other sockets, however small the datagrams
are. `DatagramTransport` counts each datagram that the protocol sends. `DatagramService` starts and
stops the one protocol that serves all peers of a listener.
"""

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

Socket = socket.socket

HostAndPort = tuple[str, int]
"""The IP address and the port of a peer."""

DATAGRAMS_PER_TURN = 64
"""How many datagrams are read before the reactor looks at other sockets."""


@implementer(IUDPTransport)
class DatagramTransport:
    """The transport of one protocol. After the protocol was replaced, it sends nothing more.

    All other features of Twisted's UDP port, such as multicast, are passed through to the port.
    """

    def __init__(self, send: Callable[[bytes, HostAndPort], None], port: Any) -> None:
        """`send` sends one datagram through `port`, the bound socket, and counts it."""
        self._send = send
        self._port = port
        self._default_address: HostAndPort | None = None
        self.is_open = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    def write(self, packet: bytes, addr: HostAndPort | None = None) -> None:
        """Send a datagram to an IP address and a port.

        Raises what Twisted raises for a host name, and for a datagram that is too long. A datagram
        that the system cannot send is lost, as it might be lost in the network.
        """
        address = addr or self._default_address
        assert address is not None
        if self.is_open:
            self._send(packet, address)

    def writeSequence(self, seq: Iterable[bytes], addr: HostAndPort | None = None) -> None:
        """Send one datagram made of all the pieces."""
        self.write(b"".join(seq), addr)

    def connect(self, host: str, port: int) -> None:
        """Set the address for `write` without an address. The socket itself is not connected, as it
        also serves other peers."""
        self._default_address = (host, port)

    def getHost(self) -> IPv4Address | IPv6Address:
        host: IPv4Address | IPv6Address = self._port.getHost()
        return host

    def stopListening(self) -> None:
        """Raises `RuntimeError`: a protocol must not close the socket of its listener."""
        raise RuntimeError("Portdeck opens and closes the socket. Stop the listener there.")


class FairLoopbackPorts(LoopbackPorts):
    """The IPv4 and the IPv6 loopback socket as one port. A datagram goes out through the socket
    that can reach its receiver."""

    def write(self, datagram: bytes, address: HostAndPort) -> None:
        """Send `datagram`, as `FairPort.write` does."""
        socket_towards(self, address).write(datagram, address)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ports[0], name)


class FairPort(MulticastPort):
    """A UDP socket that reads at most `DATAGRAMS_PER_TURN` datagrams in a row.

    Twisted's port limits bytes, so a flood of empty datagrams would keep it reading forever. It
    also removes the scope of a link-local IPv6 address, and an answer needs the scope.
    """

    socket: Socket
    _created: Socket

    def createInternetSocket(self) -> Socket:
        self._created = super().createInternetSocket()
        if self.interface == "::":
            # Receive IPv4 too, whatever the default of the system is.
            self._created.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, False)
        return self._created

    def startListening(self) -> None:
        try:
            super().startListening()
        except CannotListenError:
            self._created.close()  # Twisted would leave that to the garbage collector
            raise

    def doRead(self) -> None:
        for _ in range(DATAGRAMS_PER_TURN):
            try:
                datagram, address = self.socket.recvfrom(self.maxPacketSize)
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionError:  # on Windows: the peer is closed
                return
            self.protocol.datagramReceived(datagram, host_and_port(address))
            if not self.connected:  # the protocol has closed the socket
                return


def socket_towards(port: Any, address: HostAndPort) -> Any:
    """The single-socket port in `port` that can reach `address`."""
    return port.ports[":" in address[0]] if isinstance(port, FairLoopbackPorts) else port


def address_of(address: HostAndPort) -> IAddress:
    """The address as Twisted's `IPv4Address` or `IPv6Address`."""
    host, port = address
    twisted_address: IAddress = (IPv6Address if ":" in host else IPv4Address)("UDP", host, port)
    return twisted_address


def host_and_port(address: Any) -> HostAndPort:
    """The sender of a datagram, from `recvfrom`, with the scope of a link-local IPv6 address."""
    if len(address) == 4 and address[3]:
        return f"{address[0]}%{address[3]}", address[1]
    host, port = address[:2]
    return host, port


class DatagramService(Protocol):
    """The `DatagramProtocol` that serves all peers of a listener. It starts and stops once.

    `CatalogService` is one for the protocols of the catalog, and `user_code` has one for user code.
    """

    @property
    def protocol(self) -> AbstractDatagramProtocol:
        """The protocol that gets each datagram."""

    def start(self, transport: DatagramTransport) -> None:
        """Connect the protocol to `transport`. Raises what the protocol raises; it is not started
        then."""

    def stop(self) -> None:
        """Disconnect the protocol from its transport. Raises nothing."""


class CatalogService:
    """Serves with a protocol of the catalog."""

    def __init__(self, protocol: AbstractDatagramProtocol) -> None:
        self.protocol = protocol
        protocol.noisy = False

    def start(self, transport: DatagramTransport) -> None:
        self.protocol.makeConnection(transport)

    def stop(self) -> None:
        self.protocol.doStop()
