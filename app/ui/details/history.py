"""How many bytes crossed a listener or a connection in the last hour, for plots.

The counters are read while the window ticks. Nothing has to run while nothing crosses: a time
without a sample is a time without bytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final, Generic, NamedTuple, Protocol, TypeVar
from weakref import WeakKeyDictionary

FINE_SECONDS: Final = 1
COARSE_SECONDS: Final = 12
"""The widths of the bins: fine ones for the last minutes, coarse ones for the last hour."""

FINE_SPAN: Final = 300
COARSE_SPAN: Final = 3_600


class Counters(Protocol):
    """A listener's factory or a connection: what it has received and sent so far."""

    @property
    def bytes_in(self) -> int:
        """The bytes received."""

    @property
    def bytes_out(self) -> int:
        """The bytes sent."""


class Series(NamedTuple):
    """The rates of one span. All three have the same length, oldest first."""

    seconds_ago: Sequence[float]
    bytes_in: Sequence[float]
    """Bytes a second, received."""

    bytes_out: Sequence[float]
    """Bytes a second, sent."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing crossed in the span."""
        return not any(self.bytes_in) and not any(self.bytes_out)


class RateHistory:
    """The bytes of one thing in bins of time, for an hour."""

    def __init__(self, counters: Counters | None = None) -> None:
        """What `counters` have counted so far is no part of the history."""
        self._last_in = 0 if counters is None else counters.bytes_in
        self._last_out = 0 if counters is None else counters.bytes_out
        self._fine = _Bins(FINE_SPAN // FINE_SECONDS)
        self._coarse = _Bins(COARSE_SPAN // COARSE_SECONDS)

    def sample(self, now: float, bytes_in: int, bytes_out: int) -> None:
        """Read the counters at the time `now`, in seconds. It must not go back."""
        grown_in, grown_out = bytes_in - self._last_in, bytes_out - self._last_out
        if not grown_in and not grown_out:
            return
        self._last_in, self._last_out = bytes_in, bytes_out
        if grown_in < 0 or grown_out < 0:  # it was started again, and counts from 0
            grown_in, grown_out = bytes_in, bytes_out
        self._fine.add(int(now // FINE_SECONDS), grown_in, grown_out)
        self._coarse.add(int(now // COARSE_SECONDS), grown_in, grown_out)

    def series(self, now: float, span: int) -> Series:
        """The rates in the last `span` seconds before `now`, at most an hour."""
        width = FINE_SECONDS if span <= FINE_SPAN else COARSE_SECONDS
        bins = self._fine if width == FINE_SECONDS else self._coarse
        count = span // width
        end = int(now // width)
        received, sent = [0.0] * (count + 1), [0.0] * (count + 1)
        for number, grown_in, grown_out in bins.newest_first():
            place = count - (end - number)
            if place < 0:
                break
            if place <= count:
                received[place] = grown_in / width
                sent[place] = grown_out / width
        ago = [float((place - count) * width) for place in range(count + 1)]
        return Series(ago, received, sent)


class _Bins:
    """The bytes received and sent in each bin with traffic, as plain numbers in one array.

    A thousand listeners that are busy for an hour take 14 MiB so; as lists they took 110.
    """

    def __init__(self, most: int) -> None:
        """Bins that are more than `most` older than the newest are forgotten."""
        self._most = most
        self._numbers = array("q")
        """Three for each bin, oldest first: its number, bytes received, bytes sent."""

    def __len__(self) -> int:
        return len(self._numbers) // 3

    def add(self, number: int, grown_in: int, grown_out: int) -> None:
        """Count bytes in the bin of that number, or in the newest one if that is later."""
        numbers = self._numbers
        if numbers and numbers[-3] >= number:
            numbers[-2] += grown_in
            numbers[-1] += grown_out
            return
        numbers.extend((number, grown_in, grown_out))
        while numbers[0] < number - self._most:
            del numbers[:3]

    def newest_first(self) -> Iterator[tuple[int, int, int]]:
        """The number of each bin, and the bytes received and sent in it."""
        numbers = self._numbers
        for at in range(len(numbers) - 3, -1, -3):
            yield numbers[at], numbers[at + 1], numbers[at + 2]


Subject = TypeVar("Subject", bound=Hashable)


class Histories(Generic[Subject]):
    """The history of each subject, for as long as the subject exists."""

    def __init__(self) -> None:
        self._histories: WeakKeyDictionary[Subject, RateHistory] = WeakKeyDictionary()

    def of(self, subject: Subject) -> RateHistory:
        """The history of `subject`, which begins now if there is none yet."""
        found = self._histories.get(subject)
        if found is None:
            found = self._histories[subject] = RateHistory()
        return found

    def sample(self, now: float, counted: Iterable[tuple[Subject, Counters]]) -> None:
        """Read the counters of several subjects."""
        for subject, counters in counted:
            self.of(subject).sample(now, counters.bytes_in, counters.bytes_out)
