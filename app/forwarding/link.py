"""What a relay and the connection of its client know of each other.

A connection of a listener belongs to `app.server`, and the relay behind it to this package. The
connection sees an `IRelay`, the relay sees an `IRelayedConnection`, and both see the `TargetLink`:
the facts about the other connection, which goes to the target.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from attrs import define
from zope.interface import Attribute, Interface

from app.faults.listener import ListenerFaults
from app.faults.spec import Fault
from app.traffic.connection_info import CloseKind

TapTarget = Callable[[bool, bytes], None]
"""Called for each chunk of the connection to a target: the direction, and the bytes."""


class LinkState(Enum):
    """How far the connection to a target is."""

    CONNECTING = "connecting"
    OPEN = "open"
    CLOSED = "closed"
    FAILED = "failed"


@define(eq=False)
class TargetLink:
    """The facts about the connection to one target, also after it is closed. They are shown."""

    target: str
    """As the console takes it, such as `tls:db.example:5432`."""

    state: LinkState = LinkState.CONNECTING
    number: int = 0
    """Its number in the traffic; 0 until it is open."""

    local_address: Any = None
    """Our end, as an `IAddress`; `None` until it is open."""

    peer_address: Any = None
    """The end of the target."""

    bytes_in: int = 0
    """Bytes that the target sent."""

    bytes_out: int = 0
    """Bytes that were sent to the target."""

    close_kind: CloseKind = CloseKind.CLOSED
    closed_at: float = 0.0
    """By the reactor's clock; 0 while it is not closed."""

    @property
    def is_datagram(self) -> bool:
        """Whether each chunk is one datagram."""
        return self.target.startswith("udp:")

    def name(self, connection: int) -> str:
        """Its name in the traffic, for the client's connection with that number."""
        return f"#{connection} → {self.target}"


class IRelay(Interface):
    """A protocol whose peer talks to somebody else, not to the protocol.

    The connection reads from its peer also while the peer does not read: both directions have their
    own backpressure, at the other end.
    """

    def connectionClosing() -> None:
        """The connection closes when everything written is sent. Write nothing more, and have no
        producer."""

    def targetFaultsChanged() -> None:
        """The faults that act on the connection to the target are other ones now."""


class IRelayedConnection(Interface):
    """The connection of a listener, as a relay uses it beside its transport."""

    number = Attribute("Its number in the traffic.")
    peer = Attribute("The client as text.")
    hint = Attribute("A sentence that belongs to its end.")
    target = Attribute("The `TargetLink`, which the relay sets.")
    target_has_ended = Attribute("Whether the target has closed first. The relay sets it.")
    shared_faults: ListenerFaults = Attribute("The faults of the listener.")

    def target_connected() -> None:
        """The link is open: give it its number, and tell the observer."""

    def tap_target(direction: bool, data: bytes) -> None:  # noqa: N805 - an interface has no self
        """Keep a chunk of the link in the traffic."""

    def target_refuses() -> bool:
        """Whether a fault refuses the link that is going to be made."""

    def target_faults(*, by_datagram: bool = False) -> tuple[Fault, ...]:
        """The faults that act on the link. `by_datagram` gives also those that do not hit this
        connection: they decide for each datagram."""
