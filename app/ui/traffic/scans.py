"""The filter and the search on one log. They run in steps while the window has nothing else to
do."""

from __future__ import annotations

from time import monotonic
from typing import Protocol

from attrs import evolve
from PySide6.QtCore import QObject, QTimer, Signal

from app.traffic.pattern import Pattern
from app.traffic.scan import Criteria, Scan
from app.traffic.source import AllRows, ChunkSource, RowSelection

STEP_SECONDS = 0.008
REPORT_SECONDS = 0.05
"""The least time between two `stepped`. To show news takes as long as a step."""


class Scans(QObject):
    """Two scans of one log. The finds of the filter are the rows; the search marks some of them.

    The search looks only at chunks that the filter shows.
    """

    stepped = Signal()
    """There may be new results to show."""

    def __init__(self, log: ChunkSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log = log
        self.filter: Scan | None = None
        self.search: Scan | None = None
        self._before: Steppable | None = None
        self._criteria = Criteria()
        self._pattern: Pattern | None = None
        self._stepper = Stepper(self)
        self._stepper.stepped.connect(self.stepped)

    def use(self, log: ChunkSource, before: Steppable | None = None) -> None:
        """Change the log for the next `show` or `find`. `before` is the work that fills it."""
        self.log = log
        self._before = before

    @property
    def rows(self) -> RowSelection:
        """The rows that pass the filter."""
        return self.filter or AllRows(self.log)

    @property
    def is_idle(self) -> bool:
        """Whether no steps are left."""
        return not self._stepper.is_busy

    def show(self, criteria: Criteria) -> None:
        """Set the filter, and start the search again. `resume` runs both."""
        self._criteria = criteria
        self.filter = None if criteria.are_none else Scan(self.log, criteria)
        self.find(self._pattern)

    def find(self, pattern: Pattern | None) -> None:
        """Set the pattern of the search; `None` for no search. `resume` runs it."""
        shown, self._pattern, self.search = self._criteria, pattern, None
        if pattern is not None:
            criteria = evolve(shown, patterns=(*shown.patterns, pattern))
            self.search = Scan(self.log, criteria)
        parts = (self._before, self.filter, self.search)
        self._stepper.work_on(*(part for part in parts if part is not None))

    def resume(self) -> None:
        """Run the scans after the log may have grown."""
        self._stepper.resume()

    def suspend(self) -> None:
        """Stop until `resume`."""
        self._stepper.suspend()

    def next(self, number: int, until: int | None) -> int | None:
        """The first find after the chunk `number`, or the first of all. `None` if there is none.

        Finds with a number of `until` or more are ignored.
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
        """The last find before the chunk `number`, or the last of all. See `next`."""
        search = self.search
        if search is None:
            return None
        last = search.end if until is None else search.position(until)
        position = search.position(number) - 1
        if last <= search.first:
            return None
        return search.number(position if search.first <= position < last else last - 1)

    def troubles(self) -> list[str]:
        """A sentence for each scan that could not search everything."""
        return [words for scan in (self.filter, self.search) if scan and (words := self._of(scan))]

    def _of(self, scan: Scan) -> str:
        if scan.is_stopped:
            words = self.tr("The expression takes too long: stopped after {0} chunks.")
            return words.format(f"{scan.looked_at - self.log.first:,}")
        if scan.given_up:
            words = self.tr("The expression takes too long. Chunks passed over: {0}.")
            return words.format(f"{scan.given_up:,}")
        return ""


class Steppable(Protocol):
    """Work that is done in steps. When it is done, there may be more of it later."""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do at the moment."""

    def step(self, seconds: float) -> bool:
        """Work for about `seconds`. Returns `is_done`."""


class Stepper(QObject):
    """Runs steps of a few milliseconds until all work on the log is done."""

    stepped = Signal()
    """There may be new results to show."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Steppable, ...] = ()
        self._reported_at = 0.0
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)

    def work_on(self, *parts: Steppable) -> None:
        """Replace the work. The parts are run in this order."""
        self._parts = parts

    def resume(self) -> None:
        """Start again after the log may have grown. The first step is run immediately."""
        if not self._timer.isActive():
            self._timer.start()
            self._step()

    @property
    def is_busy(self) -> bool:
        """Whether more steps will follow."""
        return self._timer.isActive()

    def suspend(self) -> None:
        """Stop until `resume`."""
        self._timer.stop()

    def _step(self) -> None:
        waiting = sum(not part.is_done for part in self._parts)
        for part in self._parts:
            part.step(STEP_SECONDS / max(1, waiting))
        is_done = all(part.is_done for part in self._parts)
        if is_done:
            self._timer.stop()
        now = monotonic()
        if is_done or now - self._reported_at >= REPORT_SECONDS:
            self._reported_at = now
            self.stepped.emit()
