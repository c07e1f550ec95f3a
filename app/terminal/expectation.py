"""What a script waits for: an expression, searched in what comes, however it is cut."""

from __future__ import annotations

import regex

MOST_KEPT = 256 * 1024
CONTEXT_BYTES = 1024
SEARCH_SECONDS = 1.0


class BadExpression(ValueError):
    """No regular expression, or one that takes too long. Its text says what to do."""


class Expectation:
    """Searches a stream for `text`, a regular expression over bytes; UTF-8 where it is not ASCII.

    Keeps only what a match could still begin with, and a little before it for what looks back; at
    most `MOST_KEPT` bytes, so that what could match for ever does not.
    """

    def __init__(self, text: str) -> None:
        """Raises `BadExpression`."""
        self.text = text
        self.is_met = False
        self._kept = b""
        self._begin = 0
        try:
            self._expression = regex.compile(text.encode(errors="surrogateescape"))
        except regex.error as error:
            raise BadExpression(f"{text!r} is no regular expression: {error}.") from None

    def feed(self, data: bytes) -> bool:
        """`data` came. Whether it has matched by now. Raises `BadExpression`."""
        if self.is_met:
            return True
        self._kept += data
        try:
            self.is_met = self._search(partial=False) is not None
            if not self.is_met:
                match = self._search(partial=True)
                self._keep_from(len(self._kept) if match is None else match.start())
        except TimeoutError:
            sentence = f"{self.text!r} takes too long to search for: simplify it."
            raise BadExpression(sentence) from None
        return self.is_met

    def _search(self, *, partial: bool) -> regex.Match[bytes] | None:
        return self._expression.search(
            self._kept, self._begin, partial=partial, timeout=SEARCH_SECONDS
        )

    def _keep_from(self, start: int) -> None:
        start = max(start, len(self._kept) - MOST_KEPT)
        cut = max(0, start - CONTEXT_BYTES)
        self._kept = self._kept[cut:]
        self._begin = start - cut
