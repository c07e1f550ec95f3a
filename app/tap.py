"""How every chunk that crosses a socket is told to whoever keeps a record of them."""

from __future__ import annotations

from collections.abc import Callable

RECEIVED = False
SENT = True

Tap = Callable[[float, int, bool, bytes], None]
"""Takes one chunk: unix seconds, number of the connection or session, direction, bytes."""
