"""qt-reactor with its faults mended: time, calls from threads, start and stop.

What qt-reactor 0.6.1 does otherwise: ``stop()`` in a slot takes effect at the next event, whenever
that is. ``run()`` installs signal handlers though told not to, and is deaf to
``QApplication.quit()``. Timers are cut to whole milliseconds, so that the last one is spun away,
and one is started for each ``callLater``.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEventLoop, Qt, QThread, QTimer
from qreactor import QtReactor
from twisted.logger import Logger

NOW, NEVER = 0.0, math.inf
LONGEST_TIMER_SECONDS = 2_147_483.0


class FixedQtReactor(QtReactor):  # type: ignore[misc]
    """Runs what is due in *turns*, each of them a call of Qt's.

    Invariant while it runs: the timer is armed for the earliest thing to do that no descriptor will
    announce. It keeps still while there is none.
    """

    _logger = Logger()

    def __init__(self) -> None:
        self._thread_calls: deque[tuple[Callable[..., Any], Any, Any]] = deque()
        self._armed = NEVER
        """The time of ``seconds()`` for which the timer is armed: nothing is due earlier."""
        self._exit_loop: Callable[[], object] | None = None
        super().__init__()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)

    # Turns

    def iterate_qt(self, delay: float | None = None) -> None:
        """Slot: the timer ran out."""
        self._armed = NEVER
        self._rearm()
        if self._started:
            self._turn()

    def _turn(self) -> None:
        self._run_due()
        self._rearm()

    def _run_due(self) -> bool:
        """Run what is due; tell whether anything was."""
        if not self._thread_calls and self._armed > self.seconds():
            return False
        self.runUntilCurrent()
        return True

    def _has_more_to_do(self) -> bool:
        """Tell whether another turn is wanted at once; for reactors that put something off."""
        return False

    def runUntilCurrent(self) -> None:
        """Run the calls made from threads and the delayed calls that are due.

        Unlike Twisted's, it may be entered again from within such a call.
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
        # Not super(): the parent starts its timer for each call.
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
        delayedCall.cancelled = 1  # Twisted says so only when this returns
        if delayedCall.time <= self._armed:
            self._rearm()

    def _arm(self, when: float) -> None:
        """Have a turn at that time of ``seconds()`` or before."""
        if when < self._armed:
            self._set_timer(when)

    def _rearm(self) -> None:
        """Have a turn when there is next something to do that no descriptor announces."""
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
        """Rounded up: a timer that runs out too early would have to be started once more."""
        seconds: float = min(max(0.0, when - self.seconds()), LONGEST_TIMER_SECONDS)
        return math.ceil(seconds * 1000)

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
        """Start, and leave it to the caller to run Qt's event loop."""
        self.startRunning(installSignalHandlers=installSignalHandlers)
        self.addSystemEventTrigger("after", "shutdown", self._signals.uninstall)

    def run(self, installSignalHandlers: bool = True) -> None:
        """Start, run Qt's event loop, return once stopped. Quitting the application stops."""
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
        """Be called by Qt from now on if started, and no more if not."""
        self._set_timer(self._next_due())

    def iterate(self, delay: float | None = 0.0, fromqt: bool = False) -> None:
        """Serve Qt and the descriptors once; wait ``delay`` seconds at most for something to do."""
        self.doIteration(delay, fromqt)

    _iterate = iterate

    def doIteration(self, delay: float | None = 0.0, fromqt: bool = False) -> None:
        """As :meth:`iterate`. ``fromqt``: Qt is being served, this is its call."""
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
