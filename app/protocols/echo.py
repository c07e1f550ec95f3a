"""Echo, RFC 862: a peer gets back whatever it sends."""

from __future__ import annotations

from twisted.internet.protocol import Protocol


class Echo(Protocol):
    """Returns every byte, in order, until the peer leaves."""

    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)
