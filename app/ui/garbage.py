"""Garbage is collected on the window's thread alone.

Python collects wherever it happens to allocate, in a worker thread too. Cycles that a dialog or a
tab was part of would have their Qt objects destroyed there: Qt forbids that, and it deadlocks when
the window's thread waits for a lock of Qt's while it holds the lock of Python.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import monotonic

FULL_SECONDS = 10.0
"""The least time between two looks at everything, which take the longest."""


class Garbage:
    """Keeps automatic collection off, and makes up for it whenever it is called: each tick."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds."""
        gc.disable()
        self._clock = clock
        self._looked_at_all = clock()

    def __call__(self) -> bool:
        """Collect what is due, as Python itself would. Wants no further tick for it."""
        young, middle, old = gc.get_count()
        most_young, most_middle, most_old = gc.get_threshold()
        if old > most_old and self._clock() - self._looked_at_all >= FULL_SECONDS:
            gc.collect()
            self._looked_at_all = self._clock()
        elif middle > most_middle:
            gc.collect(1)
        elif young > most_young:
            gc.collect(0)
        return False
