"""Closing so that the peer can read the last words.

A socket closed while unread bytes wait in it sends a reset, and the reset may overtake what was
written just before (RFC 1122, 4.2.2.13). So: close the write side, read away what still comes, and
close fully once the peer is done too, or after `LINGER_SECONDS`.
"""

from __future__ import annotations

from twisted.internet.interfaces import (
    IDelayedCall,
    IHalfCloseableDescriptor,
    IReactorTime,
    ISSLTransport,
    ITransport,
)

LINGER_SECONDS = 1.0


def start_lingering(transport: ITransport, clock: IReactorTime) -> IDelayedCall | None:
    """Flush and half-close `transport`, and close it in `LINGER_SECONDS` at the latest.

    The caller goes on reading and drops what it reads, closes the transport at the peer's end of
    file, and cancels the call returned here once the connection is lost. `None`: the transport
    knows no half-close (TLS says goodbye in its own way) and is closing already.
    """
    if ISSLTransport.providedBy(transport) or not IHalfCloseableDescriptor.providedBy(transport):
        transport.loseConnection()
        return None
    transport.loseWriteConnection()
    return clock.callLater(LINGER_SECONDS, transport.loseConnection)
