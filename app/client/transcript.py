"""What happened in one session, in order, within bounds: what the console shows.

The window pulls it: it asks for what is newer than the last entry it has seen. Nobody is told of
each chunk, so a peer that floods costs an append, and the oldest entries, which are counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from enum import Enum
from functools import lru_cache
from itertools import islice

from attrs import evolve, field, frozen
from twisted.internet.interfaces import IReactorTime

from app.text.hex import WIDTH, columns
from app.text.readable import ReadableText
from app.traffic.connection_info import RECEIVED, SENT, Tap

MAX_ENTRIES = 10_000
MAX_BYTES = 4 * 1024 * 1024
MAX_EVENTS = 200
"""Events that are still told after the bounds cost them their place."""

ENTRY_BYTES = 64 * 1024


class EntryKind(Enum):
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

    kind: EntryKind

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
        self, time: float, kind: EntryKind, data: bytes | str, round_trip: float | None = None
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

    def _keep(
        self, time: float, kind: EntryKind, data: bytes | str, round_trip: float | None
    ) -> None:
        self._last += 1
        self._entries.append(Entry(self._last, time, kind, data, round_trip))
        self._bytes += len(data)
        while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            dropped = self._entries.popleft()
            self._bytes -= len(dropped.data)
            if isinstance(dropped.data, str):
                self._dropped_events.append(dropped)


# MERGED client/formatting: From a transcript to text that a person can read and copy.
#
# Every byte shows. UTF-8 is shown as it is meant; a byte that is none shows as `\\xNN`; a character
# that has no shape, or that would turn the text around, shows as `\\t`, `\\x1b` or `\\u202e`. LF and
# CRLF break the line. A backslash stands for itself: the text is for reading, not for reading back.
# Or the bytes show in hex, sixteen on a line, with their ASCII beside them if that is wanted.

MARKS = {EntryKind.SENT: "→", EntryKind.RECEIVED: "←", EntryKind.EVENT: "·", EntryKind.TROUBLE: "!"}


def count_bytes(count: int) -> str:
    """`1 byte`, `12,345 bytes`."""
    return "1 byte" if count == 1 else f"{count:,} bytes"


@lru_cache(maxsize=16)  # the many lines of one chunk have one time
def timestamp(time: float, zone: tzinfo | None = None) -> str:
    """`time` (unix seconds) as `14:02:11.420` in `zone`, or in this machine's own."""
    return datetime.fromtimestamp(time, UTC).astimezone(zone).time().isoformat("milliseconds")


class Display(Enum):
    """How chunks are shown. The value is stable: it may be saved."""

    TEXT = "text"
    HEX = "hex"
    BOTH = "both"


@frozen
class RenderedLine:
    """One line to show."""

    time: float
    """Unix seconds."""

    kind: EntryKind
    text: str
    round_trip: float | None = None
    """Seconds that this answer took, if it is the first one."""

    def render(self, zone: tzinfo | None = None) -> str:
        """`14:02:11.420 →  hello`, in `zone` or this machine's own, and what an answer took."""
        took = "" if self.round_trip is None else f"   ({_brief(self.round_trip)})"
        return f"{timestamp(self.time, zone)} {MARKS[self.kind]}  {self.text}{took}"


class Layout:
    """Lays out entries as lines, in order; feed it all entries of one transcript, each once.

    An event, or a gap in the numbers, ends what was held back of a cut sequence.
    """

    def __init__(self, display: Display = Display.TEXT) -> None:
        self._display = display
        self._streams = {EntryKind.SENT: ReadableText(), EntryKind.RECEIVED: ReadableText()}
        self._last: Entry | None = None

    def feed(self, entry: Entry) -> list[RenderedLine]:
        """The lines of `entry`: none while all of it is held back."""
        last, data = self._last, entry.data
        gap = last is not None and entry.number != last.number + 1
        lines = self.finish() if gap or isinstance(data, str) else []
        self._last = entry
        if isinstance(data, bytes) and self._display is not Display.TEXT:
            rows = _hex_rows(data, self._display)
            return _timed([RenderedLine(entry.time, entry.kind, row) for row in rows], entry)
        text = data if isinstance(data, str) else self._streams[entry.kind].feed(data)
        return lines + _timed(_lines(entry.time, entry.kind, text), entry)

    def finish(self) -> list[RenderedLine]:
        """What was held back so far, as nothing more follows."""
        if self._last is None:
            return []
        time = self._last.time
        return [
            line
            for kind, stream in self._streams.items()
            for line in _lines(time, kind, stream.finish())
        ]


