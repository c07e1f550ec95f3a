"""The system's socket below whatever stands on it."""

from __future__ import annotations

import socket
import struct
import sys
from typing import Any

from attrs import frozen


def socket_of(transport: Any) -> socket.socket | None:
    """That of `transport`; `None` where there is none, or none any more."""
    handle = transport.getHandle() if hasattr(transport, "getHandle") else None
    if handle is None or isinstance(handle, socket.socket):
        return handle
    return socket_of(transport.transport)  # that of TLS is not a socket: its own is below


# MERGED server/peer_credentials: Who is at the other end of a Unix socket, which has no address that would tell it.


@frozen
class Credentials:
    """A process, and the user whose it is."""

    pid: int
    """0 where the process is not to be seen from here, such as from inside a container."""

    uid: int

    def __str__(self) -> str:
        """`alice, pid 4211`; a user without a name is `user 1000`."""
        import pwd  # there is none where there are no Unix sockets

        try:
            name = pwd.getpwuid(self.uid).pw_name
        except KeyError:
            name = f"user {self.uid}"
        return f"{name}, pid {self.pid}" if self.pid else name


def credentials_of(transport: Any) -> Credentials | None:
    """Who connected over `transport`; `None` where the system does not say, and for the rest."""
    found = socket_of(transport)
    return None if found is None else credentials_behind(found)


def credentials_behind(connected: socket.socket) -> Credentials | None:
    """Who is connected to a socket; `None` where the system does not say."""
    if not hasattr(socket, "SO_PEERCRED") or connected.family != socket.AF_UNIX:
        return None
    try:
        told = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    except OSError:
        return None
    pid, uid, _ = struct.unpack("3i", told)
    return Credentials(pid, uid)


# MERGED server/send_queue: What the system has taken of a connection's bytes, and not sent.
#
# It waits there for a peer that does not read, and a reset throws it away like what waits in this
# process. Only the system knows how much it is.

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
