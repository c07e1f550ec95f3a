"""What the system has taken of a connection's bytes, and not sent.

It waits there for a peer that does not read, and a reset throws it away like what waits in this
process. Only the system knows how much it is.
"""

from __future__ import annotations

import struct
import sys
from typing import Any

from app.server.sockets import socket_of

_SIOCOUTQNSD = 0x894B
"""From <linux/sockios.h>. What is sent and not confirmed yet is on its way, and not counted."""

_COUNT = struct.Struct("i")


def queued_bytes(transport: Any) -> int:
    """Bytes in the system's queue towards the peer of `transport`; 0 where it does not say, and for
    a Unix socket, whose bytes are the peer's as soon as the system has them."""
    if sys.platform != "linux":
        return 0
    found = socket_of(transport)
    if found is None:
        return 0
    import fcntl

    try:
        told = fcntl.ioctl(found, _SIOCOUTQNSD, bytes(_COUNT.size))
    except OSError:
        return 0
    count: int = _COUNT.unpack(told)[0]
    return count
