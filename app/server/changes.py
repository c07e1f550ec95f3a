"""Collects what happens on a deck until somebody looks: the window pulls, it is never pushed."""

from __future__ import annotations

from collections.abc import Callable

from attrs import Factory, define
from twisted.internet.interfaces import IAddress

from app.server.connection import Connection
from app.server.factory import ListenerFactory
from app.server.listener import Listener


@define
class Batch:
    """What happened between two looks. One connection may be in all three lists."""

    opened: list[Connection] = Factory(list)
    active: list[Connection] = Factory(list)
    closed: list[Connection] = Factory(list)
    listeners: set[Listener] = Factory(set)
    """Those whose state, reason, address or spec is another one."""
    factories: set[ListenerFactory] = Factory(set)
    """Those that gained, lost or refused a connection."""


class Changes:
    """An observer that remembers, and calls `wake` once when there is something new to look at."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._batch = Batch()
        self._told = False

    def take(self) -> Batch:
        """All since the last call; from now on the next change wakes again."""
        batch, self._batch = self._batch, Batch()
        self._told = False
        return batch

    def listener_moved(self, listener: Listener) -> None:
        self._batch.listeners.add(listener)
        self._tell()

    def opened(self, connection: Connection) -> None:
        self._batch.opened.append(connection)
        self._batch.factories.add(connection.factory)
        self._tell()

    def active(self, connection: Connection) -> None:
        self._batch.active.append(connection)
        self._tell()

    def closed(self, connection: Connection) -> None:
        self._batch.closed.append(connection)
        self._batch.factories.add(connection.factory)
        self._tell()

    def refused(self, factory: ListenerFactory, peer: IAddress | None, reason: str) -> None:
        self._batch.factories.add(factory)
        self._tell()

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self._wake()
