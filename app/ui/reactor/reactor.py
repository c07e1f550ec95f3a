"""The reactor of the window: Twisted driven by the event loop of Qt.

qt-reactor makes a ``QSocketNotifier`` for every socket and a new one for each write. Here one epoll
watches all descriptors, one notifier watches the epoll, and one ``QTimer`` is armed for the next
delayed call. So the work of Qt does not grow with the number of connections. Descriptors that epoll
refuses (regular files), and all descriptors on systems without epoll, are left to qt-reactor.

Call :func:`install` once there is a ``QApplication``, before anything imports
``twisted.internet.reactor``.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any

from PySide6.QtCore import QCoreApplication, QSocketNotifier
from twisted.internet.abstract import FileDescriptor
from twisted.internet.error import ConnectionFdescWentAway
from twisted.internet.interfaces import (
    IProtocolFactory,
    IReactorFDSet,
    IReadDescriptor,
    IWriteDescriptor,
)
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST, installReactor
from twisted.python import context, log
from zope.interface import implementer

from app.ui.reactor.epoll import (
    FAILED,
    MILLISECOND,
    READABLE,
    WRITABLE,
    Descriptors,
    NoDescriptors,
    number_of,
)
from app.ui.reactor.qt_reactor_fixes import NEVER, NOW, FixedQtReactor
from app.ui.reactor.transport import PromptPort


class LogContext(Mapping[str, str]):
    """The context of ``log.msg``: its ``system`` is the log prefix of the current descriptor.

    The prefix is computed only when something is logged. Twisted computes it for each event, which
    takes as long as reading a message.
    """

    def __init__(self, served: Callable[[], Any]) -> None:
        """``served()`` returns the reader or writer that is being called, or None."""
        self._served = served

    def __getitem__(self, key: str) -> str:
        if key != "system":
            raise KeyError(key)
        served = self._served()
        if served is None:
            return "-"
        try:
            return str(served.logPrefix())
        except Exception:  # noqa: BLE001 - the message must be logged even if its prefix fails
            return "(buggy logPrefix method)"

    def __iter__(self) -> Iterator[str]:
        return iter(("system",))

    def __len__(self) -> int:
        return 1

    def copy(self) -> dict[str, str]:
        return dict(self)


TURN_SECONDS = 0.004
"""How long a turn serves descriptors before control returns to Qt. One callback may take longer."""

LULL_SECONDS = 0.001
"""A pause of this length between two turns ends a busy period."""

PATIENCE_SECONDS = 0.004
"""How long a turn in a busy period waits in epoll for more events.

