"""Failures of a forwarding listener in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

LOG_SECONDS: Final = 1.0
"""The same failure is logged once in so long."""


class FailureLog:
    """Logs sentences, but not the same one at every connection."""

    def __init__(self, seconds: Callable[[], float], name: str) -> None:
        """`name` is that of the listener."""
        self._seconds = seconds
        self._name = name
        self._last = ("", float("-inf"))

    def report(self, sentence: str) -> None:
        """Log `sentence`, unless it was logged just now."""
        now = self._seconds()
        before, logged_at = self._last
        if sentence != before or now - logged_at >= LOG_SECONDS:
            self._last = sentence, now
            log.warning("%s: %s.", self._name, sentence.removesuffix("."))
