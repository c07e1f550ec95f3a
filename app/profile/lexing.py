"""Lines of TOML: just enough of its grammar to tell text from comments and strings."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

# Everything that can hold a bracket, a dot, a hash or a line end without meaning it. A string that
# is never closed matches too: else each quote in it would be tried anew, in quadratic time.
_STRING_OR_COMMENT: Final = re.compile(
    r'''
      """(?:[^\\]|\\.)*?(?:"{3,5}|\\?\Z)
    | \'''.*?(?:'{3,5}|\Z)
    | "(?:[^"\\\n]|\\.)*"?
    | '[^'\n]*'?
    | \#[^\n]*
    ''',
    re.DOTALL | re.VERBOSE,
)


def masked(text: str) -> str:
    """`text` with every character of a string or a comment made a `_`; the same length."""
    return _STRING_OR_COMMENT.sub(lambda match: "_" * len(match[0]), text)


def lines(text: str) -> list[str]:
    """The lines of `text`, each with its end. A string over many lines is in one of them."""
    ends = [0, *(match.end() for match in re.finditer(r"\n|\Z", masked(text)))]
    return [text[start:end] for start, end in pairwise(ends) if start < end]


def comments(text: str) -> list[str]:
    """The comments of `text`, each from its `#` to the end of the line."""
    found = (match[0] for match in _STRING_OR_COMMENT.finditer(text))
    return [each.rstrip() for each in found if is_comment(each)]


def is_comment(line: str) -> bool:
    """Whether there is nothing on `line` but a comment."""
    return line.lstrip().startswith("#")


def is_value(line: str) -> bool:
    """Whether there is something on `line` besides a comment."""
    return bool(line.strip()) and not is_comment(line)
