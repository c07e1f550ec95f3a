"""Closing so that the peer can read the last words.

A socket closed while unread bytes wait in it sends a reset, and the reset may overtake what was
written just before (RFC 1122, 4.2.2.13). So: send all, close the write side, read away what still
comes, and close fully once the peer is done too, or after `LINGER_SECONDS`.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import ISSLTransport, ITCPTransport

LINGER_SECONDS = 1.0
"""How long a peer that was sent everything may take to close its side."""


def half_close(transport: Any) -> bool:
    """Close the write side of `transport` once everything written is sent.

    True: the transport's protocol hears `writeConnectionLost` then, goes on dropping what it reads,
    and closes fully. False: there is no half-close (TLS says goodbye in its own way), so the
    transport is closing by itself.
    """
    if ISSLTransport.providedBy(transport) or not ITCPTransport.providedBy(transport):
        transport.loseConnection()
        return False
    transport.loseWriteConnection()
    return True
