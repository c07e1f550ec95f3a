"""Regular expressions for messages from anybody: no search takes longer than its limit, and all of
one message together no longer than theirs."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Final

from app.text.expressions import ExpressionError as ExpressionError
from app.text.expressions import compile_expression, untimed_bytes

if TYPE_CHECKING:
    import regex

SECONDS: Final = 0.05
"""How long one search may take."""

MESSAGE_SECONDS: Final = 0.1
"""How long all searches of one message may take together."""

REST_SECONDS: Final = 1.0
"""How long an expression that took too long is not tried again."""

MAX_STEPS: Final = 1_000_000
"""Of a search without a time limit, at most: some milliseconds."""


class Budget:
    """The time that the expressions of one message still have."""

    __slots__ = ("_deadline",)

    def __init__(self, now: float) -> None:
        self._deadline = now + MESSAGE_SECONDS

    @classmethod
    def full(cls) -> Budget:
        """The budget of a message that comes now."""
        return cls(perf_counter())

    def seconds(self, now: float) -> float:
        """The limit of a search that begins now; nothing may be left."""
        return min(self._deadline - now, SECONDS)


class Expression:
    """One expression over bytes. Raises `ExpressionError` when it cannot be made."""

    def __init__(self, source: str) -> None:
        data = source.encode("utf-8", "surrogatepass")
        self._pattern: regex.Pattern[bytes] = compile_expression(data)
        self.prefix = _required_prefix(data)
        """The bytes that every matching message begins with; empty if they are not known."""
        self.short = untimed_bytes(data, MAX_STEPS)
        """Bytes of a message that needs no time limit; 0 if each needs one."""
        self._rests_until = 0.0
        self.quick: Callable[[bytes], regex.Match[bytes] | None] = self._pattern.search
        """The search without a limit, for a message that is `short`."""

    @property
    def groups(self) -> frozenset[str]:
        """The numbers and names of all groups, `0` for the whole match too."""
        numbers = map(str, range(self._pattern.groups + 1))
        return frozenset({*numbers, *self._pattern.groupindex})

    @property
    def names(self) -> frozenset[str]:
        """The groups that have a name."""
        return frozenset(self._pattern.groupindex)

    def search(self, message: bytes, budget: Budget) -> regex.Match[bytes] | None:
        """The first match in `message`.

        Raises `TimeoutError` when that takes too long, and at once for `REST_SECONDS` after that:
        a peer that sends such messages one after the other keeps nobody else waiting.
        """
        now = perf_counter()
        seconds = budget.seconds(now)
        if now < self._rests_until or seconds <= 0:
            raise TimeoutError
        try:
            return self._pattern.search(message, timeout=seconds)
        except TimeoutError:
            self._rests_until = now + REST_SECONDS
            raise

    def replace(
        self, message: bytes, replacement: Callable[[regex.Match[bytes]], bytes], budget: Budget
    ) -> bytes:
        """`message` with every match replaced. Raises `TimeoutError` as `search` does."""
        now = perf_counter()
        seconds = budget.seconds(now)
        if now < self._rests_until or seconds <= 0:
            raise TimeoutError
        try:
            return self._pattern.sub(replacement, message, timeout=seconds)
        except TimeoutError:
            self._rests_until = now + REST_SECONDS
            raise


_PREFIX = re.compile(rb"\^([A-Za-z0-9 :=_,;/<>!%&@#-]+)(?![*+?{])")


def _required_prefix(source: bytes) -> bytes:
    found = None if b"|" in source else _PREFIX.match(source)
    return found[1] if found else b""
