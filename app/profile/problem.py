"""A mistake in a profile or in a form, told so that the user can mend it."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from attrs import frozen

from app.endpoint import quoted


@frozen
class Problem:
    """One mistake, and what to do about it."""

    path: str
    """Where: `listener[1].max_connections` (counted from 0), a place in the text, a file, or ""."""

    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def unknown_key(key: str, known: Collection[str], path: str, *, kind: str = "key") -> Problem:
    """The problem of a key that means nothing, with the one that was meant if it is near."""
    close = get_close_matches(key, known, n=1)
    if close:
        advice = f"did you mean `{close[0]}`?"
    elif known:
        advice = f"remove it, or use: {', '.join(known)}"
    else:
        advice = f"remove it; there is no {kind} to set here"
    return Problem(path, f"unknown {kind} `{quoted(key)[1:-1]}`; {advice}")
