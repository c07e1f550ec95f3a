"""The heart beat of the window: ten times a second while something changes, not at all otherwise.

The engine never calls into Qt for an event; it wakes the ticker once, and the ticker lets the panes
pull what is new. However much happens, the window does its share at most ten times a second.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

INTERVAL_MS = 100


class Ticker(QObject):
    """Calls its sources after `wake`, and again each `INTERVAL_MS` while one of them wants more.

    The first call after a rest comes at once, so a single event shows without delay. It counts as a
    rest only when nothing was wanted for a whole interval: events that trickle in one by one would
    otherwise each have a tick of their own.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sources: list[Callable[[], bool]] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._tick)
        self._woken = False
        self._wanted = False

    def add(self, source: Callable[[], bool]) -> None:
        """`source` takes what is new and gives whether it wants to be called once more."""
        self._sources.append(source)

    def remove(self, source: Callable[[], bool]) -> None:
        """Stop calling `source`."""
        self._sources.remove(source)

    def wake(self) -> None:
        """Something is new. Cheap, and harmless to call often."""
        self._woken = True
        if not self._timer.isActive():
            self._timer.start(0)

    @property
    def is_awake(self) -> bool:
        """Whether another tick will come."""
        return self._timer.isActive()

    def _tick(self) -> None:
        if self._timer.interval() != INTERVAL_MS:
            self._timer.setInterval(INTERVAL_MS)
        if not (self._woken or self._wanted):
            self._timer.stop()
            return
        self._woken = self._wanted = False
        wants_more = [source() for source in list(self._sources)]
        self._wanted = any(wants_more)
