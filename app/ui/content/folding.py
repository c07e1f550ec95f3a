"""Which lines of a page are shown: those that are in no folded part."""

from __future__ import annotations

from bisect import bisect_right

from app.traffic.content.page import Page

MOST_SEARCHED = 100_000
"""How many lines above a line its part is searched in."""


class ShownRows:
    """Maps rows, which are counted without the folded lines, to lines and back."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._folded: set[int] = set()
        self._starts: list[int] = []
        """For each run of hidden lines: the row behind it."""

        self._hidden: list[tuple[int, int]] = []
        self._before: list[int] = []
        """For each run of hidden lines: how many are hidden up to its end."""

    def __len__(self) -> int:
        return len(self._page) - (self._before[-1] if self._before else 0)

    def is_folded(self, line: int) -> bool:
        """Whether the part that begins in `line` is folded."""
        return line in self._folded

    def line(self, row: int) -> int:
        """The line of a row."""
        place = bisect_right(self._starts, row)
        return row + (self._before[place - 1] if place else 0)

    def row(self, line: int) -> int:
        """The row of a line. If it is hidden, the row of the part that hides it."""
        place = bisect_right(self._hidden, (line, len(self._page))) - 1
        if place < 0:
            return line
        first, last = self._hidden[place]
        if line <= last:
            return self.row(first - 1)
        return line - self._before[place]

    def fold(self, line: int, on: bool) -> None:
        """Fold or unfold the part that begins in `line`."""
        if on and line in self._page.folds:
            self._folded.add(line)
        else:
            self._folded.discard(line)
        self._count()

    def fold_all(self, on: bool) -> None:
        """Fold all parts inside of the outermost ones, or unfold everything."""
        level = self._page.level
        self._folded = {line for line in self._page.folds if level(line)} if on else set()
        self._count()

    def reveal(self, line: int) -> None:
        """Unfold all parts that hide `line`."""
        folds = self._page.folds
        around = {start for start in self._folded if start < line <= folds[start]}
        if around:
            self._folded -= around
            self._count()

    def parent(self, line: int) -> int | None:
        """The line that opens the innermost part around `line`."""
        folds = self._page.folds
        nearest = range(line - 1, max(-1, line - MOST_SEARCHED), -1)
        return next((above for above in nearest if folds.get(above, -1) >= line), None)

    def _count(self) -> None:
        self._hidden, self._before, self._starts = [], [], []
        total = 0
        for line in sorted(self._folded):
            if self._hidden and line <= self._hidden[-1][1]:
                continue
            last = self._page.folds[line]
            self._hidden.append((line + 1, last))
            self._starts.append(line + 1 - total)
            total += last - line
            self._before.append(total)
