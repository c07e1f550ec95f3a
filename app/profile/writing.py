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
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby, pairwise
from textwrap import wrap
from typing import Any, Final, cast

import tomlkit
from attrs import fields_dict
from tomlkit.items import AoT, Array, InlineTable, Item, Table

from app.faults.reading import to_tables
from app.profile.blocks import comment_lines, header_path, join_blocks, split_blocks, statements
from app.profile.colors import Color
from app.profile.compare import Key, match_by_name, match_items
from app.profile.reading import VERSION, comments, is_value, parse
from app.profile.spec import ListenerSpec
from app.profile.validation import as_table, changed_values, toml_value
from app.protocols import catalog
from app.text.sentence import Sentence


def new_body(spec: ListenerSpec) -> str:
    """The lines of a new listener."""
    values = changed_values(spec)
    values.pop("faults", None)
    single = {name: value for name, value in values.items() if as_table(value) is None}
    tables = (_new_table(name, spec) for name in values if name not in single)
    faults = (f"\n[[listener.fault]]\n{_assignments(row)}" for row in to_tables(spec.faults))
    return "".join(("[[listener]]\n", _assignments(single), *tables, *faults))


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
        if name == "faults":  # a list of tables; see below
            continue
        old, new = as_table(getattr(before, name)), as_table(getattr(after, name))
        if old is None and new is None:
            _edit_value(listener, name, before, after)
            continue
        if name == "options" and before.protocol != after.protocol:
            old = None  # the options there belong to the old protocol
        if old == new:
            continue
        if name in tables and name not in listener:
            tables[name] = _edited_table(tables[name], name, old, after)
            continue
        inside = listener.get(name)
        is_whole = name not in tables and not _has_new_list(name, old, after)
        if isinstance(inside, Table | InlineTable) and new is not None and is_whole:
            _merge(inside, old, new)
            if inside:
                continue
        if inside is not None:  # an empty or removed table, or dotted keys between other values
            del listener[name]
        if name in tables:  # a part of it is above
            tables[name] = comment_lines(tables[name])
        if name in changed_values(after):
            added += _new_table(name, after)
    if before.faults != after.faults:
        inline = listener.pop("fault", None)  # if they were written as `fault = [...]`
        tables["fault"] = _edited_faults(tables.get("fault", ""), inline, before, after)
    return "".join((tomlkit.dumps(document), *tables.values(), added))


def _split_tables(body: str) -> tuple[str, dict[str, str]]:
    """Split `body` into the lines of single values, and the lines of the tables of each field."""
    lines = statements(body)
    headers = [index for index, line in enumerate(lines) if header_path(line)][1:]
    starts = [1 + max(i for i in range(header) if is_value(lines[i])) for header in headers]
    tables: dict[str, str] = {}
    for header, (start, stop) in zip(headers, pairwise([*starts, len(lines)]), strict=True):
        name = header_path(lines[header])[1]
        tables[name] = tables.get(name, "") + "".join(lines[start:stop])
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
        return comment_lines(text)
    head, rows = _split_rows(text, name)
    if rows is None:  # tables that are nested in a way of their own are written anew
        return f"{comment_lines(text)}{_new_table(name, after)}"
    known = old or {}
    changed = [key for key in _new_lists(name, after) if new[key] != known.get(key)]
    arrays = dict.fromkeys([*rows, *changed])
    result = _edited_head(head, name, old, new, arrays)
    for key in arrays:
        was = None if old is None else _rows(old.get(key))
        result = _edited_rows(result, rows.get(key, ""), (name, key), was, _rows(new.get(key)))
    if not comments(text) and name not in changed_values(after):
        return ""
    return f"{result.rstrip()}\n"


def _split_rows(text: str, name: str) -> tuple[str, dict[str, str] | None]:
    """The lines of the table itself, and those of each list of tables in it, one list after the
    other. `None` if the lists come in another order."""
    first = [header_path(line)[2:3] for line in statements(text) if header_path(line)]
    keys = [key for key, *_ in filter(None, first)]
    if () in first[1:] or len(list(groupby(keys))) > len(set(keys)):
        return text, None
    rows: dict[str, str] = {}
    head = text
    for key in dict.fromkeys(keys):
        before, blocks = split_blocks(head, ("listener", name, key))
        if not blocks:
            return text, None
        rows[key] = "".join(map(str, blocks))
        head = before
    return head, rows


