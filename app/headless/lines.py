"""Events as lines: readable ones, or JSON objects."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Protocol

from app.headless.events import Event, Lost


class Sink(Protocol):
    """Takes lines, as `Output` does."""

    def write(self, line: str) -> bool:
        """Whether the line was taken."""


class Lines:
    """Writes each event as one line, and tells how many found no room."""

    def __init__(self, sink: Sink, seconds: Callable[[], float], *, as_json: bool) -> None:
        """`seconds` is unix time."""
        self._sink = sink
        self._seconds = seconds
        self._as_json = as_json
        self._lost = 0

    def write(self, event: Event) -> None:
        if self._lost and self._put(Lost(self._lost)):
            self._lost = 0
        if self._lost or not self._put(event):
            self._lost += 1

    def _put(self, event: Event) -> bool:
        line = event.sentence
        if self._as_json:
            line = json.dumps({**event.json(), "time": self._seconds()})
        return self._sink.write(line)
