"""The fault of a listener that refuses: a client is reset as soon as it is accepted."""

from __future__ import annotations

from typing import Any

from twisted.internet.protocol import Protocol


class Reset(Protocol):
    """Serves nobody: the client that gets it is gone at once."""

    transport: Any

    def connectionMade(self) -> None:
        self.transport.abortConnection()
