"""From a transcript to text that a person can read and copy.

Every byte shows. UTF-8 is shown as it is meant; a byte that is none shows as `\\xNN`; a character
that has no shape, or that would turn the text around, shows as `\\t`, `\\x1b` or `\\u202e`. LF and
CRLF break the line. A backslash stands for itself: the text is for reading, not for reading back.
Or the bytes show in hex, sixteen on a line, with their ASCII beside them if that is wanted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from enum import Enum
from functools import lru_cache

from attrs import evolve, frozen

from app.client.transcript import Entry, Kind
from app.legible import Legible
from app.traffic.hexdump import WIDTH, columns

MARKS = {Kind.SENT: "→", Kind.RECEIVED: "←", Kind.EVENT: "·", Kind.TROUBLE: "!"}


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
class Line:
    """One line to show."""

    time: float
    """Unix seconds."""

    kind: Kind
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
        self._streams = {Kind.SENT: Legible(), Kind.RECEIVED: Legible()}
        self._last: Entry | None = None

    def feed(self, entry: Entry) -> list[Line]:
        """The lines of `entry`: none while all of it is held back."""
        last, data = self._last, entry.data
        gap = last is not None and entry.number != last.number + 1
        lines = self.finish() if gap or isinstance(data, str) else []
        self._last = entry
        if isinstance(data, bytes) and self._display is not Display.TEXT:
            rows = _hex_rows(data, self._display)
            return _timed([Line(entry.time, entry.kind, row) for row in rows], entry)
        text = data if isinstance(data, str) else self._streams[entry.kind].feed(data)
        return lines + _timed(_lines(entry.time, entry.kind, text), entry)

    def finish(self) -> list[Line]:
        """What was held back so far, as nothing more follows."""
        if self._last is None:
            return []
        time = self._last.time
        return [
            line
            for kind, stream in self._streams.items()
            for line in _lines(time, kind, stream.finish())
        ]


def _timed(lines: list[Line], entry: Entry) -> list[Line]:
    """`lines` of `entry`, the first of which says how long the answer took."""
    if lines and entry.round_trip is not None:
        lines[0] = evolve(lines[0], round_trip=entry.round_trip)
    return lines


def _brief(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _lines(time: float, kind: Kind, text: str) -> list[Line]:
    if not text:
        return []
    return [Line(time, kind, part) for part in text.removesuffix("\n").split("\n")]


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
