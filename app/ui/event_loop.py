"""The heart beat of the window: ten times a second while something changes, not at all otherwise.

The engine never calls into Qt for an event; it wakes the ticker once, and the ticker lets the panes
pull what is new. However much happens, the window does its share at most ten times a second.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable
from time import monotonic
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication
from twisted.internet.defer import Deferred

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


# MERGED ui/garbage: Garbage is collected on the window's thread alone.
#
# Python collects wherever it happens to allocate, in a worker thread too. Cycles that a dialog or a
# tab was part of would have their Qt objects destroyed there: Qt forbids that, and it deadlocks when
# the window's thread waits for a lock of Qt's while it holds the lock of Python.

FULL_SECONDS = 10.0
"""The least time between two looks at everything, which take the longest."""


class GarbageCollection:
    """Keeps automatic collection off, and makes up for it whenever it is called: each tick."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds."""
        gc.disable()
        self._clock = clock
        self._looked_at_all = clock()

    def __call__(self) -> bool:
        """Collect what is due, as Python itself would. Wants no further tick for it."""
        young, middle, old = gc.get_count()
        most_young, most_middle, most_old = gc.get_threshold()
        if old > most_old and self._clock() - self._looked_at_all >= FULL_SECONDS:
            gc.collect()
            self._looked_at_all = self._clock()
        elif middle > most_middle:
            gc.collect(1)
        elif young > most_young:
            gc.collect(0)
        return False


# MERGED ui/lifecycle: The one way out: close button, Ctrl-Q, `QApplication.quit` and every signal to end all take it.
#
# Twisted's shutdown triggers are skipped when Qt ends first, and Qt goes on when the reactor ends
# first. So the reactor always ends first, and its last trigger ends Qt.


class Lifecycle:
    """Owns the end of the program. Make it once the reactor is installed, before it runs."""

    def __init__(
        self, app: QApplication, reactor: Any, drain: Callable[[], Deferred[None]]
    ) -> None:
        """`drain` stops the listeners; the exit waits for its Deferred."""
        self._app = app
        self._reactor = reactor
        self._asked = False
        app.setQuitOnLastWindowClosed(False)
        reactor.addSystemEventTrigger("before", "shutdown", self._begin, drain)
        reactor.addSystemEventTrigger("after", "shutdown", lambda: QTimer.singleShot(0, app.quit))

    @property
    def is_over(self) -> bool:
        """Whether the reactor has ended, so that windows may close."""
        return not self._reactor.running

    def before_exit(self, act: Callable[[], None]) -> None:
        """Have `act` called when the end begins, whoever asked for it."""
        self._reactor.addSystemEventTrigger("before", "shutdown", act)

    def request_exit(self) -> None:
        """Ask for the end. Asking again changes nothing."""
        if not self._asked and self._reactor.running:
            self._asked = True
            self._reactor.callLater(0, self._reactor.stop)

    def run(self) -> int:
        """Run until the end; gives the exit code."""
        self._reactor.runReturn()
        self._end_with_the_terminal()
        return self._app.exec()

    def _end_with_the_terminal(self) -> None:
        """Twisted has no handler for this signal; `nohup` has it ignored, and so it stays then."""
        hangup = getattr(signal, "SIGHUP", None)
        if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
            signal.signal(hangup, lambda *_: self._reactor.callFromThread(self.request_exit))

    def _begin(self, drain: Callable[[], Deferred[None]]) -> Deferred[None]:
        self._asked = True
        return drain()
