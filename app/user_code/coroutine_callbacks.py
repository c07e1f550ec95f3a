"""Finds `async def` callbacks of protocols. Twisted calls them but never awaits the result."""

from __future__ import annotations

import inspect
import logging
from typing import Final
from weakref import WeakSet

log = logging.getLogger(__name__)

CALLBACKS: Final = (
    "connectionMade",
    "connectionLost",
    "dataReceived",
    "lineReceived",
    "rawDataReceived",
    "stringReceived",
    "readConnectionLost",
    "writeConnectionLost",
    "startProtocol",
    "stopProtocol",
    "datagramReceived",
    "connectionRefused",
)
"""The callbacks of Twisted's protocols, also of those for lines and strings."""


def coroutine_callbacks(protocol: type) -> tuple[str, ...]:
    """The names of the callbacks of the class `protocol` that are coroutine functions."""
    return tuple(
        name for name in CALLBACKS if inspect.iscoroutinefunction(getattr(protocol, name, None))
    )


class CoroutineWarnings:
    """Logs a warning for each class, once. The coroutines do not run, as in Twisted."""

    def __init__(self, title: str) -> None:
        """The warnings begin with `title`."""
        self._title = title
        self._seen: WeakSet[type] = WeakSet()

    def look_at(self, protocol: object) -> tuple[str, ...]:
        """Warn about the class of `protocol` if it is new. Returns the names in the warning."""
        kind = type(protocol)
        if kind in self._seen:
            return ()
        self._seen.add(kind)
        names = coroutine_callbacks(kind)
        if names:
            log.warning(
                "%s: %s of %s is an async function. Twisted calls it and does not run it. Make it "
                "an ordinary one, and call defer.ensureDeferred(…) in it with the coroutine.",
                self._title,
                ", ".join(names),
                kind.__name__,
            )
        return names
