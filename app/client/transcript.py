"""What happened in one session, in order, within bounds: what the console shows.

The window pulls it: it asks for what is newer than the last entry it has seen. Nobody is told of
each chunk, so a peer that floods costs an append, and the oldest entries, which are counted.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from itertools import islice

from attrs import field, frozen

MAX_ENTRIES = 10_000
MAX_BYTES = 4 * 1024 * 1024
MAX_EVENTS = 200
"""Events that are still told after the bounds cost them their place."""

ENTRY_BYTES = 64 * 1024


class Kind(Enum):
    """What an entry records."""

    SENT = "sent"
    RECEIVED = "received"
    EVENT = "event"
    TROUBLE = "trouble"
    """An event that is not what the user wanted."""


@frozen
class Entry:
    """One chunk that was sent or received, or one event of the session."""

    number: int
    """Counts from 1 for the life of the transcript, without gaps."""

    time: float
    """Unix seconds."""

    kind: Kind

    data: bytes | str
    """Bytes of a chunk; the sentence of an event or of trouble."""

    round_trip: float | None = None
    """Seconds since the last send, if this is the first answer to it."""


@frozen
class News:
    """What is newer than an entry that somebody has seen."""

    entries: list[Entry]
    """Oldest first."""

    missed: int
    """Chunks that came after the one seen, and were dropped before this was asked."""

    events: list[Entry] = field(factory=list)
    """Events that were dropped with them: a flood takes nothing from the story."""


class Transcript:
    """Keeps the newest entries, at most `max_entries` and `max_bytes` of data; counts the others.

    Data above 64 KiB becomes several entries of the same time, so that dropping stays even.
    """

    def __init__(self, *, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._piece = min(ENTRY_BYTES, max_bytes)
        self._entries: deque[Entry] = deque()
        self._dropped_events: deque[Entry] = deque(maxlen=MAX_EVENTS)
        self._bytes = 0
        self._last = 0
        self._cleared = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All that is kept, oldest first."""
        return tuple(self._entries)

    @property
    def last(self) -> int:
        """The number of the newest entry ever appended; 0 before the first."""
        return self._last

    @property
    def dropped(self) -> int:
        """Entries that the bounds have cost since the last `clear`."""
        return self._last - len(self._entries) - self._cleared

    def append(
        self, time: float, kind: Kind, data: bytes | str, round_trip: float | None = None
    ) -> None:
        """Record `data` at `time` (unix seconds). Empty data leaves no entry.

        `round_trip` is the seconds that the answer took; its first entry says so.
        """
        for start in range(0, len(data), self._piece):
            self._keep(time, kind, data[start : start + self._piece], round_trip)
            round_trip = None

    def since(self, number: int) -> News:
        """Every entry newer than `number`, the last one seen; 0 asks for all."""
        oldest = self._last - len(self._entries) + 1
        count = min(len(self._entries), max(0, self._last - number))
        entries = list(islice(reversed(self._entries), count))
        entries.reverse()
        events = [each for each in self._dropped_events if each.number > number]
        missed = max(0, oldest - 1 - max(number, self._cleared))
        return News(entries, missed - len(events), events)

    def clear(self) -> None:
        """Forget all entries on purpose: they count neither as dropped nor as missed."""
        self._entries.clear()
        self._dropped_events.clear()
        self._bytes = 0
        self._cleared = self._last

    def _keep(self, time: float, kind: Kind, data: bytes | str, round_trip: float | None) -> None:
        self._last += 1
        self._entries.append(Entry(self._last, time, kind, data, round_trip))
        self._bytes += len(data)
        while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            dropped = self._entries.popleft()
            self._bytes -= len(dropped.data)
            if isinstance(dropped.data, str):
                self._dropped_events.append(dropped)
