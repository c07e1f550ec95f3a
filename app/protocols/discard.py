"""Discard, RFC 863: whatever a peer sends is thrown away."""

from __future__ import annotations

from twisted.internet.protocol import DatagramProtocol, Protocol


class Discard(Protocol):
    """Reads every byte until the peer leaves, and never says one."""

    def dataReceived(self, data: bytes) -> None:
        """Drop it. Not reading would do something else: the peer would be stopped."""


class DiscardDatagrams(DatagramProtocol):
    """Takes every datagram, and never sends one."""

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        """Drop it."""
