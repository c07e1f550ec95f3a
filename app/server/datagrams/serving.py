"""The one protocol that serves all who send datagrams to a listener."""

from __future__ import annotations

from typing import Protocol

from twisted.internet.protocol import AbstractDatagramProtocol

from app.server.datagrams.outlet import Outlet


class Serving(Protocol):
    """A `DatagramProtocol` on its way through life: made, started, stopped; once each."""

    @property
    def protocol(self) -> AbstractDatagramProtocol:
        """What is called with each datagram."""

    def start(self, outlet: Outlet) -> None:
        """Give it its transport. Raises what it raises then; it does not serve in that case."""

    def stop(self) -> None:
        """Take the transport away. Raises nothing."""


class CatalogServing:
    """A protocol of the catalog."""

    def __init__(self, protocol: AbstractDatagramProtocol) -> None:
        self.protocol = protocol
        protocol.noisy = False

    def start(self, outlet: Outlet) -> None:
        self.protocol.makeConnection(outlet)

    def stop(self) -> None:
        self.protocol.doStop()
