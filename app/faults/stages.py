"""The faults of one direction of a stream, each as one stage that bytes pass through in order.

A stage takes items and gives them back at their time, never in another order. Items are byte
strings and marks; a mark says that something ends, and keeps its place between the bytes.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from math import inf
from random import Random
from typing import Any, Final, Protocol

from attrs import frozen

from app.faults.spec import Distribution, Fault, FaultKind

PACE_SECONDS: Final = 0.02
"""A bandwidth lets pass at once what it carries in this time: small enough to look smooth."""


class Ending(Enum):
    """The thing that ends at a mark."""

    HALF = "half"
    """One side has closed its direction."""

    WHOLE = "whole"
    """The connection is closed, or lost."""

    RESET = "reset"
    """This side has reset the connection."""

    LIMIT = "limit"
    """A limit is reached: the fault ends the connection here."""


@frozen
class Mark:
    """The end of something, between the bytes before and those after it."""

    ending: Ending
    subject: Any = None
    """The reason of a loss, or the `Limit` that is reached."""


Item = bytes | Mark
Due = tuple[float, Item]
"""An item, and the time at which it leaves a stage."""


class Stage(Protocol):
    """One fault at work in one direction of one connection. Times are seconds of the clock."""

    fault: Fault

    @property
    def due(self) -> float:
        """When `take` gives the next item; `inf` if nothing waits, or nothing may pass."""

    def __len__(self) -> int:
        """How many items it holds."""

    def put(self, time: float, item: Item) -> None:
        """Take in an item that came at `time`."""

    def take(self, now: float) -> Due | None:
        """The next item if it is due, with the time at which it was."""

    def change(self, fault: Fault, now: float) -> None:
        """Go on with other parameters, which count at once for what is held too."""

    def empty(self) -> list[Item]:
        """All that is held, in order; nothing is held after that."""


class Latency:
    """Holds each item for a while. Nothing overtakes: the slowest in front sets the pace."""

    __slots__ = ("_held", "_last", "_random", "fault")

    def __init__(self, fault: Fault, now: float, random: Random) -> None:
        self.fault = fault
        self._random = random
        self._last = now
        self._held: deque[tuple[float, float, Item]] = deque()

    @property
    def due(self) -> float:
        if not self._held:
            return inf
        time, draw, _ = self._held[0]
        delay = self.fault.seconds + self.fault.jitter * draw
        return max(self._last, time + delay if delay > 0 else time)

    def __len__(self) -> int:
        return len(self._held)

    def put(self, time: float, item: Item) -> None:
        draw = 0.0
        if self.fault.jitter:
            draw = draw_spread(self._random, self.fault.distribution)
        self._held.append((time, draw, item))

    def take(self, now: float) -> Due | None:
        due = self.due
        if due > now:
            return None
        self._last = due
        return due, self._held.popleft()[2]

    def change(self, fault: Fault, now: float) -> None:
        self.fault = fault

    def empty(self) -> list[Item]:
        held = [item for _, _, item in self._held]
        self._held.clear()
        return held


class Gate:
    """A base of stages that hold items as they came, and let out the first of them when it is due.

    A subclass says by `due` when that is.
    """

    __slots__ = ("_held", "fault")

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._held: deque[Due] = deque()

    @property
    def due(self) -> float:
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self._held)

    def put(self, time: float, item: Item) -> None:
        self._held.append((time, item))

    def take(self, now: float) -> Due | None:
        due = self.due
        if due > now:
            return None
        return due, self._held.popleft()[1]

    def change(self, fault: Fault, now: float) -> None:
        self.fault = fault

    def empty(self) -> list[Item]:
        held = [item for _, item in self._held]
        self._held.clear()
        return held


class Stall(Gate):
    """Lets nothing pass for so long from its beginning on, or, with 0 seconds, until it is gone."""

    __slots__ = ("_began",)

    def __init__(self, fault: Fault, now: float) -> None:
        super().__init__(fault)
        self._began = now

    @property
    def due(self) -> float:
        if not self._held or not self.fault.seconds:
            return inf
        return max(self._held[0][0], self._began + self.fault.seconds)


class SlowClose(Gate):
    """Holds the ends for a while, and bytes only if they came after one."""

    __slots__ = ()

    @property
    def due(self) -> float:
        if not self._held:
            return inf
        time, item = self._held[0]
        return time + self.fault.seconds if isinstance(item, Mark) else time


class Splitter(Gate):
    """A base of stages that let out the first item in pieces.

    Only the piece that is next is ever cut, so a large item costs no more than its bytes.
    """

    __slots__ = ("_free_at", "_length", "_offset")

    def __init__(self, fault: Fault, now: float) -> None:
        super().__init__(fault)
        self._free_at = now
        self._offset = 0
        self._length = 0
        """Of the next piece; 0 until it is decided."""

    def take(self, now: float) -> Due | None:
        due = self.due
        if due > now:
            return None
        item = self._held[0][1]
        if isinstance(item, Mark):
            self._held.popleft()
            return due, item
        length = self._next_length(item)
        self._free_at, self._length = self._free_after(due, length), 0
        end = self._offset + length
        piece = item if length == len(item) else item[self._offset : end]
        if end < len(item):
            self._offset = end
        else:
            self._offset = 0
            self._held.popleft()
        return due, piece

    def change(self, fault: Fault, now: float) -> None:
        self.fault = fault
        self._free_at, self._length = now, 0

    def empty(self) -> list[Item]:
        held = super().empty()
        if held and isinstance(held[0], bytes) and self._offset:
            held[0] = held[0][self._offset :]
        self._offset = self._length = 0
        return held

    def _next_length(self, item: bytes) -> int:
        """The length of the next piece of `item`: the same one until it is taken."""
        if not self._length:
            self._length = self._draw_length()
        return min(self._length, len(item) - self._offset)

    def _draw_length(self) -> int:
        raise NotImplementedError

    def _free_after(self, due: float, length: int) -> float:
        """When the next piece may begin, if one of `length` bytes left at `due`."""
        raise NotImplementedError


class Bandwidth(Splitter):
    """Carries so many bytes a second: a piece leaves when its last byte would have passed."""

    __slots__ = ()

    @property
    def due(self) -> float:
        if not self._held:
            return inf
        time, item = self._held[0]
        start = max(time, self._free_at)
        if isinstance(item, Mark):
            return start
        return start + self._next_length(item) / self.fault.bytes_per_second

    def _draw_length(self) -> int:
        return max(1, int(self.fault.bytes_per_second * PACE_SECONDS))

    def _free_after(self, due: float, length: int) -> float:
        return due


class Slice(Splitter):
    """Cuts what passes into small pieces, with a pause after each."""

    __slots__ = ("_random",)

    def __init__(self, fault: Fault, now: float, random: Random) -> None:
        super().__init__(fault, now)
        self._random = random

    @property
    def due(self) -> float:
        return max(self._held[0][0], self._free_at) if self._held else inf

    def _draw_length(self) -> int:
        most = self.fault.variation
        return self.fault.bytes + (self._random.randint(-most, most) if most else 0)

    def _free_after(self, due: float, length: int) -> float:
        return due + self.fault.delay


class Instant:
    """A base of stages that change items and let them pass at once."""

    __slots__ = ("_passed", "fault")

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._passed: deque[Due] = deque()

    @property
    def due(self) -> float:
        return self._passed[0][0] if self._passed else inf

    def __len__(self) -> int:
        return len(self._passed)

    def put(self, time: float, item: Item) -> None:
        raise NotImplementedError

    def take(self, now: float) -> Due | None:
        return self._passed.popleft() if self._passed else None

    def change(self, fault: Fault, now: float) -> None:
        self.fault = fault

    def empty(self) -> list[Item]:
        held = [item for _, item in self._passed]
        self._passed.clear()
        return held


class Corrupt(Instant):
    """Turns over some bits of each chunk."""

    __slots__ = ("_random",)

    def __init__(self, fault: Fault, random: Random) -> None:
        super().__init__(fault)
        self._random = random

    def put(self, time: float, item: Item) -> None:
        if isinstance(item, bytes):
            item = flip_bits(item, self.fault.bits, self._random)
        self._passed.append((time, item))


class Limit(Instant):
    """Lets so many bytes pass, and a mark that ends the connection. Holds what is behind it."""

    __slots__ = ("_beyond", "_count", "mark")

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self._beyond: deque[Due] = deque()
        self._count = 0
        self.mark: Mark | None = None
        """The one that ends the connection; `None` while the limit is not reached."""

    def __len__(self) -> int:
        return len(self._passed) + len(self._beyond)

    def put(self, time: float, item: Item) -> None:
        if self.mark is not None:
            self._beyond.append((time, item))
            return
        if isinstance(item, Mark):
            self._passed.append((time, item))
            return
        left = max(self.fault.bytes - self._count, 0)
        kept, rest = item[:left], item[left:]
        self._count += len(kept)
        if kept:
            self._passed.append((time, kept))
        if self._count >= self.fault.bytes:
            self.mark = Mark(Ending.LIMIT, self)
            self._passed.append((time, self.mark))
        if rest:
            self._beyond.append((time, rest))

    def change(self, fault: Fault, now: float) -> None:
        self.fault = fault
        if self._count < fault.bytes:
            self.mark = None
            beyond, self._beyond = self._beyond, deque()
            for time, item in beyond:
                self.put(time, item)

    def empty(self) -> list[Item]:
        held = [*super().empty(), *(item for _, item in self._beyond)]
        self._beyond.clear()
        return held


def make_stage(fault: Fault, now: float, random: Random) -> Stage | None:
    """The stage of `fault` in one direction; `None` for a kind that does not act on a stream."""
    match fault.kind:
        case FaultKind.LATENCY:
            return Latency(fault, now, random)
        case FaultKind.BANDWIDTH:
            return Bandwidth(fault, now)
        case FaultKind.SLICE:
            return Slice(fault, now, random)
        case FaultKind.STALL:
            return Stall(fault, now)
        case FaultKind.LIMIT:
            return Limit(fault)
        case FaultKind.SLOW_CLOSE:
            return SlowClose(fault)
        case FaultKind.CORRUPT:
            return Corrupt(fault, random)
        case _:
            return None


def draw_spread(random: Random, distribution: Distribution) -> float:
    """A number around 0, by which a jitter is multiplied."""
    if distribution is Distribution.NORMAL:
        return random.gauss(0.0, 1.0)
    return random.uniform(-1.0, 1.0)


def flip_bits(data: bytes, bits: int, random: Random) -> bytes:
    """`data` with `bits` different bits turned over, or all of them if it has fewer."""
    flipped = bytearray(data)
    count = len(data) * 8
    for position in random.sample(range(count), min(bits, count)):
        flipped[position >> 3] ^= 1 << (position & 7)
    return bytes(flipped)
