"""The processes at the other ends of the rows on show: looked up seldom, and remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeGuard

from twisted.python.failure import Failure

from app.runtime.coroutines import log_failure
from app.server.connections.connection import Connection
from app.server.peer_process import FindProcesses, clue
from app.server.sockets.listen_errors import Holder
from app.server.sockets.process_lookup import Clue
from app.ui.connections.columns import Row

MOST_KEPT = 4_000
MOST_AT_ONCE = 200

MOST_SOCKETS = 1_000
"""With more connections than this the system is not asked: it would have to list them all."""

SETTLED_SECONDS = 0.5
"""How old a connection is before it is asked for: many are gone by then."""

PAUSE_SECONDS = 1.0
SHARE = 0.02
"""The part of the time that lookups may take, each of which keeps one processor busy."""


class Processes:
    """Asks about each connection once, or once more if that failed.

    At most one lookup runs, and then there is a pause.
    """

    def __init__(
        self, find: FindProcesses, seconds: Callable[[], float], found: Callable[[], None]
    ) -> None:
        """`find` asks the system; `found` is called when more is known."""
        self._find = find
        self._seconds = seconds
        self._found = found
        self._known: dict[int, str] = {}
        self._missed: set[int] = set()
        """Those that were asked for in vain, once."""
        self._is_asking = False
        self._not_before = 0.0

    def text(self, row: Row) -> str:
        """`node (4211)`; empty for who is not known, or not here."""
        return self._known.get(row.number, "")

    def want(self, rows: Iterable[Row], sockets: int) -> None:
        """These rows are on show, of so many connections: find out about the new ones."""
        now = self._seconds()
        if self._is_asking or now < self._not_before or sockets > MOST_SOCKETS:
            return
        clues: dict[int, Clue] = {}
        for row in rows:
            if self._is_new(row) and now - row.opened_at >= SETTLED_SECONDS:
                found = clue(row)
                if found is None:
                    self._learn(row.number, "")
                elif len(clues) < MOST_AT_ONCE:
                    clues[row.number] = found
        if clues:
            self._is_asking = True
            asked = self._find(clues).addErrback(_nothing)
            asked.addCallback(self._take, clues, now).addErrback(log_failure)

    def _is_new(self, row: Row) -> TypeGuard[Connection]:
        return isinstance(row, Connection) and row.number not in self._known

    def _take(self, found: dict[int, Holder], clues: Mapping[int, Clue], since: float) -> None:
        now = self._seconds()
        self._is_asking = False
        self._not_before = now + max(PAUSE_SECONDS, (now - since) / SHARE)
        again = clues.keys() - found.keys() - self._missed
        for number in clues.keys() - again:
            holder = found.get(number)
            self._learn(number, "" if holder is None else f"{holder.name} ({holder.pid})")
        self._missed = again
        self._found()

    def _learn(self, number: int, text: str) -> None:
        self._known[number] = text
        if len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]


def _nothing(failure: Failure) -> dict[int, Holder]:
    log_failure(failure)
    return {}
