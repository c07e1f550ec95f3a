"""Whose chunk is it: the names of connections, also of those that are gone."""

from __future__ import annotations

from app.server.connection import Connection

MAX_NAMES = 20_000


class Names:
    """Remembers what the newest connections are called; older ones are called by their number."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}

    def learn(self, connection: Connection) -> None:
        """Remember `connection`."""
        name = f"{connection.factory.spec.name} · {connection.peer}"
        self._names[connection.number] = name
        if len(self._names) > MAX_NAMES:
            del self._names[next(iter(self._names))]

    def of(self, number: int) -> str:
        """`Echo · 127.0.0.1:50122`, or `#7` for one long gone."""
        return self._names.get(number) or f"#{number}"