def _timed(lines: list[RenderedLine], entry: Entry) -> list[RenderedLine]:
    """`lines` of `entry`, the first of which says how long the answer took."""
    if lines and entry.round_trip is not None:
        lines[0] = evolve(lines[0], round_trip=entry.round_trip)
    return lines


def _brief(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _lines(time: float, kind: EntryKind, text: str) -> list[RenderedLine]:
    if not text:
        return []
    return [RenderedLine(time, kind, part) for part in text.removesuffix("\n").split("\n")]


def _hex_rows(data: bytes, display: Display) -> list[str]:
    rows = [columns(data[start : start + WIDTH]) for start in range(0, len(data), WIDTH)]
    if display is Display.HEX:
        return [digits.rstrip() for digits, _ in rows]
    return [f"{digits}  |{text}|" for digits, text in rows]


def plain_text(
    entries: Iterable[Entry],
    *,
    dropped: int = 0,
    zone: tzinfo | None = None,
    display: Display = Display.TEXT,
) -> str:
    """The whole of `entries` for the clipboard or a file, a line each; `dropped` is owned up to."""
    layout = Layout(display)
    lines = [line for entry in entries for line in layout.feed(entry)] + layout.finish()
    texts = [line.render(zone) for line in lines]
    if dropped:
        texts.insert(0, f"({dropped:,} older entries were dropped)")
    return "".join(f"{text}\n" for text in texts)


# MERGED client/record: What a session writes down, and how the window learns that there is something new.


class SessionLog:
    """Keeps the transcript, tells the tap, and calls `wake` once until `take_dirty` is asked."""

    def __init__(
        self,
        clock: IReactorTime,
        wake: Callable[[], None],
        tap: Tap | None,
        numbers: Iterator[int] | None,
    ) -> None:
        self.transcript = Transcript()
        self.number = 0
        """What the connection is known by to the tap; 0 before the first."""
        self._clock = clock
        self._wake = wake
        self._tap = tap
        self._numbers = numbers
        self._dirty = False
        self._sent_at: float | None = None

    def begin(self) -> None:
        """A connection is there: what follows is told to the tap under its number."""
        self._sent_at = None
        if self._numbers is not None:
            self.number = next(self._numbers)

    def say(self, sentence: str) -> None:
        """Something happened."""
        self.transcript.append(self._clock.seconds(), EntryKind.EVENT, sentence)
        self.touch()

    def complain(self, sentence: str) -> None:
        """Something went wrong, or cannot be done."""
        self.transcript.append(self._clock.seconds(), EntryKind.TROUBLE, sentence)
        self.touch()

    def sent(self, data: bytes) -> None:
        """`data` was sent: the next answer is an answer to it."""
        self._sent_at = now = self._clock.seconds()
        self.transcript.append(now, EntryKind.SENT, data)
        self.tap_sent(data, now)
        self.touch()

    def received(self, data: bytes) -> None:
        """`data` came."""
        now = self._clock.seconds()
        sent_at, self._sent_at = self._sent_at, None
        round_trip = None if sent_at is None else max(0.0, now - sent_at)
        self.transcript.append(now, EntryKind.RECEIVED, data, round_trip)
        if self._tap is not None:
            self._tap(now, self.number, RECEIVED, data)
        self.touch()

    def tap_sent(self, data: bytes, now: float | None = None) -> None:
        """Tell the tap alone of what was sent."""
        if self._tap is not None:
            self._tap(self._clock.seconds() if now is None else now, self.number, SENT, data)

    def touch(self) -> None:
        """Something changed."""
        if not self._dirty:
            self._dirty = True
            self._wake()

    def take_dirty(self) -> bool:
        """Whether anything changed since this was last asked; from now on a change calls `wake`."""
        dirty, self._dirty = self._dirty, False
        return dirty
