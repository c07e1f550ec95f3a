"""The lookup of the processes at the other ends of the visible connections.

The results are cached, and the rate of lookups is limited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeGuard

from twisted.python.failure import Failure

from app.runtime.coroutines import log_failure
from app.server.connections.connection import Connection
from app.server.peer_process import FindProcesses, process_query
from app.server.sockets.listen_errors import ProcessInfo
from app.server.sockets.process_lookup import ProcessQuery
from app.ui.connections.columns import Row

MOST_KEPT = 4_000
MOST_AT_ONCE = 200

MOST_SOCKETS = 1_000
"""With more connections than this there is no lookup, as the system would list them all."""

SETTLED_SECONDS = 0.5
"""Minimum age of a connection for a lookup. Many connections end before that."""

PAUSE_SECONDS = 1.0
SHARE = 0.02
"""Maximum share of the time for lookups, because each keeps one processor busy."""


class Processes:
    """Looks up each connection once, and a second time if it was not found.

    At most one lookup runs at a time, and a pause follows it.
    """

    def __init__(
        self, find: FindProcesses, seconds: Callable[[], float], found: Callable[[], None]
    ) -> None:
        """`find` asks the system. `found` is called after each lookup."""
        self._find = find
        self._seconds = seconds
        self._found = found
        self._known: dict[int, str] = {}
        self._not_found: set[int] = set()
        """The connections that one lookup did not find."""
        self._is_running = False
        self._next_lookup_at = 0.0

    def text(self, row: Row) -> str:
        """The process of `row`, as in `node (4211)`. Empty if it is unknown or remote."""
        return self._known.get(row.number, "")

    def look_up(self, rows: Iterable[Row], sockets: int) -> None:
        """Look up the new ones of the visible `rows`. `sockets` is the number of all
        connections."""
        now = self._seconds()
        if self._is_running or now < self._next_lookup_at or sockets > MOST_SOCKETS:
            return
        queries: dict[int, ProcessQuery] = {}
        for row in rows:
            if self._is_new(row) and now - row.opened_at >= SETTLED_SECONDS:
                found = process_query(row)
                if found is None:
                    self._remember(row.number, "")
                elif len(queries) < MOST_AT_ONCE:
                    queries[row.number] = found
        if queries:
            self._is_running = True
            asked = self._find(queries).addErrback(_log_and_find_none)
            asked.addCallback(self._store_result, queries, now).addErrback(log_failure)

    def _is_new(self, row: Row) -> TypeGuard[Connection]:
        return isinstance(row, Connection) and row.number not in self._known

    def _store_result(
        self, found: dict[int, ProcessInfo], queries: Mapping[int, ProcessQuery], since: float
    ) -> None:
        now = self._seconds()
        self._is_running = False
        self._next_lookup_at = now + max(PAUSE_SECONDS, (now - since) / SHARE)
        again = queries.keys() - found.keys() - self._not_found
        for number in queries.keys() - again:
            holder = found.get(number)
            self._remember(number, "" if holder is None else f"{holder.name} ({holder.pid})")
        self._not_found = again
        self._found()

    def _remember(self, number: int, text: str) -> None:
        self._known[number] = text
        if len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]


def _log_and_find_none(failure: Failure) -> dict[int, ProcessInfo]:
    log_failure(failure)
    return {}
