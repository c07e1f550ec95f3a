"""Lets scans and the like go on whenever the window has nothing else to do."""

from __future__ import annotations

from time import monotonic
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

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
