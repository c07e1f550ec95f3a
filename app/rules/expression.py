"""Regular expressions for messages from anybody: no search takes longer than its limit.

The time limit of the `regex` package costs 2 µs a search, which is five times the search. It is
left out where the steps of a search are bounded anyway: where few parts of the expression can be
met in more than one way, and the message is short.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Final

from app.text.sentence import Sentence

if TYPE_CHECKING:
    import regex

SECONDS: Final = 0.05
"""How long one search may take."""

MESSAGE_SECONDS: Final = 0.1
"""How long all searches of one message may take together."""

REST_SECONDS: Final = 1.0
"""How long an expression that took too long is not tried again."""

MAX_REPEATS: Final = 1_000_000
"""Length of an expression times its `{n}`: compiled, it takes some 20 bytes for each."""

MAX_STEPS: Final = 1_000_000
"""Of a search without a time limit, at most: some milliseconds."""

MAX_CHOICES: Final = 6


class ExpressionError(ValueError):
    """The text is no usable expression; `str()` is a sentence for the user."""


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
        import regex  # takes 10 ms, which only a rule set with expressions has to pay

        data = source.encode("utf-8", "surrogatepass")
        _check_size(data)
        try:
            self._pattern: regex.Pattern[bytes] = regex.compile(data)
        except regex.error as error:
            raise ExpressionError(
                Sentence(
                    "expression-unreadable", "This expression cannot be read: {error}.", error=error
                )
            ) from None
        except RecursionError:
            raise ExpressionError(
                Sentence("expression-too-deep", "This expression is nested too deeply.")
            ) from None
        self.prefix = _required_prefix(data)
        """The bytes that every matching message begins with; empty if they are not known."""
        choices = _choices(data)
        self.short = 0 if choices is None else int(MAX_STEPS ** (1 / (choices + 1)))
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


def _check_size(source: bytes) -> None:
    """Refuse what would not fit into memory when compiled: `regex` writes `{n}` out n times."""
    size = len(source)
    for count in re.findall(rb"\{\s*(\d+)", source):
        size *= max(1, int(count[:20]))
    if size > MAX_REPEATS:
        raise ExpressionError(
            Sentence(
                "expression-repeats-too-much",
                "This expression repeats too much: make the numbers in {{}} smaller.",
            )
        )


_PREFIX = re.compile(rb"\^([A-Za-z0-9 :=_,;/<>!%&@#-]+)(?![*+?{])")


def _required_prefix(source: bytes) -> bytes:
    found = None if b"|" in source else _PREFIX.match(source)
    return found[1] if found else b""


_TOKEN = re.compile(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P?<\w+>|\(\?:|.", re.DOTALL)
_GROUP = re.compile(rb"\((?:\?P?<\w+>|\?:)?")
_REPEATS = (b"*", b"+", b"?", b"{")


def _choices(source: bytes) -> int | None:
    """How many parts of an expression can be met in more than one way; `None` if that multiplies.

    It does where what is repeated is a group, where the expression refers to what was matched
    before, and in doubt. A search takes at most as many steps as the message has bytes, to the
    power of this and one more.
    """
    count = depth = 0
    before = b""
    for token in _TOKEN.findall(source):
        is_repeat = token in _REPEATS
        is_reference = (
            token[:1] == b"\\" and token[1:2].isalnum() and token[1:2] not in b"dDwWsSbBnrtfvAZ"
        )
        is_special = token == b"?" and before == b"("
        if (is_repeat and before == b")") or is_reference or is_special:
            return None
        depth += bool(_GROUP.fullmatch(token)) - (token == b")")
        count += is_repeat or token == b"|"
        before = token
    return count if count <= MAX_CHOICES else None
