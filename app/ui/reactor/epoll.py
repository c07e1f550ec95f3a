"""The descriptors that one epoll watches: their readers, their writers, and the registered events.

This module knows nothing about Qt and calls no readers or writers; the reactor calls
:meth:`Descriptors.poll`. On a system without epoll, :class:`NoDescriptors` is used instead. It
accepts no descriptors.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

READABLE, WRITABLE, FAILED = 0x001, 0x004, 0x008 | 0x010
"""EPOLLIN, EPOLLOUT, and EPOLLERR | EPOLLHUP, with the values of epoll_ctl(2)."""

BATCH = 64
"""The most events that one poll returns."""


MILLISECOND = 0.001


class NoDescriptors:
    """Accepts no descriptors and reports no events. Base class of :class:`Descriptors`."""

    def __init__(self) -> None:
        self.readers: dict[int, Any] = {}
        self.writers: dict[int, Any] = {}
        self.fresh: set[int] = set()
        """Numbers registered since the last poll. An event of that poll for such a number belongs
        to an earlier descriptor."""
        self.parked: set[int] = set()
        """Numbers removed from epoll for a while, because epoll would report them again and
        again."""

    def fileno(self) -> int | None:
        """The descriptor of the epoll itself: readable while there are events. None without
        epoll."""
        return None

    def poll(self, seconds: float) -> list[tuple[int, int]]:
        """Wait at most that long for events. Returns (descriptor number, event mask) pairs."""
        return []

    def add(self, selectable: Any, holders: dict[int, Any]) -> bool:
        """Add to ``holders``, which is ``readers`` or ``writers``. False if epoll cannot watch
        it."""
        return False

    def remove(self, selectable: Any, holders: dict[int, Any]) -> None:
        """Remove from ``holders``, if it is there."""

    def has_writer(self, number: int, writer: Any) -> bool:
        """Whether ``writer`` is called when the descriptor ``number`` can be written."""
        return self.writers.get(number) is writer

    def park(self, number: int) -> None:
        """Report no events for this descriptor until :meth:`resume`."""

    def resume(self, suspended: Collection[Any]) -> None:
        """Watch all parked descriptors again, except those whose reader or writer is suspended."""


class Descriptors(NoDescriptors):
    """Readers and writers by descriptor number. epoll refuses regular files.

    A number identifies a descriptor only while that is open. If a descriptor is closed without
    being removed here, epoll silently forgets it, and the next opened descriptor may get the same
    number. So if a new reader or writer has the number of an old one, ``lost`` is called with the
    old one.
    """

    def __init__(self, lost: Callable[[Any], object]) -> None:
        super().__init__()
        self._epoll = select.epoll()
        self._lost = lost

    def fileno(self) -> int:
        return self._epoll.fileno()

    def poll(self, seconds: float) -> list[tuple[int, int]]:
        self.fresh.clear()
        if 0 < seconds < MILLISECOND:  # epoll itself waits for whole milliseconds
            select.select([self._epoll], [], [], seconds)
            seconds = 0
        return self._epoll.poll(seconds, BATCH)

    def add(self, selectable: Any, holders: dict[int, Any]) -> bool:
        # If another one is registered for this same open descriptor, that one stays.
        number = selectable.fileno()
        if holders.get(number) is selectable:
            return True
        if self._is_held(number, selectable) and number in holders:
            return True
        is_registered = number in self.readers or number in self.writers
        holders[number] = selectable
        try:
            self._tell(number, is_registered=is_registered)
        except PermissionError:
            del holders[number]
            return False
        return True

    def remove(self, selectable: Any, holders: dict[int, Any]) -> None:
        number = number_of(selectable)
        if holders.get(number) is not selectable:
            if number != -1:
                return
            found = [held for held, holder in holders.items() if holder is selectable]
            if not found:
                return
            (number,) = found
        del holders[number]
        if number not in self.readers and number not in self.writers:
            self.parked.discard(number)
        self._tell(number, is_registered=True)

    def park(self, number: int) -> None:
        self.parked.add(number)
        self._tell(number, is_registered=True)

    def resume(self, suspended: Collection[Any]) -> None:
        for number in tuple(self.parked):
            holders = (self.readers.get(number), self.writers.get(number))
            if not any(holder in suspended for holder in holders if holder is not None):
                self.parked.remove(number)
                self._tell(number, is_registered=False)

    def _is_held(self, number: int, newcomer: Any) -> bool:
        """Whether another reader or writer has this number and its descriptor is still open.

        If the descriptor was closed, its old reader and writer are removed and reported as lost.
        """
        holders = {self.readers.get(number), self.writers.get(number)} - {None, newcomer}
        if not holders:
            return False
        if number in self.parked:
            return True
        with suppress(PermissionError):
            try:
                self._epoll.register(number, 0)
            except FileExistsError:
                return True
            self._epoll.unregister(number)
        self.readers.pop(number, None)
        self.writers.pop(number, None)
        for holder in holders:
            self._lost(holder)
        return False

    def _tell(self, number: int, *, is_registered: bool) -> None:
        """Register the events that the reader and the writer of this descriptor wait for.

        `is_registered` is false if epoll does not watch it yet.
        """
        mask = 0
        if number not in self.parked:
            mask = READABLE * (number in self.readers) | WRITABLE * (number in self.writers)
        # A closed descriptor is no longer in epoll, so an error here is ignored.
        if not mask:
            with suppress(OSError):
                self._epoll.unregister(number)
            return
        if is_registered:
            with suppress(OSError):
                self._epoll.modify(number, mask)
                return
        self._epoll.register(number, mask)
        self.fresh.add(number)


def number_of(selectable: Any) -> int:
    """The number of its descriptor, or -1 if it is closed."""
    try:
        return int(selectable.fileno())
    except Exception:  # noqa: BLE001 - a closed one may raise any exception
        return -1
