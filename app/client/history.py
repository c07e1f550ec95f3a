"""The lines that were sent before, one key away: what Up and Down do in an input line."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable


class History:
    """Remembers up to `limit` texts, and where a person is among them, as a shell does.

    The place after the newest text is the draft: what was being typed. Whoever moves hands over the
    text on show, so that the draft, and edits of older texts, are still there on the way back,
    until the next `add`.
    """

    def __init__(self, entries: Iterable[str] = (), *, limit: int = 500) -> None:
        self._entries: deque[str] = deque(maxlen=limit)
        self._edited: dict[int, str] = {}
        self._place = 0
        for text in entries:
            self.add(text)

    @property
    def entries(self) -> tuple[str, ...]:
        """What to save, oldest first; a new `History` takes it back."""
        return tuple(self._entries)

    def add(self, text: str) -> None:
        """Remember `text` as the newest, unless it is empty or the newest already; go to an empty
        draft."""
        if text and (not self._entries or self._entries[-1] != text):
            self._entries.append(text)
        self._edited.clear()
        self._place = len(self._entries)

    def older(self, shown: str) -> str:
        """What to show instead of `shown`: the text before it, or `shown` at the oldest."""
        return self._move_to(max(self._place - 1, 0), shown)

    def newer(self, shown: str) -> str:
        """What to show instead of `shown`: the text after it, or `shown` at the draft."""
        return self._move_to(min(self._place + 1, len(self._entries)), shown)

    def _move_to(self, place: int, shown: str) -> str:
        self._edited[self._place] = shown
        self._place = place
        edited = self._edited.get(place)
        return self._entries[place] if edited is None else edited
