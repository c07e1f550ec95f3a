"""Writes to a socket at once where nothing waits for it.

A Twisted transport asks the reactor to send later, which costs three system calls more. A relay
writes most of what it reads to a socket that has room.
"""

from __future__ import annotations

from typing import Any

from twisted.internet import tcp


def write_promptly(transport: Any, data: bytes) -> None:
    """Write `data`: now as much as the system takes, and the rest by the reactor."""
    if type(transport) is tcp.Client and _is_plain_and_empty(transport):
        try:
            sent = transport.socket.send(data)
        except OSError:  # there is no room, or the reactor will find that the socket is lost
            sent = 0
        if sent == len(data):
            return
        data = data[sent:]
    transport.write(data)


def _is_plain_and_empty(transport: Any) -> bool:
    """Whether nothing waits, so that bytes that are sent now do not overtake any."""
    return transport.connected and not (
        transport.dataBuffer
        or transport._tempDataBuffer
        or transport.TLS
        or transport.disconnecting
        or transport._writeDisconnecting
    )
