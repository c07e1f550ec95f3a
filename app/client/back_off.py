"""How long to wait before connecting again: longer each time, up to a bound."""

from __future__ import annotations

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
STEADY_SECONDS = 10.0
"""A connection that lasted so long was one: the next failure is the first again."""


class BackOff:
    """Counts the attempts in a row, and gives the wait before each."""

    def __init__(self) -> None:
        self.attempts = 0
        """Attempts since the last steady connection."""

    def next_seconds(self) -> float:
        """How long to wait before the next attempt, which this counts."""
        seconds = min(FIRST_SECONDS * (1 << min(self.attempts, 16)), LONGEST_SECONDS)
        self.attempts += 1
        return seconds

    def lasted(self, seconds: float) -> None:
        """A connection was there for so long."""
        if seconds >= STEADY_SECONDS:
            self.attempts = 0

    def begin(self) -> None:
        """A person asked for a connection: nothing has failed yet."""
        self.attempts = 0
