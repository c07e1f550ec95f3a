"""Who is said to speak in Twisted's old log while a descriptor is served."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class LogContext(Mapping[str, str]):
    """What ``log.msg`` calls its ``system``: the log prefix of whoever is being served.

    It is looked up when something is logged. Twisted makes it up for each event, which takes as
    long as reading the message.
    """

    def __init__(self, served: Callable[[], Any]) -> None:
        """``served()`` gives the descriptor that is being served, or None."""
        self._served = served

    def __getitem__(self, key: str) -> str:
        if key != "system":
            raise KeyError(key)
        served = self._served()
        if served is None:
            return "-"
        try:
            return str(served.logPrefix())
        except Exception:  # noqa: BLE001 - what is being logged matters more than its prefix
            return "(buggy logPrefix method)"

    def __iter__(self) -> Iterator[str]:
        return iter(("system",))

    def __len__(self) -> int:
        return 1

    def copy(self) -> dict[str, str]:
        return dict(self)
