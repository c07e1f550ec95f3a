"""Write listeners into the text of a profile, and keep the user's comments and formatting.

The text is split into blocks of whole lines, one per listener. A block has the comment lines
directly above the header, the header with the values, and the lines up to the next block. Blocks
are moved and removed as a whole. Inside a block `edited_body` changes single values with `tomlkit`.
So everything that Portdeck did not change stays the same, byte by byte.

No comment line is ever dropped. When a listener is removed, its comments are kept: they may be
about other listeners too, and the user could not get them back.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, cast

import tomlkit
from attrs import define, fields_dict
from tomlkit.items import AoT, Array, InlineTable, Item, Table

from app.profile.compare import Key, match_by_name, match_listeners
from app.profile.reading import VERSION, comments, is_comment, is_value, parse
from app.profile.reading import lines as split_lines
from app.profile.spec import Color, ListenerSpec
from app.profile.validation import as_table, changed_values, toml_value
from app.protocols import catalog


def new_body(spec: ListenerSpec) -> str:
    """The lines of a new listener."""
    values = changed_values(spec)
    single = {name: value for name, value in values.items() if as_table(value) is None}
    tables = (_new_table(name, value) for name, value in values.items() if name not in single)
    return "".join(("[[listener]]\n", _assignments(single), *tables))


def edited_body(body: str, before: ListenerSpec, after: ListenerSpec) -> str:
    """Change the lines of a listener from `before` to `after`.

    `body` has the listener's own values first, then its tables, each with the comment lines above
    its header.
    """
    if before == after:
        return body
    own, tables = _split_tables(body)
    document = tomlkit.parse(own)
    listener = cast(AoT, document["listener"])[0]
    added = ""
    for name in fields_dict(type(after)):
        old, new = as_table(getattr(before, name)), as_table(getattr(after, name))
        if old is None and new is None:
            _edit_value(listener, name, before, after)
            continue
        if name == "options" and before.protocol != after.protocol:
            old = None  # the options there belong to the old protocol
        if name in tables:
            tables[name] = _edited_table(tables[name], name, old, after)
            continue
        inside = listener.get(name)
        if isinstance(inside, Table | InlineTable) and new is not None:
            _merge(inside, old, new)
            if inside:
                continue
        if inside is not None:  # an empty or removed table, or dotted keys between other values
            del listener[name]
        if name in changed_values(after):
            added += _new_table(name, getattr(after, name))
    return "".join((tomlkit.dumps(document), *tables.values(), added))


def _split_tables(body: str) -> tuple[str, dict[str, str]]:
    """Split `body` into the lines of single values, and the lines of each table, by field."""
    lines = split_lines(body)
    headers = [index for index, line in enumerate(lines) if line.lstrip().startswith("[")][1:]
    starts = [1 + max(i for i in range(header) if is_value(lines[i])) for header in headers]
    tables: dict[str, str] = {}
    for header, (start, stop) in zip(headers, pairwise([*starts, len(lines)]), strict=True):
        (name,) = tomllib.loads(lines[header])["listener"]
        tables[name] = "".join(lines[start:stop])
    return "".join(lines[: starts[0]] if starts else lines), tables


def _edit_value(table: Table, name: str, before: ListenerSpec, after: ListenerSpec) -> None:
    value = getattr(after, name)
    if value == getattr(before, name):
        return
    if value is None:  # TOML has no null
        del table[name]
    else:
        table[name] = _item(value)


def _edited_table(
    text: str, name: str, old: Mapping[str, object] | None, after: ListenerSpec
) -> str:
    """The changed lines of a table. If the table is removed, only its comment lines."""
    new = as_table(getattr(after, name))
    if new is None:
        return "".join(line for line in split_lines(text) if is_comment(line))
    document = tomlkit.parse(text)
    table = cast(Table, cast(Table, document["listener"])[name])
    _merge(table, old, new)
    if not table and name not in changed_values(after) and not comments(text):
        return ""
    return f"{tomlkit.dumps(document).rstrip()}\n"


def _merge(
    table: Table | InlineTable, old: Mapping[str, object] | None, new: Mapping[str, object]
) -> None:
    """Change the values of `table` from `old` to `new`. With `None` for `old` all values are
    replaced.

    A value that has become the default is removed. A default that the user wrote stays, and so do
    all comment lines.
    """
    removable = dict(table) if old is None else old
    for name in removable.keys() - new.keys():
        del table[name]
    for name, value in new.items():
        if name not in table or old is None or value != old.get(name):
            table[name] = _item(value)


def _new_table(name: str, value: object) -> str:
    return f"\n[listener.{name}]\n{_assignments(as_table(value) or {})}"


def _assignments(values: Mapping[str, object]) -> str:
    return "".join(f"{name} = {_item(value).as_string()}\n" for name, value in values.items())


def _item(value: object) -> Item:
    # Endpoints have many backslashes. In a literal string they need no escapes.
    if isinstance(value, str) and "\\" in value and "'" not in value and value.isprintable():
        return tomlkit.string(value, literal=True)
    return cast(Item, tomlkit.item(toml_value(value)))


_HEADER: Final = r"""# A Portdeck profile. Edit it as you like: Portdeck keeps your comments.
#
# Each [[listener]] is one server on this machine.
#   name             what the window and the console call it; every listener has its own
#   protocol         what it speaks: {protocols}
#   endpoint         where it listens, as a Twisted endpoint description. tcp:8007 is for this
#                    machine alone; 'tcp:8007:interface=0.0.0.0' lets others in. A colon inside a
#                    value needs a backslash: 'tcp:8007:interface=\:\:1'
#   max_connections  how many may be connected at once; 100 if it is not written
#   autostart        true starts it together with Portdeck; false if it is not written
#   traffic          false keeps what crosses it out of the Traffic pane and of recordings
#   color            marks it in the window: {colors}
# It may also have, and does without any such bound where it has not:
#   max_connections_per_address   how many of them may come from one address, such as a proxy's
#   idle_timeout     after how many seconds without a byte a connection is closed
#   auto_reload      true loads code of your own again as soon as its file changes
# A peer that does not read is closed at the first write while more than max_unsent_bytes (16 MiB)
# wait for it already.
# Below these, [listener.options] has what the protocol lets one choose, such as text = "Hi"
# for hello. What is not written there is the default.
# [listener.tls] encrypts its connections: an empty one with a certificate made at once, one with
# certificate = "own.pem" and key = "own.key" with those files.

