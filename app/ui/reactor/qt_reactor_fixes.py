"""Fixes for the package qt-reactor: timers, calls from threads, start and stop.

The faults of qt-reactor 0.6.1: ``stop()`` in a slot takes effect only at the next event, which may
come much later. Delayed calls follow the system's clock, also when somebody sets it. ``run()``
installs signal handlers even if told not to, and ignores ``QApplication.quit()``. Delays are
rounded down to whole milliseconds, so the last millisecond is a busy loop. A timer is started for
each ``callLater``.
"""

from __future__ import annotations

import heapq
import math
import sys
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore
from PySide6.QtCore import QEventLoop, Qt, QThread, QTimer
from twisted.logger import Logger

from app.runtime.clocks import SteadyTime

# qt-reactor takes six names from qtpy, which takes all of them from PySide: that makes every class
# of QtCore, in 20 ms. So PySide stands in for qtpy during this import, and not after it.
_stands_in = sys.modules.setdefault("qtpy.QtCore", QtCore) is QtCore
from qreactor import QtReactor  # noqa: E402

if _stands_in:
    del sys.modules["qtpy.QtCore"]

NOW, NEVER = 0.0, math.inf
LONGEST_TIMER_SECONDS = 2_147_483.0


class FixedQtReactor(SteadyTime, QtReactor):  # type: ignore[misc]
    """A Qt reactor that works in *turns*. A turn is one call from Qt that runs everything that is
    due.

    Invariant while it runs: the timer is armed for the earliest work that does not come from a
    descriptor. If there is none, the timer is stopped.
    """

    _logger = Logger()

    def __init__(self) -> None:
        self._thread_calls: deque[tuple[Callable[..., Any], Any, Any]] = deque()
        self._armed = NEVER
        """The time for which the timer is armed, as in ``seconds()``. No work is due earlier."""
        self._exit_loop: Callable[[], object] | None = None
        super().__init__()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)

    # Turns

    def iterate_qt(self, delay: float | None = None) -> None:
        """Slot: the timer fired."""
        self._armed = NEVER
        self._rearm()
        if self._started:
            self._turn()

    def _turn(self) -> None:
        self._run_due()
        self._rearm()

    def _run_due(self) -> bool:
        """Run the calls that are due. Returns whether there were any."""
        if not self._thread_calls and self._armed > self.seconds():
            return False
        self.runUntilCurrent()
        return True

    def _has_more_to_do(self) -> bool:
        """Whether another turn is needed immediately. A hook for reactors that postpone work."""
        return False

    def runUntilCurrent(self) -> None:
        """Run the calls from threads and the delayed calls that are due.

        Unlike Twisted's version, it may be called again inside such a call.
        """
        calls = self._thread_calls
        for _ in range(len(calls)):
            if not calls:
                break
            function, arguments, named = calls.popleft()
            with self._logger.failuresHandled("while handling thread call"):
                function(*arguments, **named)
        super().runUntilCurrent()

    # Time and threads

    def callLater(self, delay: float, callable: Callable[..., Any], *args: Any, **kw: Any) -> Any:
        # Not super(): QtReactor starts a timer for each call.
        call = super(QtReactor, self).callLater(delay, callable, *args, **kw)
        self._arm(call.time)
        return call

    def callFromThread(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self._thread_calls.append((f, args, kwargs))
        self.wakeUp()

    def _moveCallLaterSooner(self, delayedCall: Any) -> None:
        super()._moveCallLaterSooner(delayedCall)
        self._arm(delayedCall.time)

    def _cancelCallLater(self, delayedCall: Any) -> None:
        super()._cancelCallLater(delayedCall)
        delayedCall.cancelled = 1  # Twisted sets it only after this method
        if delayedCall.time <= self._armed:
            self._rearm()

    def _arm(self, when: float) -> None:
        """Make sure that there is a turn at the time ``when`` (as in ``seconds()``) or earlier."""
        if when < self._armed:
            self._set_timer(when)

    def _rearm(self) -> None:
        """Arm the timer for the next work that does not come from a descriptor."""
        when = self._next_due()
        if when != self._armed:
            self._set_timer(when)

    def _set_timer(self, when: float) -> None:
        self._armed = when
        if self._started and when != NEVER:
            self._timer.start(self._milliseconds_until(when))
        else:
            self._timer.stop()

    def _milliseconds_until(self, when: float) -> int:
        """The delay, rounded up. A timer that fires too early would have to be started again."""
        return math.ceil(self._seconds_until(when) * 1000)

    def _seconds_until(self, when: float) -> float:
        """At least 0, and at most what a timer of Qt can wait for."""
        return float(min(max(0.0, when - self.seconds()), LONGEST_TIMER_SECONDS))

    def _next_due(self) -> float:
        if self._thread_calls or self._justStopped or self._has_more_to_do():
            return NOW
        self._insertNewDelayedCalls()
        pending = self._pendingTimedCalls
        while pending:
            call = pending[0]
            if not call.cancelled and call.delayed_time <= 0:
                return float(call.time)
            heapq.heappop(pending)
            if call.cancelled:
                self._cancellations -= 1
            else:
                call.activate_delay()
                heapq.heappush(pending, call)
        return NEVER

    # Start and stop

    def startRunning(self, installSignalHandlers: bool = True) -> None:
        super().startRunning(installSignalHandlers=installSignalHandlers)
        self._listen_to_qt()

    def runReturn(self, installSignalHandlers: bool = True) -> None:
        """Start the reactor. The caller must run Qt's event loop."""
        self.startRunning(installSignalHandlers=installSignalHandlers)
        self.addSystemEventTrigger("after", "shutdown", self._signals.uninstall)

    def run(self, installSignalHandlers: bool = True) -> None:
        """Start, and run Qt's event loop until the reactor is stopped or the application quits."""
        self.startRunning(installSignalHandlers=installSignalHandlers)
        try:
            self.mainLoop()
        finally:
            self._signals.uninstall()

    def mainLoop(self) -> None:
        if self._started and QThread.currentThread().loopLevel() == 0:
            self._exit_loop = self.qApp.exit
            self.qApp.exec()
            if self._started and not self._stopped:
                self.stop()
        while self._started:
            loop = QEventLoop()
            self._exit_loop = loop.quit
            loop.exec()
        self._exit_loop = None

    def stop(self) -> None:
        super().stop()
        self._arm(NOW)

    def crash(self) -> None:
        super().crash()
        self._listen_to_qt()
        if self._exit_loop is not None:
            self._exit_loop()

    def _listen_to_qt(self) -> None:
        """Arm the timer if the reactor is started, stop it otherwise."""
        self._set_timer(self._next_due())

    def iterate(self, delay: float | None = 0.0, fromqt: bool = False) -> None:
        """Process the events of Qt and of descriptors once. Wait at most ``delay`` seconds for
        any."""
        self.doIteration(delay, fromqt)

    _iterate = iterate

    def doIteration(self, delay: float | None = 0.0, fromqt: bool = False) -> None:
        """As :meth:`iterate`. ``fromqt``: Qt calls this, so its events need no processing."""
        if not fromqt:
            self._let_qt_work(delay)
        self._turn()

    def _let_qt_work(self, seconds: float | None) -> None:
        flags = QEventLoop.ProcessEventsFlag.AllEvents
        alarm = QTimer()
        alarm.setSingleShot(True)
        if seconds != 0:
            flags |= QEventLoop.ProcessEventsFlag.WaitForMoreEvents
        if seconds:
            alarm.start(math.ceil(seconds * 1000))
        self.qApp.processEvents(flags)