def _edited_head(
    text: str,
    name: str,
    old: Mapping[str, object] | None,
    new: Mapping[str, object],
    arrays: Collection[str],
) -> str:
    """The changed lines of a table without those of its lists of tables."""
    kept = {key: value for key, value in new.items() if key not in arrays}
    if not any(map(header_path, statements(text))):
        return f"{text}\n[listener.{name}]\n{_assignments(kept)}" if kept else text
    document = tomlkit.parse(text)
    table = cast(Table, cast(Table, document["listener"])[name])
    lost = ""
    for key in arrays:  # was written as an inline list
        if key in table:
            lost += "".join(f"{each}\n" for each in comments(table[key].as_string()))
            del table[key]
    _merge(table, old and {k: v for k, v in old.items() if k not in arrays}, kept)
    if not table and arrays and not comments(text):  # its lists of tables are enough
        return ""
    return f"{tomlkit.dumps(document)}{lost}"


def _edited_faults(
    text: str, inline: Array | None, before: ListenerSpec, after: ListenerSpec
) -> str:
    """The changed lines of all faults.

    They were written as the tables in `text`, or as the list `inline`, whose comments are kept.
    """
    old, new = to_tables(before.faults), to_tables(after.faults)
    kept = [] if inline is None else [*comments(inline.as_string()), inline.trivia.comment]
    head = "".join(f"{each}\n" for each in kept if each)
    result = _edited_rows(head, text, ("fault",), old, new)
    return result if text or head or not new else f"\n{result.lstrip()}"


def _edited_rows(
    head: str, text: str, names: tuple[str, ...], old: _Rows | None, new: _Rows
) -> str:
    """`head`, and below it the changed tables of a list. With `None` for `old` all are replaced."""
    path = ("listener", *names)
    before, blocks = split_blocks(text, path)
    old_indexes: list[int | None] = [None] * len(new)
    if old is not None and len(old) == len(blocks):
        old_indexes = match_items(old, new, _ROW_KEYS[: 2 + (len(old) == len(new))])

    def body(index: int, old_index: int | None) -> str:
        if old_index is None or old is None:
            return f"[[{'.'.join(path)}]]\n{_assignments(new[index])}"
        if new[index] == old[old_index]:
            return blocks[old_index].body
        document = tomlkit.parse(blocks[old_index].body)
        row: Any = document["listener"]
        for name in names:
            row = row[name]
        # Another kind of fault has other keys: a default that the user wrote must not stay.
        is_same_kind = old[old_index].get("kind") == new[index].get("kind")
        _merge(row[0], old[old_index] if is_same_kind else None, new[index])
        return tomlkit.dumps(document)

    return join_blocks(f"{head}{before}", blocks, old_indexes, body)


_Rows = Sequence[Mapping[str, Any]]

_ROW_KEYS: Final = (
    lambda _, row: repr(sorted(row.items())),
    lambda index, row: row.get("name", ("", index)),
    lambda index, row: index,
)
"""A table of a list stays the same by its values, by its name, or by its place."""


def _rows(value: object) -> _Rows:
    return cast(_Rows, value or ())


def _new_lists(name: str, spec: ListenerSpec) -> list[str]:
    """The lists of tables that the field `name` has in `spec`."""
    table = as_table(getattr(spec, name)) or {}
    if name != "options" or spec.protocol not in catalog.names():
        return []
    return [key for key in catalog.find(spec.protocol).lists if table.get(key)]


def _has_new_list(name: str, old: Mapping[str, object] | None, after: ListenerSpec) -> bool:
    return any(not (old or {}).get(key) for key in _new_lists(name, after))


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


def _new_table(name: str, spec: ListenerSpec) -> str:
    values = as_table(getattr(spec, name)) or {}
    lists = _new_lists(name, spec)
    single = {key: value for key, value in values.items() if key not in lists}
    head = f"\n[listener.{name}]\n{_assignments(single)}" if single or not lists else ""
    rows = (
        f"\n[[listener.{name}.{key}]]\n{_assignments(row)}"
        for key in lists
        for row in _rows(values[key])
    )
    return "".join((head, *rows))


def _assignments(values: Mapping[str, object]) -> str:
    return "".join(f"{name} = {_item(value).as_string()}\n" for name, value in values.items())