version = {version}
"""


def render(listeners: Sequence[ListenerSpec], text: str = "") -> str:
    """The text of a profile with exactly `listeners`, in their order.

    `text` is the profile to change. If it is empty, the new profile begins with comments that
    explain the format. All comment lines stay, and all formatting except that of changed values.
    Raises `ValueError` with a text for the user if `text` has problems, or if the result would not
    parse to `listeners`.
    """
    text = text or _HEADER.format(
        protocols=", ".join(catalog.names()), colors=", ".join(Color), version=VERSION
    )
    before = parse(text)
    if before.problems:
        raise ValueError("; ".join(map(str, before.problems)))
    if before.listeners == tuple(listeners):
        return text
    result = _merged(listeners, before.listeners, text)
    if 0 < text.count("\n") == text.count("\r\n"):
        result = re.sub("(?<!\r)\n", "\r\n", result)
    after = parse(result)
    if after.problems or after.listeners != tuple(listeners):
        raise ValueError("; ".join(map(str, after.problems)) or "it would not read back the same")
    return result


@define
class _Block:
    """The lines of one listener."""

    lead: str
    """The comment lines directly above the header."""

    body: str
    """The lines from the header to the last value."""

    tail: str
    """The blank and comment lines up to the lead of the next block."""

    def __str__(self) -> str:
        return f"{self.lead}{self.body}{self.tail}"

    def comment_lines(self) -> str:
        """The comment lines only."""
        return "".join(line for line in split_lines(str(self)) if is_comment(line))


def _merged(listeners: Sequence[ListenerSpec], before: Sequence[ListenerSpec], text: str) -> str:
    """Change `text` from the listeners `before` to `listeners`. New lines end in a line feed."""
    preamble, blocks = _split_blocks(text if text.endswith("\n") else f"{text}\n")
    if not blocks:
        preamble, before = _without_inline_listeners(preamble), ()
    old_indexes = _match_old_listeners(listeners, before)
    preamble = _keep_comments(preamble, blocks, kept=set(old_indexes))
    result, previous = preamble, -1
    for spec, old in zip(listeners, old_indexes, strict=True):
        if old is None or old != previous + 1:
            result = f"{result.rstrip()}\n\n"
        if old is None:
            result += new_body(spec)
        else:
            blocks[old].body = edited_body(blocks[old].body, before[old], spec)
            result += str(blocks[old])
        previous = len(blocks) if old is None else old
    return result if previous == len(blocks) - 1 else f"{result.rstrip()}\n"


def _match_old_listeners(
    listeners: Sequence[ListenerSpec], before: Sequence[ListenerSpec]
) -> list[int | None]:
    """For each new listener, the index of its old version, or None if it is new.

    Match by name. If no name matches, match by endpoint (it was renamed). If the number of
    listeners is the same, match by position last.
    """
    keys: list[Key] = [match_by_name, lambda _, spec: spec.endpoint]
    if len(listeners) == len(before):
        keys.append(lambda index, _: index)
    return match_listeners(before, listeners, keys)


def _keep_comments(preamble: str, blocks: Sequence[_Block], kept: set[int | None]) -> str:
    """Move the comments of each removed block to the end of the kept block above it.

    Returns the preamble, which gets them if there is no block above.
    """
    above: _Block | None = None
    for index, block in enumerate(blocks):
        if index in kept:
            above = block
        elif comment_lines := block.comment_lines():
            if above is None:
                preamble = f"{preamble.rstrip()}\n\n{comment_lines}\n"
            else:
                tail = above.tail.rstrip()
                above.tail = f"{tail}\n\n{comment_lines}\n" if tail else f"\n{comment_lines}\n"
    return preamble


def _split_blocks(text: str) -> tuple[str, list[_Block]]:
    """Split `text` into the lines before the first block, and the blocks."""
    lines = split_lines(text)
    headers = [index for index, line in enumerate(lines) if line.lstrip().startswith("[[")]
    starts = [_start_of_lead(lines, header) for header in headers]
    blocks = []
    for header, (start, stop) in zip(headers, pairwise([*starts, len(lines)]), strict=True):
        end = max(i for i in range(header, stop) if is_value(lines[i])) + 1
        pieces = (lines[start:header], lines[header:end], lines[end:stop])
        blocks.append(_Block(*("".join(piece) for piece in pieces)))
    return "".join(lines[: starts[0]] if starts else lines), blocks


def _start_of_lead(lines: Sequence[str], header: int) -> int:
    start = header
    while start > 0 and is_comment(lines[start - 1]):
        start -= 1
    return start


def _without_inline_listeners(preamble: str) -> str:
    """Remove `listener = [...]` from `preamble`; its comments become separate lines.

    Inline tables are legal but rare. They cannot hold the comments and blank lines of blocks, so
    the first change converts them to blocks.
    """
    document = tomlkit.parse(preamble)
    if "listener" not in document:
        return preamble
    array = cast(Array, document["listener"])
    comment_lines = [*comments(array.as_string()), array.trivia.comment]
    document.remove("listener")
    return "\n".join((tomlkit.dumps(document).rstrip(), *filter(None, comment_lines), ""))
