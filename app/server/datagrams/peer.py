"""One address that sends datagrams, as a row among the connections."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Protocol

from app.server.addresses import show
from app.server.connection import Connection
from app.server.endings import ABORTED_BY_LISTENER, CLOSED_BY_LISTENER, words_for
from app.tap import RECEIVED, SENT

if TYPE_CHECKING:
    from app.server.datagrams.factory import DatagramFactory

HostAndPort = tuple[str, int]


class Peer(Connection):
    """A connection as far as observers and panes are concerned; on the wire there is none.

    It begins with a datagram and ends after a while without one, or when somebody closes it. The
    next datagram from the same address is a new one then. It has no protocol of its own and no
    stream: of `Connection` it is what is counted, shown, written to and closed.
    """

    factory: DatagramFactory

    def __init__(
        self, factory: DatagramFactory, number: int, address: HostAndPort, port: Any
    ) -> None:
        """`port` is the socket that reaches `address`."""
        super().__init__(factory, Protocol(), number)
        self.address = address
        self.transport = port
        self.connected = True
        self.local = sys.intern(show(port.getHost()))
        self.opened_at = self.active_at = factory.seconds()

    @property
    def peer_address(self) -> IAddress:
        return address_of(self.address)

    @property
    def bytes_unsent(self) -> int:
        """A datagram is on its way at once, or never."""
        return 0

    def getPeer(self) -> IAddress:
        return self.peer_address

    def count_received(self, datagram: bytes) -> None:
        """A datagram came from there."""
        size = len(datagram)
        self.bytes_in += size
        self.factory.bytes_in += size
        self._moved(RECEIVED, datagram)

    def count_sent(self, datagram: bytes) -> None:
        """A datagram was handed to the system."""
        size = len(datagram)
        self.bytes_out += size
        self.factory.bytes_out += size
        self._moved(SENT, datagram)

    def write(self, data: bytes) -> None:
        """Send one datagram there, if it is not over; why it could not be sent is in the log."""
        if self.connected:
            self.factory.try_to_send(data, self.address)

    def loseConnection(self) -> None:
        """Forget the peer: it is told nothing."""
        self.end(CLOSED_BY_LISTENER)

    def abortConnection(self) -> None:
        """Forget the peer: it is told nothing."""
        self.end(ABORTED_BY_LISTENER)

    def end(self, reason: str) -> None:
        """It is over, for `reason`."""
        if self.connected:
            self.connected = False
            self.closed_at = self.factory.seconds()
            self.reason = reason
            self.factory.forget(self)

    def fail(self, error: BaseException) -> None:
        """The protocol raised `error` over a datagram from there."""
        self.end(words_for(error))

    def _moved(self, direction: bool, datagram: bytes) -> None:
        factory = self.factory
        self.active_at = now = factory.seconds()
        if factory.tap is not None:
            factory.tap(now, self.number, direction, datagram)
        if self._resting:
            self._resting = False
            factory.observer.active(self)


def address_of(address: HostAndPort) -> IAddress:
    """What Twisted calls the address of a peer."""
    host, port = address
    made: IAddress = (IPv6Address if ":" in host else IPv4Address)("UDP", host, port)
    return made
