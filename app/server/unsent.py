"""How much of what was written still waits in this process, because the peer does not take it.

Twisted keeps such bytes in buffers that it tells nobody of: a socket's transport in two, TLS in two
more above it. What they are called is asked here alone.
"""

from __future__ import annotations

from typing import Any


def unsent_bytes(transport: Any) -> int:
    """Bytes written to `transport` that the system has not taken yet; 0 where that is not known.

    What the system has taken and the peer has not read counts as sent. For TLS these are the bytes
    of both sides of the encryption, as each of them is on one side only.
    """
    total = 0
    while transport is not None:
        attributes = getattr(transport, "__dict__", {})
        if "_tempDataLen" in attributes:  # a socket's, and below it there is none
            waiting: int = transport._tempDataLen + len(transport.dataBuffer) - transport.offset
            return total + waiting
        total += _of_tls(attributes)
        transport = attributes.get("transport")
    return total


def _of_tls(attributes: dict[str, Any]) -> int:
    gathered = getattr(attributes.get("_aggregator"), "_buffer", ())
    blocked = attributes.get("_appSendBuffer", ())
    return sum(map(len, gathered)) + sum(map(len, blocked))
