"""Lets scans go on whenever the window has nothing else to do."""

from __future__ import annotations

from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal

from app.traffic.scan import Scan

STEP_SECONDS = 0.008
TELL_SECONDS = 0.05
"""Showing what is new costs as much as a step; so not after every one."""


class Stepper(QObject):
    """Steps its scans, a few milliseconds at a time, until they have caught up with the log."""

    stepped = Signal()
    """There may be something new to show."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scans: tuple[Scan, ...] = ()
        self._told_at = 0.0
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)

    def work_on(self, *scans: Scan) -> None:
        """Step these from now on, and no others."""
        self._scans = scans

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
        scans = [scan for scan in self._scans if not scan.is_done]
        for scan in self._scans:
            scan.step(STEP_SECONDS / max(1, len(scans)))
        is_done = all(scan.is_done for scan in scans)
        if is_done:
            self._timer.stop()
        now = monotonic()
        if is_done or now - self._told_at >= TELL_SECONDS:
            self._told_at = now
            self.stepped.emit()
