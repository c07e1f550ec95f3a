"""A UDP socket that is connected to one peer."""

from __future__ import annotations

from twisted.internet import udp
from twisted.internet.interfaces import IHalfCloseableDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer


@implementer(IHalfCloseableDescriptor)
class ConnectedPort(udp.Port):
    """A UDP port that stays open after an ICMP error.

    epoll reports such an error as a closed connection, and Twisted's port then closes. This port
    reads the socket instead, which gives the error, and continues.
    """

    def readConnectionLost(self, reason: Failure) -> None:
        """The socket has an error. A read returns it."""
        self.doRead()
        if self.connected:
            self.startReading()

    def writeConnectionLost(self, reason: Failure) -> None:
        """Ignored: datagrams are never queued."""
