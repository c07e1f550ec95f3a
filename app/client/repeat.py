"""Sends a template again and again at a fixed interval. Used by the console's repeat bar.

Each send has a slot, whose time is counted from the start, so that delays do not add up. A late
slot is caught up. A slot that is later than `CATCH_UP_SECONDS` is skipped and counted. While the
peer does not read, nothing is sent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from app.rules.template import RenderError, Template, Values

MOST_UNSENT_BYTES = 256 * 1024
"""A repeat pauses while more bytes than this wait for the peer."""

CATCH_UP_SECONDS = 0.05
RECHECK_SECONDS = 0.02
"""The interval of a paused repeat's checks whether the peer reads again."""

RATE_SECONDS = 1.0
SHORTEST_MS = 1


class Pace(Enum):
    """The state of a repeat."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class Repeat:
    """Sends a template `count` times, or until it is stopped, or until a send fails."""

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
        """The first send is at `start`, the others follow every `interval_ms` (at least 1).

        `count` is the number of sends, `None` for no limit. `send` returns whether it accepted the
        bytes. `unsent` returns how many bytes wait for the peer. `time` returns Unix seconds.
        `ended` is called once at the end, for any reason.
        """
        self.pace = Pace.ENDED
        self.sent = 0
        self.skipped = 0
        """Slots without a send: the program was busy, or the peer did not read."""
        self.refused = False
        """Whether it ended because `send` returned False."""
        self._clock = clock
        self._template = template
        self._interval = max(SHORTEST_MS, interval_ms) / 1000
        self._count = count
        self._send = send
        self._unsent = unsent
        self._time = time
        self._ended = ended
        self._started = 0.0
        self._slots = 0
        self._samples: deque[tuple[float, int]] = deque()
        self._call: IDelayedCall | None = None

    def start(self) -> None:
        """Start. Call it only once."""
        self._started = self._clock.seconds()
        self.pace = Pace.RUNNING
        self._tick()

    def stop(self) -> None:
        """Stop. Does nothing if it has ended."""
        if self.pace is Pace.ENDED:
            return
        self.pace = Pace.ENDED
        if self._call is not None and self._call.active():
            self._call.cancel()
        self._call = None
        self._ended()

    @property
    def rate(self) -> float:
        """Sends per second, measured over at least the last second. 0 before two sends, and while
        paused."""
        if len(self._samples) < 2 or self.pace is Pace.PAUSED:
            return 0.0
        (since, sent_before), (until, sent) = self._samples[0], self._samples[-1]
        return (sent - sent_before) / (until - since) if until > since else 0.0

    def _tick(self) -> None:
        self._call = None
        now = self._clock.seconds()
        due = int((now - self._started) / self._interval + 1e-6) + 1
        before = self.sent
        self._send_due(due)
        if self.sent > before:
            self._samples.append((now, before))
            self._drop_old_samples(now)
        if self.pace is Pace.ENDED:
            return
        self._slots = max(self._slots, due)
        wait = self._started + self._slots * self._interval - now
        if self.pace is Pace.PAUSED:
            wait = max(wait, RECHECK_SECONDS)
        self._call = self._clock.callLater(max(0.0, wait), self._tick)

    def _send_due(self, due: int) -> None:
        waiting = due - self._slots
        catch_up = max(1, int(CATCH_UP_SECONDS / self._interval))
        if self.pace is Pace.PAUSED:
            catch_up = 1  # do not flood a peer that has just started to read
        for left in range(min(waiting, catch_up), 0, -1):
            if self._unsent() > MOST_UNSENT_BYTES:
                self.pace = Pace.PAUSED
                self.skipped += left
                break
            self.pace = Pace.RUNNING
            self._send_one()
            if self.pace is Pace.ENDED:
                return
        self.skipped += max(0, waiting - catch_up)

    def _send_one(self) -> None:
        try:
            data = self._template.render(Values(self.sent + 1, self._time()))
        except RenderError:  # the counter has one digit too many
            data = None
        if data is None or not self._send(data):
            self.refused = True
            self.stop()
            return
        self.sent += 1
        if self.sent == self._count:
            self.stop()

    def _drop_old_samples(self, now: float) -> None:
        samples = self._samples
        while len(samples) > 2 and samples[1][0] <= now - RATE_SECONDS:
            samples.popleft()
