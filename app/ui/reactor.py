"""The reactor of the window: Twisted driven by Qt's event loop, at the price of one descriptor.

qt-reactor gives every socket its own ``QSocketNotifier`` and builds a new one for each write. Here one ``epoll`` holds
all descriptors, one notifier watches the epoll descriptor itself, and one ``QTimer`` is armed for the next delayed
call, so Qt's share of the work does not grow with the connections. What epoll refuses (a regular file), and every
descriptor where there is no epoll, takes the way of qt-reactor.

Call :func:`install` after the ``QApplication`` exists and before anything imports ``twisted.internet.reactor``.
"""

from __future__ import annotations

import heapq
import math
import select
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
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
from twisted.internet import error
from twisted.internet.abstract import FileDescriptor
from twisted.internet.interfaces import IReadDescriptor, IReactorFDSet, IWriteDescriptor
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST, installReactor
from twisted.logger import Logger
from twisted.python import context, log
from zope.interface import implementer

TURN_SECONDS = 0.004
"""How long descriptors are served before Qt gets its turn; a single callback may take longer."""

QUIET_SECONDS = 0.001
"""A pause between two turns long enough for Qt to have looked after its timers."""

BATCH = 64
"""The most descriptors asked of epoll at once."""

PROBES = 4
"""How many descriptors a turn checks for having been closed behind the reactor's back."""

NEVER = math.inf
NOW = 0.0
LONGEST_SECONDS = 2_147_483.0
"""As long as a timer of Qt's can wait."""

_IN, _OUT, _ERR, _HUP = 0x001, 0x004, 0x008, 0x010
_GONE = error.ConnectionFdescWentAway("File descriptor lost")


class _LogContext(Mapping[str, str]):
    """What ``log.msg`` takes for its ``system`` during a turn: whoever is being served.

    It is asked only when something is logged; making the prefix for each event costs 4 µs.
    """

    def __init__(self, reactor: DeckReactor) -> None:
        self._reactor = reactor

    def __getitem__(self, key: str) -> str:
        if key != "system":
            raise KeyError(key)
        served = self._reactor._served
        return "-" if served is None else _prefix(served)

    def __iter__(self) -> Iterator[str]:
        return iter(("system",))

    def __len__(self) -> int:
        return 1

    def copy(self) -> dict[str, str]:
        return dict(self)


def _prefix(selectable: Any) -> str:
    try:
        return str(selectable.logPrefix())
    except Exception:
        return "(buggy logPrefix method)"


