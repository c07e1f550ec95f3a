"""The observer of a deck without a window: tells each event as a value."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from attrs import evolve
from twisted.internet.interfaces import IAddress

from app.headless.events import (
    Closed,
    Draining,
    Event,
    Failed,
    Listening,
    Opened,
    Paused,
    Refused,
    Stopped,
)
from app.server.addresses import show
from app.server.connection import Connection
from app.server.factory import ListenerFactory
from app.server.listener import Listener, State

Condition = Listening | Draining | Paused | Failed | Stopped
"""What is told of a listener itself, not of who connects to it."""


class Announcer:
    """Tells what happened, and of each listener only what was not told before.

    A listener also moves when its spec changes, which is no news to whoever connects to it.
    """

    def __init__(self, tell: Callable[[Event], object]) -> None:
        self._tell = tell
        self._told: WeakKeyDictionary[Listener, Condition] = WeakKeyDictionary()

    def listener_moved(self, listener: Listener) -> None:
        if listener.state is State.STARTING:  # whatever comes of it is news, also the same failure
            self._told.pop(listener, None)
        event = _condition_of(listener)
        if event is None:
            return
        told: Condition = self._told.get(listener, Stopped(""))
        if evolve(event, listener=told.listener) != told:  # a new name alone is no news
            self._told[listener] = event
            self._tell(event)

    def opened(self, connection: Connection) -> None:
        self._tell(Opened(connection.factory.spec.name, connection.number, connection.peer))

    def active(self, connection: Connection) -> None:
        """Bytes are told in sum, when the connection closes."""

    def closed(self, connection: Connection) -> None:
        self._tell(
            Closed(
                connection.factory.spec.name,
                connection.number,
                connection.peer,
                connection.reason,
                connection.bytes_in,
                connection.bytes_out,
            )
        )

    def refused(self, factory: ListenerFactory, peer: IAddress | None, reason: str) -> None:
        self._tell(Refused(factory.spec.name, show(peer), reason))


def _condition_of(listener: Listener) -> Condition | None:
    """What there is to tell of where it is now; nothing on the way to there."""
    name = listener.spec.name
    match listener.state:
        case State.LISTENING:
            address = listener.address
            host = getattr(address, "host", listener.where)
            certificate = listener.certificate
            fingerprint = None if certificate is None else certificate.fingerprint
            return Listening(name, host, getattr(address, "port", None), fingerprint)
        case State.DRAINING:
            return Draining(name, listener.connection_count)
        case State.PAUSED:
            return Paused(name, listener.reason)
        case State.FAILED:
            return Failed(name, listener.reason)
        case State.STOPPED:
            return Stopped(name)
        case _:
            return None
