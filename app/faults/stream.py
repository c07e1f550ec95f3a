"""One direction of a stream connection with its faults: bytes in, the same bytes out in their time.

It knows no socket and no protocol. Whoever owns it puts items in, is called with each item that has
passed, and is told when it holds as much as it may.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from itertools import pairwise
from math import inf
from random import Random
from typing import Final

from app.faults.schedule import Schedule, Wait
from app.faults.spec import Direction, Fault, keyed
from app.faults.stages import Ending, Item, Limit, Mark, Stage, make_stage

FULL_BYTES: Final = 1024 * 1024
"""The bytes held at which the source must stop. It goes on at half of that."""

FULL_ITEMS: Final = 16 * 1024
"""The items that a stage holds at most before what is in front of it must wait."""

TURN_ITEMS: Final = 500
"""How many items pass before the reactor looks at its sockets again."""


class Pipeline:
    """The stages of one direction, in the order of their faults.

    Invariants: items leave in the order in which they came; a mark is never dropped; the schedule
    has one wait of it at most. Without a stage everything passes at once.
    """

    __slots__ = (
        "_is_blocked",
        "_is_moving",
        "_output",
        "_random",
        "_ready",
        "_schedule",
        "_set_full",
        "_stages",
        "_wait",
        "direction",
        "held_bytes",
        "is_full",
    )

    def __init__(
        self,
        direction: Direction,
        schedule: Schedule,
        random: Random,
        output: Callable[[Item], object],
        set_full: Callable[[bool], object],
    ) -> None:
        """`output` is called with each item that has passed, and `set_full` with whether the source
        must stop, each time that this is another answer. Neither may raise.
        """
        self.direction = direction
        self._schedule = schedule
        self._random = random
        self._output = output
        self._set_full = set_full
        self._stages: tuple[Stage, ...] = ()
        self._ready: deque[Item] = deque()
        """Items that have passed all stages, while the receiver takes none."""
        self._wait: Wait | None = None
        self._is_blocked = False
        self._is_moving = False
        self.is_full = False
        self.held_bytes = 0

    @property
    def stages(self) -> tuple[Stage, ...]:
        """One for each fault that acts here, in their order."""
        return self._stages

    @property
    def is_empty(self) -> bool:
        """Whether it holds neither bytes nor marks."""
        return not self._ready and not any(map(len, self._stages))

    def put(self, item: Item) -> None:
        """Take in bytes, which are not empty, or a mark."""
        if not (self._stages or self._ready or self._is_blocked or self._is_moving):
            self._output(item)
            return
        if isinstance(item, bytes):
            self.held_bytes += len(item)
        if not self._stages:
            self._ready.append(item)
            self._move()
            return
        first = self._stages[0]
        was_empty = not len(first)
        first.put(self._schedule.seconds(), item)
        if was_empty:
            self._move()
        else:  # the ones before it decide when something leaves: nothing has changed
            self._update_full()

    def block(self, is_blocked: bool) -> None:
        """Let nothing out while the receiver takes none; what is due passes when it does again."""
        if is_blocked != self._is_blocked:
            self._is_blocked = is_blocked
            self._move()

    def replace(self, faults: Iterable[Fault]) -> None:
        """Go on with the stages of `faults`.

        A fault that stays, maybe with other parameters, keeps what it holds and has counted. What a
        fault that is gone holds passes to the next one that stays, in order.
        """
        now = self._schedule.seconds()
        before = keyed(stage.fault for stage in self._stages)
        known = dict(zip(before, self._stages, strict=True))
        stages: list[Stage] = []
        for key, fault in keyed(faults).items():
            stage = known.get(key)
            if stage is None:
                stage = make_stage(fault, now, self._random)
            elif stage.fault != fault:
                stage.change(fault, now)
            if stage is not None:
                stages.append(stage)
        self._release_removed(stages, now)
        self._stages = tuple(stages)
        self._move()

    def flush(self) -> None:
        """Let all that is held pass now, in order."""
        for stage in reversed(self._stages):
            self._ready.extend(stage.empty())
        self._move()

    def clear(self) -> None:
        """Drop all that is held, marks as well: the connection is over."""
        for stage in self._stages:
            stage.empty()
        self._ready.clear()
        self.held_bytes = 0
        self._cancel_wait()

    def _release_removed(self, stages: list[Stage], now: float) -> None:
        """Move on what is held by stages that are not among `stages`.

        Later stages hold older items. If the stages that stay have changed places, nothing but
        letting all pass keeps the order.
        """
        kept = [stage for stage in self._stages if stage in stages]
        if kept != [stage for stage in stages if stage in kept]:
            for stage in reversed(self._stages):
                self._ready.extend(stage.empty())
            return
        follower: Stage | None = None
        for stage in reversed(self._stages):
            if stage in kept:
                follower = stage
                continue
            for item in stage.empty():
                if follower is None:
                    self._ready.append(item)
                else:
                    follower.put(now, item)

    def _wake(self) -> None:
        self._wait = None
        self._move()

    def _move(self) -> None:
        """Move all that is due, and wait for the rest."""
        if self._is_moving:  # an item that leaves has caused this; the loop around it goes on
            return
        self._is_moving = True
        try:
            self._move_due(self._schedule.seconds())
        finally:
            self._is_moving = False
        self._update_wait()
        self._update_full()

    def _move_due(self, now: float) -> None:
        budget = TURN_ITEMS
        while self._ready and budget and not self._is_blocked:
            budget -= 1
            self._emit(self._ready.popleft())
        stages = self._stages
        if not stages:
            return
        for stage, follower in pairwise(stages):
            while budget and len(follower) < FULL_ITEMS:
                taken = stage.take(now)
                if taken is None:
                    break
                budget -= 1
                follower.put(*taken)
        last = stages[-1]
        while budget and not self._is_blocked and self._stages is stages and not self._ready:
            taken = last.take(now)
            if taken is None:
                break
            budget -= 1
            self._emit(taken[1])

    def _emit(self, item: Item) -> None:
        if isinstance(item, bytes):
            self.held_bytes -= len(item)
            self._output(item)
        elif item.ending is not Ending.LIMIT or self._is_in_force(item):
            self._output(item)

    def _is_in_force(self, mark: Mark) -> bool:
        """Whether the limit of `mark` was neither removed nor raised since."""
        limit: Limit = mark.subject
        return limit.mark is mark and limit in self._stages

    def _update_wait(self) -> None:
        due = self._next_due()
        if self._wait is not None:
            if self._wait.time <= due < inf:  # waking up too early does no harm
                return
            self._cancel_wait()
        if due < inf:
            self._wait = self._schedule.call_at(due, self._wake)

    def _next_due(self) -> float:
        stages = self._stages
        if self._ready and not self._is_blocked:
            return self._schedule.seconds()
        if not stages:
            return inf
        due = inf if self._is_blocked else stages[-1].due
        for stage, follower in pairwise(stages):
            if len(follower) < FULL_ITEMS:
                due = min(due, stage.due)
        return due

    def _update_full(self) -> None:
        items = len(self._ready) + (len(self._stages[0]) if self._stages else 0)
        if self.is_full:
            is_full = self.held_bytes > FULL_BYTES // 2 or items > FULL_ITEMS // 2
        else:
            is_full = self.held_bytes > FULL_BYTES or items > FULL_ITEMS
        if is_full is not self.is_full:
            self.is_full = is_full
            self._set_full(is_full)

    def _cancel_wait(self) -> None:
        if self._wait is not None:
            wait, self._wait = self._wait, None
            wait.cancel()
