"""A UDP socket that leaves the reactor time for others, however small the datagrams are."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.error import CannotListenError
from twisted.internet.udp import MulticastPort

from app.server.loopbacks import BothPorts

Socket = socket.socket

TURN_DATAGRAMS = 64
"""How many are read before the reactor looks at other sockets."""


class BothFairPorts(BothPorts):
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
    return port.ports[":" in address[0]] if isinstance(port, BothFairPorts) else port


def host_and_port(address: Any) -> tuple[str, int]:
    """The sender of a datagram as the protocol is told it, and as it can be answered."""
    if len(address) == 4 and address[3]:
        return f"{address[0]}%{address[3]}", address[1]
    host, port = address[:2]
    return host, port