@implementer(IReactorFDSet)
class DeckReactor(QtReactor):  # type: ignore[misc]
    """A Qt reactor whose cost per message is that of Twisted's epoll reactor or less.

    A *turn* runs the due calls, asks epoll what is ready, serves it and sends what was written meanwhile, until nothing
    is left or ``TURN_SECONDS`` are spent; then Qt goes on. Turns nest when a callback opens an event loop of its own (a
    dialog): the descriptor whose callback is on the stack waits for it, all others go on.
    """

    _log = Logger()

    def __init__(self) -> None:
        poller = getattr(select, "epoll", None)
        self._poller = None if poller is None else poller()
        self._readers: dict[int, Any] = {}
        self._writers: dict[int, Any] = {}
        self._known: dict[int, int] = {}
        """What epoll was told to watch: descriptor number -> event mask."""
        self._eager: dict[Any, int] = {}
        """Writers to be tried before epoll is asked about them -> the round they came in."""
        self._round = 0
        self._events: Iterator[tuple[int, int]] = iter(())
        """What is left of the last batch; shared, so that a nested turn goes on where the outer one stands."""
        self._fresh: set[int] = set()
        """Numbers registered after the batch was fetched: an event in it is about an earlier owner."""
        self._served: Any = None
        self._suspended: list[Any] = []
        """Those whose callback is on the stack below a nested event loop."""
        self._parked: set[int] = set()
        """Numbers taken out of epoll until their suspended callback returns."""
        self._probes: Iterator[tuple[int, Any]] = iter(())
        self._thread_calls: deque[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = (
            deque()
        )
        self._armed = NEVER
        self._turn_ended = self._streak_began = -NEVER
        self._exit_loop: Callable[[], None] | None = None
        self._log_context = {log.ILogContext: _LogContext(self)}
        super().__init__()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._notifier: QSocketNotifier | None = None
        if self._poller is not None:
            self._notifier = QSocketNotifier(self._poller.fileno(), QSocketNotifier.Type.Read)
            self._notifier.setEnabled(False)
            self._notifier.activated.connect(self._ready)

    # The turn

    def _ready(self) -> None:
        """Qt saw something ready in epoll."""
        if self._started:
            self._turn()

    def iterate_qt(self, delay: float | None = None) -> None:
        """Qt's timer ran out."""
        self._armed = NEVER
        if self._started:
            self._turn()

    def _turn(self) -> None:
        served, self._served = self._served, None
        if served is not None:
            self._suspended.append(served)
        began = monotonic()
        if began - self._turn_ended > QUIET_SECONDS:
            self._streak_began = began
        try:
            context.call(self._log_context, self._serve, began + TURN_SECONDS)
        finally:
            if served is not None:
                self._suspended.remove(served)
                self._served = served
            self._rearm()
            self._turn_ended = monotonic()
            if self._turn_ended - self._streak_began > TURN_SECONDS:
                self._let_timers_in()

    def _let_timers_in(self) -> None:
        """Have Qt serve its timers although descriptors are ready without a pause.

        Under GLib, Qt's timers wait until nothing else is ready, unless an event was posted.
        """
        self._streak_began = self._turn_ended
        QCoreApplication.postEvent(self._timer, QEvent(QEvent.Type.User))

    def _serve(self, deadline: float) -> None:
        started = self._started
        busy = True
        while busy:
            busy = self._run_due()
            if self._started is not started:
                return
            for fd, event in self._events:
                busy = True
                if fd not in self._fresh:
                    self._dispatch(fd, event)
                if monotonic() > deadline:
                    break
            else:
                if self._poller is not None:
                    self._fresh.clear()
                    events = self._poller.poll(0, BATCH)
                    self._events = iter(events)
                    busy = busy or bool(events)
            if self._eager:
                busy = self._send() or busy
            if monotonic() > deadline:
                break
        self._probe()

    def _run_due(self) -> bool:
        """Run calls from threads and delayed calls that are due; tell whether there were any."""
        pending = self._pendingTimedCalls
        if not (
            self._thread_calls
            or self._newTimedCalls
            or self._justStopped
            or (pending and pending[0].time <= self.seconds())
        ):
            return False
        self.runUntilCurrent()
        return True

    def runUntilCurrent(self) -> None:
        """Run the calls made from threads, then the delayed calls that are due.

        Each thread call leaves the queue before it runs, so an event loop nested in it goes on with the next one.
        """
        calls = self._thread_calls
        for _ in range(len(calls)):
            if not calls:
                break
            call, args, kwargs = calls.popleft()
            with self._log.failuresHandled("while handling thread call"):
                call(*args, **kwargs)
        super().runUntilCurrent()

    def _dispatch(self, fd: int, event: int) -> None:
        reader = self._readers.get(fd)
        writer = self._writers.get(fd)
        if self._suspended and (reader in self._suspended or writer in self._suspended):
            self._parked.add(fd)
            self._tell_epoll(fd)
        elif event & (_HUP | _ERR) and not event & _IN:
            if reader is not None:
                self._disconnect(reader, CONNECTION_DONE, True)
            elif writer is not None:
                self._disconnect(writer, CONNECTION_LOST, False)
        else:
            if event & _IN and reader is not None:
                self._call(reader, reader.doRead, fd, True)
            if event & _OUT and writer is not None and self._writers.get(fd) is writer:
                self._call(writer, writer.doWrite, fd, False)

    def _call(self, selectable: Any, function: Callable[[], Any], fd: int, is_read: bool) -> None:
        """Have a descriptor read or write; disconnect it if it fails."""
        self._served = selectable
        try:
            why = function() if selectable.fileno() == fd else _GONE
        except BaseException as raised:
            log.err()
            why, is_read = raised, False
        if why:
            self._disconnect(selectable, why, is_read)
        self._served = None
        if self._parked:
            self._unpark()

    def _disconnect(self, selectable: Any, why: BaseException, is_read: bool) -> None:
        self._served = selectable
        try:
            self._disconnectSelectable(selectable, why, is_read)
        except BaseException:
            log.err()
        self._served = None

    def _send(self) -> bool:
        """Try each new writer once, and have epoll watch those that have data left; tell whether any was tried."""
        current = self._round
        self._round += 1
        tried = False
        for writer in tuple(self._eager):
            if self._eager.get(writer, NEVER) > current or writer in self._suspended:
                continue
            tried = True
            self._call(writer, writer.doWrite, _number(writer), False)
            if self._eager.get(writer) == current:
                del self._eager[writer]
                self._watch(writer, self._writers, super().addWriter)
        return tried

    def _unpark(self) -> None:
        """Have epoll watch again those whose callback has returned."""
        for fd in tuple(self._parked):
            if (
                self._readers.get(fd) not in self._suspended
                and self._writers.get(fd) not in self._suspended
            ):
                self._parked.remove(fd)
                self._tell_epoll(fd)

    def _probe(self) -> None:
        """Look at a few descriptors in turn for one that was closed without being removed.

        epoll forgets a closed descriptor silently; its owner would wait for ever.
        """
        for _ in range(min(PROBES, len(self._readers))):
            probe = next(self._probes, None)
            if probe is None:
                self._probes = iter(tuple(self._readers.items()))
                probe = next(self._probes)
            fd, reader = probe
            if (
                self._readers.get(fd) is reader
                and reader not in self._suspended
                and _number(reader) != fd
            ):
                self._disconnect(reader, _GONE, False)

    # Descriptors

    def addReader(self, reader: IReadDescriptor) -> None:
        if self._poller is None:
            super().addReader(reader)
        else:
            self._watch(reader, self._readers, super().addReader)

    def addWriter(self, writer: IWriteDescriptor) -> None:
        """Have a descriptor write as soon as the callback at hand has returned, and then whenever it can.

        A Twisted transport is tried without asking epoll: there is room nearly always, and one that has sent all it had
        removes itself again. Any other writer waits until epoll says so.
        """
        if self._poller is None or writer in self._writes:
            super().addWriter(writer)
        elif not isinstance(writer, FileDescriptor):
            self._watch(writer, self._writers, super().addWriter)
        elif writer not in self._eager and self._writers.get(writer.fileno()) is not writer:
            self._eager[writer] = self._round
            self._arm(NOW)

    def removeReader(self, reader: IReadDescriptor) -> None:
        super().removeReader(reader)
        self._forget(reader, self._readers)

    def removeWriter(self, writer: IWriteDescriptor) -> None:
        if self._eager.pop(writer, None) is None:
            super().removeWriter(writer)
            self._forget(writer, self._writers)

    def removeAll(self) -> list[IReadDescriptor | IWriteDescriptor]:
        removed: list[IReadDescriptor | IWriteDescriptor] = self._removeAll(
            self.getReaders(), self.getWriters()
        )
        return removed

    def getReaders(self) -> list[IReadDescriptor]:
        return [*self._readers.values(), *self._reads]

    def getWriters(self) -> list[IWriteDescriptor]:
        return [*self._eager, *self._writers.values(), *self._writes]

    def _watch(
        self, selectable: Any, holders: dict[int, Any], fall_back: Callable[[Any], None]
    ) -> None:
        fd = selectable.fileno()
        if holders.get(fd) is selectable:
            return
        if self._evict(fd, selectable) and fd in holders:
            return
        holders[fd] = selectable
        try:
            self._tell_epoll(fd)
        except PermissionError:
            del holders[fd]
            fall_back(selectable)

    def _evict(self, fd: int, newcomer: Any) -> bool:
        """Tell whether another holder of this number is alive; disconnect one whose descriptor was closed.

        The kernel knows: it dropped a closed descriptor from epoll, so the number can be registered anew.
        """
        holders = {self._readers.get(fd), self._writers.get(fd)} - {None, newcomer}
        if not holders:
            return False
        if fd in self._parked:
            return True
        try:
            self._poller.register(fd, 0)
        except FileExistsError:
            return True
        except PermissionError:
            pass
        else:
            self._poller.unregister(fd)
        self._readers.pop(fd, None)
        self._writers.pop(fd, None)
        self._known.pop(fd, None)
        for holder in holders:
            self.callLater(0, self._disconnect, holder, _GONE, False)
        return False

    def _forget(self, selectable: Any, holders: dict[int, Any]) -> None:
        fd = _number(selectable)
        if holders.get(fd) is not selectable:
            if fd != -1:
                return
            fd = next((number for number, holder in holders.items() if holder is selectable), -1)
            if fd == -1:
                return
        del holders[fd]
        if fd not in self._readers and fd not in self._writers:
            self._parked.discard(fd)
        self._tell_epoll(fd)

    def _tell_epoll(self, fd: int) -> None:
        """Have epoll watch a number for what its holders want."""
        mask = (
            0
            if fd in self._parked
            else (_IN * (fd in self._readers)) | (_OUT * (fd in self._writers))
        )
        known = self._known.pop(fd, 0)
        if not mask:
            with suppress(FileNotFoundError):
                self._poller.unregister(fd)
            return
        if known:
            with suppress(FileNotFoundError):
                self._poller.modify(fd, mask)
                self._known[fd] = mask
                return
        self._poller.register(fd, mask)
        self._fresh.add(fd)
        self._known[fd] = mask

    # Time and threads

    def callLater(self, delay: float, callable: Callable[..., Any], *args: Any, **kw: Any) -> Any:
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
        if delayedCall.time <= self._armed:
            self._rearm()

    def _arm(self, when: float) -> None:
        """Have Qt's timer run out at a time of ``seconds()`` or earlier."""
        if when < self._armed and self._started:
            self._armed = when
            self._timer.start(self._milliseconds(when))

    def _rearm(self) -> None:
        """Have Qt's timer run out when there is next something to do that no descriptor announces."""
        when = self._next_due() if self._started else NEVER
        if when == self._armed:
            return
        self._armed = when
        if when == NEVER:
            self._timer.stop()
        else:
            self._timer.start(self._milliseconds(when))

    def _milliseconds(self, when: float) -> int:
        """From now until then, rounded up, as a timer that runs out early would have to be started again."""
        seconds = min(max(0.0, when - self.seconds()), LONGEST_SECONDS)
        return math.ceil(seconds * 1000)

    def _next_due(self) -> float:
        if (
            self._thread_calls
            or self._justStopped
            or not set(self._eager).issubset(self._suspended)
        ):
            return NOW
        self._insertNewDelayedCalls()
        pending = self._pendingTimedCalls
        while pending:
            call = pending[0]
            if call.cancelled:
                heapq.heappop(pending)
                self._cancellations -= 1
            elif call.delayed_time > 0:
                heapq.heappop(pending)
                call.activate_delay()
                heapq.heappush(pending, call)
            else:
                return float(call.time)
        return NEVER

    # Start and stop

    def startRunning(self, installSignalHandlers: bool = True) -> None:
        super().startRunning(installSignalHandlers=installSignalHandlers)
        if self._started:
            if self._notifier is not None:
                self._notifier.setEnabled(True)
            self._rearm()

    def runReturn(self, installSignalHandlers: bool = True) -> None:
        """Start, and leave running to the Qt event loop that the caller runs."""
        self.startRunning(installSignalHandlers=installSignalHandlers)

    def run(self, installSignalHandlers: bool = True) -> None:
        """Start, run Qt's event loop, and return once stopped. Quitting the application stops the reactor."""
        self.startRunning(installSignalHandlers=installSignalHandlers)
        try:
            self.mainLoop()
        finally:
            self._signals.uninstall()

    def mainLoop(self) -> None:
        if self._started and QThread.currentThread().loopLevel() == 0:
            self._exit_loop = QCoreApplication.exit
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
        if self._notifier is not None:
            self._notifier.setEnabled(False)
        self._rearm()
        if self._exit_loop is not None:
            self._exit_loop()

    def iterate(self, delay: float | None = 0.0, fromqt: bool = False) -> None:
        """Serve Qt and the descriptors once, waiting at most ``delay`` seconds for something to do."""
        self.doIteration(delay, fromqt)

    _iterate = iterate

    def doIteration(self, delay: float | None = 0.0, fromqt: bool = False) -> None:
        """As :meth:`iterate`; ``fromqt`` says that Qt is being served already."""
        if not fromqt:
            self._wait(delay)
        self._turn()

    def _wait(self, delay: float | None) -> None:
        flags = QEventLoop.ProcessEventsFlag.AllEvents
        alarm = QTimer()
        alarm.setSingleShot(True)
        if delay != 0:
            flags |= QEventLoop.ProcessEventsFlag.WaitForMoreEvents
            if delay is not None:
                alarm.start(math.ceil(delay * 1000))
        if self._notifier is not None:
            self._notifier.setEnabled(True)
        self.qApp.processEvents(flags)
        if self._notifier is not None:
            self._notifier.setEnabled(self._started)


def _number(selectable: Any) -> int:
    """The descriptor's number, or -1 if it has none any more."""
    try:
        return int(selectable.fileno())
    except Exception:
        return -1


def install(app: QCoreApplication) -> DeckReactor:
    """Make a :class:`DeckReactor` in the application's thread the global reactor.

    :raises twisted.internet.error.ReactorAlreadyInstalledError: there is a global reactor already
    """
    reactor = DeckReactor()
    reactor.qApp = app
    installReactor(reactor)
    return reactor
