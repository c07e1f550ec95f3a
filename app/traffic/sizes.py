"""Ranges of sizes as people type them: `100-2k`, `100-`, `-64`, `7`."""

from __future__ import annotations

import re

from attrs import frozen

_NUMBER = r"(\d{1,12})\s*([kM]?)B?"
_RANGE = re.compile(rf"\s*(?:{_NUMBER})?\s*([-–…]|\.\.)\s*(?:{_NUMBER})?\s*", re.IGNORECASE)
_EXACT = re.compile(rf"\s*{_NUMBER}\s*", re.IGNORECASE)
_FACTORS = {"": 1, "k": 1_000, "m": 1_000_000}


class SizesError(ValueError):
    """What was typed is no range of sizes; `str()` is a sentence for the user."""


@frozen
class Sizes:
    """From `least` bytes to `most`, both included; `most` is `None` where there is no bound."""

    least: int = 0
    most: int | None = None

    def __contains__(self, size: int) -> bool:
        return self.least <= size and (self.most is None or size <= self.most)


def parse_sizes(text: str) -> Sizes | None:
    """The sizes that `text` stands for; `None` if it is blank. Raises `SizesError`."""
    if not text.strip():
        return None
    if exact := _EXACT.fullmatch(text):
        size = _bytes(exact[1], exact[2])
        return Sizes(size, size)
    match = _RANGE.fullmatch(text)
    if match is None or not (match[1] or match[4]):
        raise SizesError("Type sizes in bytes, such as 100-2000, 100- or -64.")
    least = _bytes(match[1], match[2]) if match[1] else 0
    most = _bytes(match[4], match[5]) if match[4] else None
    if most is not None and least > most:
        raise SizesError("The first size must not be larger than the second.")
    return Sizes(least, most)


def _bytes(digits: str, prefix: str) -> int:
    return int(digits) * _FACTORS[prefix.lower()]
