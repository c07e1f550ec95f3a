"""The lines of one listener in a profile, from its header to its last value.

First its own values, then the tables below them, each with the comment lines above its header.
`tomlkit` changes single values; all else stays as the user wrote it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from itertools import pairwise
from typing import cast

import tomlkit
from attrs import fields_dict
from tomlkit.items import AoT, InlineTable, Item, Table

from app.profile.fields import as_table, written
from app.profile.lexing import comments, is_comment, is_value
from app.profile.lexing import lines as split_lines
from app.profile.options import plain
from app.profile.spec import ListenerSpec


def new_body(spec: ListenerSpec) -> str:
    """The lines of a listener that nobody has written yet."""
    values = written(spec)
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
        if name in written(after):
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
    if not table and name not in written(after) and not comments(text):
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
    return cast(Item, tomlkit.item(plain(value)))
