"""The descriptors of one epoll: who reads and who writes each, and what the kernel was told of it.

Knows neither Qt nor when to call anybody; the reactor asks :meth:`Descriptors.poll`. Where there is
no epoll, :class:`NoDescriptors` takes its place and refuses them all.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

READABLE, WRITABLE, FAILED = 0x001, 0x004, 0x008 | 0x010
"""EPOLLIN, EPOLLOUT, and either of EPOLLERR and EPOLLHUP, as epoll_ctl(2) numbers them."""

BATCH = 64
"""The most descriptors asked of epoll at once."""


class NoDescriptors:
    """Refuses every descriptor, and has nothing to report."""

    def __init__(self) -> None:
        self.readers: dict[int, Any] = {}
        self.writers: dict[int, Any] = {}
        self.fresh: set[int] = set()
        """Registered since the last poll: an event of that poll is about an earlier descriptor."""
        self.parked: set[int] = set()
        """Kept out of epoll for a while, as they would be reported over and over."""

    def fileno(self) -> int | None:
        """What is readable while any descriptor has something to report, if there is such a one."""
        return None

    def poll(self, seconds: float) -> list[tuple[int, int]]:
        """Wait for something to report, at most that long: (number, event mask) of each."""
        return []

    def add(self, selectable: Any, holders: dict[int, Any]) -> bool:
        """Report to one of ``readers`` or ``writers``; False if it cannot be done."""
        return False

    def remove(self, selectable: Any, holders: dict[int, Any]) -> None:
        """Stop reporting to it, if it is there."""

    def has_writer(self, number: int, writer: Any) -> bool:
        """Tell whether it is reported to when this descriptor can be written."""
        return self.writers.get(number) is writer

    def park(self, number: int) -> None:
        """Report nothing of this descriptor until :meth:`resume`."""

    def resume(self, suspended: Collection[Any]) -> None:
        """Report again on all parked descriptors but those of the suspended."""


class Descriptors(NoDescriptors):
    """Readers and writers by descriptor number. A regular file is refused.

    A number names a descriptor only as long as that is open. The kernel silently forgets one that
    is closed without being removed, and gives its number to the next to be opened. So a reader or
    writer that finds another's number taken throws that one out: it is ``lost``.
    """

    def __init__(self, lost: Callable[[Any], object]) -> None:
        super().__init__()
        self._epoll = select.epoll()
        self._lost = lost
        self._told: dict[int, int] = {}

    def fileno(self) -> int:
        return self._epoll.fileno()

    def poll(self, seconds: float) -> list[tuple[int, int]]:
        self.fresh.clear()
        return self._epoll.poll(seconds, BATCH)

    def add(self, selectable: Any, holders: dict[int, Any]) -> bool:
        # If another holds this very descriptor already, that one stays.
        number = selectable.fileno()
        if holders.get(number) is selectable:
            return True
        if self._is_held(number, selectable) and number in holders:
            return True
        holders[number] = selectable
        try:
            self._tell(number)
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
        self._tell(number)

    def park(self, number: int) -> None:
        self.parked.add(number)
        self._tell(number)

    def resume(self, suspended: Collection[Any]) -> None:
        for number in tuple(self.parked):
            holders = (self.readers.get(number), self.writers.get(number))
            if not any(holder in suspended for holder in holders if holder is not None):
                self.parked.remove(number)
                self._tell(number)

    def _is_held(self, number: int, newcomer: Any) -> bool:
        """Tell whether another holds this number rightly; throw out whoever holds it no more."""
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
        for held in (self.readers, self.writers, self._told):
            held.pop(number, None)
        for holder in holders:
            self._lost(holder)
        return False

    def _tell(self, number: int) -> None:
        """Have epoll report on this descriptor what its holders wait for."""
        mask = 0
        if number not in self.parked:
            mask = READABLE * (number in self.readers) | WRITABLE * (number in self.writers)
        told = self._told.pop(number, 0)
        # One that was closed is out already, whether its number is used again or not.
        if not mask:
            with suppress(OSError):
                self._epoll.unregister(number)
            return
        if told:
            with suppress(OSError):
                self._epoll.modify(number, mask)
                self._told[number] = mask
                return
        self._epoll.register(number, mask)
        self.fresh.add(number)
        self._told[number] = mask


def number_of(selectable: Any) -> int:
    """Its descriptor's number, or -1 if it has none any more."""
    try:
        return int(selectable.fileno())
    except Exception:  # noqa: BLE001 - a closed one may raise whatever its author thought of
        return -1
