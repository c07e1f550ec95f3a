"""Guards against two UDP services that answer each other for ever.

The source address of a datagram is easy to forge. If it names a service that answers every
datagram, a single forged datagram would start an endless exchange between the two.
"""

from __future__ import annotations

ANSWERING_PORTS = frozenset({7, 13, 17, 19, 37})
"""Echo, daytime, quote of the day, character generator and time: RFC 862 to 868."""


def may_reply_to(addr: tuple[str, int] | str | None) -> bool:
    """Whether a datagram from the host and port `addr` may be answered.

    One from the path of a Unix socket may. One from a Unix socket without a path has no address.
    """
    if isinstance(addr, tuple):
        return addr[1] not in ANSWERING_PORTS
    return addr is not None
