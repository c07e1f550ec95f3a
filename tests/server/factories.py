"""A user's factory, as short as it can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IAddress, IProtocol
from twisted.internet.protocol import Factory


class Wrapped(Factory[Any]):
    """What a user's factory is: it makes the next protocol, or fails to."""

    noisy = False

    def __init__(self, build: Callable[[], IProtocol | None]) -> None:
        self._build = build

    def buildProtocol(self, addr: IAddress | None) -> Any:
        return self._build()
