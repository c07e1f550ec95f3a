"""The connection of a client that is forwarded, as the relay behind it sees it.

`RelayedConnection` is the part of a `Connection` that knows about the link to the target: its
facts, its traffic, and the faults that act on it.
"""

from __future__ import annotations

from zope.interface import implementer

from app.faults.listener import ListenerFaults
from app.faults.spec import Fault, FaultLeg, of_leg
from app.forwarding.link import IRelayedConnection
from app.server.connections.fault_adapter import ConnectionWithFaults


@implementer(IRelayedConnection)
class RelayedConnection(ConnectionWithFaults):
    """A connection whose protocol may be a relay. Without one, it costs nothing."""

    hint = ""
    """Text to append to `reason` when the connection closes. The protocol may set it."""

    target_has_ended = False
    """Whether the target has closed before the client did. The relay sets it."""

    @property
    def shared_faults(self) -> ListenerFaults:
        """The faults of the listener."""
        return self.factory.faults

    def target_connected(self) -> None:
        """The link is open: it gets a number of its own in the traffic."""
        assert self.target is not None
        self.target.number = next(self.factory.numbers)
        self.factory.observer.forwarded(self)

    def tap_target(self, direction: bool, data: bytes) -> None:
        """Keep a chunk of the link in the traffic."""
        factory = self.factory
        if factory.tap is not None and self.target is not None:
            now = factory.seconds()
            factory.tap(now + self.unix_offset, self.target.number, direction, data)

    def target_refuses(self) -> bool:
        """Whether a fault refuses the link that is going to be made."""
        return self.factory.faults.refuses(FaultLeg.TARGET)

    def target_faults(self, *, by_datagram: bool = False) -> tuple[Fault, ...]:
        """The faults that act on the link. `by_datagram` gives also those that do not hit this
        connection: they decide for each datagram."""
        chosen = self.own_faults
        if chosen is None:
            chosen = self.factory.faults.faults if by_datagram else self.chosen_faults()
        return of_leg(chosen, FaultLeg.TARGET)
