"""Keeps two services that answer every datagram from answering each other for ever.

The sender's address of a datagram is easily forged. If it is that of a service which answers
whatever it gets, one datagram would be answered for ever.
"""

from __future__ import annotations

ANSWERING_PORTS = frozenset({7, 13, 17, 19, 37})
"""Echo, daytime, quote of the day, character generator and time: RFC 862 to 868."""


def may_reply_to(addr: tuple[str, int]) -> bool:
    """Whether a datagram from the host and port of `addr` may be answered."""
    return addr[1] not in ANSWERING_PORTS
