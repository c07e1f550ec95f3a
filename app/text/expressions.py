"""Regular expressions of users: compiled within bounds, and how long data they match in no time.

A bad expression can take exponential time, so a search needs a time limit. That of the `regex`
package costs a microsecond or two, several times the search itself. It is left out where the number
of steps is bounded anyway: few parts of the expression can match in more than one way, and the data
is short.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.text.sentence import SentenceError

if TYPE_CHECKING:
    import regex

MAX_REPEATS: Final = 1_000_000
"""Length of an expression times its `{n}`: compiled, it takes some 20 bytes for each."""

MAX_CHOICES: Final = 6
"""With more parts that match in more than one way, each search needs a limit."""


class ExpressionError(SentenceError):
    """The text is no usable expression; `str()` is a sentence for the user."""


def compile_expression(source: bytes, *, ignore_case: bool = False) -> regex.Pattern[bytes]:
    """`source` in the syntax of the `regex` package. Raises `ExpressionError`."""
    import regex  # takes 10 ms, which only those who have an expression need to pay

    _check_size(source)
    try:
        return regex.compile(source, regex.IGNORECASE if ignore_case else 0)
    except regex.error as error:
        raise ExpressionError(
            "expression-unreadable", "This expression cannot be read: {error}.", error=error
        ) from None
    except RecursionError:
        raise ExpressionError(
            "expression-too-deep", "This expression is nested too deeply."
        ) from None


def untimed_bytes(source: bytes, max_steps: int) -> int:
    """How many bytes can be searched without a time limit, in `max_steps` steps at most; 0 if each
    search needs a limit."""
    count = choices(source)
    return 0 if count is None else int(max_steps ** (1 / (count + 1)))


def _check_size(source: bytes) -> None:
    """Refuse what would not fit into memory when compiled: `regex` writes `{n}` out n times."""
    size = len(source)
    for count in re.findall(rb"\{\s*(\d+)", source):
        size *= max(1, int(count[:20]))
    if size > MAX_REPEATS:
        raise ExpressionError(
            "expression-repeats-too-much",
            "This expression repeats too much: make the numbers in {{}} smaller.",
        )


_TOKEN = re.compile(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P?<\w+>|\(\?:|.", re.DOTALL)
_GROUP = re.compile(rb"\((?:\?P?<\w+>|\?:)?")
_REPEATS = (b"*", b"+", b"?", b"{")


def choices(source: bytes) -> int | None:
    """How many parts of an expression can be met in more than one way; `None` if that multiplies.

    It does where what is repeated is a group, where the expression refers to what was matched
    before, and in doubt. A search takes at most as many steps as the message has bytes, to the
    power of this and one more.
    """
    count = 0
    before = b""
    for token in _TOKEN.findall(source):
        is_repeat = token in _REPEATS
        is_reference = (
            token[:1] == b"\\" and token[1:2].isalnum() and token[1:2] not in b"dDwWsSbBnrtfvAZ"
        )
        is_special = token == b"?" and before == b"("
        if (is_repeat and before == b")") or is_reference or is_special:
            return None
        count += is_repeat or token == b"|"
        before = token
    return count if count <= MAX_CHOICES else None
