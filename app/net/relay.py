"""The interface between a connection of a listener and a protocol that passes its bytes on."""

from __future__ import annotations

from zope.interface import Interface


class IRelay(Interface):
    """A protocol whose peer talks to somebody else, not to the protocol.

    The connection reads from its peer also while the peer does not read: both directions have their
    own backpressure, at the other end.
    """

    def connectionClosing() -> None:
        """The connection closes when everything written is sent. Write nothing more, and have no
        producer."""
