"""The lines of a profile in blocks: one for each `[[listener]]`, or for each table of another list.

`writing` moves, edits and removes whole blocks, so that the lines of the others stay as they are.
No comment line is ever dropped: the comments of a removed block go to the block above it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise

from attrs import define

from app.profile.reading import is_comment, is_value, masked
from app.profile.reading import lines as split_lines

Path = tuple[str, ...]
"""The keys of a header: `("listener", "options")` for `[listener.options]`."""


@define
class Block:
    """The lines of one table of a list."""

    lead: str
    """The comment lines directly above the header."""

    body: str
    """The lines from the header to the last value."""

    tail: str
    """The blank and comment lines up to the lead of the next block."""

    def __str__(self) -> str:
        return f"{self.lead}{self.body}{self.tail}"


def statements(text: str) -> list[str]:
    """The lines of `text` with their line ends. A value of several lines is one line here."""
    lines = split_lines(text)
    hidden = masked(text)
    ends = list(accumulate(map(len, lines), initial=0))
    result: list[str] = []
    depth = first = 0
    for start, end in pairwise(ends):
        line = hidden[start:end]
        depth += sum(line.count(each) for each in "[{") - sum(line.count(each) for each in "]}")
        if depth <= 0:
            result.append(text[first:end])
            depth, first = 0, end
    return [*result, text[first:]] if first < len(text) else result


def header_path(statement: str) -> Path:
    """The keys of a header, of a table or of a list of tables; empty if it is no header."""
    if not statement.lstrip().startswith("["):
        return ()
    keys: list[str] = []
    value: object = tomllib.loads(statement)
    while value:
        if isinstance(value, dict):
            (key, value), *_ = value.items()
            keys.append(key)
        elif isinstance(value, list):
            value = value[0]
    return tuple(keys)


def is_list_header(statement: str) -> bool:
    """Whether it begins one more table of a list: `[[listener]]`."""
    return statement.lstrip().startswith("[[")


def comment_lines(text: str) -> str:
    """The comment lines of `text` only."""
    return "".join(line for line in split_lines(text) if is_comment(line))


def split_blocks(text: str, path: Path) -> tuple[str, list[Block]]:
    """Split `text` into the lines before the first table of the list at `path`, and the blocks."""
    lines = statements(text)
    headers = [
        index
        for index, line in enumerate(lines)
        if is_list_header(line) and header_path(line) == path
    ]
    starts = [_start_of_lead(lines, header) for header in headers]
    blocks = []
    for header, (start, stop) in zip(headers, pairwise([*starts, len(lines)]), strict=True):
        end = max(i for i in range(header, stop) if is_value(lines[i])) + 1
        pieces = (lines[start:header], lines[header:end], lines[end:stop])
        blocks.append(Block(*("".join(piece) for piece in pieces)))
    return "".join(lines[: starts[0]] if starts else lines), blocks


def _start_of_lead(lines: Sequence[str], header: int) -> int:
    start = header
    while start > 0 and is_comment(lines[start - 1]):
        start -= 1
    return start


def join_blocks(
    preamble: str,
    blocks: Sequence[Block],
    old_indexes: Sequence[int | None],
    body: Callable[[int, int | None], str],
) -> str:
    """The text with the blocks in their new order.

    `old_indexes` has the index of the old block for each new one, or None for one that is new.
    `body` makes the lines from the new index and the old one.
    """
    preamble = _keep_comments(preamble, blocks, kept=set(old_indexes))
    result, previous = preamble, -1
    for new, old in enumerate(old_indexes):
        if old is None or old != previous + 1:
            result = f"{result.rstrip()}\n\n"
        if old is None:
            result += body(new, None)
        else:
            blocks[old].body = body(new, old)
            result += str(blocks[old])
        previous = len(blocks) if old is None else old
    return result if previous == len(blocks) - 1 else f"{result.rstrip()}\n"


def _keep_comments(preamble: str, blocks: Sequence[Block], kept: set[int | None]) -> str:
    """Move the comments of each removed block to the end of the kept block above it.

    Returns the preamble, which gets them if there is no block above.
    """
    above: Block | None = None
    for index, block in enumerate(blocks):
        if index in kept:
            above = block
        elif comments := comment_lines(str(block)):
            if above is None:
                preamble = f"{preamble.rstrip()}\n\n{comments}\n"
            else:
                tail = above.tail.rstrip()
                above.tail = f"{tail}\n\n{comments}\n" if tail else f"\n{comments}\n"
    return preamble