def _item(value: object) -> Item:
    """`value` on one line."""
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for key, each in value.items():
            table[key] = _item(each)
        return table
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        for each in value:
            array.append(_item(each))
        return array
    # Endpoints have many backslashes. In a literal string they need no escapes.
    if isinstance(value, str) and "\\" in value and "'" not in value and value.isprintable():
        return tomlkit.string(value, literal=True)
    return cast(Item, tomlkit.item(toml_value(value)))


_HEADER: Final = r"""# A Portdeck profile. Edit it as you like: Portdeck keeps your comments.
#
# Each [[listener]] is one server on this machine.
#   name             its name in the window and the console; no two listeners have the same
#   protocol         {protocols};
#                    or your own code, such as "python:server.py:Factory"
#   endpoint         where it listens, as a Twisted endpoint description. tcp:8007 is for this
#                    machine alone; 'tcp:8007:interface=0.0.0.0' lets others in. A colon inside a
#                    value needs a backslash: 'tcp:8007:interface=\:\:1'
# These may be left out:
#   autostart        true starts it together with Portdeck; default false
#   traffic          false keeps its bytes out of the Traffic pane and of recordings; default true
#   auto_reload      true loads your own code again as soon as its file changes; default false
#   group            listeners of the same group stand together in the window
#   color            {colors}
#   max_connections  the most connections at once; default 100
#   max_connections_per_address
#                    the most connections from one address; default 0, which is no limit
#   idle_timeout     seconds without a byte after which a connection is closed; default 0: never
#   max_unsent_bytes a peer that does not read is closed when more than this waits for it; default
#                    16777216
# Tables below a [[listener]]:
#   [listener.options]   the options of its protocol, such as text = "Hi" for hello
#   [listener.tls]       encrypts its connections: if it is empty, with a certificate that Portdeck
#                        makes; otherwise with certificate = "own.pem" and key = "own.key"
#   [[listener.fault]]   disturbs its connections on purpose, such as kind = "latency" with
#                        seconds = 0.2. With seed = 1 in the [[listener]], random faults repeat.

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
        protocols=_wrapped(catalog.names()), colors=_wrapped(Color), version=VERSION
    )
    before = parse(text)
    if before.problems:
        raise ValueError(before.problems[0])
    if before.listeners == tuple(listeners):
        return text
    result = _merged(listeners, before.listeners, text)
    if 0 < text.count("\n") == text.count("\r\n"):
        result = re.sub("(?<!\r)\n", "\r\n", result)
    after = parse(result)
    if after.problems or after.listeners != tuple(listeners):
        raise ValueError(
            after.problems[0]
            if after.problems
            else Sentence("not-read-back", "it would not read back the same")
        )
    return result


def _wrapped(names: Iterable[str]) -> str:
    """The names, with commas between them, in lines of the header."""
    return f"\n#{' ' * 20}".join(wrap(", ".join(names), 78))


def _merged(listeners: Sequence[ListenerSpec], before: Sequence[ListenerSpec], text: str) -> str:
    """Change `text` from the listeners `before` to `listeners`. New lines end in a line feed."""
    preamble, blocks = split_blocks(text if text.endswith("\n") else f"{text}\n", ("listener",))
    if not blocks:
        preamble, before = _without_inline_listeners(preamble), ()

    def body(new: int, old: int | None) -> str:
        if old is None:
            return new_body(listeners[new])
        return edited_body(blocks[old].body, before[old], listeners[new])

    return join_blocks(preamble, blocks, _match_old_listeners(listeners, before), body)


def _match_old_listeners(
    listeners: Sequence[ListenerSpec], before: Sequence[ListenerSpec]
) -> list[int | None]:
    """For each new listener, the index of its old version, or None if it is new.

    Match by name. If no name matches, match by endpoint (it was renamed). If the number of
    listeners is the same, match by position last.
    """
    keys: list[Key[ListenerSpec]] = [match_by_name, lambda _, spec: spec.endpoint]
    if len(listeners) == len(before):
        keys.append(lambda index, _: index)
    return match_items(before, listeners, keys)


def _without_inline_listeners(preamble: str) -> str:
    """Remove `listener = [...]` from `preamble`; its comments become separate lines.

    Inline tables are legal but rare. They cannot hold the comments and blank lines of blocks, so
    the first change converts them to blocks.
    """
    document = tomlkit.parse(preamble)
    if "listener" not in document:
        return preamble
    array = cast(Array, document["listener"])
    kept = [*comments(array.as_string()), array.trivia.comment]
    document.remove("listener")
    return "\n".join((tomlkit.dumps(document).rstrip(), *filter(None, kept), ""))
