"""The reactor of the window: Twisted driven by Qt's event loop, at the price of one descriptor.

qt-reactor gives every socket a ``QSocketNotifier`` and builds a new one for each write. Here one
epoll holds all descriptors, one notifier watches the epoll, and one ``QTimer`` is armed for the
next delayed call, so Qt's share of the work does not grow with the connections. What epoll refuses
(a regular file), and every descriptor where there is no epoll, goes the way of qt-reactor.

Call :func:`install` once there is a ``QApplication``, before anything imports
``twisted.internet.reactor``.
"""

from __future__ import annotations

import heapq
import math
import select
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QSocketNotifier,
    Qt,
    QThread,
    QTimer,
)
from qreactor import QtReactor
from twisted.internet.abstract import FileDescriptor
from twisted.internet.error import ConnectionFdescWentAway
from twisted.internet.interfaces import (
    IProtocolFactory,
    IReactorFDSet,
    IReadDescriptor,
    IWriteDescriptor,
)
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST, installReactor
from twisted.logger import Logger
from twisted.python import context, log
from zope.interface import implementer

from app.ui.descriptors import FAILED, READABLE, WRITABLE, Descriptors, number_of
from app.ui.transport import PromptPort

TURN_SECONDS = 0.004
"""How long descriptors are served before Qt has its turn; a single callback may take longer."""

LULL_SECONDS = 0.001
"""A pause that ends a busy stretch."""

PROBES = 4
"""How many readers a turn checks for having been closed behind the reactor's back."""

NOW, NEVER = 0.0, math.inf
LONGEST_TIMER_SECONDS = 2_147_483.0

_GONE = ConnectionFdescWentAway("File descriptor lost")


class _LogContext(Mapping[str, str]):
    """What ``log.msg`` calls the ``system`` during a turn: whoever is being served.

    It is looked up when something is logged. Twisted makes it up for each event, which takes longer
    than to read and answer a message.
    """

    def __init__(self, reactor: DeckReactor) -> None:
        self._reactor = reactor

    def __getitem__(self, key: str) -> str:
        if key != "system":
            raise KeyError(key)
        served = self._reactor._served
        if served is None:
            return "-"
        try:
            return str(served.logPrefix())
        except Exception:  # noqa: BLE001 - what is being logged matters more than its prefix
            return "(buggy logPrefix method)"

    def __iter__(self) -> Iterator[str]:
        return iter(("system",))

    def __len__(self) -> int:
        return 1

    def copy(self) -> dict[str, str]:
        return dict(self)


