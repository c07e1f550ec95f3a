"""Echo, RFC 862: a peer gets back whatever it sends; over UDP, every datagram."""

from __future__ import annotations

from typing import Any

from twisted.internet.protocol import DatagramProtocol, Protocol

from app.protocols.looping import may_answer


class Echo(Protocol):
    """Returns every byte, in order, until the peer leaves."""

    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)


class EchoDatagrams(DatagramProtocol):
    """Returns every datagram to its sender, the empty one too."""

    transport: Any

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        if may_answer(addr):
            self.transport.write(datagram, addr)
