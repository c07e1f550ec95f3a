"""A transport for streams that notes what is asked of it."""

from __future__ import annotations

from typing import Any

from twisted.internet.testing import StringTransport


class StreamTransport(StringTransport):
    """Has a half-close and a reset, and does not mind being asked again."""

    half_closed = False
    was_reset = False
    bytes_unsent = 0
    """What a connection still has to hand to the system. A test sets it."""

    def loseWriteConnection(self) -> None:
        self.half_closed = True

    def abortConnection(self) -> None:
        self.was_reset = True
        super().abortConnection()

    @property
    def is_read(self) -> bool:
        """Whether the peer is read from."""
        state: str = self.producerState
        return state == "producing"

    @property
    def asked(self) -> Any:
        """The producer that is told how fast the peer reads."""
        return self.producer

    def take(self) -> bytes:
        """The bytes written since the last time."""
        data: bytes = self.value()
        self.clear()
        return data
