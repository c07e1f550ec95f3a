"""The entries of the command palette, made of what the window has at the moment it opens.

A command is found by its text, a listener and a connection by name and address, a snippet by its
name, and a setting by its title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from itertools import islice
from typing import Final

from attrs import field, frozen
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence

from app.client.saved.snippets import Snippet
from app.server.connections.connection import Connection
from app.server.listener import Listener
from app.text import readable
from app.ui.command_palette.matching import Match, fuzzy_match
from app.ui.command_table import COMMANDS
from app.ui.commands import Command, Commands, Menu

translate = QCoreApplication.translate

MOST_CONNECTIONS: Final = 2_000
"""So many connections are looked through. The filter of the table looks through all."""

MOST_SHOWN: Final = 200
"""So many entries are shown; the best of those that match."""

MOST_RECENT: Final = 3
LIKELY_LISTENERS: Final = 5
"""So many entries that ran last, and so many listeners to start or stop, lead the list."""

_COMMON: Final = (
    *("new", "open_in_console", "listener_traffic", "start_all", "stop_all"),
    *("record", "open_recording", "settings", "guide", "shortcuts"),
)
"""The names of the commands that follow."""

_ENDING: Final = {
    *("toggle", "drain", "restart", "remove", "undo", "redo"),
    *("stop_all", "start_all", "clear_faults", "load_profile", "quit"),
}
"""The names of commands that can stop, remove or change what runs."""


class Group(Enum):
    """The kind of an entry."""

    COMMAND = "command"
    LISTENER = "listener"
    CONNECTION = "connection"
    SNIPPET = "snippet"
    SETTING = "setting"


SPELLED_OUT: Final = 3
"""From so many letters on, a query is a word rather than the beginnings of several."""

LEAST_SHARE: Final = 0.4
"""What scores less than this share of the best is no match for a word."""


@frozen(eq=False)
class Entry:
    """A line of the palette."""

    group: Group
    text: str
    run: Callable[[], object]
    detail: str = ""
    """Where it is or what state it has. It is searched too, but counts less."""
    keys: str = ""
    """The keyboard shortcut, as the platform writes it."""
    is_enabled: bool = True
    also: str = field(default="", repr=False)
    """Further words that find it and are not shown."""
    key: str = ""
    """What it does, in words that are the same in every language and state."""
    is_harmless: bool = True
    """Whether Enter may run it before anything is typed. Not if it stops or removes something."""


@frozen
class Found:
    """An entry that matches, and the letters of its text that do."""

    entry: Entry
    positions: tuple[int, ...] = ()


def find(query: str, entries: Iterable[Entry]) -> list[Found]:
    """The entries that match `query`, best first, at most `MOST_SHOWN`.

    What cannot be done now stands last. With an empty query all match, in their order. What has the
    letters only here and there is left out if something has them as a word.
    """
    if not query.strip():
        return [Found(each) for each in islice(entries, MOST_SHOWN)]
    ranked = []
    for number, entry in enumerate(entries):
        match = _match(query, entry)
        if match is not None:
            ranked.append((not entry.is_enabled, -match.score, number, entry, match.positions))
    ranked.sort(key=lambda each: each[:3])
    if len(query.strip()) >= SPELLED_OUT:
        least = LEAST_SHARE * max((-score for _, score, *_ in ranked), default=0.0)
        ranked = [each for each in ranked if -each[1] >= least]
    return [Found(entry, positions) for *_, entry, positions in ranked[:MOST_SHOWN]]


def likely_first(
    entries: Iterable[Entry], recent: Sequence[str], listeners: Iterable[Listener]
) -> list[Entry]:
    """The entries in the order in which they are shown before anything is typed.

    First those of the keys `recent`, then those that start or stop the first `listeners`, then the
    common commands. The others keep their order. What cannot be done now does not come first.
    Enter runs the first one, so it is harmless: a recent one, or one that shows a listener.
    """
    entries, likely = list(entries), list(islice(listeners, LIKELY_LISTENERS))
    recent = recent[:MOST_RECENT]
    harmless = {each.key for each in entries if each.is_harmless and each.is_enabled}
    first = [key for key in recent if key in harmless] or list(map(show_key, likely[:1]))
    order = dict.fromkeys((*(first or _COMMON), *recent, *map(switch_key, likely), *_COMMON))
    places = {key: place for place, key in enumerate(order)}
    last = len(places)
    return sorted(entries, key=lambda each: places.get(each.key, last) if each.is_enabled else last)


def show_key(listener: Listener) -> str:
    """The key of the entry that shows `listener`."""
    return f"show {listener.spec.name}"


def switch_key(listener: Listener) -> str:
    """The key of the entry that starts or stops `listener`."""
    return f"switch {listener.spec.name}"


def _match(query: str, entry: Entry) -> Match | None:
    match = fuzzy_match(query, entry.text)
    if match is not None:
        return match
    wider = f"{entry.text} {entry.detail} {entry.also}"
    match = fuzzy_match(query, wider)
    if match is None:
        return None
    inside = tuple(each for each in match.positions if each < len(entry.text))
    return Match(match.score / 2, inside)


def command_entries(commands: Commands) -> Iterator[Entry]:
    """An entry for each command of `COMMANDS`."""
    for command in COMMANDS:
        if isinstance(command, Command):
            action: QAction = getattr(commands, command.name)
            yield action_entry(
                action, menu_title(command.menu), also=command.text, key=command.name
            )


def action_entry(action: QAction, detail: str, also: str = "", key: str = "") -> Entry:
    """An entry that triggers `action`."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return Entry(
        Group.COMMAND,
        plain_text(action),
        action.trigger,
        detail,
        keys,
        action.isEnabled(),
        also,
        key,
        is_harmless=key not in _ENDING,
    )


