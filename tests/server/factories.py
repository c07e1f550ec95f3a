"""A minimal protocol factory, as user code has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IAddress, IProtocol
from twisted.internet.protocol import Factory


class Wrapped(Factory[Any]):
    """Builds each protocol with `build`, which may return `None` or raise."""

    noisy = False

    def __init__(self, build: Callable[[], IProtocol | None]) -> None:
        self._build = build

    def buildProtocol(self, addr: IAddress | None) -> Any:
        return self._build()
