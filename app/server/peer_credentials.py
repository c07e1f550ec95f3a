"""Who is at the other end of a Unix socket, which has no address that would tell it."""

from __future__ import annotations

import socket
import struct
from typing import Any

from attrs import frozen

from app.server.sockets import socket_of


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
