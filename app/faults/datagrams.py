"""One direction of a UDP socket with its faults. Each datagram is hit or missed for itself.

A network may lose, double and reorder datagrams, and so do these faults: with a jitter, one that
was sent later may come earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Final

from attrs import frozen

from app.faults.schedule import Schedule, Wait
from app.faults.spec import Direction, Fault, FaultKey, FaultKind, keyed
from app.faults.stages import draw_spread, flip_bits

MOST_DATAGRAMS: Final = 10_000
MOST_BYTES: Final = 8 * 1024 * 1024
"""Where a direction holds more than either of these, the next datagram is dropped, as by a router
whose queue is full."""

Address = tuple[str, int] | str | None


@frozen
class _Datagram:
    data: bytes
    address: Address


class _Held:
    """A datagram that waits for its time, or for something else to happen."""

    __slots__ = ("datagram", "key", "wait")

    def __init__(self, key: FaultKey, datagram: _Datagram) -> None:
        self.key = key
        self.datagram = datagram
        self.wait: Wait | None = None


class DatagramPath:
    """The faults of one direction, in the order given.

    Invariant: what is held is in `_held` in the order in which it came, and bounded.
    """

    def __init__(
        self,
        direction: Direction,
        schedule: Schedule,
        random: Random,
        output: Callable[[bytes, Address], object],
    ) -> None:
        """`output` is called with each datagram that passes, and the peer's address. It must not
        raise."""
        self._direction = direction
        self._schedule = schedule
        self._random = random
        self._output = output
        self._faults: dict[FaultKey, Fault] = {}
        self._began: dict[FaultKey, float] = {}
        """When each fault was armed."""
        self._free_at: dict[FaultKey, float] = {}
        """When each bandwidth has carried what it was given."""
        self._held: dict[_Held, None] = {}
        self._overtakable: dict[FaultKey, _Held] = {}
        """The datagram that each `reorder` holds until the next one has passed."""
        self.held_bytes = 0
        self.dropped = 0
        """Datagrams that nobody will get."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those in force in this direction."""
        return tuple(self._faults.values())

    @property
    def held(self) -> int:
        """How many datagrams wait."""
        return len(self._held)

    @property
    def is_idle(self) -> bool:
        """Whether it does nothing, and may be left out."""
        return not self._faults and not self._held

    def replace(self, faults: Iterable[Fault]) -> None:
        """Act out `faults` from now on. What one that is gone or changed holds passes at once."""
        now = self._schedule.seconds()
        before = self._faults
        acting = (fault for fault in faults if fault.acts(self._direction))
        self._faults = keyed(acting)
        same = {key for key, fault in self._faults.items() if before.get(key) == fault}
        self._began = {key: self._began[key] if key in same else now for key in self._faults}
        self._free_at = {key: self._free_at.get(key, now) for key in self._faults if key in same}
        for held in [each for each in self._held if each.key not in same]:
            self._pass(held, self._position_behind(held.key, list(before)))

    def put(self, data: bytes, address: Address) -> None:
        """Take in one datagram."""
        self._run(_Datagram(data, address), 0)

    def clear(self) -> None:
        """Drop all that is held: the socket is closed."""
        for held in self._held:
            if held.wait is not None:
                held.wait.cancel()
        self.dropped += len(self._held)
        self._held.clear()
        self._overtakable.clear()
        self.held_bytes = 0

    def _run(self, datagram: _Datagram, position: int) -> None:
        """Pass `datagram` through the faults from `position` on."""
        faults = list(self._faults.items())
        for index in range(position, len(faults)):
            key, fault = faults[index]
            overtaken = self._overtakable.get(key)
            if overtaken is not None:
                self._run(datagram, index + 1)
                self._pass(overtaken)
                return
            if fault.chance < 1 and self._random.random() >= fault.chance:
                continue
            match fault.kind:
                case FaultKind.DROP:
                    self.dropped += 1
                    return
                case FaultKind.CORRUPT:
                    data = flip_bits(datagram.data, fault.bits, self._random)
                    datagram = _Datagram(data, datagram.address)
                case FaultKind.DUPLICATE:
                    self._run(datagram, index + 1)
                case _:
                    self._hold(key, datagram, self._due(key, fault, len(datagram.data)))
                    return
        self._output(datagram.data, datagram.address)

    def _due(self, key: FaultKey, fault: Fault, size: int) -> float | None:
        """When a datagram that comes now leaves `fault`; `None` for when it is cleared."""
        now = self._schedule.seconds()
        match fault.kind:
            case FaultKind.LATENCY:
                spread = draw_spread(self._random, fault.distribution) if fault.jitter else 0.0
                return now + max(0.0, fault.seconds + fault.jitter * spread)
            case FaultKind.BANDWIDTH:
                due = max(now, self._free_at.get(key, now)) + size / fault.bytes_per_second
                self._free_at[key] = due
                return due
            case FaultKind.STALL if fault.seconds:
                return max(now, self._began[key] + fault.seconds)
            case FaultKind.STALL:
                return None
            case _:
                return now + fault.seconds

    def _hold(self, key: FaultKey, datagram: _Datagram, due: float | None) -> None:
        size = len(datagram.data)
        if len(self._held) >= MOST_DATAGRAMS or self.held_bytes + size > MOST_BYTES:
            self.dropped += 1
            return
        if due is not None and due <= self._schedule.seconds():
            self._run(datagram, self._position_after(key))
            return
        held = _Held(key, datagram)
        self._held[held] = None
        if key[0] is FaultKind.REORDER:
            self._overtakable[key] = held
        self.held_bytes += size
        if due is not None:
            held.wait = self._schedule.call_at(due, lambda: self._pass(held))

    def _pass(self, held: _Held, position: int | None = None) -> None:
        """Let go of `held`: it goes on behind its fault, or at `position`."""
        if held not in self._held:
            return
        if held.wait is not None:
            held.wait.cancel()
        del self._held[held]
        if self._overtakable.get(held.key) is held:
            del self._overtakable[held.key]
        self.held_bytes -= len(held.datagram.data)
        self._run(held.datagram, self._position_after(held.key) if position is None else position)

    def _position_after(self, key: FaultKey) -> int:
        """The position behind the fault of `key`; the end, if it is gone."""
        return self._position_behind(key, [])

    def _position_behind(self, key: FaultKey, before: list[FaultKey]) -> int:
        """The position behind the fault of `key`, or if it is gone, that of the next one that was
        behind it in `before` and has stayed; the end, if there is none."""
        keys = list(self._faults)
        if key in keys:
            return keys.index(key) + 1
        behind = before[before.index(key) + 1 :] if key in before else []
        return next((keys.index(each) for each in behind if each in keys), len(keys))
