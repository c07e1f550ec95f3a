"""Which listeners of a list are marked, and the one of them that is chosen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from app.server.listener import Listener


class Selection(NamedTuple):
    """The chosen listener, the last one where several are marked. Each change gives a new one.

    Invariant: the chosen listener is marked, and without one none is.
    """

    chosen: Listener | None = None
    marks: frozenset[Listener] = frozenset()

    @classmethod
    def of(cls, listeners: Sequence[Listener]) -> Selection:
        """Mark these. The last of them is the chosen one."""
        return cls(listeners[-1], frozenset(listeners)) if listeners else cls()

    def among(self, order: Sequence[Listener]) -> Selection:
        """Without those that are not in `order`; another marked one is chosen then."""
        return self._with(self.marks.intersection(order), order)

    def toggled(self, listener: Listener, order: Sequence[Listener]) -> Selection:
        """Mark `listener` and choose it, or take its mark away."""
        if listener not in self.marks:
            return Selection(listener, self.marks | {listener})
        return self._with(self.marks - {listener}, order)

    def up_to(self, listener: Listener, visible: Sequence[Listener]) -> Selection:
        """Mark all from the chosen listener to `listener`. The chosen one stays chosen."""
        if self.chosen not in visible:
            return Selection.of([listener])
        first, last = sorted(visible.index(each) for each in (self.chosen, listener))
        return Selection(self.chosen, frozenset(visible[first : last + 1]))

    def all(self, visible: Sequence[Listener]) -> Selection:
        """Mark all of `visible`."""
        chosen = self.chosen if self.chosen in visible else next(iter(visible), None)
        return Selection(chosen, frozenset(visible))

    def stepped(self, by: int, visible: Sequence[Listener], *, extends: bool) -> Selection:
        """Choose the next (+1) or the one before (-1), and if it `extends`, keep the marks."""
        if not visible:
            return self
        if self.chosen not in visible:
            return Selection.of([visible[0 if by > 0 else -1]])
        index = visible.index(self.chosen) + by
        there = visible[max(0, min(index, len(visible) - 1))]
        return Selection(there, (self.marks if extends else frozenset()) | {there})

    def _with(self, marks: Collection[Listener], order: Sequence[Listener]) -> Selection:
        chosen = self.chosen
        if chosen not in marks:
            chosen = next((each for each in order if each in marks), None)
        return Selection(chosen, frozenset(marks))
