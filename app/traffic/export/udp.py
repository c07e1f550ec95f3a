"""Datagrams as the UDP packets that they were: RFC 768."""

from __future__ import annotations

from struct import Struct

from app.traffic.endings import How
from app.traffic.export.ip import Ends, checksum
from app.traffic.party import Party

UDP = 17
_HEADER = Struct(">HHHH")


class DatagramFlow:
    """What one peer and a listener sent each other."""

    def __init__(self, number: int, party: Party | None) -> None:
        self._ends = Ends(number, party, UDP)
        self.pair = self._ends.pair

    def opening(self) -> tuple[bytes, ...]:
        """Nothing goes before the first datagram."""
        return ()

    def closing(self, how: How) -> tuple[bytes, ...]:
        """Nothing tells that no more will come."""
        return ()

    def packets(self, sent: bool, data: bytes) -> tuple[bytes, ...]:
        """The one packet of a datagram, which may be empty."""
        size = _HEADER.size + len(data)
        ports = self._ends.ports
        fields = (ports[sent], ports[not sent], size)
        # Nought would mean that there is no checksum.
        found = checksum(self._ends.sums, size, _HEADER.pack(*fields, 0), data) or 0xFFFF
        return (self._ends.header(sent, size) + _HEADER.pack(*fields, found) + data,)
