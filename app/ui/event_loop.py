"""The event loop of the window: its refresh timer, its garbage collection and its exit.

The engine never calls Qt for an event. It wakes the `Ticker`, and the ticker lets the panes pull
what is new: at most ten times a second, and not at all while nothing changes. `GarbageCollection`
runs at these ticks. `Lifecycle` ends the reactor and Qt in the right order.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication
from twisted.internet.defer import Deferred

from app.user_code.errors import runs_user_code

INTERVAL_MS = 100

BUSY_INTERVAL_MS = 250
"""The interval while messages come without a pause. To show them costs as much as to serve them,
and nobody reads ten numbers a second."""

FULL_COLLECTION_SECONDS = 10.0
"""Minimum time between two full collections, which take the longest."""

RELEASE_SECONDS = 30.0
"""Minimum time between two returns of free memory to the system."""


Steps = Generator[None, None, bool]
"""Yields between two steps, and returns whether another tick is wanted."""

Source = Callable[[], bool | Steps]
"""Pulls what is new, and returns whether it wants another tick. `Steps` if it takes long."""

_ENDED = object()


class Ticker(QObject):
    """Calls its sources after `wake`, and again each `INTERVAL_MS` while one of them wants more,
    or each `BUSY_INTERVAL_MS` while the reactor is busy.

    The first call after a pause comes immediately, so that a single event shows without delay.
    A pause is a whole interval without work. With a shorter one, events that arrive one by one
    would each cause a tick.

    Between the steps of a tick Qt paints what has changed and the reactor does what is due, so
    that a message waits for one step at most, and not for all panes.
    """

    def __init__(
        self, parent: QObject | None = None, *, is_busy: Callable[[], bool] = lambda: False
    ) -> None:
        """`is_busy` says whether the reactor is busy."""
        super().__init__(parent)
        self._is_busy = is_busy
        self._sources: list[Source] = []
        self._steps: Iterator[None] | None = None
        """The rest of the tick that has begun."""
        self._pause_ms = INTERVAL_MS
        """How long to wait after this tick."""
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._tick)
        self._woken = False
        self._more_wanted = False

    def add(self, source: Source) -> None:
        """Call `source` at each tick."""
        self._sources.append(source)

    def remove(self, source: Source) -> None:
        """Stop calling `source`, also between two of its steps."""
        self._sources.remove(source)

    def wake(self) -> None:
        """Request a tick. This is cheap and may be called often."""
        self._woken = True
        if not self._timer.isActive():
            self._timer.start(0)

    def finish(self) -> None:
        """Take the steps that are left of the tick that has begun."""
        while self._steps is not None:
            self._tick()

    @property
    def is_awake(self) -> bool:
        """Whether another tick will come."""
        return self._timer.isActive()

    def _tick(self) -> None:
        """Slot: begin a tick, or take its next step."""
        if self._steps is None:
            if not (self._woken or self._more_wanted):
                self._timer.stop()
                return
            self._woken = self._more_wanted = False
            # Asked now: a paint between two steps is a pause, and ends a busy period.
            self._pause_ms = BUSY_INTERVAL_MS if self._is_busy() else INTERVAL_MS
            self._steps = self._pull()
        if next(self._steps, _ENDED) is _ENDED:
            self._steps = None
            self._timer.setInterval(self._pause_ms)
        elif self._timer.interval():
            self._timer.setInterval(0)

    def _pull(self) -> Iterator[None]:
        """Yields between two steps."""
        for source in list(self._sources):
            if source in self._sources:
                wants_more = source()
                if isinstance(wants_more, Generator):
                    wants_more = yield from self._steps_of(source, wants_more)
                self._more_wanted |= wants_more

    def _steps_of(self, source: Source, steps: Steps) -> Steps:
        while source in self._sources:
            try:
                yield next(steps)
            except StopIteration as end:
                return bool(end.value)
        return False


class GarbageCollection:
    """Switches automatic garbage collection off, and collects when it is called, at each tick.

    Python collects on the thread that allocates, which may be a worker thread. If a dialog or a tab
    is part of a cycle, its Qt objects would be destroyed there. Qt forbids that, and it deadlocks
    when the window's thread waits for a lock of Qt while it holds the GIL.

    Now and then it also returns the free memory of the C library to the system.
    """

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        release_memory: Callable[[], None] | None = None,
    ) -> None:
        """`clock` returns seconds."""
        gc.disable()
        self._clock = clock
        self._last_full_collection = self._last_release = clock()
        self._release_memory = release_memory or _release_memory

    def __call__(self) -> bool:
        """Collect the generations that are due by Python's own thresholds. Wants no further
        tick."""
        young, middle, old = gc.get_count()
        most_young, most_middle, most_old = gc.get_threshold()
        if old > most_old and self._clock() - self._last_full_collection >= FULL_COLLECTION_SECONDS:
            gc.collect()
            self._last_full_collection = self._clock()
        elif middle > most_middle:
            gc.collect(1)
        elif young > most_young:
            gc.collect(0)
        if self._clock() - self._last_release >= RELEASE_SECONDS:
            self._last_release = self._clock()
            self._release_memory()
        return False


def _release_memory() -> None:
    """Give the memory that the C library keeps for later use back to the system.

    Buffers of all sizes come and go between objects that stay, and leave gaps. Under mixed traffic
    the process grew by 30 MiB an hour because of them. This call takes about 1 ms.
    """
    import ctypes  # not at the top: the start of the window does not need it

    with suppress(AttributeError, OSError, TypeError):  # this C library is not glibc
        ctypes.CDLL(None).malloc_trim(0)


class Lifecycle:
    """Owns the exit of the program. Create it after the reactor is installed and before it runs.

    The close button, Ctrl-Q, `QApplication.quit` and every signal that ends a process use it.
    Twisted's shutdown triggers do not run if Qt ends first, and Qt keeps running if only the
    reactor ends. So the reactor always ends first, and its last trigger ends Qt.
    """

    def __init__(
        self, app: QApplication, reactor: Any, drain: Callable[[], Deferred[None]]
    ) -> None:
        """`drain` stops the listeners. The exit waits for its Deferred."""
        self._app = app
        self._reactor = reactor
        self._exit_requested = False
        app.setQuitOnLastWindowClosed(False)
        # After Twisted's own handlers are installed, and before the first listeners start.
        reactor.addSystemEventTrigger("during", "startup", self._handle_signals)
        reactor.addSystemEventTrigger("before", "shutdown", self._stop_listeners, drain)
        reactor.addSystemEventTrigger("after", "shutdown", lambda: QTimer.singleShot(0, self._end))

    @property
    def is_over(self) -> bool:
        """Whether the reactor has ended, so that windows may close."""
        return not self._reactor.running

    @property
    def is_ending(self) -> bool:
        """Whether the exit has begun."""
        return self._exit_requested or self.is_over

    def before_exit(self, act: Callable[[], None]) -> Callable[[], None]:
        """Call `act` when the exit begins, whatever caused it. Return a function that undoes
        this."""
        trigger = self._reactor.addSystemEventTrigger("before", "shutdown", act)
        return lambda: self._reactor.removeSystemEventTrigger(trigger)

    def request_exit(self) -> None:
        """Start the exit. A second call has no effect."""
        if not self._exit_requested and self._reactor.running:
            self._exit_requested = True
            self._reactor.callLater(0, self._reactor.stop)

    def run(self) -> int:
        """Run until the exit. Return the exit code."""
        self._reactor.runReturn()
        return self._app.exec()

    def _end(self) -> None:
        """End Qt. A window that asks before it closes does not keep it: the listeners are gone."""
        self._app.quit()
        self._app.exit()

    def _handle_signals(self) -> None:
        """Exit on SIGINT, SIGTERM and SIGHUP, unless it was ignored before, as by `nohup`.

        Twisted has no handler for SIGHUP. Its others wait for the reactor, and user code that never
        returns would keep the program from ending.
        """
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, frame: FrameType | None) -> None:
        self._reactor.callFromThread(self.request_exit)
        if runs_user_code(frame):
            raise KeyboardInterrupt

    def _stop_listeners(self, drain: Callable[[], Deferred[None]]) -> Deferred[None]:
        self._exit_requested = True
        return drain()
