"""Lets go of peers that are silent, with one timer for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

LEAST_SECONDS = 0.25
"""Between two looks: peers that fall silent one after the other leave together."""

TURN_PEERS = 256
"""How many leave before the reactor looks at its sockets again."""


class Expiring(Protocol):
    """What can fall silent."""

    active_at: float

    def end(self, reason: str) -> None:
        """Leave, for `reason`."""


class Expiry:
    """Ends those that were last active too long ago.

    Whoever owns them keeps them in the order in which they were active. So only the first has to be
    looked at, and those that are there and not first cost nothing, however many they are.
    """

    def __init__(
        self,
        clock: IReactorTime,
        first: Callable[[], Expiring | None],
        patience: Callable[[], float],
    ) -> None:
        """`first` gives the one that was silent the longest, `patience` how many seconds it may."""
        self._clock = clock
        self._first = first
        self._patience = patience
        self._given = 0.0
        self._timer: IDelayedCall | None = None

    def look(self) -> None:
        """There is one more, or the patience is another."""
        patience = self._patience()
        if patience != self._given:
            self.rest()
        first = self._first()
        if self._timer is None and first is not None:
            self._given = patience
            left = first.active_at + patience - self._clock.seconds()
            self._timer = self._clock.callLater(max(left, LEAST_SECONDS), self._end_the_silent)

    def look_at_closing(self) -> None:
        """Nothing to do: who is to leave has left at once."""

    def rest(self) -> None:
        """Nobody is there."""
        if self._timer is not None:
            timer, self._timer = self._timer, None
            timer.cancel()

    def _end_the_silent(self) -> None:
        self._timer = None
        patience = self._patience()
        now = self._clock.seconds()
        for _ in range(TURN_PEERS):
            first = self._first()
            if first is None or first.active_at + patience > now:
                break
            first.end(f"idle for {patience:g} s")
        self.look()