@implementer(IReactorFDSet)
class DeckReactor(QtReactor):  # type: ignore[misc]
    """A Qt reactor that costs less per message than Twisted's own epoll reactor.

    It works in *turns*: run what is due, ask epoll who is ready, serve them, until nothing is left
    or ``TURN_SECONDS`` are spent; then Qt goes on. In a busy stretch a turn waits for more in epoll
    rather than in Qt, for the same time at most.

    Turns nest when a callback runs a Qt event loop of its own (a dialog). The descriptor whose
    callback is on the stack is *suspended* until it returns; all others go on.
    """

    _logger = Logger()

    def __init__(self) -> None:
        self._descriptors: Descriptors | None = None
        self._poll: Callable[[float], list[tuple[int, int]]] = _report_nothing
        if hasattr(select, "epoll"):
            self._descriptors = Descriptors(self._lose_later)
            self._poll = self._descriptors.poll
        self._events: Iterator[tuple[int, int]] = iter(())
        """The rest of a poll. All turns share it, so a nested one goes on where the outer is."""
        self._eager: dict[Any, int] = {}
        """Writers to be tried before epoll is asked about them, and the round each came in."""
        self._round = 0
        self._served: Any = None
        self._suspended: list[Any] = []
        self._probes: Iterator[tuple[int, Any]] = iter(())
        self._thread_calls: deque[tuple[Callable[..., Any], Any, Any]] = deque()
        self._armed = NEVER
        """The time of ``seconds()`` for which the timer is armed: nothing is due earlier."""
        self._is_busy = False
        self._turn_ended = self._timers_served = -NEVER
        self._exit_loop: Callable[[], object] | None = None
        self._log_context = {log.ILogContext: _LogContext(self)}
        super().__init__()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._notifier: QSocketNotifier | None = None
        if self._descriptors is not None:
            self._notifier = QSocketNotifier(self._descriptors.fileno(), QSocketNotifier.Type.Read)
            self._notifier.setEnabled(False)
            self._notifier.activated.connect(self._ready)

    # A turn

    def _ready(self) -> None:
        """Slot: epoll has something to report."""
        if self._started:
            self._turn()

    def iterate_qt(self, delay: float | None = None) -> None:
        """Slot: the timer ran out."""
        self._armed = NEVER
        self._rearm()
        if self._started:
            self._turn()

    def _turn(self) -> None:
        began = monotonic()
        self._is_busy = began - self._turn_ended < LULL_SECONDS
        if not self._is_busy:
            self._timers_served = began
        outer, self._served = self._served, None
        if outer is not None:
            self._suspended.append(outer)
        try:
            context.call(self._log_context, self._serve, began + TURN_SECONDS)
        finally:
            if outer is not None:
                self._suspended.remove(outer)
            self._served = outer
            self._rearm()
            self._turn_ended = monotonic()
            if self._turn_ended - self._timers_served > TURN_SECONDS:
                self._let_timers_in()

    def _let_timers_in(self) -> None:
        """Have Qt look after its timers although descriptors are ready all the time.

        Under GLib they have the least priority: they wait until nothing else is to be done, unless
        an event was posted.
        """
        self._timers_served = self._turn_ended
        QCoreApplication.postEvent(self._timer, QEvent(QEvent.Type.User))

    def _serve(self, deadline: float) -> None:
        was_started = self._started
        self._run_due()
        exhausted = self._dispatch_until(deadline)
        # At least one poll: what is due may take all the time every time.
        while exhausted and self._started is was_started:
            events = self._poll(self._patience())
            self._events = iter(events)
            exhausted = self._dispatch_until(deadline)
            if not (self._run_due() or events) or monotonic() > deadline:
                break
        self._probe()

    def _dispatch_until(self, deadline: float) -> bool:
        """Serve the rest of the last poll; False if time ran out first."""
        for number, event in self._events:
            self._dispatch(number, event)
            if monotonic() > deadline:
                return False
        return True

    def _patience(self) -> float:
        """How long to wait in epoll for more to do: the way through Qt's loop costs several times
        as much as serving a message, so in a busy stretch it is taken once a turn.
        """
        if self._is_busy and self._armed - self.seconds() > LULL_SECONDS:
            return LULL_SECONDS
        return 0

    def _run_due(self) -> bool:
        """Run what is due and send what it wrote; tell whether anything was."""
        if not self._thread_calls and self._armed > self.seconds():
            return False
        self.runUntilCurrent()
        self._send()
        self._rearm()
        return True

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

    def _dispatch(self, number: int, event: int) -> None:
        descriptors = self._descriptors
        assert descriptors is not None
        if number in descriptors.fresh:
            return
        reader = descriptors.readers.get(number)
        if event == READABLE and not self._suspended and reader is not None:
            self._call(reader, reader.doRead, number, True)
            return
        writer = descriptors.writers.get(number)
        if self._suspended and (reader in self._suspended or writer in self._suspended):
            descriptors.park(number)
        elif event & FAILED and not event & READABLE:
            if reader is not None:
                self._disconnect(reader, CONNECTION_DONE, True)
            elif writer is not None:
                self._disconnect(writer, CONNECTION_LOST, False)
        else:
            if event & READABLE and reader is not None:
                self._call(reader, reader.doRead, number, True)
            if not event & WRITABLE or writer is None:
                return
            if descriptors.has_writer(number, writer):  # reading has not ended it
                self._call(writer, writer.doWrite, number, False)

    def _call(
        self, selectable: Any, function: Callable[[], Any], number: int, is_read: bool
    ) -> None:
        """Have it read or write, and disconnect it if that fails."""
        self._served = selectable
        try:
            why = function() if selectable.fileno() == number else _GONE
        except BaseException as raised:  # noqa: BLE001 - as in Twisted, nothing ends the reactor
            log.err()
            why, is_read = raised, False
        if why:
            self._disconnect(selectable, why, is_read)
        self._served = None
        if self._descriptors is not None and self._descriptors.parked:
            self._descriptors.resume(self._suspended)

    def _disconnect(self, selectable: Any, why: BaseException, is_read: bool) -> None:
        self._served = selectable
        try:
            self._disconnectSelectable(selectable, why, is_read)
        except BaseException:  # noqa: BLE001 - as in Twisted, nothing ends the reactor
            log.err()
        self._served = None

    def _send(self) -> None:
        """Try each eager writer once; have epoll watch those that did not get rid of all."""
        if not self._eager:
            return
        this_round = self._round
        self._round += 1
        for writer in tuple(self._eager):
            if self._eager.get(writer, NEVER) > this_round or writer in self._suspended:
                continue
            self._call(writer, writer.doWrite, number_of(writer), False)
            if self._eager.get(writer) == this_round:
                del self._eager[writer]
                self._watch_writer(writer)

    def _probe(self) -> None:
        """Check some readers, others each turn, for a descriptor closed without being removed.

        epoll forgets such a one, and nobody would ever tell its owner.
        """
        if self._descriptors is None:
            return
        readers = self._descriptors.readers
        for _ in range(min(PROBES, len(readers))):
            number, reader = next(self._probes, (-1, None))
            if reader is None:
                self._probes = iter(tuple(readers.items()))
            elif (
                readers.get(number) is reader
                and reader not in self._suspended
                and number_of(reader) != number
            ):
                self._disconnect(reader, _GONE, False)

    def _lose_later(self, selectable: Any) -> None:
        self.callLater(0, self._disconnect, selectable, _GONE, False)

    # Descriptors

    def addReader(self, reader: IReadDescriptor) -> None:
        watched = self._descriptors
        if watched is None or not watched.add(reader, watched.readers):
            super().addReader(reader)

    def addWriter(self, writer: IWriteDescriptor) -> None:
        """Have it write when the callbacks at hand are through, then whenever it can.

        A Twisted transport is tried without asking epoll first: nearly always there is room, and
        having sent all it removes itself. Any other writer waits for epoll.
        """
        watched = self._descriptors
        if watched is None or not isinstance(writer, FileDescriptor) or writer in self._writes:
            self._watch_writer(writer)
        elif writer not in self._eager and not watched.has_writer(writer.fileno(), writer):
            self._eager[writer] = self._round
            self._arm(NOW)

    def _watch_writer(self, writer: Any) -> None:
        watched = self._descriptors
        if watched is None or not watched.add(writer, watched.writers):
            super().addWriter(writer)

    def removeReader(self, reader: IReadDescriptor) -> None:
        super().removeReader(reader)
        if self._descriptors is not None:
            self._descriptors.remove(reader, self._descriptors.readers)

    def removeWriter(self, writer: IWriteDescriptor) -> None:
        if self._eager.pop(writer, None) is not None:
            return
        super().removeWriter(writer)
        if self._descriptors is not None:
            self._descriptors.remove(writer, self._descriptors.writers)

    def removeAll(self) -> list[IReadDescriptor | IWriteDescriptor]:
        removed: list[IReadDescriptor | IWriteDescriptor]
        removed = self._removeAll(self.getReaders(), self.getWriters())
        return removed

    def getReaders(self) -> list[IReadDescriptor]:
        watched = [] if self._descriptors is None else self._descriptors.readers.values()
        return [*watched, *self._reads]

    def getWriters(self) -> list[IWriteDescriptor]:
        watched = [] if self._descriptors is None else self._descriptors.writers.values()
        return [*self._eager, *watched, *self._writes]

    def listenTCP(
        self, port: int, factory: IProtocolFactory, backlog: int = 50, interface: str = ""
    ) -> PromptPort:
        listening = PromptPort(port, factory, backlog, interface, self)
        listening.startListening()
        return listening

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
        if when < self._armed and self._started:
            self._armed = when
            self._timer.start(self._milliseconds_until(when))

    def _rearm(self) -> None:
        """Have a turn when there is next something to do that no descriptor announces."""
        when = self._next_due() if self._started else NEVER
        if when == self._armed:
            return
        self._armed = when
        if when == NEVER:
            self._timer.stop()
        else:
            self._timer.start(self._milliseconds_until(when))

    def _milliseconds_until(self, when: float) -> int:
        """Rounded up: a timer that runs out too early would have to be started once more."""
        seconds: float = min(max(0.0, when - self.seconds()), LONGEST_TIMER_SECONDS)
        return math.ceil(seconds * 1000)

    def _next_due(self) -> float:
        if self._thread_calls or self._justStopped:
            return NOW
        if any(writer not in self._suspended for writer in self._eager):
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
        if self._notifier is not None:
            self._notifier.setEnabled(self._started)
        self._rearm()

    def iterate(self, delay: float | None = 0.0, fromqt: bool = False) -> None:
        """Serve Qt and the descriptors once; wait ``delay`` seconds at most for something to do."""
        self.doIteration(delay, fromqt)

    _iterate = iterate

    def doIteration(self, delay: float | None = 0.0, fromqt: bool = False) -> None:
        """As :meth:`iterate`. ``fromqt``: Qt is being served, this is its call."""
        if not fromqt:
            self._let_qt_work(delay)
        self._turn()

    def _let_qt_work(self, delay: float | None) -> None:
        flags = QEventLoop.ProcessEventsFlag.AllEvents
        alarm = QTimer()
        alarm.setSingleShot(True)
        if delay != 0:
            flags |= QEventLoop.ProcessEventsFlag.WaitForMoreEvents
        if delay:
            alarm.start(math.ceil(delay * 1000))
        if self._notifier is not None:
            self._notifier.setEnabled(True)
        self.qApp.processEvents(flags)
        if self._notifier is not None:
            self._notifier.setEnabled(self._started)


def _report_nothing(seconds: float) -> list[tuple[int, int]]:
    """In place of a poll, where Qt's own notifiers tell who is ready."""
    return []


def install(app: QCoreApplication) -> DeckReactor:
    """Make a :class:`DeckReactor` that ``app`` drives the global reactor.

    :raises twisted.internet.error.ReactorAlreadyInstalledError: there is a global reactor already
    """
    reactor = DeckReactor()
    reactor.qApp = app
    installReactor(reactor)
    return reactor
