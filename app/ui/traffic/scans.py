"""The filter and the search on one log: what they look for, how far they are, where they lead."""

from __future__ import annotations

from time import monotonic
from typing import Protocol

from attrs import evolve
from PySide6.QtCore import QObject, QTimer, Signal

from app.traffic.pattern import Pattern
from app.traffic.scan import Criteria, Scan
from app.traffic.source import AllRows, ChunkSource, RowSelection

# MERGED ui/traffic/stepper: Lets scans and the like go on whenever the window has nothing else to do.

STEP_SECONDS = 0.008
TELL_SECONDS = 0.05
"""Showing what is new costs as much as a step; so not after every one."""


class Steps(Protocol):
    """Work that can be done bit by bit, and that may come up again when it is done."""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do, as of now."""

    def step(self, seconds: float) -> bool:
        """Go on for about `seconds`. Gives `is_done`."""


class Stepper(QObject):
    """Steps its parts, a few milliseconds at a time, until they have caught up with the log."""

    stepped = Signal()
    """There may be something new to show."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Steps, ...] = ()
        self._told_at = 0.0
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)

    def work_on(self, *parts: Steps) -> None:
        """Step these from now on, in this order, and no others."""
        self._parts = parts

    def go_on(self) -> None:
        """The log may have grown: take a step at once, and the others when there is time."""
        if not self._timer.isActive():
            self._timer.start()
            self._step()

    @property
    def is_busy(self) -> bool:
        """Whether a step is to come."""
        return self._timer.isActive()

    def rest(self) -> None:
        """Stop in the middle; `go_on` goes on."""
        self._timer.stop()

    def _step(self) -> None:
        waiting = sum(not part.is_done for part in self._parts)
        for part in self._parts:
            part.step(STEP_SECONDS / max(1, waiting))
        is_done = all(part.is_done for part in self._parts)
        if is_done:
            self._timer.stop()
        now = monotonic()
        if is_done or now - self._told_at >= TELL_SECONDS:
            self._told_at = now
            self.stepped.emit()


class Scans(QObject):
    """Two scans go through the log: the filter's finds are the rows, the search's are jumped to.

    The search looks only among what the filter shows.
    """

    stepped = Signal()
    """There may be something new to show."""

    def __init__(self, log: ChunkSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log = log
        self.filter: Scan | None = None
        self.search: Scan | None = None
        self._before: Steps | None = None
        self._shown = Criteria()
        self._wanted: Pattern | None = None
        self._stepper = Stepper(self)
        self._stepper.stepped.connect(self.stepped)

    def use(self, log: ChunkSource, before: Steps | None = None) -> None:
        """Go through another log from now on, as `show` and `find` say. `before` fills that log."""
        self.log = log
        self._before = before

    @property
    def rows(self) -> RowSelection:
        """What the filter lets through."""
        return self.filter or AllRows(self.log)

    @property
    def are_at_rest(self) -> bool:
        """Whether nothing is under way."""
        return not self._stepper.is_busy

    def show(self, criteria: Criteria) -> None:
        """Filter by `criteria` from now on, and search anew; `go_on` begins."""
        self._shown = criteria
        self.filter = None if criteria.are_none else Scan(self.log, criteria)
        self.find(self._wanted)

    def find(self, pattern: Pattern | None) -> None:
        """Search for `pattern` from now on, or for nothing; `go_on` begins."""
        shown, self._wanted, self.search = self._shown, pattern, None
        if pattern is not None:
            criteria = evolve(shown, patterns=(*shown.patterns, pattern))
            self.search = Scan(self.log, criteria)
        parts = (self._before, self.filter, self.search)
        self._stepper.work_on(*(part for part in parts if part is not None))

    def go_on(self) -> None:
        """The log may have grown."""
        self._stepper.go_on()

    def rest(self) -> None:
        """Stop in the middle; `go_on` goes on."""
        self._stepper.rest()

    def next(self, number: int, until: int | None) -> int | None:
        """The first find beyond `number`, or else the very first; those from `until` do not count.

        `None` if there is none.
        """
        search = self.search
        if search is None:
            return None
        last = search.end if until is None else search.position(until)
        position = search.after(number)
        if last <= search.first:
            return None
        return search.number(position if position < last else search.first)

    def previous(self, number: int, until: int | None) -> int | None:
        """The last find before `number`, or else the very last; as `next` does."""
        search = self.search
        if search is None:
            return None
        last = search.end if until is None else search.position(until)
        position = search.position(number) - 1
        if last <= search.first:
            return None
        return search.number(position if search.first <= position < last else last - 1)

    def troubles(self) -> list[str]:
        """A sentence for each scan that could not look at everything."""
        return [words for scan in (self.filter, self.search) if scan and (words := self._of(scan))]

    def _of(self, scan: Scan) -> str:
        if scan.is_stopped:
            words = self.tr("The expression takes too long: stopped after {0} chunks.")
            return words.format(f"{scan.looked_at - self.log.first:,}")
        if scan.given_up:
            words = self.tr("The expression takes too long. Chunks passed over: {0}.")
            return words.format(f"{scan.given_up:,}")
        return ""
