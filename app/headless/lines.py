"""Writes events as lines, at once: readable ones, or JSON objects."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TextIO

from app.headless.events import Event


class Lines:
    """A stream of events for as long as somebody reads it."""

    def __init__(
        self, out: TextIO, seconds: Callable[[], float], *, as_json: bool, gone: Callable[[], None]
    ) -> None:
        """`seconds` is unix time. `gone` is called once when nobody reads `out` any more."""
        self._out = out
        self._seconds = seconds
        self._as_json = as_json
        self._gone: Callable[[], None] | None = gone

    def write(self, event: Event) -> None:
        if self._gone is None:
            return
        line = event.sentence
        if self._as_json:
            line = json.dumps({**event.json(), "time": self._seconds()})
        try:
            print(line, file=self._out, flush=True)
        except OSError:
            gone, self._gone = self._gone, None
            gone()
