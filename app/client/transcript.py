"""The transcript of one session: its chunks and events in order, with a size limit, and its
display.

`Transcript` keeps the entries. The window asks it for the entries after the last one that it has
seen. There is no notification for each chunk. So a peer that floods costs one append for each
chunk, and the oldest entries, which are dropped and counted. `SessionLog` is where a session
writes.

`Layout` makes lines of entries, for the screen, the clipboard and files. Every byte is visible.
Valid UTF-8 is shown as text, an invalid byte as `\\xNN`. A control character, or one that changes
the text direction, is shown as `\\t`, `\\x1b` or `\\u202e`. LF and CRLF break the line. A backslash
is shown as it is: the text is for people, not for parsing. In hex there are 16 bytes on a line,
with their ASCII if wanted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from attrs import field, frozen
from twisted.internet.interfaces import IReactorTime

from app.runtime.clocks import UnixTime
from app.text.hex import WIDTH, columns
from app.text.readable import ReadableText
from app.text.sentence import Sentence
from app.traffic.connection_info import RECEIVED, SENT, Tap

MAX_ENTRIES = 10_000
MAX_BYTES = 4 * 1024 * 1024

MAX_EVENTS = 200
"""Dropped events that are still reported."""

ENTRY_BYTES = 64 * 1024


class EntryKind(Enum):
    """The kind of an entry."""

    SENT = "sent"
    RECEIVED = "received"
    EVENT = "event"
    TROUBLE = "trouble"
    """An event that the user did not want."""


MARKS = {EntryKind.SENT: "→", EntryKind.RECEIVED: "←", EntryKind.EVENT: "·", EntryKind.TROUBLE: "!"}


class Entry(NamedTuple):
    """One chunk that was sent or received, or one event of the session."""

    number: int
    """Counts from 1 for the life of the transcript, without gaps."""

    time: float
    """Unix seconds."""

    kind: EntryKind

    data: bytes | str
    """The bytes of a chunk, or the sentence of an event."""

    round_trip: float | None = None
    """Seconds since the last send, if this is the first answer to it."""


@frozen
class NewEntries:
    """The entries after the last one that the caller has seen."""

    entries: list[Entry]
    """Oldest first."""

    missed: int
    """Newer chunks that were dropped before this call."""

    events: list[Entry] = field(factory=list)
    """Newer events that were dropped. They are kept longer than chunks, so that a flood does not
    hide them."""


class Transcript:
    """Keeps the newest entries, at most `max_entries` and `max_bytes` of data, and counts the
    dropped ones.

    Data above 64 KiB becomes several entries with the same time, so that the limits are kept in
    small steps.
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
        """All entries that are kept, oldest first."""
        return tuple(self._entries)

    @property
    def last(self) -> int:
        """The number of the newest entry ever appended. 0 before the first."""
        return self._last

    @property
    def dropped(self) -> int:
        """Entries that were dropped because of the limits since the last `clear`."""
        return self._last - len(self._entries) - self._cleared

    def append(
        self, time: float, kind: EntryKind, data: bytes | str, round_trip: float | None = None
    ) -> None:
        """Add `data` at `time` (Unix seconds). Empty data adds no entry.

        `round_trip` is the number of seconds that an answer took. Only its first entry has it.
        """
        if 0 < len(data) <= self._piece:  # kept whole: a slice of a `Sentence` is plain text
            self._append_entry(time, kind, data, round_trip)
            return
        for start in range(0, len(data), self._piece):
            self._append_entry(time, kind, data[start : start + self._piece], round_trip)
            round_trip = None

    def since(self, number: int) -> NewEntries:
        """Every entry newer than `number`. 0 asks for all."""
        oldest = self._last - len(self._entries) + 1
        count = min(len(self._entries), max(0, self._last - number))
        entries = list(islice(reversed(self._entries), count))
        entries.reverse()
        events = [each for each in self._dropped_events if each.number > number]
        missed = max(0, oldest - 1 - max(number, self._cleared))
        return NewEntries(entries, missed - len(events), events)

    def clear(self) -> None:
        """Remove all entries. They count neither as dropped nor as missed."""
        self._entries.clear()
        self._dropped_events.clear()
        self._bytes = 0
        self._cleared = self._last

    def _append_entry(
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


class SessionLog:
    """Writes a session's chunks and events to its transcript, and its chunks to the tap.

    It calls `wake` at the first change, and then not again until `take_dirty`.
    """

    def __init__(
        self,
        clock: IReactorTime,
        wake: Callable[[], None],
        tap: Tap | None,
        numbers: Iterator[int] | None,
    ) -> None:
        self.transcript = Transcript()
        self.number = 0
        """The number of the connection for the tap. 0 before the first."""
        self._clock = clock
        self._unix_time = UnixTime(clock)
        self._wake = wake
        self._tap = tap
        self._numbers = numbers
        self._dirty = False
        self._sent_at: float | None = None

    def begin_connection(self) -> None:
        """A connection was made. The following chunks go to the tap under a new number."""
        self._sent_at = None
        self._unix_time = UnixTime(self._clock)
        if self._numbers is not None:
            self.number = next(self._numbers)

    def now(self) -> float:
        """Unix seconds. They do not go back during one connection."""
        return self._unix_time.now()

    def add_event(self, sentence: str) -> None:
        """Add an event."""
        self.transcript.append(self.now(), EntryKind.EVENT, sentence)
        self.mark_dirty()

    def add_trouble(self, sentence: str) -> None:
        """Add an event of the kind `TROUBLE`."""
        self.transcript.append(self.now(), EntryKind.TROUBLE, sentence)
        self.mark_dirty()

    def add_sent(self, data: bytes) -> None:
        """Add a chunk that was sent. The next received chunk counts as its answer."""
        self._sent_at = self._clock.seconds()
        now = self.now()
        self.transcript.append(now, EntryKind.SENT, data)
        self.tap_sent(data, now)
        self.mark_dirty()

    def add_received(self, data: bytes) -> None:
        """Add a chunk that was received."""
        now = self.now()
        sent_at, self._sent_at = self._sent_at, None
        round_trip = None if sent_at is None else max(0.0, self._clock.seconds() - sent_at)
        self.transcript.append(now, EntryKind.RECEIVED, data, round_trip)
        if self._tap is not None:
            self._tap(now, self.number, RECEIVED, data)
        self.mark_dirty()

    def tap_sent(self, data: bytes, now: float | None = None) -> None:
        """Pass a sent chunk to the tap only."""
        if self._tap is not None:
            self._tap(self.now() if now is None else now, self.number, SENT, data)

    def mark_dirty(self) -> None:
        """Note a change and wake the window."""
        if not self._dirty:
            self._dirty = True
            self._wake()

    def take_dirty(self) -> bool:
        """Whether anything changed since the last call. The next change calls `wake` again."""
        dirty, self._dirty = self._dirty, False
        return dirty


class Display(Enum):
    """The form in which chunks are shown. The value is saved, so it must not change."""

    TEXT = "text"
    HEX = "hex"
    BOTH = "both"


class RenderedLine(NamedTuple):
    """One line to show."""

    time: float
    """Unix seconds."""

    kind: EntryKind
    text: str
    round_trip: float | None = None
    """Seconds that this answer took, if it is the first one."""

    def render(self, zone: tzinfo | None = None) -> str:
        """`14:02:11.420 →  hello`, and the time that an answer took. `zone` defaults to the local
        one."""
        took = "" if self.round_trip is None else f"   ({_duration(self.round_trip)})"
        return f"{timestamp(self.time, zone)} {MARKS[self.kind]}  {self.text}{took}"


class Layout:
    """Makes lines of entries. Feed it all entries of one transcript in order, each once.

    An incomplete UTF-8 sequence at the end of a chunk is kept back for the next chunk. An event, or
    a gap in the numbers, ends it.
    """

    def __init__(self, display: Display = Display.TEXT, say: Callable[[str], str] = str) -> None:
        """`say` gives an event in the language of the reader."""
        self._display = display
        self._say = say
        self._streams = {EntryKind.SENT: ReadableText(), EntryKind.RECEIVED: ReadableText()}
        self._last: Entry | None = None

    def feed(self, entry: Entry) -> list[RenderedLine]:
        """The lines of `entry`. None if all of it was kept back."""
        last, data = self._last, entry.data
        gap = last is not None and entry.number != last.number + 1
        lines = self.finish() if gap or isinstance(data, str) else []
        self._last = entry
        if isinstance(data, bytes) and self._display is not Display.TEXT:
            rows = _hex_rows(data, self._display)
            return _with_round_trip(
                [RenderedLine(entry.time, entry.kind, row) for row in rows], entry
            )
        text = self._say(data) if isinstance(data, str) else self._streams[entry.kind].feed(data)
        return lines + _with_round_trip(_lines(entry.time, entry.kind, text), entry)

    def finish(self) -> list[RenderedLine]:
        """The lines of the bytes that were kept back, because no more data follows."""
        if self._last is None:
            return []
        time = self._last.time
        return [
            line
            for kind, stream in self._streams.items()
            for line in _lines(time, kind, stream.finish())
        ]


def _with_round_trip(lines: list[RenderedLine], entry: Entry) -> list[RenderedLine]:
    """`lines` of `entry`, with the round trip in the first one."""
    if lines and entry.round_trip is not None:
        lines[0] = lines[0]._replace(round_trip=entry.round_trip)
    return lines


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
    say: Callable[[str], str] = str,
) -> str:
    """All of `entries` as text for the clipboard or a file. The first line says how many were
    `dropped`."""
    layout = Layout(display, say)
    lines = [line for entry in entries for line in layout.feed(entry)] + layout.finish()
    texts = [line.render(zone) for line in lines]
    if dropped:
        note = Sentence("entries-dropped", "({count:,} older entries were dropped)", count=dropped)
        texts.insert(0, say(note))
    return "".join(f"{text}\n" for text in texts)


@lru_cache(maxsize=16)  # all lines of one chunk have the same time
def timestamp(time: float, zone: tzinfo | None = None) -> str:
    """`time` (Unix seconds) as `14:02:11.420` in `zone`, or in the local time zone."""
    return datetime.fromtimestamp(time, UTC).astimezone(zone).time().isoformat("milliseconds")


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"
