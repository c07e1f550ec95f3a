"""What Twisted's sockets lack: the endpoint of a target, a connected UDP port, and writes that do
not wait for the reactor."""

from __future__ import annotations

from typing import Any

from twisted.internet import tcp, udp
from twisted.internet.interfaces import IHalfCloseableDescriptor, IStreamClientEndpoint
from twisted.python.failure import Failure
from zope.interface import implementer

from app.net.ip import parse_ip
from app.net.target import Target, Transport, is_ipv6


def endpoint_for(reactor: Any, target: Target, seconds: float) -> IStreamClientEndpoint:
    """The endpoint of the layer below TLS. Each address has a time-out of `seconds`.

    A host name goes to the reactor's resolver, which does not block. The endpoint tries its
    addresses in parallel. An IP address does not go through the resolver, because that would start
    threads.
    """
    # Imported late: it looks for plugins, and the window opens without it.
    from twisted.internet import endpoints

    if target.transport is Transport.UNIX:
        return endpoints.UNIXClientEndpoint(reactor, target.path, seconds)
    local = (target.local_host, target.local_port)
    bind = local if any(local) else None
    if parse_ip(target.host) is None:
        host, port = target.host, target.port
        return endpoints.HostnameEndpoint(reactor, host, port, seconds, bindAddress=bind)
    is_v6 = is_ipv6(target.host)
    kind = endpoints.TCP6ClientEndpoint if is_v6 else endpoints.TCP4ClientEndpoint
    return kind(reactor, target.host, target.port, seconds, bindAddress=bind)


@implementer(IHalfCloseableDescriptor)
class ConnectedPort(udp.Port):
    """A UDP port that is connected to one peer, and stays open after an ICMP error.

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


def write_promptly(transport: Any, data: bytes) -> None:
    """Write `data` to a stream: now as much as the system takes, and the rest by the reactor.

    A Twisted transport asks the reactor to send later, which costs three system calls more. A relay
    writes most of what it reads to a socket that has room.
    """
    if isinstance(transport, tcp.Connection) and _is_plain_and_empty(transport):
        try:
            sent = transport.socket.send(data)
        except OSError:  # there is no room, or the reactor will find that the socket is lost
            sent = 0
        if sent == len(data):
            return
        data = data[sent:]
    transport.write(data)


def _is_plain_and_empty(transport: Any) -> bool:
    """Whether nothing waits, so that bytes that are sent now do not overtake any."""
    return transport.connected and not (
        transport.dataBuffer
        or transport._tempDataBuffer
        or transport.TLS
        or transport.disconnecting
        or transport._aborting
        or transport._writeDisconnecting
    )
