"""What was sent before, one key away: what Up and Down do in the input, as in a shell."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from app.client.draft import LONGEST_TEXT, Draft

MAX_DRAFTS = 500


class Past:
    """The drafts that were sent, the newest `limit` of them. All tabs share one."""

    def __init__(self, drafts: Iterable[Draft] = (), *, limit: int = MAX_DRAFTS) -> None:
        self._drafts: deque[Draft] = deque(maxlen=limit)
        for draft in drafts:
            self.add(draft)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Oldest first."""
        return tuple(self._drafts)

    def add(self, draft: Draft) -> bool:
        """Remember `draft` as the newest. False if it is empty, too long, or the newest already."""
        if not 0 < len(draft.text) <= LONGEST_TEXT or (self._drafts and self._drafts[-1] == draft):
            return False
        self._drafts.append(draft)
        return True

    def clear(self) -> None:
        """Forget all of them."""
        self._drafts.clear()

    def matching(self, words: str) -> list[Draft]:
        """Those that hold each of `words`, in either case; the newest first, equal ones once."""
        wanted = words.casefold().split()
        found = dict.fromkeys(reversed(self._drafts))
        return [draft for draft in found if all(word in draft.text.casefold() for word in wanted)]


class History:
    """Where a person is in the past. The place after the newest is what was being typed.

    Whoever moves hands over the draft on show, so that it, and edits of older ones, are still there
    on the way back, until something is sent. What other tabs send comes in at the end of that.
    """

    def __init__(self, past: Past) -> None:
        self._past = past
        self._drafts = past.drafts
        self._edited: dict[int, Draft] = {}
        self._place = len(self._drafts)

    def begin_anew(self) -> None:
        """Something was sent, or chosen otherwise: forget the edits, and go to the end."""
        self._drafts = self._past.drafts
        self._edited.clear()
        self._place = len(self._drafts)

    def older(self, shown: Draft) -> Draft:
        """What to show instead of `shown`: the one before it, or `shown` at the oldest."""
        if self._place == len(self._drafts) and self._drafts != self._past.drafts:
            self.begin_anew()
        return self._move_to(max(self._place - 1, 0), shown)

    def newer(self, shown: Draft) -> Draft:
        """What to show instead of `shown`: the one after it, or `shown` at the end."""
        return self._move_to(min(self._place + 1, len(self._drafts)), shown)

    def _move_to(self, place: int, shown: Draft) -> Draft:
        self._edited[self._place] = shown
        self._place = place
        edited = self._edited.get(place)
        return self._drafts[place] if edited is None else edited