A wait of 1 ms costs 5 µs more: it ends before the next tick of the kernel, so it needs a hardware
timer, which is slow on a virtual machine.
"""

PROBES = 4
"""How many readers a turn checks for a descriptor that was closed without being removed."""

_GONE = ConnectionFdescWentAway("File descriptor lost")


@implementer(IReactorFDSet)
class DeckReactor(FixedQtReactor):
    """A Qt reactor that takes less time per message than Twisted's own epoll reactor.

    It works in *turns*: run the calls that are due, poll epoll, call the readers and writers that
    are ready. A turn ends when nothing is ready or after ``TURN_SECONDS``; then Qt goes on. In a
    busy period a turn waits for more events in epoll and not in Qt, at most ``PATIENCE_SECONDS``.

    Turns nest when a callback runs its own Qt event loop (a dialog). The descriptor whose callback
    is on the stack is *suspended* until the callback returns. All others are served as usual.
    """

    def __init__(self) -> None:
        has_epoll = hasattr(select, "epoll")
        self._descriptors = Descriptors(self._lose_later) if has_epoll else NoDescriptors()
        self._events: Iterator[tuple[int, int]] = iter(())
        """The events of the last poll that are not handled yet. Nested turns share them, so an
        inner turn goes on where the outer one stopped."""
        self._eager: dict[Any, int] = {}
        """Writers to try before epoll watches them, with the round in which each was added."""
        self._round = 0
        self._served: Any = None
        self._suspended: list[Any] = []
        self._probes: Iterator[tuple[int, Any]] = iter(())
        self._is_busy = False
        self._turn_ended = -NEVER
        self._log_context = {log.ILogContext: LogContext(lambda: self._served)}
        self._notifier: QSocketNotifier | None = None
        super().__init__()
        number = self._descriptors.fileno()
        if number is not None:
            self._notifier = QSocketNotifier(number, QSocketNotifier.Type.Read)
            self._notifier.setEnabled(False)
            self._notifier.activated.connect(self._ready)

    @property
    def is_busy(self) -> bool:
        """Whether its turns follow each other without a pause."""
        return self._is_busy

    # A turn

    def _ready(self) -> None:
        """Slot: epoll has events."""
        if self._started:
            self._turn()

    def _turn(self) -> None:
        began = monotonic()
        self._is_busy = began - self._turn_ended < LULL_SECONDS
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

    def _serve(self, deadline: float) -> None:
        was_started = self._started
        rest = 0.0 if self._run_due() else self._rest_of_millisecond()
        exhausted = self._dispatch_until(deadline)
        # Poll at least once, because the calls that are due may use all the time of each turn.
        while exhausted and self._started is was_started:
            events = self._descriptors.poll(rest or self._patience())
            rest = 0.0
            self._events = iter(events)
            exhausted = self._dispatch_until(deadline)
            if not (self._run_due() or events) or monotonic() > deadline:
                break
        self._probe()

    def _dispatch_until(self, deadline: float) -> bool:
        """Handle the rest of the events of the last poll. False if the deadline came first."""
        descriptors, suspended = self._descriptors, self._suspended
        fresh, readers = descriptors.fresh, descriptors.readers
        for number, event in self._events:
            if number in fresh:
                continue
            if event == READABLE and not suspended and number in readers:
                reader = readers[number]
                self._call(reader, reader.doRead, number, True)
            else:
                self._dispatch(number, event)
            if monotonic() > deadline:
                return False
        return True

    def _patience(self) -> float:
        """How long to wait in epoll for more events.

        One pass through Qt's event loop takes several times as long as serving a message. So in a
        busy period there is only one such pass per turn.
        """
        if self._is_busy and self._armed - self.seconds() > PATIENCE_SECONDS:
            return PATIENCE_SECONDS
        return 0

    def _rest_of_millisecond(self) -> float:
        """How long a turn waits in epoll for the next call, where Qt's timer was too coarse."""
        until_due = self._armed - self.seconds()
        return until_due if 0 < until_due < MILLISECOND and self._waits_exactly() else 0.0

    def _milliseconds_until(self, when: float) -> int:
        """The delay, rounded down: a turn waits for the rest of the millisecond.

        Qt's timers have whole milliseconds. Rounded up, a call would be half of one late.
        """
        if not self._waits_exactly():
            return super()._milliseconds_until(when)
        return int(self._seconds_until(when) * 1000)

    def _waits_exactly(self) -> bool:
        """Whether epoll watches all descriptors, so that it may wait in the place of Qt."""
        return self._notifier is not None and not self._reads and not self._writes

    def _run_due(self) -> bool:
        if not super()._run_due():
            return False
        self._send()
        self._rearm()
        return True

    def _has_more_to_do(self) -> bool:
        return any(writer not in self._suspended for writer in self._eager)

    def _dispatch(self, number: int, event: int) -> None:
        descriptors = self._descriptors
        reader, writer = descriptors.readers.get(number), descriptors.writers.get(number)
        if reader in self._suspended or writer in self._suspended:
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
            if descriptors.has_writer(number, writer):  # reading did not remove the writer
                self._call(writer, writer.doWrite, number, False)

    def _call(
        self, selectable: Any, function: Callable[[], Any], number: int, is_read: bool
    ) -> None:
        """Call its ``doRead`` or ``doWrite``, and disconnect it if that fails."""
        self._served = selectable
        try:
            why = function() if selectable.fileno() == number else _GONE
        except BaseException as raised:  # noqa: BLE001 - as in Twisted, nothing ends the reactor
            log.err()
            why, is_read = raised, False
        if why:
            self._disconnect(selectable, why, is_read)
        self._served = None
        if self._descriptors.parked:
            self._descriptors.resume(self._suspended)

    def _disconnect(self, selectable: Any, why: BaseException, is_read: bool) -> None:
        self._served = selectable
        try:
            self._disconnectSelectable(selectable, why, is_read)
        except BaseException:  # noqa: BLE001 - as in Twisted, nothing ends the reactor
            log.err()
        self._served = None

    def _send(self) -> None:
        """Call each eager writer once. Let epoll watch those that could not send everything."""
        if not self._eager:
            return
        this_round = self._round
        self._round += 1
        for writer in tuple(self._eager):
            if writer not in self._eager or writer in self._suspended:
                continue
            self._call(writer, writer.doWrite, number_of(writer), False)
            if self._eager.get(writer) == this_round:
                del self._eager[writer]
                self._watch_writer(writer)

    def _probe(self) -> None:
        """Check a few readers, others in each turn, for a descriptor closed without being removed.

        epoll forgets such a descriptor, so without this check its owner would never be told.
        """
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
        if not self._descriptors.add(reader, self._descriptors.readers):
            super().addReader(reader)

    def addWriter(self, writer: IWriteDescriptor) -> None:
        """Call the writer after the current callbacks, and then whenever it can write.

        A Twisted transport is called once before epoll watches it: there is nearly always room in
        the socket buffer, and after it sent everything it removes itself. Any other writer waits
        for epoll.
        """
        if self._notifier is None or not isinstance(writer, FileDescriptor):
            self._watch_writer(writer)
        elif writer not in self._eager and not self._is_watched(writer):
            self._eager[writer] = self._round
            self._arm(NOW)

    def _is_watched(self, writer: FileDescriptor) -> bool:
        return self._descriptors.has_writer(writer.fileno(), writer) or writer in self._writes

    def _watch_writer(self, writer: Any) -> None:
        if not self._descriptors.add(writer, self._descriptors.writers):
            super().addWriter(writer)

    def removeReader(self, reader: IReadDescriptor) -> None:
        if self._reads:
            super().removeReader(reader)
        self._descriptors.remove(reader, self._descriptors.readers)

    def removeWriter(self, writer: IWriteDescriptor) -> None:
        if self._eager.pop(writer, None) is not None:
            return
        if self._writes:
            super().removeWriter(writer)
        self._descriptors.remove(writer, self._descriptors.writers)

    def removeAll(self) -> list[IReadDescriptor | IWriteDescriptor]:
        removed: list[IReadDescriptor | IWriteDescriptor]
        removed = self._removeAll(self.getReaders(), self.getWriters())
        return removed

    def getReaders(self) -> list[IReadDescriptor]:
        return [*self._descriptors.readers.values(), *self._reads]

    def getWriters(self) -> list[IWriteDescriptor]:
        return [*self._eager, *self._descriptors.writers.values(), *self._writes]

    def listenTCP(
        self, port: int, factory: IProtocolFactory, backlog: int = 50, interface: str = ""
    ) -> PromptPort:
        listening = PromptPort(port, factory, backlog, interface, self)
        listening.startListening()
        return listening

    # Start and stop

    def _listen_to_qt(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(self._started)
        super()._listen_to_qt()

    def _let_qt_work(self, seconds: float | None) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(True)
        super()._let_qt_work(seconds)
        self._listen_to_qt()


def install(app: QCoreApplication) -> DeckReactor:
    """Make a :class:`DeckReactor` that ``app`` drives the global reactor.

    :raises twisted.internet.error.ReactorAlreadyInstalledError: there is a global reactor already
    """
    reactor = DeckReactor()
    reactor.qApp = app
    installReactor(reactor)
    return reactor