def listener_entries(
    listeners: Iterable[Listener],
    show: Callable[[Listener], object],
    switch: Callable[[Listener, bool], object],
) -> Iterator[Entry]:
    """For each listener an entry that shows it, and one that starts or stops it."""
    for each in listeners:
        name = each.spec.name
        yield Entry(
            Group.LISTENER,
            translate("CommandPalette", "Show {0}").format(name),
            _call(show, each),
            each.where,
            also=each.spec.protocol,
            key=show_key(each),
        )
        words = (
            translate("CommandPalette", "Stop {0}")
            if each.can_stop
            else translate("CommandPalette", "Start {0}")
        )
        run = _call(switch, each, not each.can_stop)
        yield Entry(
            Group.LISTENER,
            words.format(name),
            run,
            each.where,
            key=switch_key(each),
            is_harmless=not each.can_stop,
        )


def connection_entries(
    connections: Iterable[Connection], show: Callable[[Connection], object]
) -> Iterator[Entry]:
    """An entry for each of the first `MOST_CONNECTIONS` connections that shows it in the table."""
    for each in islice(connections, MOST_CONNECTIONS):
        yield Entry(Group.CONNECTION, each.peer, _call(show, each), each.factory.spec.name)


def snippet_entries(
    snippets: Iterable[Snippet], send: Callable[[Snippet], object], shortcuts: int
) -> Iterator[Entry]:
    """An entry for each snippet, in their order, that sends it. The first ones have a shortcut."""
    for number, each in enumerate(snippets, 1):
        keys = QKeySequence(f"Alt+{number}").toString(QKeySequence.SequenceFormat.NativeText)
        yield Entry(
            Group.SNIPPET,
            translate("CommandPalette", "Send {0}").format(each.name),
            _call(send, each),
            each.folder,
            keys if number <= shortcuts else "",
        )


def setting_entries(
    titles: Iterable[tuple[str, str, str]], open_page: Callable[[str], object]
) -> Iterator[Entry]:
    """An entry for each setting: the name of its page, the page's title and the setting's."""
    for page, page_title, title in titles:
        yield Entry(Group.SETTING, title, _call(open_page, page), page_title)


def group_title(group: Group) -> str:
    """The word for the kind of an entry, for a screen reader and the right edge."""
    return {
        Group.COMMAND: translate("CommandPalette", "Command"),
        Group.LISTENER: translate("CommandPalette", "Listener"),
        Group.CONNECTION: translate("CommandPalette", "Connection"),
        Group.SNIPPET: translate("CommandPalette", "Snippet"),
        Group.SETTING: translate("CommandPalette", "Setting"),
    }[group]


def menu_title(menu: Menu) -> str:
    """The title of `menu` without the sign that marks its key."""
    return readable.remove_mnemonics(translate("Menus", menu.value))


def plain_text(action: QAction) -> str:
    """The text of `action` without the sign that marks its key."""
    return readable.remove_mnemonics(action.text())


def _call(act: Callable[..., object], *arguments: object) -> Callable[[], object]:
    return lambda: act(*arguments)
