"""From listeners to the text of a profile, merged into the text that the user has.

A profile is cut into blocks of whole lines, one a listener: the comment lines right above its
header, the header and the values, and what follows up to the next block. Blocks move and go as a
whole and `body` changes single values inside them, so whatever Portdeck did not change is the
same, byte by byte. No comment line is ever dropped: when a listener is removed, nobody can tell
whether the words around it were about it alone, or how the user would get them back.
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

# MERGED profile/body: The lines of one listener in a profile, from its header to its last value.
#
# First its own values, then the tables below them, each with the comment lines above its header.
# `tomlkit` changes single values; all else stays as the user wrote it.


def new_body(spec: ListenerSpec) -> str:
    """The lines of a listener that nobody has written yet."""
    values = changed_values(spec)
    single = {name: value for name, value in values.items() if as_table(value) is None}
    tables = (_new_table(name, value) for name, value in values.items() if name not in single)
    return "".join(("[[listener]]\n", _assignments(single), *tables))


def edited_body(body: str, before: ListenerSpec, after: ListenerSpec) -> str:
    """`body`, which holds `before`, made to hold `after`."""
    if before == after:
        return body
    own, tables = _parted(body)
    document = tomlkit.parse(own)
    listener = cast(AoT, document["listener"])[0]
    added = ""
    for name in fields_dict(type(after)):
        old, new = as_table(getattr(before, name)), as_table(getattr(after, name))
        if old is None and new is None:
            _edit_value(listener, name, before, after)
            continue
        if name == "options" and before.protocol != after.protocol:
            old = None  # whatever is written there meant something else
        if name in tables:
            tables[name] = _edited_table(tables[name], name, old, after)
            continue
        inside = listener.get(name)
        if isinstance(inside, Table | InlineTable) and new is not None:
            _merge(inside, old, new)
            if inside:
                continue
        if inside is not None:  # empty, gone, or dotted keys with others among them
            del listener[name]
        if name in changed_values(after):
            added += _new_table(name, getattr(after, name))
    return "".join((tomlkit.dumps(document), *tables.values(), added))


def _parted(body: str) -> tuple[str, dict[str, str]]:
    """The lines of a listener's own values, and those of each table below, by its field."""
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
    if value is None:  # which TOML cannot say
        del table[name]
    else:
        table[name] = _item(value)


def _edited_table(
    text: str, name: str, old: Mapping[str, object] | None, after: ListenerSpec
) -> str:
    """The lines of a table; of one that is gone, its comment lines."""
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
    """Makes what is written in `table`, which is `old`, say `new`; `None`: nothing of it stays.

    What has become the default is not written any more. A default that was written out stays, and
    comment lines stay in any case.
    """
    gone = dict(table) if old is None else old
    for name in gone.keys() - new.keys():
        del table[name]
    for name, value in new.items():
        if name not in table or old is None or value != old.get(name):
            table[name] = _item(value)


def _new_table(name: str, value: object) -> str:
    return f"\n[listener.{name}]\n{_assignments(as_table(value) or {})}"


def _assignments(values: Mapping[str, object]) -> str:
    return "".join(f"{name} = {_item(value).as_string()}\n" for name, value in values.items())


def _item(value: object) -> Item:
    # Endpoints are full of backslashes, which a literal string shows as they are.
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
    """The text of a profile that holds exactly `listeners`, in their order.

    `text` is the profile to change; without one, a new profile begins with comments that explain
    the format. All of its comment lines stay, and all formatting but that of changed values.
    Raises `ValueError`, whose text is for the user, if `text` has problems or if `listeners` could
    not be read back.
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
    """Comment lines right above the header."""

    body: str
    """From the header to the last value."""

    tail: str
    """Blank and comment lines up to the next block's lead."""

    def __str__(self) -> str:
        return f"{self.lead}{self.body}{self.tail}"

    def remarks(self) -> str:
        """The comment lines alone."""
        return "".join(line for line in split_lines(str(self)) if is_comment(line))


def _merged(listeners: Sequence[ListenerSpec], before: Sequence[ListenerSpec], text: str) -> str:
    """`text`, which holds `before`, made to hold `listeners`. New lines end in a bare line feed."""
    preamble, blocks = _cut(text if text.endswith("\n") else f"{text}\n")
    if not blocks:
        preamble, before = _without_inline_listeners(preamble), ()
    sources = _sources(listeners, before)
    preamble = _keep_remarks(preamble, blocks, kept=set(sources))
    result, previous = preamble, -1
    for spec, source in zip(listeners, sources, strict=True):
        if source is None or source != previous + 1:
            result = f"{result.rstrip()}\n\n"
        if source is None:
            result += new_body(spec)
        else:
            blocks[source].body = edited_body(blocks[source].body, before[source], spec)
            result += str(blocks[source])
        previous = len(blocks) if source is None else source
    return result if previous == len(blocks) - 1 else f"{result.rstrip()}\n"


def _sources(listeners: Sequence[ListenerSpec], before: Sequence[ListenerSpec]) -> list[int | None]:
    """For each listener the index of what it was before, or None if it is new.

    It is the one of its name; else it was renamed, and is the one at its endpoint; else, where
    nothing came or went, the one in its place.
    """
    keys: list[Key] = [match_by_name, lambda _, spec: spec.endpoint]
    if len(listeners) == len(before):
        keys.append(lambda index, _: index)
    return match_listeners(before, listeners, keys)


def _keep_remarks(preamble: str, blocks: Sequence[_Block], kept: set[int | None]) -> str:
    """Moves the comments of each block that goes to what stands above; returns the preamble."""
    above: _Block | None = None
    for index, block in enumerate(blocks):
        if index in kept:
            above = block
        elif remarks := block.remarks():
            if above is None:
                preamble = f"{preamble.rstrip()}\n\n{remarks}\n"
            else:
                said = above.tail.rstrip()
                above.tail = f"{said}\n\n{remarks}\n" if said else f"\n{remarks}\n"
    return preamble


def _cut(text: str) -> tuple[str, list[_Block]]:
    """The lines before the first block, and the blocks."""
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
    """`preamble` without a `listener = [...]`, whose comments become lines of their own.

    Inline tables are legal but rare, and have no room for the comments and blank lines that blocks
    have, so the first change turns them into blocks.
    """
    document = tomlkit.parse(preamble)
    if "listener" not in document:
        return preamble
    array = cast(Array, document["listener"])
    remarks = [*comments(array.as_string()), array.trivia.comment]
    document.remove("listener")
    return "\n".join((tomlkit.dumps(document).rstrip(), *filter(None, remarks), ""))
