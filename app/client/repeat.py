"""Sends again and again at a steady pace.

Each send has its place in time, counted from the start, so that delays do not add up. What is a
little late is made up for; what is later than `CATCH_UP_SECONDS` is left out, and counted. While
the peer does not read, nothing is sent at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from app.client.draft import Template, VariableValues

MOST_UNSENT_BYTES = 256 * 1024
"""What may wait for the peer to read before a repeat pauses."""

CATCH_UP_SECONDS = 0.05
LOOK_AGAIN_SECONDS = 0.02
"""How often a paused repeat looks whether the peer reads again."""

RATE_SECONDS = 1.0
SHORTEST_MS = 1


class Pace(Enum):
    """What a repeat does now."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class Repeat:
    """Sends a template until it was sent `count` times, is stopped, or cannot be sent any more."""

    def __init__(
        self,
        clock: IReactorTime,
        template: Template,
        *,
        interval_ms: int,
        count: int | None,
        send: Callable[[bytes], bool],
        unsent: Callable[[], int],
        time: Callable[[], float],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """The first send comes with `start`, the others every `interval_ms` (at least 1).

        `count` is how many there are in all, `None` for no end. `send` gives whether it took the
        bytes, `unsent` how many bytes wait for the peer, `time` the Unix time in seconds. `ended`
        is called once at the end, whatever it is.
        """
        self.pace = Pace.ENDED
        self.sent = 0
        self.skipped = 0
        """Sends that were left out: the program was busy, or the peer did not read."""
        self.refused = False
        """Whether the end came as `send` took no more."""
        self._clock = clock
        self._template = template
        self._interval = max(SHORTEST_MS, interval_ms) / 1000
        self._count = count
        self._send = send
        self._unsent = unsent
        self._time = time
        self._ended = ended
        self._started = 0.0
        self._places = 0
        self._recent: deque[tuple[float, int]] = deque()
        self._call: IDelayedCall | None = None

    def start(self) -> None:
        """Begin; once."""
        self._started = self._clock.seconds()
        self.pace = Pace.RUNNING
        self._go_on()

    def stop(self) -> None:
        """Send no more. Stopping what has ended changes nothing."""
        if self.pace is Pace.ENDED:
            return
        self.pace = Pace.ENDED
        if self._call is not None and self._call.active():
            self._call.cancel()
        self._call = None
        self._ended()

    @property
    def rate(self) -> float:
        """Sends a second, over the last second at least; 0 until there were two, and in a pause."""
        if len(self._recent) < 2 or self.pace is Pace.PAUSED:
            return 0.0
        (since, sent_before), (until, sent) = self._recent[0], self._recent[-1]
        return (sent - sent_before) / (until - since) if until > since else 0.0

    def _go_on(self) -> None:
        self._call = None
        now = self._clock.seconds()
        due = int((now - self._started) / self._interval + 1e-6) + 1
        before = self.sent
        self._send_due(due)
        if self.sent > before:
            self._recent.append((now, before))
            self._forget(now)
        if self.pace is Pace.ENDED:
            return
        self._places = max(self._places, due)
        wait = self._started + self._places * self._interval - now
        if self.pace is Pace.PAUSED:
            wait = max(wait, LOOK_AGAIN_SECONDS)
        self._call = self._clock.callLater(max(0.0, wait), self._go_on)

    def _send_due(self, due: int) -> None:
        waiting = due - self._places
        made_up = max(1, int(CATCH_UP_SECONDS / self._interval))
        if self.pace is Pace.PAUSED:
            made_up = 1  # a peer that has just begun to read is not to be flooded
        for left in range(min(waiting, made_up), 0, -1):
            if self._unsent() > MOST_UNSENT_BYTES:
                self.pace = Pace.PAUSED
                self.skipped += left
                break
            self.pace = Pace.RUNNING
            self._send_one()
            if self.pace is Pace.ENDED:
                return
        self.skipped += max(0, waiting - made_up)

    def _send_one(self) -> None:
        moment = VariableValues(self.sent + 1, self._time())
        if not self._send(self._template.render(moment)):
            self.refused = True
            self.stop()
            return
        self.sent += 1
        if self.sent == self._count:
            self.stop()

    def _forget(self, now: float) -> None:
        recent = self._recent
        while len(recent) > 2 and recent[1][0] <= now - RATE_SECONDS:
            recent.popleft()
