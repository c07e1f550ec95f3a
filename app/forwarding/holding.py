"""Held messages: stopped on their way, to be edited, released or dropped one by one.

Bytes in, bytes out: there is no socket and no timer here. Each direction of a relay has a
`HoldQueue`, which keeps the order. The `HoldList` has the messages of all queues, and a bound and a
time-out, so that nothing is held for ever.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from enum import Enum
from typing import Final

from attrs import define, frozen

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of all messages in one list."""

MOST_IN_QUEUE: Final = 1024 * 1024
"""Bytes in one queue, after which its sender is not read from."""


class Direction(Enum):
    """The way of a message through a relay."""

    IN = "in"
    """From the client to the target."""

    OUT = "out"
    """From the target to the client."""


@define(eq=False)
class HeldMessage:
    """One message that waits: because it is held, or because one before it is."""

    number: int
    """Unique in its list."""

    connection: int
    """The number of the client's connection."""

    peer: str
    """The address of the client."""

    direction: Direction
    data: bytes
    """The whole message with its frame, as it came or as it was edited."""

    held_at: float
    """By the clock of the list."""

    is_held: bool
    """False for one that only waits behind others."""

    queue: HoldQueue


@frozen
class HoldRule:
    """Which messages are held, and how long."""

    matches: Callable[[Direction, bytes], bool]
    seconds: float = 60.0
    """After that they pass on as they are."""

    most: int = 500
    """Messages in the list; with one more, the oldest passes on."""


class HoldList:
    """The held messages of one listener, by their numbers, oldest first."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """`seconds` returns the time, by any clock."""
        self.messages: OrderedDict[int, HeldMessage] = OrderedDict()
        self.bytes_held = 0
        self.rule: HoldRule | None = None
        """`None` while nothing is held."""
        self.on_change: Callable[[], None] = lambda: None
        """Called after a message was added or has left."""
        self._seconds = seconds
        self._last_number = 0

    def release(self, number: int, data: bytes | None = None) -> None:
        """Let a message pass on, as it is or with `data` instead. It goes out when those before it
        have gone. Does nothing if it is not there any more."""
        message = self.messages.get(number)
        if message is None:
            return
        if data is not None:
            self.bytes_held += len(data) - len(message.data)
            message.queue.edited(len(data) - len(message.data))
            message.data = data
        message.is_held = False
        message.queue.drain()

    def drop(self, number: int) -> None:
        """Remove a message: it never arrives."""
        message = self.messages.get(number)
        if message is not None:
            message.queue.remove(message)

    def release_all(self) -> None:
        """Let every message pass on."""
        queues = dict.fromkeys(message.queue for message in self.messages.values())
        for message in self.messages.values():
            message.is_held = False
        for queue in queues:
            queue.drain()

    def change(self, rule: HoldRule | None) -> None:
        """Hold by another rule from now on. Without a rule all that is held passes on."""
        self.rule = rule
        if rule is None:
            self.release_all()

    def expire(self) -> float | None:
        """Let pass what has been held too long. Returns the seconds until the next time-out."""
        limit = self.rule.seconds if self.rule is not None else 0.0
        now = self._seconds()
        while (first := self._first_held()) is not None:
            left = first.held_at + limit - now
            if left > 0:
                return left
            self.release(first.number)
        return None

    def add(self, queue: HoldQueue, data: bytes, *, is_held: bool) -> HeldMessage:
        """Take over a message of `queue`. The oldest ones pass on if there are too many."""
        self._last_number += 1
        now = self._seconds()
        message = HeldMessage(
            number=self._last_number,
            connection=queue.connection,
            peer=queue.peer,
            direction=queue.direction,
            data=data,
            held_at=now,
            is_held=is_held,
            queue=queue,
        )
        self.messages[message.number] = message
        self.bytes_held += len(data)
        return message

    def bound(self) -> None:
        """Let the oldest pass on until there are no more than allowed."""
        most = self.rule.most if self.rule is not None else 0
        while len(self.messages) > most or self.bytes_held > MOST_BYTES:
            first = self._first_held()
            if first is None:
                return
            self.release(first.number)

    def removed(self, message: HeldMessage) -> None:
        """A queue has let a message go."""
        del self.messages[message.number]
        self.bytes_held -= len(message.data)

    def _first_held(self) -> HeldMessage | None:
        return next((each for each in self.messages.values() if each.is_held), None)


class HoldQueue:
    """The messages of one direction of one relay, in their order."""

    def __init__(
        self,
        holds: HoldList,
        connection: int,
        direction: Direction,
        passed: Callable[[list[bytes]], None],
        peer: str = "",
    ) -> None:
        """`passed` is called with messages that were held, in their order."""
        self.connection = connection
        self.peer = peer
        self.direction = direction
        self._list = holds
        self._passed = passed
        self._messages: deque[HeldMessage] = deque()
        self._size = 0

    @property
    def is_waiting(self) -> bool:
        """Whether anything is held."""
        return bool(self._messages)

    @property
    def is_full(self) -> bool:
        """Whether its sender should wait."""
        return self._size > MOST_IN_QUEUE

    def offer(self, data: bytes) -> bool:
        """Whether a message passes on now. If not, it is kept."""
        rule = self._list.rule
        is_held = rule is not None and rule.matches(self.direction, data)
        if not is_held and not self._messages:
            return True
        self._messages.append(self._list.add(self, data, is_held=is_held))
        self._size += len(data)
        self._list.bound()
        self._list.on_change()
        return False

    def edited(self, by: int) -> None:
        """A message has `by` bytes more."""
        self._size += by

    def remove(self, message: HeldMessage) -> None:
        """Drop a message."""
        self._messages.remove(message)
        self._gone(message)
        self.drain()

    def drain(self) -> None:
        """Pass on what is not held at the head of the queue."""
        passed: list[bytes] = []
        while self._messages and not self._messages[0].is_held:
            message = self._messages.popleft()
            self._gone(message)
            passed.append(message.data)
        self._passed(passed)
        self._list.on_change()

    def take_all(self) -> list[bytes]:
        """Everything, in order: the relay ends."""
        rest = [message.data for message in self._messages]
        for message in self._messages:
            self._gone(message)
        self._messages.clear()
        self._list.on_change()
        return rest

    def _gone(self, message: HeldMessage) -> None:
        self._size -= len(message.data)
        self._list.removed(message)
