"""Finds `async def` callbacks of protocols. Twisted calls them but never awaits the result."""

from __future__ import annotations

import inspect
from typing import Final
from weakref import WeakSet

from app.text.sentence import Sentence

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
    """Finds the coroutine callbacks of each class once. Twisted does not run the coroutines."""

    def __init__(self) -> None:
        self._seen: WeakSet[type] = WeakSet()

    def about(self, protocol: object) -> str:
        """The warning about the class of `protocol`, or of a protocol inside it; empty if there is
        nothing to warn of, and if the class was seen before."""
        while protocol is not None:
            kind = type(protocol)
            if kind not in self._seen:
                self._seen.add(kind)
                if names := coroutine_callbacks(kind):
                    return Sentence(
                        "coroutine-callback",
                        "{callbacks} of {kind} is an async function. Twisted calls it and does not "
                        "run it. Make it an ordinary one, and call defer.ensureDeferred(…) in it "
                        "with the coroutine.",
                        callbacks=", ".join(names),
                        kind=kind.__name__,
                    )
            protocol = getattr(protocol, "__dict__", {}).get("wrappedProtocol")
        return ""
