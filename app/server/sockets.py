"""The system's socket below whatever stands on it."""

from __future__ import annotations

import socket
from typing import Any


def socket_of(transport: Any) -> socket.socket | None:
    """That of `transport`; `None` where there is none, or none any more."""
    handle = transport.getHandle() if hasattr(transport, "getHandle") else None
    if handle is None or isinstance(handle, socket.socket):
        return handle
    return socket_of(transport.transport)  # that of TLS is not a socket: its own is below
