"""Facts that the system knows about a connected socket: who is at a Unix socket, what is queued."""

from __future__ import annotations

import socket
import struct
import sys
from typing import Any, NamedTuple

from app.text.sentence import Sentence

_SIOCOUTQNSD = 0x894B
"""From <linux/sockios.h>. It counts the bytes not sent yet, without those sent and unconfirmed."""

_COUNT = struct.Struct("i")


def socket_of(transport: Any) -> socket.socket | None:
    """The socket of `transport`; `None` if it has none, or is closed."""
    handle = transport.getHandle() if hasattr(transport, "getHandle") else None
    if handle is None or isinstance(handle, socket.socket):
        return handle
    # The handle of TLS is no socket; the transport below it has one.
    return socket_of(transport.transport)


class Credentials(NamedTuple):
    """The process at the other end of a Unix socket, and its user."""

    pid: int
    """0 if the process is not visible from here, for example from inside a container."""

    uid: int

    def __str__(self) -> str:
        """`alice, pid 4211`; a user without a name is `user 1000`."""
        import pwd  # it does not exist on systems without Unix sockets

        try:
            name = pwd.getpwuid(self.uid).pw_name
        except KeyError:
            name = Sentence("user-number", "user {uid}", uid=self.uid)
        return f"{name}, pid {self.pid}" if self.pid else name


def credentials_of(transport: Any) -> Credentials | None:
    """The credentials of the peer of `transport`; `None` if unknown, and if not a Unix socket."""
    found = socket_of(transport)
    return None if found is None else credentials_behind(found)


def credentials_behind(connected: socket.socket) -> Credentials | None:
    """The credentials of the peer of a Unix socket; `None` if unknown."""
    if not hasattr(socket, "SO_PEERCRED") or connected.family != socket.AF_UNIX:
        return None
    try:
        raw = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    except OSError:
        return None
    pid, uid, _ = struct.unpack("3i", raw)
    return None if uid < 0 else Credentials(pid, uid)  # a datagram socket does not tell


def queued_bytes(transport: Any) -> int:
    """Bytes that the system has taken from us and not sent yet to the peer of `transport`.

    They wait for a peer that does not read, and a reset drops them. 0 if the system does not tell.
    Also 0 for a Unix socket, as its bytes are with the peer as soon as the system takes them.
    """
    if sys.platform != "linux":
        return 0
    found = socket_of(transport)
    if found is None:
        return 0
    import fcntl

    try:
        raw = fcntl.ioctl(found, _SIOCOUTQNSD, bytes(_COUNT.size))
    except OSError:
        return 0
    count: int = _COUNT.unpack(raw)[0]
    return count
