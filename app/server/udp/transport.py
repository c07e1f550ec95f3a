"""The socket for datagrams, the transport that a protocol gets, and the life of that protocol.

`FairPort` is the UDP socket. It leaves the reactor time for other sockets, however small the
datagrams are. `FairSocketFile` is the same for a Unix socket. `DatagramTransport` counts each
datagram that the protocol sends. `DatagramService` starts and stops the one protocol that serves
all peers of a listener.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Protocol

from twisted.internet import unix
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.error import CannotListenError, MessageLengthError
from twisted.internet.interfaces import IAddress, IUDPTransport
from twisted.internet.protocol import AbstractDatagramProtocol
from twisted.internet.udp import MulticastPort
from twisted.python.failure import Failure
from zope.interface import implementer

from app.net.endpoint import Endpoint
from app.server.sockets.addresses import LoopbackPorts
from app.server.sockets.socket_files import (
    DEFAULT_MODE,
    check_folder,
    identity_of,
    remove_stale_socket,
)
from app.text.sentence import Sentence

Socket = socket.socket

PeerAddress = tuple[str, int] | str | None
"""The IP address and the port of a peer, or the path of its Unix socket. `None` for a Unix socket
without a path, which cannot be answered."""

DATAGRAMS_PER_TURN = 64
"""How many datagrams are read before the reactor looks at other sockets."""


@implementer(IUDPTransport)
class DatagramTransport:
    """The transport of one protocol. After the protocol was replaced, it sends nothing more.

    All other features of Twisted's UDP port, such as multicast, are passed through to the port.
    """

    def __init__(
        self,
        send: Callable[[bytes, PeerAddress], None],
        port: Any,
        peer_of: Callable[[PeerAddress], Any],
    ) -> None:
        """`send` sends one datagram through `port`, the bound socket, and counts it. `peer_of`
        finds the peer with an address."""
        self._send = send
        self.peer_of = peer_of
        self._port = port
        self._default_address: PeerAddress = None
        self.is_open = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    def write(self, packet: bytes, addr: PeerAddress = None) -> None:
        """Send a datagram to an IP address and a port, or to the path of a Unix socket.

        Raises what Twisted raises for a host name, and for a datagram that is too long. A datagram
        that the system cannot send is lost, as it might be lost in the network.
        """
        if self.is_open:
            self._send(packet, addr or self._default_address)

    def writeSequence(self, seq: Iterable[bytes], addr: PeerAddress = None) -> None:
        """Send one datagram made of all the pieces."""
        self.write(b"".join(seq), addr)

    def connect(self, host: str, port: int) -> None:
        """Set the address for `write` without an address. The socket itself is not connected, as it
        also serves other peers."""
        self._default_address = (host, port)

    def getHost(self) -> Any:
        """The bound address: an `IPv4Address`, `IPv6Address` or `UNIXAddress`."""
        return self._port.getHost()

    def stopListening(self) -> None:
        """Raises `RuntimeError`: a protocol must not close the socket of its listener."""
        raise RuntimeError(
            Sentence(
                "port-owned-by-portdeck",
                "Portdeck opens and closes the socket. Stop the listener there.",
            )
        )


class FairLoopbackPorts(LoopbackPorts):
    """The IPv4 and the IPv6 loopback socket as one port. A datagram goes out through the socket
    that can reach its receiver."""

    def write(self, datagram: bytes, address: PeerAddress) -> None:
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

    @classmethod
    def take_over(cls, reactor: Any, bound: Socket, protocol: Any, size: int) -> FairPort:
        """Receive from a socket that is bound already, and close the object `bound`."""
        with bound:
            bound.setblocking(False)
            port: FairPort = cls._fromListeningDescriptor(
                reactor, bound.fileno(), bound.family, protocol, size
            )
        port.startListening()
        return port

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
        _read_datagrams(self)


class FairSocketFile(unix.DatagramPort):
    """A Unix socket for datagrams, which reads as `FairPort` does.

    Twisted leaves the file of a closed socket behind. This port removes it, but not a file that has
    replaced it.
    """

    _identity: tuple[int, int] | None = None

    @classmethod
    def bind(cls, reactor: Any, endpoint: Endpoint, protocol: Any, size: int) -> FairSocketFile:
        """Bind the absolute path of `endpoint` for datagrams of at most `size` bytes.

        Raises `SocketFileError`, or what Twisted raises.
        """
        path = endpoint.value("address") or ""
        check_folder(path)
        remove_stale_socket(path, socket.SOCK_DGRAM)
        mode = int(endpoint.value("mode") or DEFAULT_MODE, 8)
        port = cls(os.fsencode(path), protocol, size, mode, reactor)
        port.startListening()
        return port

    def startListening(self) -> None:
        super().startListening()
        self._identity = identity_of(self.port)

    def doRead(self) -> None:
        _read_datagrams(self)

    # As in Twisted, `address` is no host with a port.
    def write(self, datagram: bytes, address: PeerAddress) -> None:  # type: ignore[override]
        """Send `datagram`. Raises `MessageLengthError`, or `OSError` if it was not sent."""
        if address is None:
            raise OSError(
                errno.EDESTADDRREQ,
                Sentence("sender-without-address", "the sender has no address to answer to"),
            )
        try:
            self.socket.sendto(datagram, address)
        except OSError as error:
            if error.errno == errno.EMSGSIZE:
                raise MessageLengthError(
                    Sentence("datagram-message-too-long", "message too long")
                ) from None
            raise

    def connectionLost(self, reason: Failure | None = None) -> None:
        super().connectionLost(reason)
        if self._identity is not None and identity_of(self.port) == self._identity:
            with suppress(OSError):  # the folder may not be ours any more
                os.unlink(self.port)  # noqa: PTH108 - the path is bytes


def _read_datagrams(port: Any) -> None:
    """Pass what waits at `port` to its protocol, at most `DATAGRAMS_PER_TURN` datagrams."""
    for _ in range(DATAGRAMS_PER_TURN):
        try:
            datagram, address = port.socket.recvfrom(port.maxPacketSize)
        except (BlockingIOError, InterruptedError):
            return
        except ConnectionError:  # on Windows: the peer is closed
            return
        port.protocol.datagramReceived(datagram, sender_of(address))
        if not port.connected:  # the protocol has closed the socket
            return


def socket_towards(port: Any, address: PeerAddress) -> Any:
    """The single-socket port in `port` that can reach `address`."""
    return port.ports[":" in host_of(address)] if isinstance(port, FairLoopbackPorts) else port


def host_of(address: PeerAddress) -> str:
    """The IP address; empty for a Unix socket."""
    return address[0] if isinstance(address, tuple) else ""


def address_of(address: PeerAddress) -> IAddress:
    """The address as Twisted's `IPv4Address`, `IPv6Address` or `UNIXAddress`."""
    if not isinstance(address, tuple):
        unix_address: IAddress = UNIXAddress(address)
        return unix_address
    host, port = address
    twisted_address: IAddress = (IPv6Address if ":" in host else IPv4Address)("UDP", host, port)
    return twisted_address


def sender_of(address: Any) -> PeerAddress:
    """The sender of a datagram, from `recvfrom`, with the scope of a link-local IPv6 address."""
    if not isinstance(address, tuple):
        return os.fsdecode(address) if address else None
    if len(address) == 4 and address[3]:
        return f"{address[0]}%{address[3]}", address[1]
    host, port = address[:2]
    return host, port


class DatagramService(Protocol):
    """The `DatagramProtocol` that serves all peers of a listener. It starts and stops once.

    `CatalogService` is one for the protocols of the catalog, and `user_code` has one for user code.
    """

    @property
    def protocol(self) -> Any:
        """The `DatagramProtocol` that gets each datagram. The address of a Unix socket is not in
        the type that Twisted declares for it."""

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
